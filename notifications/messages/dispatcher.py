"""From what waits for people to what became of it: one turn of a channel.

What a message says is read when it is sent: a text is nowhere kept. Whoever is killed between a try and writing down
how it ended has it tried again: a robot or a mailbox may show a digest twice, and loses none.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

from notifications.attempts import DeliveryAttempt
from notifications.backoff import RetryWaits
from notifications.channels import Channel
from notifications.messages.digests import (
    SHOWN,
    After,
    ChannelPlan,
    Elsewhere,
    after,
    begins_to_fail,
    moved,
    obsolete,
    plan,
)
from notifications.messages.frames import Frame, frame
from notifications.messages.outbox import WAITING_STATES, ChannelState, OutboxEntry, WaitingMessages
from notifications.messages.ports import Channels, Directory, MessageWords, Outbox, Sending
from notifications.messages.sending import digest_id
from notifications.messages.texts import Digest, Text
from notifications.messages.ways import Ways

_log = logging.getLogger(__name__)


class Dispatcher:
    """Sends what is due.

    Parameters
    ----------
    outbox, words, directory, channels, sending
        See the ports.
    waits
        How long what failed waits.
    """

    def __init__(
        self,
        outbox: Outbox,
        words: MessageWords,
        directory: Directory,
        channels: Channels,
        sending: Sending,
        waits: RetryWaits,
    ) -> None:
        self._outbox = outbox
        self._words = words
        self._directory = directory
        self._channels = channels
        self._ways = Ways(directory, channels)
        self._sending = sending
        self._waits = waits

    async def dispatch(self, tenant: str, channel_id: str, now_ms: int) -> None:
        """Look at a channel at an instant, in milliseconds since 1970, and send what is due through it."""
        waiting, channel = await self._outbox.waiting(tenant, channel_id), await self._channels.get(tenant, channel_id)
        elsewhere = await self._ways.of(tenant, waiting.entries)
        if channel is None:
            gone = [moved(each, elsewhere(each)) for each in waiting.entries]
            await self._write(tenant, channel_id, waiting, ChannelPlan(), After(waiting.state, tuple(gone)))
            if channel_id:
                await self._outbox.forget(tenant, channel_id)
            return
        opens_ms = None
        if channel.calendar:
            opens_ms = await self._directory.opens_ms(tenant, channel.calendar, now_ms)
        planned = plan(waiting.entries, waiting.state, opens_ms, now_ms, elsewhere)
        ended = After(waiting.state, ())
        if planned.send:
            ended = await self._told(tenant, channel, planned.send, waiting.state, now_ms, elsewhere)
        await self._write(tenant, channel_id, waiting, planned, ended)

    async def _write(
        self, tenant: str, channel: str, waiting: WaitingMessages, planned: ChannelPlan, ended: After
    ) -> None:
        changed = [*planned.changed, *ended.changed]
        gone = sum(each.channel != channel or each.state not in WAITING_STATES for each in changed)
        looks = [each for each in (planned.look_ms, ended.look_ms) if each is not None]
        left = len(waiting.entries) - gone
        await self._outbox.write(tenant, channel, ended.state, changed, left, min(looks, default=None))

    async def _told(
        self,
        tenant: str,
        channel: Channel,
        due: Sequence[OutboxEntry],
        state: ChannelState,
        now_ms: int,
        elsewhere: Elsewhere,
    ) -> After:
        """Try once to send what is due, as much as there is room for; return what follows."""
        first, own = due[: state.at_most or SHOWN], await self._channels.templates(tenant, channel.language)
        texts = await asyncio.gather(
            *(self._words.text(tenant, each.event, each.rep, channel.language, own) for each in first)
        )
        over = tuple(obsolete(each) for each, text in zip(first, texts, strict=True) if text is None)
        said = [(each, text) for each, text in zip(first, texts, strict=True) if text is not None]
        behind = due[len(first) :]
        if not said:
            return After(state, over, now_ms if behind else None)
        digest = await self._composed(tenant, channel, frame(channel.language).with_own(own), said, len(behind))
        attempt = await self._sending.send(tenant, channel, digest, now_ms)
        if begins_to_fail(attempt, state):
            _log.warning(_TAKES_NOTHING, tenant, channel.id, attempt.outcome, channel.id)
        shown = len(said) if attempt.shown is None else attempt.shown
        told = [*(each for each, _ in said), *behind]
        then = after(replace(attempt, shown=shown), told, state, now_ms, self._waits.wait_ms, elsewhere)
        return then._replace(changed=(*then.changed, *over))

    async def _composed(
        self, tenant: str, channel: Channel, made: Frame, said: Sequence[tuple[OutboxEntry, Text]], behind: int
    ) -> Digest:
        """Return what is sent; ``behind``: how many follow."""
        reps = sorted({each.rep for each, _ in said if each.rep})
        called = dict(
            zip(reps, await asyncio.gather(*(self._directory.called(tenant, rep) for rep in reps)), strict=True)
        )
        messages = [made.message(text, called.get(each.rep, "")) for each, text in said]
        return _digest(tenant, channel, made, messages, behind, [each.id for each, _ in said])


_TAKES_NOTHING = (
    "tenants/%s/channels/%s: it takes nothing: %s; whoever has another channel is told through that; mend it, then "
    "fairlead deliveries redrive --channel %s"
)


class ChannelTester:
    """``notifications.ports.Tester`` of channels.

    Parameters
    ----------
    sending, channels
        See the ports.
    now_ms
        Returns the time by a tenant's clock, in milliseconds since 1970.
    """

    def __init__(self, sending: Sending, channels: Channels, now_ms: Callable[[str], Awaitable[int]]) -> None:
        self._sending = sending
        self._channels = channels
        self._now_ms = now_ms

    async def send_test(self, tenant: str, record: Channel) -> DeliveryAttempt:
        """Send a message that says that it is a test, once."""
        now_ms = await self._now_ms(tenant)
        made = frame(record.language).with_own(await self._channels.templates(tenant, record.language))
        digest = _digest(tenant, record, made, [made.test(record.id)], 0, [f"test {now_ms}"])
        return await self._sending.send(tenant, record, digest, now_ms)


def _digest(
    tenant: str, channel: Channel, made: Frame, messages: Sequence[Text], beyond: int, ids: Sequence[str]
) -> Digest:
    titles, footer = [each.title for each in messages], made.below(channel.id)
    identifier = digest_id(tenant, channel.id, *ids)
    return Digest(identifier, partial(made.title, titles), tuple(messages), footer, made.left_out, beyond)
