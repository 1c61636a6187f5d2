"""Redis or Valkey, as far as it is nobody's domain: reach it, call scripts on it, know what it keeps, run one's own.

::

    durability    what an acknowledged change survives: asked for, found, told
    clients       a URL → a client of the driver: one server, sentinels, a cluster
    translation   which of the driver's exceptions say "not now"
    channel       one connection that scripts are sent over straight, without a task or a pool
    scripts       Lua, called by its hash
    linking       what of its libraries stands in front of a script
    records       records in a hash, each replaced only where it is as it was read
    clock         the clock that scripts read, real or simulated
    batching      concurrent jobs share a call
    replication   a client that answers once replicas have what was written
    diagnostics   what a store says of itself
    replicas      who follows a server, and a client of each
    files         having a store write its files anew, replicas too, so that what was deleted is gone from them
    embedded/     a private server in a data folder, and what a killed service leaves there

Nothing here knows a tenant's keys or what is kept under them; of ours, ``failures`` alone is imported.
``durability`` is free of the driver, whose import takes half a second: whoever only names what it says
does not pay for it.
"""
