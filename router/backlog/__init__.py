"""What waits for an owner: ``backlog`` knows whom a change could help (pure), ``requeuer`` asks for them, ``runner``
goes on doing so, one process per tenant at a time.
"""
