"""Caps: how they stand, and other ones for a rep or a pool."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fairlead.client.calls import PAGE, Calls, new_id
from fairlead.v1 import caps_pb2 as caps
from fairlead.v1 import workforce_pb2 as workforce


class CapCalls(Calls):
    """WorkforceService, of caps."""

    def list_cap_uses(self) -> Iterator[caps.CapUse]:
        """List how much of each cap is used, and when it lifts: pools, then reps."""
        request = caps.ListCapUsesRequest(parent=self.parent, page_size=PAGE)
        for page in self._connection.pages("WorkforceService/ListCapUses", request, caps.ListCapUsesResponse):
            yield from page.cap_uses

    def get_rep(self, rep: str) -> workforce.Rep:
        """Get a rep."""
        request = workforce.GetRepRequest(name=self._name("reps", rep))
        return self._connection.call("WorkforceService/GetRep", request, workforce.Rep)

    def get_pool(self, pool: str) -> workforce.Pool:
        """Get a pool."""
        request = workforce.GetPoolRequest(name=self._name("pools", pool))
        return self._connection.call("WorkforceService/GetPool", request, workforce.Pool)

    def set_rep_caps(self, rep: str, listed: Iterable[caps.Cap], *, etag: str = "") -> workforce.Rep:
        """Give a rep these caps in place of all that they have; an etag must be current."""
        request = workforce.UpdateRepRequest(request_id=new_id())
        request.rep.CopyFrom(workforce.Rep(name=self._name("reps", rep), caps=listed, etag=etag))
        request.update_mask.paths.append("caps")
        return self._connection.call("WorkforceService/UpdateRep", request, workforce.Rep)

    def set_pool_caps(self, pool: str, listed: Iterable[caps.Cap], *, etag: str = "") -> workforce.Pool:
        """Give a pool these caps in place of all that it has; an etag must be current."""
        request = workforce.UpdatePoolRequest(request_id=new_id())
        request.pool.CopyFrom(workforce.Pool(name=self._name("pools", pool), caps=listed, etag=etag))
        request.update_mask.paths.append("caps")
        return self._connection.call("WorkforceService/UpdatePool", request, workforce.Pool)
