"""Tables in and out, and who scores them.

Read on in this order::

    sources          tables of customers and how they are cut
    shards           one shard scored and written
    executors        processes of this machine, or a Dask cluster
    runs             a run begun or taken up again
    rescore_child    the process behind RescoreCustomers
"""
