"""What an activity is evidence of: the table that deadlines and caps go by. Pure.

A note proves nothing, and neither does what is said among ourselves, or what nobody of ours did: an automatic reply
must not count as an answer. What the customer does counts whoever writes it down.
"""

from __future__ import annotations

from router.model.activities import ActivityEvidence, ActivityKind, Direction

CONNECTED_MS = 30_000
"""How long a call lasts in which two talked, at least."""

_NOTHING: tuple[ActivityEvidence, ...] = ()
_WRITTEN = frozenset({ActivityKind.MESSAGE, ActivityKind.EMAIL})
_FACE_TO_FACE = frozenset({ActivityKind.MEETING})


def evidence_of(
    kind: ActivityKind, direction: Direction, *, by_person: bool, duration_ms: int = 0
) -> tuple[ActivityEvidence, ...]:
    """Return what an activity proves, in the order of ``ActivityEvidence``.

    Parameters
    ----------
    by_person
        Whether a rep acted, and not a machine.
    duration_ms
        How long it lasted: a call counts as contact from ``CONNECTED_MS`` on.

    Examples
    --------
    >>> [str(one) for one in evidence_of(ActivityKind.CALL, Direction.OUTBOUND, by_person=True)]
    ['ATTEMPT', 'ANY']
    >>> evidence_of(ActivityKind.EMAIL, Direction.OUTBOUND, by_person=False)
    ()
    >>> [str(one) for one in evidence_of(ActivityKind.EMAIL, Direction.INBOUND, by_person=False)]
    ['CONTACT', 'CUSTOMER', 'ANY']
    """
    if is_note(kind, direction):
        return _NOTHING
    is_ours = direction is Direction.OUTBOUND
    if is_ours and not by_person:
        return _NOTHING
    contact = [ActivityEvidence.CONTACT] * _is_contact(kind, direction, by_person=by_person, duration_ms=duration_ms)
    return (
        (ActivityEvidence.ATTEMPT, *contact, ActivityEvidence.ANY)
        if is_ours
        else (*contact, ActivityEvidence.CUSTOMER, ActivityEvidence.ANY)
    )


def is_note(kind: ActivityKind, direction: Direction) -> bool:
    """Say whether something was but written down, or said among ourselves."""
    return kind is ActivityKind.NOTE or direction is Direction.INTERNAL


def _is_contact(kind: ActivityKind, direction: Direction, *, by_person: bool, duration_ms: int) -> bool:
    """Say whether it went both ways: a call that connected, a meeting, or an answer of the customer's."""
    if kind in _WRITTEN:
        return direction is Direction.INBOUND
    if kind is ActivityKind.CALL:
        return by_person and duration_ms >= CONNECTED_MS
    return by_person and (kind in _FACE_TO_FACE or direction is Direction.INBOUND)


def ends_next_date(evidence: tuple[ActivityEvidence, ...], *, by_person: bool) -> bool:
    """Say whether an activity that names no next date leaves none: one by which somebody turned to the customer."""
    return by_person and ActivityEvidence.ANY in evidence
