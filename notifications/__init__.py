"""What people and systems outside are told, and through what.

::

    subscriptions   who is told of changes by webhook        channels    through what people read it
    attempts        how one try to tell somebody ended       secrets     encrypted while they are kept
    templates       a tenant's own words, and what may stand in them
    outbound/       the one way out: public addresses alone, resolved once
    webhooks/       a cursor over the log per subscription, what is parked, what is dead
    messages/       what is for people: templates, vendors, mail, a digest per minute
    adapters/redis/ where all of that is kept               rpc/, cli/  DeliveryService and its commands

Knows nothing of routing: what a change is, and what a message says, comes by the ports.
"""
