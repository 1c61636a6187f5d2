"""Robots that tell people of a desk what concerns them, and what must hold of it: each is put into the outbox once.

A rep has a robot of their own, of 企业微信. It takes most digests at once; some it refuses, or does not answer. By the
desk's own templates each message says what it is and what it is about, so that what was heard can be held against
what was to be told.

A digest may come twice where whoever sends it is lost, or cannot write down that it was taken: that is documented. So
what was heard again is no violation in a round in which anything fell that can do that; what is put into the outbox
again always is one, whatever fell.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any, NamedTuple

from fairlead.v1 import deliveries_pb2 as deliveries
from notifications.adapters.redis.outbox import RedisOutbox
from notifications.deliveries import Delivery, DeliveryState
from notifications.ports import DeliveryFilter
from router.deadlines.notices import Notices
from router.model.decision import Decision
from router.model.errors import CorruptHistory, NotFound
from router.model.events import NEXT, Event, Fired, ProcessPublished
from router.wording.own_titles import TITLE_NAMES
from tests.api import Api
from tests.chaos.altered import Edits
from tests.chaos.plan import Fault
from tests.chaos.processes import until
from tests.receivers import Received, Receiver, response

QUICKLY = Edits(
    {"notifications.messages.digests": [("MINUTE_MS = 60_000", "MINUTE_MS = 500"), ("MS = 2_000", "MS = 300")]}
)
"""A round lasts some seconds: so a channel's minute lasts half of one, and what comes first waits less for others."""
HARMLESS = frozenset(
    {Fault.SERVER_CLOCK, Fault.WORKER_CLOCK, Fault.WORK_TWICE, Fault.WORK_REORDERED, Fault.SCRIPTS_FLUSHED}
)
"""What keeps nobody from writing down what they sent."""
_ADDED = "add_messages TOLD "
_REFUSED = 0.1
_DROPPED = 0.3
"""Of what is refused so much is not answered at all."""
_TAKEN = response(200, body=b'{"errcode": 0, "errmsg": "ok"}')
_TITLE = re.compile(r"^\*\*(.*)\*\*$", re.MULTILINE)
_MANY = 1_000_000


class Told(NamedTuple):
    """One thing that somebody is told: what kind of message, and about what; empty: nothing, or several."""

    rep: str
    type: str
    item: str


class Robots:
    """One for each of some reps.

    Parameters
    ----------
    reps
        Whose: their channels have their ids.
    random
        What they refuse.
    """

    def __init__(self, reps: Collection[str], random: Random) -> None:
        self._reps = reps
        self._random = random
        self.receiver = Receiver(self._answer)
        self.heard = Counter[Told]()

    async def arrange(self, api: Api, done: Callable[[Callable[[], Any]], Awaitable[bool]]) -> None:
        """Make their channels; ``done`` says whether a change is made by now."""
        for rep in self._reps:
            robot = deliveries.Channel(kind=deliveries.Channel.KIND_WECOM, address=f"{self.receiver.url}/{rep}")
            request = deliveries.CreateChannelRequest(parent=api.parent, channel_id=rep, channel=robot)
            await until(partial(done, partial(api.deliveries.CreateChannel, request)), f"a robot of {rep}")
        own = deliveries.Templates(name=f"{api.parent}/templates/en", texts=_plain_templates())
        change = partial(api.deliveries.UpdateTemplates, deliveries.UpdateTemplatesRequest(templates=own))
        await until(partial(done, change), "templates")

    async def _answer(self, received: Received) -> bytes | None:
        if self._random.random() < _REFUSED:
            return None if self._random.random() < _DROPPED else response(500)
        rep = received.path.rpartition("/")[2]
        self.heard.update(told_in(rep, received.json["markdown"]["content"]))
        return _TAKEN


def _plain_templates() -> dict[str, str]:
    """Return templates with which a message says what it is, and about what, and nothing else in its title."""
    titles = {key: key.split(" ")[0] + (" $item" if "item" in names else "") for key, names in TITLE_NAMES.items()}
    return {**titles, "to_rep": "$title"}


def told_in(rep: str, content: str) -> Iterator[Told]:
    """Yield what a rep is told by what a robot of 企业微信 shows: the sign between words has its full width there.

    Examples
    --------
    >>> list(told_in("ann", "### 2 messages\\n\\n**approval＿late crm~D-1**\\n> Due today\\n\\n**list＿day**"))
    [Told(rep='ann', type='approval_late', item='crm~D-1'), Told(rep='ann', type='list_day', item='')]
    """
    for title in _TITLE.findall(content):
        type_, _, item = title.replace("＿", "_").partition(" ")
        yield Told(rep, type_, item)


@dataclass(frozen=True, slots=True)
class ToldFacts:
    """What is known of what people were told.

    Parameters
    ----------
    due, again
        How much was to be told whom, and how much was to be put into the outbox again.
    violations
        What must not be, in words.
    """

    due: int = 0
    again: int = 0
    violations: list[str] = field(default_factory=list)


def told_facts(
    due: Iterable[tuple[int, str]],
    outbox: Sequence[Delivery],
    heard: Mapping[Told, int],
    replies: Mapping[str, int],
    parents: Mapping[str, str],
    *,
    may_repeat: bool,
) -> ToldFacts:
    """Hold what people were told against what they were to be told.

    Parameters
    ----------
    due
        Events, and the reps whom they concern.
    outbox
        All that was put there.
    heard
        What robots took, and how often.
    replies
        What scripts answered, as ``tests.chaos.altered`` writes it.
    parents
        Work items that are called by another's name: by which.
    may_repeat
        Whether anything fell that can have a digest sent again.
    """
    due, put = set(due), {(each.event, each.rep) for each in outbox}
    found = [f"event {event}: {rep} is to be told, and is not" for event, rep in sorted(due - put)]
    found += _added_again(replies)
    to_hear = Counter(_as_heard(each, parents) for each in outbox)
    taken = Counter(_as_heard(each, parents) for each in outbox if each.state is DeliveryState.DELIVERED)
    for told in heard.keys() | taken.keys():
        times, said = heard.get(told, 0), f"{told.rep} heard {told.type!r} of {told.item!r}"
        if times < taken[told]:
            found.append(f"{said} {times} times, of {taken[told]} that were taken")
        if not to_hear[told]:
            found.append(f"{said}, which was for nobody")
        elif times > to_hear[told] and not may_repeat:
            found.append(f"{said} {times} times, of {to_hear[told]}")
    return ToldFacts(len(due), replies.get("add_messages KNOWN", 0), found)


def _added_again(replies: Mapping[str, int]) -> Iterator[str]:
    for reply, times in replies.items():
        if reply.startswith(_ADDED) and times > 1:
            key, event = reply.removeprefix(_ADDED).split(" ")
            yield f"event {event} was put into the outbox {times} times: {key}"


def _as_heard(delivery: Delivery, parents: Mapping[str, str]) -> Told:
    return Told(delivery.rep, delivery.type, parents.get(delivery.item_id, delivery.item_id))


async def all_put(outbox: RedisOutbox, tenant: str) -> list[Delivery]:
    """Return all that was put into an outbox."""
    return await outbox.deliveries(tenant, DeliveryFilter(), None, _MANY)


async def due_of(notices: Notices, events: Iterable[Event], followed: int) -> set[tuple[int, str]]:
    """Return who was to be told, by event, as far as the log was followed.

    Whom a process is told when it is published, and a date when it is reached, follows from who works there by now.
    """
    due = set[tuple[int, str]]()
    for event in events:
        is_of_now = isinstance(event, ProcessPublished) or (isinstance(event, Fired) and event.name == NEXT)
        if event.number > followed or is_of_now:
            continue
        try:
            notice = await notices.of(event)
        except (CorruptHistory, NotFound):  # where a guard is missing it may be none that anybody can read
            continue
        due |= {(event.number, rep) for rep in notice.recipients.told} if notice else set()
    return due


def parents_of(events: Iterable[Event]) -> dict[str, str]:
    """Return by which work item each was opened that another opened."""
    return {
        event.item_id: event.head.item.opened_by.parent
        for event in events
        if isinstance(event, Decision) and event.head.item.opened_by
    }
