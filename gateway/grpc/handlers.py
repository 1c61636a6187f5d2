"""Where calls arrive: gRPC asks for a method's handler before it reads the request, and so before the call costs much.

A call that comes in when there are too many is rejected here, unread. Waiting calls are counted from here on too: until
they are begun they wait for the processor, and there may be thousands of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import grpc

from failures import Failure
from gateway.calls.pipeline import CallCounter

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"


@dataclass(frozen=True, slots=True)
class MethodHandler:
    """The two ways for calls of one method.

    Parameters
    ----------
    name
        Service and method, e.g. ``fairlead.v1.RoutingService/RouteWorkItem``.
    handler
        Answers them.
    reject
        Tells a caller why theirs is not answered.
    """

    name: str
    handler: Handler
    reject: Callable[[Failure, Any], Awaitable[None]]


class MethodHandlers(grpc.GenericRpcHandler):  # type: ignore[type-arg]  # its stubs alone know of any
    """What gRPC asks for handlers, by path.

    Parameters
    ----------
    handlers
        By path, e.g. ``/fairlead.v1.RoutingService/RouteWorkItem``.
    call_counter
        Counts calls, and says which are too many.
    """

    def __init__(self, handlers: Mapping[str, MethodHandler], call_counter: CallCounter) -> None:
        self._method_handlers = handlers
        self._call_counter = call_counter

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Handler | None:
        """Return what answers a call that arrives; None: somebody else may know the path."""
        handler = self._method_handlers.get(handler_call_details.method)
        if handler is None:
            return None
        refusal = self._call_counter.arrive(handler.name)
        if refusal is None:
            return handler.handler

        async def reject(_unread: Any, context: Any) -> None:
            await handler.reject(refusal, context)

        rejecting: Handler = grpc.stream_stream_rpc_method_handler(reject)  # of that shape gRPC reads nothing by itself
        return rejecting
