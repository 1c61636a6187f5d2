"""Stages and deadlines: through which stages a work item goes, what each demands, and what falls due in it.

Read ``definition`` first: what a published process says. ``check`` makes it of what people write, ``publishing`` holds
the use cases; ``stages`` is in which stage a work item stands. ``life`` is what happened to one work item, and
``deadlines`` what falls due of it (both pure): today only the tests beside a process run by them (``scenarios``).
"""
