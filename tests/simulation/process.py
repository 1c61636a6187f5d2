"""The process that leads are in: as it is published, and as plain numbers for those who hold the code to it."""

from __future__ import annotations

from typing import NamedTuple

HOUR_MS = 3_600_000
MINUTE_MS = 60_000
DESK = "desk"
"""The pool that children are opened for."""
PROCESS = """
process: sales
kinds: [LEAD]
deadlines:
  - id: resolution
    within: 16h
    clock: pool
    from: arrival
    until: completion
    steps: [{at: 50%, do: remind}, {at: 100%, do: notify, to: manager}]
  - id: legal
    within: 48h
    clock: wall
    from: arrival
    until: completion
    statutory: true
    steps: [{at: 100%, do: notify, to: pool managers}]
stages:
  - id: new
    next: [qualified, quote, lost]
    deadlines:
      - id: first-response
        within: 1h
        clock: owner
        from: assigned
        until: attempt
        steps: [{at: 50%, do: remind}, {at: 100%, do: notify, to: manager}, {at: 200%, do: reassign}]
  - id: qualified
    next: [quote, lost]
    require: [budget]
    open: [{id: check, kind: TASK, pool: desk, within: 4h, blocks: true}]
    deadlines:
      - id: update
        within: 24h
        clock: wall
        from: last_outbound
        until: attempt
        steps: [{at: 100%, do: remind, every: 12h, at_most: 3}]
  - id: quote
    require: [budget, amount]
    approve: {when: {field: discount, op: gt, value: 0.1}, by: manager, within: 4h}
  - {id: won, closes: CONVERTED}
  - {id: lost, closes: DISQUALIFIED}
"""
FIRST, OPENER, ASKS, CHILD, OPENED = "new", "qualified", "quote", "qualified~check", "check"
FOLLOWS = {
    "new": ("qualified", "quote", "lost"), "qualified": ("quote", "lost"), "quote": ("won", "lost"),
    "open": ("solved",),
}  # fmt: skip
"""By stage: which may follow; of complaints, too."""
REQUIRED = {"qualified": ("budget",), "quote": ("budget", "amount"), "solved": ("cause",)}
"""By stage: what a lead must have."""
LEAST_APPROVED = 0.1
"""Above such a discount somebody is to approve a quote."""
ORDER = ("new", "qualified", "quote", "won", "lost")
MOST_MOVED = 2
REST_MS = 15 * MINUTE_MS
"""How long nobody takes a lead away behind what was told, or done, of it."""
TELL, GIVE = "due", "act"
OPERATOR = "operator"
"""A program that speaks for people: that it both asks and answers says nothing."""


class PlainDeadline(NamedTuple):
    """What falls due: so long after what starts it, by whose hours; each step tells or gives, so long after that.

    Parameters
    ----------
    until
        ``attempt`` or ``completion``; of an approval ``answer``.
    pauses
        Whether it rests in pauses.
    by_law
        Whether it runs from when the lead first came, also once that is reopened.
    """

    id: str
    within_ms: int
    clock: str
    since: str
    until: str
    steps: tuple[tuple[str, int], ...]
    pauses: bool
    by_law: bool = False


_HALF_MS = HOUR_MS // 2
WHOLE = ""
APPROVAL = PlainDeadline(
    "approval", 4 * HOUR_MS, "pool", "asked", "answer", ((TELL, 0), (TELL, 4 * HOUR_MS)), pauses=False
)
DEADLINES = {
    WHOLE: (
        PlainDeadline(
            "resolution", 16 * HOUR_MS, "pool", "arrival", "completion",
            ((TELL, 8 * HOUR_MS), (TELL, 16 * HOUR_MS)), pauses=True,
        ),
        PlainDeadline(
            "legal", 48 * HOUR_MS, "wall", "arrival", "completion", ((TELL, 48 * HOUR_MS),), pauses=False, by_law=True
        ),
    ),
    "new": (
        PlainDeadline(
            "first-response", HOUR_MS, "owner", "assigned", "attempt",
            ((TELL, _HALF_MS), (TELL, HOUR_MS), (GIVE, 2 * HOUR_MS)), pauses=False,
        ),
    ),
    "qualified": (
        PlainDeadline(
            "update", 24 * HOUR_MS, "wall", "last_outbound", "attempt",
            tuple((TELL, hours * HOUR_MS) for hours in (24, 36, 48)), pauses=True,
        ),
    ),
    CHILD: (
        PlainDeadline(
            "done", 4 * HOUR_MS, "owner", "arrival", "completion",
            ((TELL, 2 * HOUR_MS), (TELL, 4 * HOUR_MS)), pauses=True,
        ),
    ),
}  # fmt: skip
"""By stage: what falls due in it."""
