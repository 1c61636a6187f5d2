"""Where a rule set is tried before it is published: ``parent`` starts a process with limits, ``child`` is that
process.
"""
