"""Answers as they are carried: written once in each form, and what many calls are given hidden once for all of them."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from google.protobuf.message import Message

from gateway.calls.masking import hide


def as_protobuf(message: Message) -> bytes:
    """Write a message in the form that gRPC and gRPC-Web carry."""
    return message.SerializeToString()


class CarriedAnswer:
    """A message that is not changed any more.

    Parameters
    ----------
    message
        It; whoever has it may only read it.
    """

    __slots__ = ("_written", "message")

    def __init__(self, message: Message) -> None:
        self.message = message
        self._written: dict[Callable[[Message], bytes], bytes] | None = None

    def written(self, write: Callable[[Message], bytes]) -> bytes:
        """Return it in the form that a function writes, which is asked once."""
        if self._written is None:
            self._written = {}
        found = self._written.get(write)
        if found is None:
            found = self._written[write] = write(self.message)
        return found


class SharedAnswer:
    """A message that many calls are given; whoever may not see all of it gets a copy in which that is hidden.

    Parameters
    ----------
    message
        It, with all that is in it.
    """

    __slots__ = ("_copies", "_whole")

    def __init__(self, message: Message) -> None:
        self._whole = CarriedAnswer(message)
        self._copies: dict[AbstractSet[str], CarriedAnswer] = {}

    def without(self, hidden: AbstractSet[str] | None) -> CarriedAnswer:
        """Return it for those from whom fields are hidden; None: from whom nothing is."""
        if hidden is None:
            return self._whole
        found = self._copies.get(hidden)
        if found is None:
            copy = type(self._whole.message)()
            copy.CopyFrom(self._whole.message)
            hide(copy, hidden)
            found = self._copies[hidden] = CarriedAnswer(copy)
        return found
