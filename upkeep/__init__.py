"""What keeps a service well: several server processes that are replaced when they die, and a doctor.

``servers`` runs processes and knows nothing of what they serve. ``doctor`` asks each part of a set-up how it is:
``machine_checks`` and ``store_checks`` hold the questions, ``findings`` the answers.
"""
