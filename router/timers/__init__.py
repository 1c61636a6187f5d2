"""What falls due, and when. A timer is a function of the log: ``timer`` says what one is (pure), ``follower`` keeps the
sorted set of due times as the log says, ``runner`` goes on doing so and fires what is due, one process per tenant at a
time. What falls due is said by the rooms above, each by a ``ports.Schedule`` of its own.
"""
