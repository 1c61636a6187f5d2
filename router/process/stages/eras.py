"""By which revisions of its process a work item went, one after the other, as it was migrated. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from router.model.workitem import Kind
from router.process.definition.processes import Process
from router.process.due.standings import DeadlineStanding
from router.process.life.lives import Life, as_migrated
from router.process.revisions.cache import PublishedProcesses


class Era(NamedTuple):
    """How long a work item went by one revision of its process: from an event until before another; None: for good.

    What was over before it was migrated stays as it was; all else is as if it had gone by the later one before.
    """

    process: Process
    life: Life
    since: int
    until: int | None

    @property
    def stage(self) -> str:
        """Return the stage that the work item is in at its end."""
        return self.life.entries[-1].stage if self.life.entries else self.process.first.id

    def has(self, standing: DeadlineStanding) -> bool:
        """Say whether a deadline is judged by it."""
        ended = standing.end.event if standing.end else None
        if ended is None:
            return self.until is None
        return self.since <= ended and (self.until is None or ended < self.until)

    def holds(self, event: int) -> bool:
        """Say whether an event lies in it."""
        return self.since <= event and (self.until is None or event < self.until)


def eras_of(published: PublishedProcesses, kind: Kind, first: int, lives: Sequence[Life], place: int) -> list[Era]:
    """Return by which revisions of a process one of a work item's lives went, in the order of time; none: in none.

    Parameters
    ----------
    kind, first
        The work item's, and its first event.
    """
    life = lives[place]
    began = published.of(kind, before=first) if life.revision is None and place == 0 else None
    process = published.at(life.revision) if life.revision else began
    if process is None:
        return []
    eras, since = list[Era](), 0
    for migration in life.migrations:
        eras.append(Era(process, life, since, migration.event))
        process, life, since = published.at(migration.revision), as_migrated(life, migration), migration.event
    return [*eras, Era(process, life, since, None)]
