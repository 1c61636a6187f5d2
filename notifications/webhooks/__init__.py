"""Telling subscriptions of changes: a cursor over the log for each, moved by one process at a time.

::

    parking      what is parked, when it is tried again, when it is given up (pure)
    ports        the log's changes, and what is kept of each subscription
    sender       one signed request, and how it ended
    unchanged    whether a subscription is still as it was read
    turn         one turn of one subscription: what is due, then pages of the log
    rebasing     a turn on top of what somebody asked for meanwhile (pure)
    deliverer    turns, each written in one step
    runner       turns of every subscription of every tenant, while this process has the role
    deliveries   what became of all that, for whoever looks after it

Order holds per work item: while one change of it waits, those behind it wait too. What a turn came to is written in one
step, and only where nobody else took a turn meanwhile: whoever is killed in the middle, or acts without the role, has
sent something twice with the same id and lost nothing.
"""
