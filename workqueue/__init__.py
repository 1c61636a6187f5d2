"""A durable queue: jobs come in once, are lent to workers, and leave by being done, or as dead letters with a reason.

::

    submit ──► READY ──lease──► LEASED ──done──► gone
      │          ▲                │ │└───keep──► KEPT, with its note, until newer ones need the room
      │ delay    │ due            │ └─dead──► DEAD ──redrive──► READY
      └──► DELAYED ◄──────retry───┘
                                  └─ the lease ran out, or was given back ──► READY

Each arrow is one script, so a job is always in exactly one place. Whoever holds a lease may note how far the job is;
one that is withdrawn is KEPT at once, wherever it was, which ends the lease of whoever had it.

Delivery is at least once: a lease that runs out is
lent again, so what a worker does must bear repeating. Each lease has a token that never comes back; a worker that
comes late with an old one is refused. Leases are judged by the store's clock, never by a worker's.

Read on in ``jobs`` (values), ``order`` and ``backoff`` (rules), ``ports``, ``worker`` (the loop), ``adapters``.
Nothing here knows what the jobs are about; of ours, ``store`` alone is imported.
"""
