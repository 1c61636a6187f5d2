"""Failure as a test: the service as processes, clients that write down what they were told, faults, and a verdict.

::

    clients ──calls──► fairlead serve ×2 ──┐                      who may be killed, frozen, cut off, filled up
       │                fairlead work ×1 ──┴─ line ──► store      alone, or
       │                                 └──────► primary, replica, sentinels
       └─ history ──► checks ◄── the store's log                  what must hold all the same

A run is a row of rounds. Each begins with an empty store and a tenant of its own, lets faults fall while clients call,
heals everything, waits for rest, and judges: so memory stays bounded however long the run is, and a violation comes
with the seed of its round.

==============  ====================================================================================================
``plan``        the faults there are, and a seed → what happens when
``promises``    what is promised, when that was tested, and the guard without which it is broken: a new one goes there;
                ``facts`` is what they are counted in
``system``      the processes; ``stores`` has the two forms of the store, ``line`` what can be cut
``terms``       when reps are on leave, again and again, and their caps beside capacity
``desk``        leads in a process beside them, and what must hold of their steps, calls, approvals and children;
                beside those ``book`` imports, ``complaints`` are about reps, who must not get them, ``moves`` has what
                is open go on by new revisions, and ``lists`` hires people, who get theirs of what falls due; ``told``
                has robots that tell people of all that, and ``crm`` is a system outside that is told of other leads
``offers``      how pools offer their work, and what must hold of it
``clients``     who calls; ``watcher`` follows the changes, ``lenders`` work too slowly for their leases, ``publisher``
                publishes rules meanwhile
``faults``      what each does and how it is healed; ``store_faults`` and ``failovers`` likewise
``rounds``      one round, straight down; ``runs`` plays one after the other, ``tally`` adds up, ``report`` tells
``judge``       waits for rest and collects the evidence; ``checks`` is the verdict, with ``register`` and
                ``linearizability`` for the question whether the answers fit some order
``guards``      what is removed to see whether the harness would notice; ``found.json`` keeps how soon it did
==============  ====================================================================================================

``altered`` starts the service with edited scripts and modules, and ``failpoints``: only there are fail points made,
guards removed and clocks set; the service itself knows nothing of it.
"""
