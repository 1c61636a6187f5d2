"""What a service does beside answering calls: it looks again and again, and of the services on one store one does it.

::

    rounds            a look, a pause, the next look, until it is told to end
    tenants           each is asked whether there is anything to do
    tasks             what is done meanwhile: one task for each of what there is to do it for
    leadership        whose turn it is: a role that one process has at a time, tenant by tenant
    adapters/redis    where roles are kept

Nothing here knows what is looked for; of ours, ``failures`` and ``store`` alone are imported.
"""
