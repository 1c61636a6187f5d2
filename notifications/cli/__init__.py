"""``fairlead subscriptions``, ``channels`` and ``deliveries``: who is told outside, and what became of it."""
