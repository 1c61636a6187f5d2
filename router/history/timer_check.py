"""Are the timers those that follow from the log, up to where it was followed? Asks of everything that waits anew."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection

from router.assignment.ports import Assignments
from router.model.digests import DigestBook
from router.model.events import Event
from router.timers.credits import credited_pools
from router.timers.digests import concerns_lists, listed_reps
from router.timers.follower import TimerFollower, concerns_all, toggled_by, touched_by
from router.timers.ports import Timers
from router.timers.timer import (
    DIGESTS,
    LEDGERS,
    PRESENCES,
    Position,
    Timer,
    is_of_children,
    is_of_deadline,
    is_of_survey,
)

_PAGE = 1000


class TimerCheck:
    """The use case: hold a tenant's timers to its log.

    Parameters
    ----------
    store, timers
        What is verified.
    follower
        Makes the follower of a tenant, who says what falls due.
    """

    def __init__(self, store: Assignments, timers: Timers, follower: Callable[[str], TimerFollower]) -> None:
        self._store = store
        self._timers = timers
        self._follower = follower

    async def digests(self, tenant: str) -> DigestBook:
        """Return which lists were made last, as the store says."""
        return await self._timers.digests(tenant)

    async def differences(self, tenant: str, opening: Collection[str] = ()) -> AsyncIterator[str]:
        """Yield every difference in words.

        What events behind the position touched is not compared; nothing is while all is asked anew, for a revision
        behind it. The log may be followed meanwhile: then it is compared once more.

        Parameters
        ----------
        opening
            Work items, by id, that may be to open something on a date: closed, they are in no index.
        """
        position, differences = Position(), list[Timer]()
        expected = set[Timer]()
        while position != (now := await self._timers.followed(tenant)):
            position = now
            stored = await self._stored(tenant)
            expected = await self._expected(tenant, position, stored, opening)
            behind = await self._behind(tenant, position.event)
            untold = {*touched_by(behind), *(f"{LEDGERS}/{pool}" for pool in credited_pools(behind))}
            untold |= {f"{PRESENCES}/{rep}" for rep in toggled_by(behind)}
            untold |= {f"{DIGESTS}/{rep}" for rep in listed_reps(behind)}
            is_renewed = any(map(concerns_all, behind)) or concerns_lists(behind)
            differences = [
                timer for timer in sorted(expected ^ stored) if not is_renewed and timer.item_id not in untold
            ]
        for timer in differences:
            yield _told(timer, is_expected=timer in expected)

    async def _expected(
        self, tenant: str, position: Position, stored: set[Timer], opening: Collection[str]
    ) -> set[Timer]:
        if not position.event:  # nobody follows it, or not yet
            return set()
        follower = self._follower(tenant)
        of_ledgers = await follower.due_of_ledgers(position) if position.rules else {}
        pages = follower.due_of_all(position, position.event)
        of_items = {timer async for page in pages for of_item in page.values() for timer in of_item}
        listed = {timer.item_id for timer in of_items}
        unlisted = {timer.item_id for timer in stored if is_of_deadline(timer.name)} - listed
        due = await follower.due_of_items(position, sorted(unlisted)) if position.rules else {}
        of_items = of_items.union(*due.values())
        lists = follower.due_of_lists(position)
        of_items |= {timer async for page in lists for of_rep in page.values() for timer in of_rep}
        keeping = sorted(
            {timer.item_id for timer in stored if is_of_children(timer) or is_of_survey(timer)}.union(opening)
        )
        for place in range(0, len(keeping), _PAGE):
            children = await follower.due_of_closed(position, keeping[place : place + _PAGE])
            of_items = of_items.union(*children.values())
        return of_items.union(*of_ledgers.values(), *(await follower.returns()).values())

    async def _behind(self, tenant: str, number: int) -> list[Event]:
        behind = list[Event]()
        while events := await self._store.events(tenant, after=number, count=_PAGE):
            behind += events
            number = events[-1].number
        return behind

    async def _stored(self, tenant: str) -> set[Timer]:
        stored, start = set[Timer](), 0
        while page := await self._timers.timers(tenant, start, _PAGE):
            stored.update(page)
            start += len(page)
        return stored


def _told(timer: Timer, *, is_expected: bool) -> str:
    says = "log has it, store has not" if is_expected else "store has it, log has not"
    return f"timer {timer.name} {timer.step} of {timer.item_id}, event {timer.entry}, due {timer.due_ms}: {says}"
