"""Values alone: nothing here decides, reads or writes.

``workitem`` (with the table of states) → ``workforce`` → ``revisions`` → ``decision`` → ``sealing`` (of what
is personal in one) → ``events`` (what the log holds) → ``records`` (what the store keeps beside it) → ``errors``.
"""
