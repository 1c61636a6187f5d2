"""The engine of durable-rules: ``encoding`` writes conditions as it reads them, ``engine`` runs it, ``selection``
decides between it and the index.
"""
