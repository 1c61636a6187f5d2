"""Where activities are recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from router.assignment.commands import Refusal
from router.model.activities import Activity, ActivityEvidence
from router.model.events import ActivityRecorded
from router.model.sealing import NO_OPENINGS, Openings


@dataclass(frozen=True, slots=True)
class ActivityCommand:
    """An activity on its way through the store.

    Parameters
    ----------
    activity
        As it is to be stored: its texts sealed. ``occur_ms`` 0: it occurs now.
    evidence
        What it proves.
    ends
        Whether it leaves no next date if it sets none.
    ahead_ms
        How far ahead of now its next date may lie.
    is_named
        Whether it was said who acted, who has to be there then; an owner may be gone.
    expected
        The version of the work item that all this is said of; any other is a conflict.
    assigned_ms
        Since when its owner has had what was imported, in milliseconds since 1970; 0: since they got it here.
    key
        What stands for its external id; empty: it has none.
    openings, customer
        As in ``router.assignment.commands.BindCommand``.
    """

    item_id: str
    activity: Activity
    evidence: tuple[ActivityEvidence, ...]
    ends: bool
    expected: int
    assigned_ms: int
    ahead_ms: int
    actor: str = ""
    key: str = ""
    request_id: str = ""
    fingerprint: str = ""
    openings: Openings = field(default_factory=lambda: NO_OPENINGS)
    customer: str = ""
    is_named: bool = False


class KnownActivity(NamedTuple):
    """Says that the external id is known already: the event that it stands for; nothing was written."""

    event: ActivityRecorded


class InFuture(NamedTuple):
    """Says that an activity would occur later than now, in milliseconds since 1970; nothing was written."""

    now_ms: int


class NotAhead(NamedTuple):
    """Says that an activity's next date is not later than now, in milliseconds since 1970; nothing was written."""

    now_ms: int


class TooFar(NamedTuple):
    """Says that an activity's next date lies further ahead of now, in milliseconds since 1970, than one may."""

    now_ms: int


class Activities(Protocol):
    """Records activities: one atomic step each."""

    async def record(
        self, tenant: str, command: ActivityCommand, *, preview: bool = False
    ) -> ActivityRecorded | KnownActivity | InFuture | NotAhead | TooFar | Refusal:
        """Record an activity, or answer a repeated request as before, whatever has become of the work item by then.

        Raises
        ------
        NotFound
            If there is no such work item, or rep.
        """

    async def keep_request(
        self, tenant: str, request_id: str, fingerprint: str, item_id: str, *, expected: int, number: int
    ) -> bool:
        """Keep that a request was answered, as ``router.assignment.ports.Assignments.keep_request``."""

    async def recorded(self, tenant: str, numbers: Sequence[int]) -> list[ActivityRecorded]:
        """Return the activities of these events, in order.

        Raises
        ------
        CorruptHistory
            If the log has not got one of them.
        """
