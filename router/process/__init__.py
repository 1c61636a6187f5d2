"""Stages and deadlines: through which stages a work item goes, what each demands, and what falls due in it.

Read ``definition`` first: what a published process says. ``life`` is what happened to one work item, ``deadlines`` what
falls due of it (both pure), ``schedule`` hands that to the timers, and ``service`` holds the use cases.
"""
