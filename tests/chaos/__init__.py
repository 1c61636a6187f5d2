"""Failure as a test: the service as processes, clients that write down what they were told, faults, and a verdict.

::

    clients ──calls──► fairlead serve ×2 ──┐                     who may be killed, frozen, cut off, filled up
       │                fairlead work ×1 ──┴─ line ──► store
       └─ history ──► checks ◄── the store's log                 what must hold all the same

A run is a row of rounds. Each begins with an empty store and a tenant of its own, lets faults fall while clients call,
heals everything, waits for rest, and judges: so memory stays bounded however long the run is, and a violation comes
with the seed of its round.

Read on in ``plan`` (a seed → what happens when), ``system`` (the processes), ``clients``, ``faults``, ``checks`` (the
verdict), ``rounds`` (one round, straight down). ``altered`` starts the service with edited scripts: only there are
fail points made and guards removed; the service itself knows nothing of it.
"""
