"""The gRPC server: ``server`` wraps each method once, ``call`` is a call on its way, ``status`` is how one fails.

``handlers`` counts calls as they arrive, ``load_shedding`` rejects those that are too many, ``masking`` hides personal
fields in answers, ``standard_services`` are health and reflection.
"""
