"""What the twins of the store hold of a tenant, and how they read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from router.history.projection import StateProjection
from router.model.errors import RequestIdReused
from router.model.events import Event
from router.model.opening import is_closed, may_seal, opened_event
from router.model.records import CustomerScore
from router.model.sealing import NO_OPENINGS, Openings
from router.model.workforce import Record, RecordChange, WorkforceRecords
from router.model.workitem import State
from router.process.revisions.publication import ProcessPublication
from router.timers.timer import Position
from rules.revisions import Publication
from tests.twins.kept_timers import KeptTimers

_Index = TypeVar("_Index")


@dataclass
class Tenant:
    rules: int = 0
    workforce: int = 0
    events: list[Event] = field(default_factory=list)
    projection: StateProjection = field(default_factory=StateProjection)
    requests: dict[str, tuple[str, object]] = field(default_factory=dict)
    records: dict[tuple[str, str], Record] = field(default_factory=dict)
    changed: dict[tuple[str, str], int] = field(default_factory=dict)
    changes: list[RecordChange] = field(default_factory=list)
    kept: dict[int, WorkforceRecords] = field(default_factory=dict)
    publications: list[Publication] = field(default_factory=list)
    processes: list[ProcessPublication] = field(default_factory=list)
    customer_scores: dict[str, tuple[int, CustomerScore]] = field(default_factory=dict)
    other_ids: dict[str, str] = field(default_factory=dict)
    openings: defaultdict[str, dict[bytes, bytes]] = field(default_factory=lambda: defaultdict(dict))
    asked: dict[str, int] = field(default_factory=dict)
    surveyed: dict[str, int] = field(default_factory=dict)
    activities: dict[tuple[str, str], int] = field(default_factory=dict)
    timers: KeptTimers = field(default_factory=KeptTimers)
    followed: Position = field(default_factory=Position)
    followed_since: int | None = None
    due_since_ms: int | None = None
    indexes: dict[str, Any] = field(default_factory=dict)
    indexed: int = -1

    def index(self, made: Callable[[], _Index]) -> _Index:
        """Return an index of work items, made once until something happens: who reads a long log again asks for each
        of them page by page.
        """
        if self.indexed != len(self.events):
            self.indexed, self.indexes = len(self.events), {}
        if made.__name__ not in self.indexes:
            self.indexes[made.__name__] = made()
        index: _Index = self.indexes[made.__name__]
        return index

    def owned(self) -> Mapping[tuple[str, bool], list[tuple[int, str]]]:
        """Return the work items by owner, and by whether they have them open: as ``StateProjection.owned`` of each."""
        groups = defaultdict[tuple[str, bool], list[tuple[int, str]]](list)
        for record in self.projection.items.values():
            if record.owner:
                groups[record.owner, record.state is State.ASSIGNED].append((record.first, record.item_id))
        return {side: sorted(group) for side, group in groups.items()}


class Tenants:
    """What the twins share: tenants, each with all that there is of it.

    Parameters
    ----------
    now_ms
        Clock, in milliseconds since the epoch.
    expected_ms
        What a server takes it to show; where it is left out, the time of a log's last event.
    """

    def __init__(self, now_ms: Callable[[], int], expected_ms: Callable[[], int] | None = None) -> None:
        self._now_ms = now_ms
        self._expected_ms = expected_ms
        self._tenants: defaultdict[str, Tenant] = defaultdict(Tenant)

    def _time_of(self, state: Tenant) -> int:
        """Return the time of the next event of a log: that of the clock, but never before the last event."""
        return max(self._now_ms(), state.events[-1].at_ms if state.events else 0)


def answered_before(state: Tenant, request_id: str, fingerprint: str) -> object | None:
    """Return what a request was answered; None: it was not here before, or carries no id.

    Raises
    ------
    RequestIdReused
        If the id was used for other content.
    """
    if not request_id or request_id not in state.requests:
        return None
    known, answer = state.requests[request_id]
    if known != fingerprint:
        raise RequestIdReused(request_id)
    return answer


_Event = TypeVar("_Event", bound=Event)


def opened_in(state: Tenant, event: _Event, openings: Openings = NO_OPENINGS) -> _Event:
    """Open what is sealed in an event, with what is kept beside the log or, for a preview, comes with the job."""
    if not may_seal(event) or not is_closed(event):
        return event
    item_id: str = event.item_id  # type: ignore[union-attr]  # what may seal has one
    return opened_event(event, openings or state.openings[item_id])  # type: ignore[type-var]  # of its kind
