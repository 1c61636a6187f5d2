"""Telling subscriptions of changes: a cursor over the log for each, moved by one process at a time.

::

    parking      what is parked, when it is tried again, when it is given up (pure)
    ports        the log's changes, and what is kept of each subscription
    sender       one signed request, and how it ended
    turns        one turn of one subscription: a page of the log, then what is due
    runner       turns of every subscription of every tenant, while this process has the role
    deliveries   what became of all that, for whoever looks after it

Order holds per work item: while one change of it waits, those behind it wait too. What a turn came to is written in one
step, and only where nobody else wrote meanwhile: whoever is killed in the middle, or acts without the role, has sent
something twice with the same id and lost nothing.
"""
