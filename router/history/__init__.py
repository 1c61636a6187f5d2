"""The log, and what follows from it.

``codec`` writes and reads events, a reader for each format; ``hash_chain`` and ``tamper_check`` prove that nobody
altered them; ``projection`` is what they add up to; ``replay`` makes every decision again; ``reconciliation`` and
``monitor`` hold the counters to the log while a service runs; ``watch`` tells clients what happens; ``rewrite`` seals
what is personal in an older log. ``ports``.
"""
