"""Reps, pools and territories."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from google.protobuf.empty_pb2 import Empty

from fairlead.client.calls import PAGE, Calls, new_id
from fairlead.v1 import workforce_pb2 as workforce
from fairlead.v1.caps_pb2 import Cap
from fairlead.v1.dispatch_pb2 import DispatchPolicy


class WorkforceCalls(Calls):
    """WorkforceService."""

    def upsert_reps(self, reps: Sequence[workforce.Rep]) -> list[workforce.Rep]:
        """Create or replace up to 10,000 reps, all or none; their names may be ids alone."""
        named = [workforce.Rep() for _ in reps]
        for copy, rep in zip(named, reps, strict=True):
            copy.CopyFrom(rep)
            copy.name = self._name("reps", rep.name)
        request = workforce.BatchUpsertRepsRequest(parent=self.parent, reps=named, request_id=new_id())
        answer = self._connection.call("WorkforceService/BatchUpsertReps", request, workforce.BatchUpsertRepsResponse)
        return list(answer.reps)

    def apply_workforce(
        self, request: workforce.ApplyWorkforceRequest, *, validate_only: bool = False
    ) -> workforce.ApplyWorkforceResponse:
        """Change reps, pools and territories as one revision, and say what changed; the request needs no parent."""
        copy = workforce.ApplyWorkforceRequest()
        copy.CopyFrom(request)
        copy.parent, copy.validate_only = self.parent, validate_only
        copy.request_id = request.request_id or new_id()
        return self._connection.call("WorkforceService/ApplyWorkforce", copy, workforce.ApplyWorkforceResponse)

    def list_reps(self) -> Iterator[workforce.Rep]:
        """List reps by id."""
        request = workforce.ListRepsRequest(parent=self.parent, page_size=PAGE)
        for page in self._connection.pages("WorkforceService/ListReps", request, workforce.ListRepsResponse):
            yield from page.reps

    def delete_rep(self, rep: str) -> None:
        """Delete a rep who owns nothing open."""
        request = workforce.DeleteRepRequest(name=self._name("reps", rep), request_id=new_id())
        self._connection.call("WorkforceService/DeleteRep", request, Empty)

    def upsert_pool(
        self,
        pool: str,
        members: Mapping[str, float],
        *,
        band: float | None = None,
        value_weighted: bool | None = None,
        caps: Iterable[Cap] | None = None,
        absence_policy: workforce.AbsencePolicy | None = None,
        dispatch: DispatchPolicy | None = None,
    ) -> workforce.Pool:
        """Create a pool, or change its members (rep → weight); what is not given stays."""
        request = workforce.UpdatePoolRequest(allow_missing=True, request_id=new_id())
        request.pool.name = self._name("pools", pool)
        request.pool.members.extend(workforce.PoolMember(rep=rep, weight=weight) for rep, weight in members.items())
        request.update_mask.paths.append("members")
        if band is not None:
            request.pool.band = band
            request.update_mask.paths.append("band")
        if value_weighted is not None:
            request.pool.value_weighted = value_weighted
            request.update_mask.paths.append("value_weighted")
        if caps is not None:
            request.pool.caps.extend(caps)
            request.update_mask.paths.append("caps")
        if dispatch is not None:
            request.pool.dispatch.CopyFrom(dispatch)
            request.update_mask.paths.append("dispatch")
        if absence_policy is not None:
            request.pool.absence_policy.CopyFrom(absence_policy)
            request.update_mask.paths.append("absence_policy")
        return self._connection.call("WorkforceService/UpdatePool", request, workforce.Pool)

    def list_pools(self) -> Iterator[workforce.Pool]:
        """List pools by id."""
        request = workforce.ListPoolsRequest(parent=self.parent, page_size=PAGE)
        for page in self._connection.pages("WorkforceService/ListPools", request, workforce.ListPoolsResponse):
            yield from page.pools

    def upsert_territory(self, territory: str, parent: str = "") -> workforce.Territory:
        """Create a territory, or move it below another parent; no parent makes it a root."""
        request = workforce.UpdateTerritoryRequest(allow_missing=True, request_id=new_id())
        request.territory.name = self._name("territories", territory)
        request.territory.parent = self._name("territories", parent) if parent else ""
        request.update_mask.paths.append("parent")
        return self._connection.call("WorkforceService/UpdateTerritory", request, workforce.Territory)

    def list_territories(self) -> Iterator[workforce.Territory]:
        """List territories by id."""
        request = workforce.ListTerritoriesRequest(parent=self.parent, page_size=PAGE)
        for page in self._connection.pages(
            "WorkforceService/ListTerritories", request, workforce.ListTerritoriesResponse
        ):
            yield from page.territories
