"""The services that every gRPC server has, health and reflection, served as ours are.

Only the library's servicers are used, not its ``add_…_to_server``: these methods are checked and observed like any.

References
----------
https://github.com/grpc/grpc/blob/master/doc/health-checking.md and ``server-reflection.md`` beside it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from functools import cached_property
from typing import Any

from google.protobuf.message import Message
from grpc_health.v1 import _async as health_aio
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

from failures import NotFound
from gateway.calls.call import Call, Unreadable
from gateway.errors import UnreadableRequest
from gateway.grpc.server import GrpcServer

HEALTH = health_pb2.DESCRIPTOR.services_by_name["Health"]
REFLECTION = reflection_pb2.DESCRIPTOR.services_by_name["ServerReflection"]


class HealthServicer:
    """Answers grpc.health.v1: which services serve."""

    def __init__(self) -> None:
        self._servicer = health_aio.HealthServicer()
        self._names = {""}

    async def serving(self, names: Iterable[str]) -> None:
        """Say that services of these full names serve."""
        for name in names:
            self._names.add(name)
            await self._servicer.set(name, health_pb2.HealthCheckResponse.SERVING)

    async def leaving(self) -> None:
        """Say of all services that they serve no longer."""
        await self._servicer.enter_graceful_shutdown()

    async def Check(self, request: Any, call: Call) -> Message:
        """Say whether a service serves."""
        if request.service not in self._names:
            raise NotFound("service", request.service)
        status: Message = await self._servicer.Check(request, call.context)
        return status

    async def Watch(self, request: Message, call: Call) -> None:
        """Say so at each change; the library writes the answers itself."""
        await self._servicer.Watch(request, call.context)


class Reflection:
    """Answers grpc.reflection: which methods there are.

    Parameters
    ----------
    names
        Full names of the services to show.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = names

    @cached_property
    def _servicer(self) -> Any:
        from grpc_reflection.v1alpha import _async as reflection_aio  # only who is asked waits for it

        return reflection_aio.ReflectionServicer(self._names)

    async def ServerReflectionInfo(self, requests: AsyncIterator[Any], call: Call) -> AsyncIterator[Message]:
        """Answer questions about the contract as they come."""
        async for answer in self._servicer.ServerReflectionInfo(_readable(requests), call.context):
            yield answer


async def _readable(requests: AsyncIterator[Any]) -> AsyncIterator[Message]:
    async for request in requests:
        if isinstance(request, Unreadable):
            raise UnreadableRequest(request.message_name)
        yield request


async def serve_standard(grpc_server: GrpcServer, health: HealthServicer, names: Iterable[str]) -> None:
    """Serve health and reflection for the services of these names and for themselves."""
    shown = [*names, HEALTH.full_name, REFLECTION.full_name]
    await health.serving(shown)
    grpc_server.serve(health, HEALTH)
    grpc_server.serve(Reflection(shown), REFLECTION)
