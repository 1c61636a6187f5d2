"""The connection to the service: one call, and the pages of a list."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import grpc
from google.protobuf.message import Message
from grpc_health.v1.health_pb2 import HealthCheckRequest
from grpc_health.v1.health_pb2_grpc import HealthStub

from fairlead.access import Access
from fairlead.errors import FairleadError
from fairlead.retries import Retries

PACKAGE = "fairlead.v1"
_URL = re.compile(r"(?:https?|grpcs?|tcp)://", re.IGNORECASE)
_MAX_MESSAGE_BYTES = 64 * 1024 * 1024
_OPTIONS = (
    ("grpc.max_receive_message_length", _MAX_MESSAGE_BYTES),
    ("grpc.initial_reconnect_backoff_ms", 100),  # a restarted service is found again at once
    ("grpc.max_reconnect_backoff_ms", 2000),
    ("grpc.use_local_subchannel_pool", 1),  # a connection each: several servers behind one address share the clients
)

_DEFAULT_PORT = 50051

Answer = TypeVar("Answer", bound=Message)


def check_address(address: str) -> None:
    """Refuse what is a URL, holds a login, which is not repeated, or names no port.

    Raises
    ------
    ValueError
        Saying what to write.
    """
    bare = _URL.sub("", address, count=1)
    place = bare.rpartition("@")[2].strip("/")
    if place != address:
        shown = f"...@{place}" if "@" in bare else address
        raise ValueError(f"{shown!r} is no address of a service: write HOST:PORT, such as {place}")
    if re.fullmatch(r"[\w.-]+", address):
        raise ValueError(f"{address!r} names no port: write HOST:PORT, such as {address}:{_DEFAULT_PORT}")


class Connection:
    """A channel with a deadline for each try and repetitions where they are safe.

    Parameters
    ----------
    address
        ``host:port``.
    access
        What the client knows and shows.
    credentials
        For TLS in place of what ``access`` names; None: as that says.
    timeout_s
        How long one try may take, in seconds.
    retries
        When calls are repeated.
    """

    def __init__(
        self,
        address: str,
        access: Access,
        credentials: grpc.ChannelCredentials | None,
        timeout_s: float,
        retries: Retries,
    ) -> None:
        check_address(address)
        self._timeout_s = timeout_s
        self._retries = retries
        self._access = access
        credentials = credentials or access.credentials()
        access.check(address, encrypted=credentials is not None)
        if credentials is None:
            self._channel = grpc.insecure_channel(address, options=_OPTIONS)
        else:
            self._channel = grpc.secure_channel(address, credentials, options=_OPTIONS)

    def reach(self) -> None:
        """Try once whether a service answers, whatever it says.

        Raises
        ------
        FairleadError
            At once, if nobody does.
        """
        try:
            HealthStub(self._channel).Check(HealthCheckRequest(), timeout=self._timeout_s)
        except grpc.RpcError as error:
            failure = FairleadError.of_call(error)
            if failure.code is grpc.StatusCode.UNAVAILABLE and not failure.reason:
                raise failure from error

    def call(
        self,
        method: str,
        request: Message,
        answer: type[Answer],
        package: str = PACKAGE,
        *,
        timeout_s: float | None = None,
    ) -> Answer:
        """Call ``Service/Method`` of a package; ``timeout_s`` is for what takes longer than other calls.

        Raises
        ------
        FairleadError
            If it fails for good, or still fails when patience ends.
        """
        stub: Callable[..., Answer] = self._channel.unary_unary(
            f"/{package}.{method}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=answer.FromString,
        )
        timeout = timeout_s or self._timeout_s
        return self._retries.run(lambda: stub(request, timeout=timeout, metadata=self._access.metadata()))

    def pages(self, method: str, request: Any, answer: type[Answer], package: str = PACKAGE) -> Iterator[Answer]:
        """Call a list method page by page; the request is moved along."""
        while True:
            page: Any = self.call(method, request, answer, package)
            yield page
            if not page.next_page_token:
                return
            request.page_token = page.next_page_token

    def stream(self, method: str, request: Any, answer: type[Answer]) -> Iterator[Answer]:
        """Call a method that streams without end; after a failure that passes it goes on behind the last answer.

        The answers carry a ``resume_token``, and so does the request, which is moved along.

        Raises
        ------
        FairleadError
            If it fails for good, or nothing comes of it while patience lasts.
        """
        stub: Callable[..., Any] = self._channel.unary_stream(
            f"/{PACKAGE}.{method}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=answer.FromString,
        )
        call: Any = None

        def following() -> Answer:
            nonlocal call
            call = call or stub(request)
            try:
                message: Answer = next(call)
            except grpc.RpcError:
                call = None
                raise
            return message

        try:
            while True:
                received: Any = self._retries.run(following)
                request.resume_token = received.resume_token
                yield received
        finally:
            if call is not None:
                call.cancel()

    def close(self) -> None:
        """Let go of the channel."""
        self._channel.close()
