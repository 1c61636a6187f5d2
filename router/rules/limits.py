"""How large routes, and the tests of a rule set, may be; ``rules.limits`` has what holds for any rules."""

from __future__ import annotations

MAX_REQUIREMENTS = 50
MAX_FALLBACKS = 20
MAX_EXCLUDED = 20
MAX_ON_CHANGE = 50
MAX_TESTS = 1_000
MAX_SCORE = 1_000
MAX_ROUTE_PRIORITY = 1_000
MAX_SLA = 64
MAX_REPS = 10_000
"""Reps of the workforce that the tests bring along."""
