"""A person erased, in the store, its files and the queue: ``service`` → ``finding``, ``plain`` → ``ports``."""
