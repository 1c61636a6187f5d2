"""How large a process may be; ``rules.limits`` has what holds for any document."""

from __future__ import annotations

MAX_STAGES = 100
MAX_REQUIRED = 100
MAX_DEADLINES = 20
"""Of one stage, and of the process."""
MAX_ALL_DEADLINES = 300
"""Of the process and all its stages."""
MAX_STEPS = 20
MAX_ALL_STEPS = 1_000
"""Of all deadlines, each as often as it is done."""
MAX_TIMES = 20
"""How often one step is done."""
MAX_RECIPIENTS = 20
MAX_DATE_FIELDS = 5
"""Fields of a deadline that may hold the date that it is due by."""
MAX_OPEN = 20
"""What one stage opens."""
MAX_COPIED = 50
"""Fields that what is opened has of its parent."""
MAX_CHILDREN = 100
"""Children of one list of dates."""
MAX_SEVERITIES = 400
"""Of one table."""
MAX_ORDER = 20
"""Severities one above the other."""
MAX_SEVERITY_FIELDS = 3
"""That severity follows from."""
MAX_SHARE = 1_000
"""Per cent: a step is at most at ten times the time of its deadline."""
MAX_TEXT = 4_000
"""Characters of a title or guide."""
MAX_ALL_TEXT = 200_000
"""Characters of all that a process says, its tests apart: a picture holds most of it."""
MAX_HAPPENINGS = 200
"""Of one test."""
