"""The way of every call, whatever carries it: admitted, held to what its caller may touch, answered, masked, told.

Who carries calls, gRPC or HTTP, begins each with ``begin`` and ends it with ``end``; between them ``admit`` before its
request is read, ``answer`` or ``answers`` with it, ``failed`` where either raised. So a call is answered alike over all
of them.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Protocol

import grpc
from google.protobuf.message import Message
from google.rpc.status_pb2 import Status

from failures import Failure
from gateway.calls.call import Call, Carrier, Method, Observer, Unreadable
from gateway.calls.masking import Masking
from gateway.calls.shared_answers import CarriedAnswer, SharedAnswer
from gateway.calls.status import code_of, status_of
from gateway.errors import UnreadableRequest

Streamed = Message | Sequence[SharedAnswer]
"""What a stream yields: an answer to this call, or some that others are given as well."""


class Admission(Protocol):
    """Decides who comes in."""

    async def admit(self, call: Call) -> None:
        """Find out who calls, and whether they may; raises a ``Failure`` if not."""

    def enter(self, call: Call) -> None:
        """Check whether they may touch what the request is about; raises a ``Failure`` if not."""


class Scoping(Protocol):
    """Holds a call to what its caller may touch, where that has to be read first."""

    async def check(self, call: Call) -> None:
        """Check what the request names; raises a ``Failure`` if it may not be touched."""


class CallCounter(Protocol):
    """Counts calls."""

    def arrive(self, method: str) -> Failure | None:
        """Count a call in until its task, which is the running one, ends; say why if there are too many already."""


class Pipeline:
    """The way of calls.

    Parameters
    ----------
    admission
        Decides who may call what; None: everybody may.
    observers
        Who is told of each call, in this order.
    masking
        Hides in answers what callers have no need of; None: nothing is hidden.
    call_counter
        Counts calls as they arrive, and says which are too many; None: they are not counted.
    scoping
        Holds callers to the pools that they see alone; None: nobody has any.
    """

    def __init__(
        self,
        admission: Admission | None = None,
        observers: Sequence[Observer] = (),
        masking: Masking | None = None,
        call_counter: CallCounter | None = None,
        scoping: Scoping | None = None,
    ) -> None:
        self._admission = admission
        self._observers = tuple(observers)
        self._masking = masking
        self._scoping = scoping
        self._hidden = masking.hidden if masking else None
        self.call_counter = call_counter

    def begin(self, method: Method, request: Any, carrier: Carrier) -> Call:
        """Begin a call; ``request`` is None as long as it is not read."""
        call = Call(method, request, carrier, self._hidden)
        for observer in self._observers:
            observer.began(call)
        return call

    def arrive(self, call: Call) -> None:
        """Count a call in, unless there are too many already; gRPC asks the counter itself, before there is a call.

        Raises
        ------
        Failure
            If there are.
        """
        if self.call_counter is not None and (refusal := self.call_counter.arrive(call.method)):
            raise refusal

    async def admit(self, call: Call) -> None:
        """Find out who calls, and whether they may call this at all: before what they bring is read."""
        if self._admission is not None:
            await self._admission.admit(call)

    async def answer(self, method: Callable[..., Awaitable[Message]], call: Call, request: Any, many: bool) -> Message:
        """Return what a coroutine answers to a call that is admitted.

        Parameters
        ----------
        many
            Whether the request is a stream of them.
        """
        message = await method(await self._checked(call, request, many), call)
        if self._masking is not None and message is not None:
            await self._masking.apply(call, message)
        return message

    async def answers(
        self,
        method: Callable[..., AsyncIterator[Message | Sequence[SharedAnswer]]],
        call: Call,
        request: Any,
        many: bool,
    ) -> AsyncGenerator[Sequence[CarriedAnswer]]:
        """Yield what an async generator answers to a call that is admitted, as many at once as it has."""
        masking = self._masking
        async for given in method(await self._checked(call, request, many), call):
            call.check_time()
            if isinstance(given, Message):
                if masking is not None:
                    await masking.apply(call, given)
                yield [CarriedAnswer(given)]
            else:
                hidden = await masking.unseen(call) if masking is not None else None
                yield [each.without(hidden) for each in given]

    def failed(self, call: Call, error: BaseException) -> Status:
        """Return why a call failed, to be told its caller; what ends this task or process is raised again."""
        if not isinstance(error, Exception):
            call.code = grpc.StatusCode.CANCELLED
            raise error
        status = status_of(error)
        call.code, call.error = code_of(status), error
        return status

    def end(self, call: Call) -> None:
        """End a call, however it was answered."""
        for observer in self._observers:
            observer.ended(call)

    async def _checked(self, call: Call, request: Any, many: bool) -> Any:
        """Return the request of a call: checked, or a stream of which each is checked as it comes."""
        if type(request) is Unreadable:
            raise request.failure or UnreadableRequest(request.message_name)
        if self._admission is None:
            return request
        if many:
            return _checking(self._admission, call, request)
        self._admission.enter(call)
        if self._scoping is not None and call.only_pools is not None:
            await self._scoping.check(call)
        return request


async def _checking(admission: Admission, call: Call, requests: AsyncIterator[Any]) -> AsyncIterator[Any]:
    async for request in requests:
        if type(request) is not Unreadable:
            call.follow(request)
            admission.enter(call)
        yield request
