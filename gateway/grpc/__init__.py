"""The gRPC server: ``server`` wraps each method once, ``handlers`` counts calls as they arrive.

``standard_services`` are health and reflection. What becomes of a call is in ``gateway.calls``.
"""
