"""What people do about work items: recorded, counted as evidence, and told.

``evidence`` says what an activity proves, ``service`` records one, ``agenda`` says what is to be done when,
``timeline`` tells all that happened to a work item, ``next_dates`` has what falls due.
"""
