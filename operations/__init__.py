"""Operations: asked for once, executed once by whichever worker lives long enough, followed from anywhere.

::

    TrainModel, RescoreCustomers ──► service ──► a queue for each kind ──► executor ──► a process of its own
                                        ▲               job, note                            │
    google.longrunning.Operations ──────┘                  ▲──────── progress, then how it ended

An operation *is* a job of ``workqueue``: its payload says what to do, its note how far it is and at last how it
ended. So it survives what the store survives, any server can tell how it stands, and whoever comes too late is fenced
off by the queue's leases. Cancelling withdraws the job; the worker that had it learns of it with its next heartbeat.
A queue for each kind keeps long work out of the way of routing, and one kind out of the way of the other.

Read on in ``operation`` (values), ``service`` (asking), ``executor`` (a worker's side), ``child`` (the process's side),
``rpc``. Nothing here knows what a kind does: ``training.rpc`` and ``scoring.rpc`` bring one each.
"""
