"""Who names a channel: reps, and the deadlines of processes. What a caller may not see is left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import grpc

from fairlead.client import FairleadClient, FairleadError
from notifications.cli.telling import last, say
from rules.document import read

_SHOWN = 10


class ChannelUser(NamedTuple):
    """A rep, or a process with one of its deadlines; an empty deadline: what stands beside them."""

    rep: str = ""
    process: str = ""
    deadline: str = ""


def users_of(client: FairleadClient, channel: str) -> list[ChannelUser]:
    """Return who names a channel, reps first."""
    return [*_permitted(_reps(client, channel)), *dict.fromkeys(_permitted(_steps(client, channel)))]


def in_words(users: Sequence[ChannelUser], language: str) -> str:
    """List some, the first of many.

    Examples
    --------
    >>> in_words([ChannelUser("ann"), ChannelUser(process="sales", deadline="call")], "en")
    'rep ann, deadline call of process sales'
    """
    said = [_in_words(each, language) for each in users[:_SHOWN]]
    if len(users) > _SHOWN:
        said.append(say("and more", language, count=len(users) - _SHOWN))
    return say("between", language).join(said)


def _in_words(user: ChannelUser, language: str) -> str:
    word = "rep" if user.rep else "process step" if user.deadline else "process"
    return say(word, language, **user._asdict())


def _permitted(users: Iterator[ChannelUser]) -> list[ChannelUser]:
    try:
        return list(users)
    except FairleadError as error:
        if error.code is not grpc.StatusCode.PERMISSION_DENIED:
            raise
        return []


def _reps(client: FairleadClient, channel: str) -> Iterator[ChannelUser]:
    for rep in client.list_reps():
        if channel in map(last, rep.channels):
            yield ChannelUser(last(rep.name))


def _steps(client: FairleadClient, channel: str) -> Iterator[ChannelUser]:
    for process in client.list_processes():
        if process.active and process.kinds:
            source = client.get_process(process.process, process.revision).source
            for deadline in told_by(read(source.encode()).tree, channel):
                yield ChannelUser(process=process.process, deadline=deadline)


def told_by(process: Any, channel: str) -> Iterator[str]:
    """Yield the ids of the deadlines of a process, as it is written, that have a step `to: {channel: …}`; empty: what
    stands beside deadlines.
    """
    left = [(process, "")]
    while left:
        node, deadline = left.pop()
        if isinstance(node, dict):
            if any(isinstance(each, dict) and each.get("channel") == channel for each in _listed(node.get("to"))):
                yield deadline
            left += [
                (value, str(node.get("id", "")) if key == "steps" else "") for key, value in reversed(node.items())
            ]
        elif isinstance(node, list):
            left += [(each, deadline) for each in reversed(node)]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
