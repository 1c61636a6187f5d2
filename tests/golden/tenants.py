"""A tenant as the golden scenario knows it: short words for the calls that it makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import grpc

from tests.golden.calls import Json, ask


class Tenant:
    """One tenant on a running service.

    Parameters
    ----------
    channel
        To the service.
    name
        Its last name.
    token
        Who calls; empty: nobody is asked.
    """

    def __init__(self, channel: grpc.Channel, name: str, token: str = "") -> None:
        self.parent = f"tenants/{name}"
        self.repeatable: list[Json] = []
        """Calls with a request id, with their answers."""
        self._channel = channel
        self._token = token

    def call(self, method: str, **request: Any) -> Json:
        """Make a call that must succeed; return its answer."""
        made = ask(self._channel, method, request, token=self._token)
        assert "response" in made, made
        if "request_id" in request:
            self.repeatable.append(made)
        response: Json = made["response"]
        return response

    def route(
        self, external_id: str = "", *, source: str = "crm", ids: Mapping[str, Any] | None = None, **item: Any
    ) -> Json:
        """Route a work item; what is no field of it is an attribute."""
        return self.call("RoutingService/RouteWorkItem", work_item=_item(source, external_id, item), **self._ids(ids))

    def submit(self, external_id: str, *, ids: Mapping[str, Any] | None = None, **item: Any) -> Json:
        """Submit a work item."""
        return self.call("RoutingService/SubmitWorkItem", work_item=_item("web", external_id, item), **self._ids(ids))

    def _ids(self, ids: Mapping[str, Any] | None) -> dict[str, str]:
        return {"parent": self.parent, **(ids or {})}

    def reassign(self, decision: Json, **fields: str) -> Json:
        """Give a decided work item to somebody else."""
        return self.call("RoutingService/ReassignWorkItem", name=decision["work_item"], **fields)

    def complete(self, decision: Json, resolution: str, **fields: str) -> Json:
        """Close a decided work item."""
        name, ends = decision["work_item"], f"RESOLUTION_{resolution}"
        return self.call("RoutingService/CompleteWorkItem", name=name, resolution=ends, **fields)

    def publish(self, source: str, **fields: str) -> Json:
        """Publish rules."""
        return self.call("RuleService/PublishRuleSet", parent=self.parent, source=source, **fields)

    def hire(self, *reps: Json) -> None:
        """Enter reps, each with an ``id`` and the fields of a Rep."""
        named = [{"name": f"{self.parent}/reps/{rep['id']}", **_without(rep, "id")} for rep in reps]
        self.call("WorkforceService/BatchUpsertReps", parent=self.parent, reps=named)

    def pool(self, pool_id: str, members: Mapping[str, float], **fields: Any) -> None:
        """Create a pool, or change it."""
        listed = [{"rep": rep, "weight": weight} for rep, weight in members.items()]
        pool = {"name": f"{self.parent}/pools/{pool_id}", "members": listed, **fields}
        self.call("WorkforceService/UpdatePool", pool=pool, allow_missing=True)

    def territories(self, *pairs: tuple[str, str]) -> None:
        """Create territories, each beside its parent."""
        for territory, parent in pairs:
            above = f"{self.parent}/territories/{parent}" if parent else ""
            request = {"parent": self.parent, "territory_id": territory, "territory": {"parent": above}}
            self.call("WorkforceService/CreateTerritory", **request)

    def counts(self) -> Counter[str]:
        """Count what the queue holds; whole numbers of 64 bits are texts in JSON, and none where they are 0."""
        queue = self.call("QueueService/GetQueue", name=f"{self.parent}/queue")
        return Counter({name: int(value) for name, value in queue.items() if value.isdecimal()})


_FIELDS = ("kind", "value", "priority")


def _item(source: str, external_id: str, given: Mapping[str, Any]) -> Json:
    fields = {name: given[name] for name in _FIELDS if name in given}
    natural = {"source": source, "external_id": external_id} if external_id else {}
    return {"kind": "KIND_LEAD", **natural, **fields, "attributes": _without(given, *_FIELDS)}


def _without(given: Mapping[str, Any], *names: str) -> Json:
    return {name: value for name, value in given.items() if name not in names}
