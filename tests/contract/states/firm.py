"""A tenant of three reps who share a pool, asked through gRPC, and one work item of theirs.

Ann, bo and cy have 5, 3 and 2 parts of ten, so that a work item for all of them entitles them to 500, 300 and 200
thousandths of it, and whoever of them is chosen is never so by lot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import fairness_pb2 as fairness
from fairlead.v1 import privacy_pb2_grpc
from fairlead.v1 import routing_pb2 as routing
from router.model.decision import Way
from router.model.dispatch import Dispatch
from router.model.workforce import Member, Pool, Rep
from router.rules.check import check
from router.rules.codec import dumps
from router.workforce.edits import Edit
from router.workforce.presence import PresenceService
from router.workforce.service import WorkforceService
from rules.revisions import Publication
from tests.api import Api, last, struct
from tests.contract.over_grpc import Service
from tests.contract.staging import process_publication
from tests.contract.test_caps import MINUTE_MS, Clock

START_MS = 1_893_456_000_000
DAY_S = 86_400
REPS = ("ann", "bo", "cy")
PARTS = (5000, 3000, 2000)
RULES = """\
fields: {patience: {type: string}, phone: {type: string, personal: true}, region: {type: string}}
rules:
  - {id: hurried, when: {field: patience, op: eq, value: short}, route: {pool: east, hours: ignore, on_change: region}}
default: {route: {pool: east, hours: ignore, on_change: region, fallback: [wait]}}
"""
SALES = process_publication(
    """
process: sales
kinds: [LEAD]
deadlines:
  - {id: answer, within: 1m, clock: wall, from: last_inbound, steps: [{at: 100%, do: reassign}]}
stages:
  - {id: new}
  - {id: talks}
  - {id: won, closes: CONVERTED}
  - {id: lost, closes: DISQUALIFIED}
  - {id: done, closes: CLOSED}
"""
)
"""Its work item is in a process: whatever the table says of all else holds with one as it does without."""
_KIND = routing.WorkItem.KIND_LEAD
_PUBLICATIONS: dict[str, Publication] = {}


class StandingPlace(NamedTuple):
    """Where the work item stands, and the ledger: deficits in thousandths of a work item, by rep."""

    state: str
    owner: str
    """In brackets whom it is offered to."""
    epoch: int
    deficits: tuple[int, ...]
    received: Mapping[tuple[str, Way], int]
    """What was received, by rep and way, where it is not 0."""
    decision: str = ""


@dataclass
class OneItemFirm:
    """The tenant.

    Parameters
    ----------
    service, api, privacy
        What serves it, and how that is asked.
    clock
        The service's.
    patience
        How long its work item can wait: ``short``, for rules that do not let it, or else.
    """

    service: Service
    api: Api
    privacy: Any
    clock: Clock
    patience: str = "long"
    away: frozenset[str] = frozenset()
    offer: int = 1000

    @classmethod
    async def arrange(
        cls, service: Service, channel: grpc.aio.Channel, tenant: str, clock: Clock, dispatch: Dispatch | None = None
    ) -> OneItemFirm:
        """Enter the reps, their pool, which gives or offers its work, and the rules past the server."""
        stores = service.stores
        await stores.rule_sets.publish(tenant, None, _publication(RULES))
        await stores.processes.publish_process(tenant, None, SALES)
        pool = Pool("east", tuple(map(Member, REPS, PARTS)), dispatch=dispatch)
        edits = [Edit("rep", rep, lambda _, rep=rep: Rep(rep), create=True) for rep in REPS]  # type: ignore[misc]
        edits.append(Edit("pool", pool.id, lambda _: pool, create=True))
        await WorkforceService(stores.workforce, stores.rule_sets).save(tenant, edits)
        return cls(service, Api(channel, tenant), privacy_pb2_grpc.PrivacyServiceStub(channel), clock)

    @property
    def item(self) -> str:
        """The name of its work item."""
        return f"{self.api.parent}/workItems/crm~L-1"

    def content(self, external_id: str = "L-1", source: str = "crm", **other: str) -> routing.WorkItem:
        """Return what the work item is sent as."""
        said = {"phone": "139", "patience": self.patience, **other}
        return routing.WorkItem(kind=_KIND, source=source, external_id=external_id, attributes=struct(said))

    def wish(self, **other: str) -> routing.RouteWorkItemRequest:
        """Return a wish for its owner."""
        return routing.RouteWorkItemRequest(parent=self.api.parent, work_item=self.content(**other))

    async def route(self, **other: str) -> decisions.Decision:
        """Ask for its owner."""
        decision: decisions.Decision = await self.api.routing.RouteWorkItem(self.wish(**other))
        return decision

    async def be(self, present: Sequence[str]) -> None:
        """Have these reps be there, and the others away, past the server."""
        for rep in REPS:
            if (rep in present) is (rep in self.away):
                until_ms = None if rep in present else 0
                await PresenceService(self.service.stores.presences).set_presence(self.api.tenant, rep, until_ms)
        self.away = frozenset(REPS) - set(present)

    def imported(self, owner: str) -> routing.ImportWorkItemsRequest:
        """Return an import of the work item, which somebody has had for a day."""
        since = Timestamp(seconds=START_MS // 1000 - DAY_S)
        entry = routing.ImportedWorkItem(
            work_item=self.content(), owner=self.api.rep_name(owner), assigned_time=since
        )  # fmt: skip
        return routing.ImportWorkItemsRequest(parent=self.api.parent, items=[entry])

    async def events(self) -> int:
        """Return how many events its log has."""
        newest = await self.service.stores.assignments.events(self.api.tenant, count=1, newest_first=True)
        return newest[0].number if newest else 0

    async def place(self) -> StandingPlace:
        """Return where all stands."""
        report: fairness.FairnessReport = await self.api.report("east")
        deficits = {last(rep): round(units * 1000) for rep, units in report.observed.per_rep.items()}
        received = {
            (last(rep), way): round(units)
            for rep, each in report.received_by.items()
            for way in Way
            if (units := getattr(each, way.lower()))
        }
        item = await self._stored()
        state = routing.WorkItem.State.Name(item.state).removeprefix("STATE_") if item.state else "NONE"
        return StandingPlace(
            state,
            last(item.owner) or _offered_to(item),
            item.epoch,
            tuple(deficits.get(rep, 0) for rep in REPS),
            received,
            item.decision,
        )

    async def minutes_pass(self, minutes: int) -> None:
        """Let time pass, do what falls due, and find somebody for what waits then."""
        await self.clock.set(self.clock.at_ms + minutes * MINUTE_MS)
        await self.service.fire(self.api.tenant)
        await self.service.wake(self.api.tenant)

    async def see_offer(self) -> int:
        """Return the number of the offer that is open, or was when somebody last looked."""
        self.offer = (await self._stored()).offer.number or self.offer
        return self.offer

    async def _stored(self) -> routing.WorkItem:
        try:
            return await self.api.item(self.item)
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.NOT_FOUND:
                raise
            return routing.WorkItem()


def _offered_to(item: routing.WorkItem) -> str:
    return f"({last(item.offer.rep) or 'many'})" if item.HasField("offer") else ""


def _publication(source: str) -> Publication:
    if source not in _PUBLICATIONS:
        rule_set = check(source).rule_set
        assert rule_set is not None
        _PUBLICATIONS[source] = Publication(0, source, dumps(rule_set), "", len(rule_set.rules), 0, 0)
    return _PUBLICATIONS[source]
