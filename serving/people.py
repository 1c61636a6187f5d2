"""People, for whoever tells them: what a message says, through what they are reached, and when they work."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from notifications.channels import Channel
from notifications.messages.outbox import OutboxEntry, message_id
from notifications.messages.ports import Channels, Outbox
from notifications.messages.texts import Text
from notifications.ports import RecordStore
from router.assignment.planner_cache import PlannerCache
from router.assignment.ports import Assignments
from router.deadlines.notices import Notice, Notices
from router.deadlines.telling import Telling
from router.model.errors import CorruptHistory, NotFound
from router.model.events import Digested
from router.wording.languages import Language
from router.wording.messages import kind_of, message
from router.workforce.open_hours import open_hours

WAITED_MS = 60_000
"""What waited longer is looked at again before it is told, in milliseconds: it may be over."""
_log = logging.getLogger(__name__)


class People:
    """``notifications.messages.ports.MessageWords`` and ``Directory``, and ``notifications.ports.Calendars``: from the
    log and the workforce.

    Parameters
    ----------
    store
        The log.
    planners
        The workforce, and the processes.
    """

    def __init__(self, store: Assignments, planners: PlannerCache) -> None:
        self._store = store
        self._planners = planners

    async def text(self, tenant: str, event: int, rep: str, language: str, own: Mapping[str, str]) -> Text | None:
        """Return what an event tells a rep, or everybody, in ``en`` or ``zh``; None: nothing any more.

        Parameters
        ----------
        own
            The tenant's own templates in that language.
        """
        notices, now_ms = Notices(tenant, self._store, self._planners), await self._store.now_us(tenant) // 1000
        try:
            notice = await notices.at(event)
            if notice and now_ms - notice.at_ms > WAITED_MS:
                notice = await notices.left_to_tell(notice, rep)
        except (CorruptHistory, NotFound) as error:
            _log.error("tenants/%s: nobody is told of event %d: %r", tenant, event, error)
            return None
        if notice is None:
            return None
        roster = await self._planners.roster(tenant)
        called = {each.id: each.display_name for each in roster.reps.values()}
        zone = ZoneInfo(roster.records.settings.time_zone)
        parents = await self._parents(tenant, notice)
        said = message(
            notice,
            rep,
            Language(language),
            zone,
            lambda rep: called.get(rep) or rep,
            itemed=lambda item: parents.get(item, item),
            now_ms=now_ms,
            own=own,
        )
        return Text(said.title, said.lines)

    async def _parents(self, tenant: str, notice: Notice) -> dict[str, str]:
        """Return by which work item each was opened that a notice is about; only of those that another opened."""
        concerned = (
            {kind_of(notice, "").item_id}
            if not isinstance(notice.about, Digested)
            else {entry.item_id for entry in notice.about.made.entries}
        )
        records = await self._store.items(tenant, sorted(concerned - {""}))
        there = {record.content: record.item_id for record in records if record}
        contents = await self._store.contents(tenant, sorted(there)) if there else []
        items = {there[content.number]: content.head.item for content in contents}
        return {item_id: item.opened_by.parent for item_id, item in items.items() if item.opened_by}

    async def channels(self, tenant: str, rep: str) -> Sequence[str]:
        """Return the ids of a rep's channels, in order, whether or not they are there."""
        return (await self.named_channels(tenant, [rep]))[rep]

    async def named_channels(self, tenant: str, reps: Iterable[str]) -> dict[str, Sequence[str]]:
        """Return the ids of the channels of each of some reps, as ``channels``."""
        there = (await self._planners.roster(tenant)).reps
        return {rep: there[rep].channels if rep in there else () for rep in reps}

    async def called(self, tenant: str, rep: str) -> str:
        """Return the name that a rep is shown by."""
        there = (await self._planners.roster(tenant)).reps.get(rep)
        return there.display_name or rep if there else rep

    async def calendar_ids(self, tenant: str) -> Collection[str]:
        """Return the ids of a tenant's calendars, in order."""
        return sorted((await self._planners.roster(tenant)).records.calendars)

    async def opens_ms(self, tenant: str, calendar: str, at_ms: int) -> int | None:
        """Return when a calendar opens next behind an instant, in milliseconds since 1970; None: it is open then."""
        there = (await self._planners.roster(tenant)).records.calendars.get(calendar.rpartition("/")[2])
        hours = open_hours(there) if there else None
        return None if hours is None or hours.is_open(at_ms) else hours.next_opening(at_ms)


class ChannelCalendars:
    """``router.workforce.ports.CalendarUsers``: a calendar that gives a channel its quiet hours stays.

    Parameters
    ----------
    channels
        Where they are kept.
    """

    def __init__(self, channels: RecordStore[Channel]) -> None:
        self._channels = channels

    async def users_of(self, tenant: str, calendar: str) -> list[str]:
        """Return the channels that are quiet by a calendar."""
        kept = await self._channels.all(tenant)
        return [f"channel {channel_id}" for channel_id, each in kept.items() if each.record.calendar == calendar]


class OutboxTelling:
    """``router.deadlines.telling.Telling``: puts what people are told into the outbox, once.

    Parameters
    ----------
    outbox, channels
        See the ports.
    people
        Knows through what they are reached.
    beside
        Tells as well: the log of the process.
    """

    def __init__(self, outbox: Outbox, channels: Channels, people: People, beside: Telling) -> None:
        self._outbox = outbox
        self._channels = channels
        self._people = people
        self._beside = beside

    async def tell(self, tenant: str, notice: Notice) -> None:
        """Tell whom a notice is for."""
        told = notice.recipients
        named = await self._people.named_channels(tenant, told.told)
        there = await self._channels.known(
            tenant, {*told.channels, *(each for of_rep in named.values() for each in of_rep)}
        )
        through = {rep: next((each for each in of_rep if each in there), "") for rep, of_rep in named.items()}
        entries = [_entry(notice, rep, channel, message_id(notice.event, rep)) for rep, channel in through.items()]
        for channel in told.channels:
            reached = channel if channel in there else ""
            entries.append(_entry(notice, "", reached, message_id(notice.event, "", channel)))
        if not entries or await self._outbox.add(tenant, notice.event, entries):
            await self._beside.tell(tenant, notice)


def _entry(notice: Notice, rep: str, channel: str, entry_id: str) -> OutboxEntry:
    kind = kind_of(notice, rep)
    return OutboxEntry(
        entry_id, notice.event, notice.at_ms, channel, str(kind.type), rep, kind.item_id, kind.ignores_quiet_hours
    )
