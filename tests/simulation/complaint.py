"""The process that complaints are in: as it is published, and as plain numbers for those who hold the code to it."""

from __future__ import annotations

from tests.simulation.process import HOUR_MS, TELL, PlainDeadline

SERVICE = "service"
"""The pool that complaints go to, and the calls that bad answers open."""
AGENTS = ("agent-1", "agent-2", "agent-3", "agent-4")
"""Who do nothing else."""
PROCESS = """
process: complaint
kinds: [TICKET]
complaints: true
severity: {field: severity, by: [impact, urgency], table: {high: {high: P1, low: P2}, low: {high: P2}}, else: P3}
repeats: {same: class, within: 30cd, raise: {field: severity, order: [P3, P2, P1]}}
satisfaction:
  csat: {at_most: 2, open: {id: call, pool: service, within: 24h, clock: wall, exclude: handlers}}
  nps: {at_most: 6, open: {id: ask, pool: service, within: 24h, clock: wall, exclude: handlers}}
deadlines:
  - id: solution
    within: {by: severity, P1: 4h, P2: 12h, else: 36h}
    clock: wall
    from: arrival
    until: completion
    steps: [{at: 50%, do: remind}, {at: 100%, do: notify, to: manager}]
stages:
  - {id: open}
  - {id: solved, require: [cause], closes: CLOSED}
"""
FIRST, SOLVED = "open", "solved"
LEVELS = ("high", "low")
ORDER = ("P3", "P2", "P1")
"""From the least severe to the most."""
AGAIN_DAYS, APART_DAYS = 30, 90
"""Within how many days what comes again repeats, and an nps is not asked again."""
CALLS = {"CSAT": ("call", 2), "NPS": ("ask", 6)}
"""By what was asked: what an answer opens that is bad, and the best that is."""
_WITHIN_H = {"P1": 4, "P2": 12, "P3": 36}


def severity_of(impact: str, urgency: str) -> str:
    """Return how severe a complaint is that does not say so."""
    return ORDER[(impact == "high") + (urgency == "high")]


def raised(severity: str) -> str:
    """Return how severe a complaint is that repeats another: one more, as far as there is more."""
    return ORDER[min(ORDER.index(severity) + 1, len(ORDER) - 1)]


def _of_severity(hours: int) -> PlainDeadline:
    steps = (TELL, hours * HOUR_MS // 2), (TELL, hours * HOUR_MS)
    return PlainDeadline("solution", hours * HOUR_MS, "wall", "arrival", "completion", steps, pauses=True)


SOLUTIONS = {severity: _of_severity(hours) for severity, hours in _WITHIN_H.items()}
"""By severity: what falls due of a complaint."""
CALL = PlainDeadline(
    "done", 24 * HOUR_MS, "wall", "arrival", "completion", ((TELL, 12 * HOUR_MS), (TELL, 24 * HOUR_MS)), pauses=True
)
CALL_STAGES = {f"~{asked.lower()}~{entry}": (CALL,) for asked, (entry, _) in CALLS.items()}
"""By the stage in which a call stands: what falls due in it."""
