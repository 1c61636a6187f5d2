"""What tests of routing arrange: a pool of everyone, rules by region, calls that must be refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import grpc
import pytest

from fairlead.v1 import workforce_pb2 as workforce
from fairlead.v1.dispatch_pb2 import Dispatch, DispatchPolicy
from tests.api import EVERYONE, Api


async def refused(call: Any) -> grpc.aio.AioRpcError:
    """Return the error that a call ends with."""
    with pytest.raises(grpc.aio.AioRpcError) as failed:
        await call
    return failed.value


async def everyone(api: Api, *reps: str, **pool: Any) -> None:
    """Arrange the smallest tenant: some reps, one pool, one route."""
    for rep in reps:
        await api.hire(rep)
    await api.pool("everyone", reps, **pool)
    await api.adopt(EVERYONE)


def by_region(*fallback: Any, prefer: Sequence[Any] = ()) -> dict[str, Any]:
    """Return rules that ask for a rep of the lead's region."""
    require = [{"rep": "regions", "op": "covers", "item": "region"}]
    route = {"pool": "everyone", "require": require, "prefer": list(prefer), "fallback": list(fallback)}
    return {"fields": {"region": {"type": "string"}}, "default": {"route": route}}


async def offering(api: Api, pool: str, mode: Dispatch, **terms: Any) -> None:
    """Have a pool offer its work."""
    changed = workforce.Pool(name=f"{api.parent}/pools/{pool}", dispatch=DispatchPolicy(mode=mode, **terms))
    request = workforce.UpdatePoolRequest(pool=changed)
    request.update_mask.paths.append("dispatch")
    await api.workforce.UpdatePool(request)
