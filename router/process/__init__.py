"""Stages and deadlines: through which stages a work item goes, what each demands, and what falls due in it.

Read ``definition`` first: what a published process says. ``language`` makes it of what people write, ``trials`` are the
tests beside it, ``revisions`` holds what was published. ``life`` is what happened to one work item, ``due`` what falls
due of it and when (both pure); ``stages`` is in which stage it stands, and what entering one asks for and opens;
``arrival`` what a process fills in as a work item comes.
"""
