"""Where calls arrive: gRPC asks for a method's handler before it reads the request, and so before the call costs much.

A call that comes in when there are too many is answered here, unread. Waiting calls are counted from here on too: until
they are begun they wait for the processor, and there may be thousands of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import grpc

from failures import Failure

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"


class Arrivals(Protocol):
    """Counts calls."""

    def arrive(self, method: str) -> Failure | None:
        """Count a call in until its task, which is the running one, ends; say why if there are too many already."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """The two ways for calls of one method.

    Parameters
    ----------
    name
        Service and method, e.g. ``fairlead.v1.RoutingService/RouteWorkItem``.
    handler
        Answers them.
    turn_away
        Tells a caller why theirs is not answered.
    """

    name: str
    handler: Handler
    turn_away: Callable[[Failure, Any], Awaitable[None]]


class Entrances(grpc.GenericRpcHandler):  # type: ignore[type-arg]  # its stubs alone know of any
    """What gRPC asks for handlers, by path.

    Parameters
    ----------
    entrances
        By path, e.g. ``/fairlead.v1.RoutingService/RouteWorkItem``.
    arrivals
        Who counts.
    """

    def __init__(self, entrances: Mapping[str, Entrance], arrivals: Arrivals) -> None:
        self._entrances = entrances
        self._arrivals = arrivals

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Handler | None:
        """Return what answers a call that arrives; None: somebody else may know the path."""
        entrance = self._entrances.get(handler_call_details.method)
        if entrance is None:
            return None
        refusal = self._arrivals.arrive(entrance.name)
        if refusal is None:
            return entrance.handler

        async def turn_away(_unread: Any, context: Any) -> None:
            await entrance.turn_away(refusal, context)

        made: Handler = grpc.stream_stream_rpc_method_handler(turn_away)  # of that shape gRPC reads nothing by itself
        return made
