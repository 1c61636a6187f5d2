"""WorkforceService: reps, pools and territories by AIP's standard methods; calendars stand beside."""

from __future__ import annotations

from google.protobuf.empty_pb2 import Empty

from failures import shown
from fairlead.v1 import workforce_pb2 as workforce
from gateway import fields
from gateway.calls.call import Call
from resource_names import check_id, tenant_of
from router.assignment.ports import StoreClock
from router.history.cap_uses import CapUses
from router.model.errors import InvalidInput, Violation
from router.model.workforce import Rep
from router.rpc import workforce_messages as read
from router.rpc.calendars import CalendarMethods
from router.rpc.caps import CapMethods
from router.rpc.joint_edits import applied_message, joint_edit
from router.rpc.pool_scope import reps_seen
from router.rpc.standard_methods import repetition
from router.timers.covers import KeptItems
from router.workforce.edits import Edit
from router.workforce.presence import PresenceService
from router.workforce.service import WorkforceService

MAX_BATCH = 10_000


class WorkforceServicer(CalendarMethods, CapMethods):
    """Answers WorkforceService; its methods on calendars, absences, tenants, presences and caps are inherited."""

    def __init__(
        self,
        workforce_service: WorkforceService,
        presence_service: PresenceService,
        cap_uses: CapUses,
        clock: StoreClock,
        kept_items: KeptItems,
    ) -> None:
        super().__init__(workforce_service, presence_service, clock, kept_items)
        self._cap_uses = cap_uses

    # ------------------------------------------------------------------------------------------------------------- reps

    async def CreateRep(self, request: workforce.CreateRepRequest, call: Call) -> workforce.Rep:
        tenant = tenant_of(request.parent)
        record = read.rep(request.rep, request.rep_id, None, read.REP_FIELDS, tenant)
        change = Edit("rep", request.rep_id, lambda _: record, create=True, update=False)
        return read.rep_message(tenant, await self._standard.save(tenant, change, request, call))

    async def GetRep(self, request: workforce.GetRepRequest, call: Call) -> workforce.Rep:
        tenant, rep_id = fields.name_of(request.name, "reps")
        call.check_own(rep_id)
        return read.rep_message(tenant, await self._workforce_service.get(tenant, "rep", rep_id))

    async def ListReps(self, request: workforce.ListRepsRequest, call: Call) -> workforce.ListRepsResponse:
        reps, token = await self._standard.page("rep", request, read.rep_message)
        seen = reps_seen(call, await self._workforce_service.records(tenant_of(request.parent)))
        reps = [rep for rep in reps if seen is None or rep.name.rpartition("/")[2] in seen]
        return workforce.ListRepsResponse(reps=reps, next_page_token=token)

    async def UpdateRep(self, request: workforce.UpdateRepRequest, call: Call) -> workforce.Rep:
        tenant, rep_id = fields.name_of(request.rep.name, "reps", "rep.name")
        paths = read.masked(request.update_mask.paths, read.REP_FIELDS, request.rep)
        change = Edit(
            "rep",
            rep_id,
            lambda present: read.rep(request.rep, rep_id, present, paths, tenant),
            request.rep.etag,
            create=request.allow_missing,
        )
        return read.rep_message(tenant, await self._standard.save(tenant, change, request, call))

    async def DeleteRep(self, request: workforce.DeleteRepRequest, call: Call) -> Empty:
        return await self._standard.delete("rep", *fields.name_of(request.name, "reps"), request, call)

    async def BatchUpsertReps(
        self, request: workforce.BatchUpsertRepsRequest, call: Call
    ) -> workforce.BatchUpsertRepsResponse:
        tenant = tenant_of(request.parent)
        if not 1 <= len(request.reps) <= MAX_BATCH:
            raise InvalidInput.of("reps", f"{len(request.reps)} reps: must be 1 to {MAX_BATCH}")
        changes, seen, violations = [], set[str](), []
        for place, message in enumerate(request.reps):
            of_tenant, rep_id = fields.name_of(message.name, "reps", f"reps[{place}].name")
            if of_tenant != tenant:
                fault = f"{shown(message.name)}: must belong to tenants/{tenant}"
                violations.append(Violation(f"reps[{place}].name", fault))
            if wrong := check_id(rep_id):
                violations.append(Violation(f"reps[{place}].name", wrong))
            if rep_id in seen:
                violations.append(Violation(f"reps[{place}].name", f"{shown(message.name)} stands here twice"))
            seen.add(rep_id)
            at = f"reps[{place}]"
            record = read.rep(message, rep_id, None, read.REP_FIELDS, tenant, at)
            changes.append(_replacement(record, message.etag, at))
        if violations:
            raise InvalidInput(violations)
        saved = await self._workforce_service.save(tenant, changes, actor=call.actor, **repetition(request))
        return workforce.BatchUpsertRepsResponse(reps=[read.rep_message(tenant, rep) for rep in saved])

    # ------------------------------------------------------------------------------------------------------------ pools

    async def CreatePool(self, request: workforce.CreatePoolRequest, call: Call) -> workforce.Pool:
        tenant = tenant_of(request.parent)
        record = read.pool(request.pool, request.pool_id, None, read.POOL_FIELDS, tenant)
        change = Edit("pool", request.pool_id, lambda _: record, create=True, update=False)
        return read.pool_message(tenant, await self._standard.save(tenant, change, request, call))

    async def GetPool(self, request: workforce.GetPoolRequest, _: Call) -> workforce.Pool:
        tenant, pool_id = fields.name_of(request.name, "pools")
        return read.pool_message(tenant, await self._workforce_service.get(tenant, "pool", pool_id))

    async def ListPools(self, request: workforce.ListPoolsRequest, call: Call) -> workforce.ListPoolsResponse:
        pools, token = await self._standard.page("pool", request, read.pool_message)
        pools = [pool for pool in pools if call.sees({pool.name.rpartition("/")[2]})]
        return workforce.ListPoolsResponse(pools=pools, next_page_token=token)

    async def UpdatePool(self, request: workforce.UpdatePoolRequest, call: Call) -> workforce.Pool:
        tenant, pool_id = fields.name_of(request.pool.name, "pools", "pool.name")
        paths = read.masked(request.update_mask.paths, read.POOL_FIELDS, request.pool)
        change = Edit(
            "pool",
            pool_id,
            lambda present: read.pool(request.pool, pool_id, present, paths, tenant),
            request.pool.etag,
            create=request.allow_missing,
        )
        return read.pool_message(tenant, await self._standard.save(tenant, change, request, call))

    async def DeletePool(self, request: workforce.DeletePoolRequest, call: Call) -> Empty:
        return await self._standard.delete("pool", *fields.name_of(request.name, "pools"), request, call)

    # ------------------------------------------------------------------------------------------------------ territories

    async def CreateTerritory(self, request: workforce.CreateTerritoryRequest, call: Call) -> workforce.Territory:
        tenant = tenant_of(request.parent)
        record = read.territory(request.territory, request.territory_id, None, read.TERRITORY_FIELDS, tenant)
        change = Edit("territory", request.territory_id, lambda _: record, create=True, update=False)
        return read.territory_message(tenant, await self._standard.save(tenant, change, request, call))

    async def GetTerritory(self, request: workforce.GetTerritoryRequest, _: Call) -> workforce.Territory:
        tenant, territory_id = fields.name_of(request.name, "territories")
        return read.territory_message(tenant, await self._workforce_service.get(tenant, "territory", territory_id))

    async def ListTerritories(
        self, request: workforce.ListTerritoriesRequest, _: Call
    ) -> workforce.ListTerritoriesResponse:
        territories, token = await self._standard.page("territory", request, read.territory_message)
        return workforce.ListTerritoriesResponse(territories=territories, next_page_token=token)

    async def UpdateTerritory(self, request: workforce.UpdateTerritoryRequest, call: Call) -> workforce.Territory:
        tenant, territory_id = fields.name_of(request.territory.name, "territories", "territory.name")
        paths = read.masked(request.update_mask.paths, read.TERRITORY_FIELDS, request.territory)
        change = Edit(
            "territory",
            territory_id,
            lambda present: read.territory(request.territory, territory_id, present, paths, tenant),
            request.territory.etag,
            create=request.allow_missing,
        )
        return read.territory_message(tenant, await self._standard.save(tenant, change, request, call))

    async def DeleteTerritory(self, request: workforce.DeleteTerritoryRequest, call: Call) -> Empty:
        return await self._standard.delete("territory", *fields.name_of(request.name, "territories"), request, call)

    # ------------------------------------------------------------------------------------------- common to the three

    async def ApplyWorkforce(
        self, request: workforce.ApplyWorkforceRequest, call: Call
    ) -> workforce.ApplyWorkforceResponse:
        tenant = tenant_of(request.parent)
        applied = await self._workforce_service.apply(
            tenant, joint_edit(request), actor=call.actor, **repetition(request)
        )
        return applied_message(tenant, applied)


def _replacement(rep: Rep, etag: str, at: str) -> Edit:
    return Edit("rep", rep.id, lambda _: rep, etag, create=True, at=at)
