"""Pauses: a work item's deadlines rest while it waits for somebody else. The use cases.

That is how deadlines are cheated, so each says why and until when at the latest, is over as soon as the customer is
heard from, and is told apart where the customer had just been.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from router.deadlines.noting import NotedItem, Noting
from router.deadlines.ports import NoteCommand
from router.model.activities import ActivityEvidence
from router.model.errors import InvalidInput, NotPossible
from router.model.events import Note
from router.model.workitem import CLOSED_STATES
from router.process.life.lives import Life, Pause

USUAL_MS = 7 * 86_400_000
"""How long a pause lasts at most, where nobody says."""
LONGEST_MS = 366 * 86_400_000
SOON_MS = 10 * 60_000
"""A pause that begins so soon behind something from the customer is told apart."""


@dataclass(frozen=True, slots=True)
class PauseRequest:
    """A wish to pause a work item's deadlines; ``until_ms`` in milliseconds since 1970, 0: for a week."""

    item_id: str
    reason: str
    until_ms: int = 0
    request_id: str = ""
    actor: str = ""


class ToldPause(NamedTuple):
    """A pause, whether the customer had just been heard from, who began or ended it, and which deadlines that ran then
    stand still meanwhile.
    """

    item_id: str
    pause: Pause
    is_soon: bool
    actor: str
    deadlines: tuple[str, ...]


class Pausing:
    """The use cases; ``noting`` writes."""

    def __init__(self, noting: Noting) -> None:
        self._noting = noting

    async def pause(
        self,
        tenant: str,
        request: PauseRequest,
        *,
        preview: bool = False,
        check_owner: Callable[[str], object] = lambda _: None,
    ) -> ToldPause:
        """Pause a work item's deadlines; where they are paused, anew.

        Parameters
        ----------
        check_owner
            Told whose it is; raises where the caller may not.

        Raises
        ------
        InvalidInput
            If the end is not ahead, or more than a year.
        NotPossible
            If it is closed, or in no process.
        NotFound, RequestIdReused, Conflict
            As ``Noting.note``.
        """

        def looks(item: NotedItem) -> NoteCommand:
            check_owner(item.stored.record.owner)
            _check_in_process(item)
            until_ms = request.until_ms or item.now_ms + USUAL_MS
            if not item.now_ms < until_ms <= item.now_ms + LONGEST_MS:
                raise InvalidInput.of("until_time", "must be later than now, and at most 366 days; absent: in a week")
            record = item.stored.record
            return NoteCommand(record.item_id, record.event, Note.PAUSED, request.reason, until_ms, actor=request.actor)

        item, noted = await self._noting.note(
            tenant,
            request.item_id,
            looks,
            request_id=request.request_id,
            asked=("pause", request.reason, request.until_ms),
            preview=preview,
        )
        pause = Pause(noted.number, noted.at_ms, noted.value, noted.subject)
        begun = pause if noted.number else pause._replace(event=item.stored.record.event + 1)
        soon, resting = is_soon(item.life_at(noted), begun), await self._noting.pausable(tenant, item, noted)
        return ToldPause(noted.item_id, pause, soon, noted.actor, resting)

    async def resume(
        self,
        tenant: str,
        item_id: str,
        *,
        request_id: str = "",
        actor: str = "",
        preview: bool = False,
        check_owner: Callable[[str], object] = lambda _: None,
    ) -> ToldPause:
        """End a pause; return it.

        Raises
        ------
        NotPossible
            If the work item is not paused.
        NotFound, RequestIdReused, Conflict
            As ``Noting.note``.
        """

        def looks(item: NotedItem) -> NoteCommand:
            check_owner(item.stored.record.owner)
            if current(item.life, item.now_ms) is None:
                raise NotPossible(item.name, "is not paused")
            return NoteCommand(item.stored.record.item_id, item.stored.record.event, Note.RESUMED, actor=actor)

        item, noted = await self._noting.note(
            tenant, item_id, looks, request_id=request_id, asked=("resume",), preview=preview
        )
        life = item.life_at(noted)
        pauses = [pause for pause in life.pauses if pause.since_ms <= noted.at_ms]
        pause = pauses[-1]._replace(until_ms=min(pauses[-1].until_ms, noted.at_ms), by=noted.number)
        resting = await self._noting.pausable(tenant, item, noted)
        return ToldPause(noted.item_id, pause, is_soon(life, pause), noted.actor, resting)


def _check_in_process(item: NotedItem) -> None:
    if item.stored.record.state in CLOSED_STATES:
        raise NotPossible(item.name, f"is {item.stored.record.state}")
    if item.stored.place is None:
        raise NotPossible(item.name, "is in no process: nothing of it falls due that could be paused")


def current(life: Life, at_ms: int) -> Pause | None:
    """Return the pause that a work item is in at an instant, in milliseconds since 1970; None: it is in none."""
    return next((pause for pause in life.pauses if pause.since_ms <= at_ms < pause.until_ms), None)


def is_soon(life: Life, pause: Pause) -> bool:
    """Say whether the customer had just been heard from as a pause began."""
    return any(
        ActivityEvidence.CUSTOMER in done.evidence
        and pause.since_ms - SOON_MS <= done.occur_ms <= pause.since_ms
        and not pause.is_before(done)
        for done in life.done
    )
