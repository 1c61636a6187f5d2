"""What people do about work items: recorded, counted as evidence, and told.

``service`` records one, and what it proves says ``router.model.evidence``, ``agenda`` says what is to be done when,
``timeline`` tells all that happened to a work item, ``next_dates`` has what falls due.
"""
