"""Every way in: each call comes through here, whichever package answers it.

identity → role and tenant → rate limit → handler → masking → observers

``grpc`` serves methods and turns failures into statuses, ``auth`` says who calls and what they may, ``rate_limits`` how
often; ``settings`` reads what an operator chose; ``json_values`` and ``payloads`` read what
others write, within bounds. Of ours, ``failures`` and ``resource_names`` alone are
imported; the ``rpc`` rooms and ``serving`` import it.
"""
