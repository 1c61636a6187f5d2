"""The processes of each tenant at hand: all revisions, compiled.

Which is the newest is asked of the store, which is cheap, or was told by it; what is new is loaded then.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from weakref import WeakValueDictionary

from router.model.errors import CorruptHistory, NotFound
from router.model.workitem import Kind
from router.process.definition.processes import Process
from router.process.revisions.codec import loads
from router.process.revisions.ports import Processes
from rules.problems import known_names
from rules.spelling import hint_among

_PAGE = 50


class PublishedProcesses:
    """All revisions of the processes of one tenant. Immutable.

    Parameters
    ----------
    revisions
        In order, from 1 on.
    event_hash
        Of the event that made the last one; empty: there is none.

    Attributes
    ----------
    severities
        By kind, from what the severity of a work item follows that comes now; those that it does not are left out.
    repeats
        By kind, when one that comes now repeats an earlier one; likewise.
    """

    def __init__(self, revisions: Sequence[Process] = (), event_hash: str = "") -> None:
        self.revisions = tuple(revisions)
        self.event_hash = event_hash
        active = [(kind, process) for kind in Kind if (process := self.of(kind))] if revisions else []
        self.severities = {kind: process.severity for kind, process in active if process.severity}
        self.repeats = {kind: process.repeats for kind, process in active if process.repeats}

    @property
    def newest(self) -> int:
        """The number of the last revision; 0: there is none."""
        return len(self.revisions)

    @property
    def active(self) -> dict[str, Process]:
        """The newest revision of each process, by its id."""
        return {process.id: process for process in self.revisions}

    def at(self, revision: int) -> Process:
        """Return a revision.

        Raises
        ------
        CorruptHistory
            If it is not there: somebody deleted it.
        """
        if not 0 < revision <= self.newest:
            raise CorruptHistory(f"revision {revision} of the processes", "the store has not got it any more")
        return self.revisions[revision - 1]

    def of(self, kind: Kind, before: float = math.inf) -> Process | None:
        """Return the process that is active for a kind of work item, or was before an event; None: none has it.

        Examples
        --------
        >>> from router.process.definition.processes import Stage
        >>> published = PublishedProcesses([Process("sales", frozenset({Kind.LEAD}), (Stage("new"),), revision=1)])
        >>> published.of(Kind.LEAD).id, published.of(Kind.TICKET)
        ('sales', None)
        """
        superseded = set[str]()
        for process in reversed(self.revisions):
            if process.event >= before or process.id in superseded:
                continue
            if kind in process.kinds:
                return process
            superseded.add(process.id)
        return None

    def missing(self, tenant: str, process: str, revision: int = 0) -> NotFound:
        """Return what to raise where there is no such process, or no such revision of it: it says which there are.

        Examples
        --------
        >>> from router.process.definition.processes import Stage
        >>> str(NO_PROCESSES.missing("t", "sale"))
        "there is no process 'tenants/t/processes/sale': none is published yet, publish one first"
        >>> published = PublishedProcesses([Process("sales", frozenset({Kind.LEAD}), (Stage("new"),), revision=1)])
        >>> str(published.missing("t", "sale"))
        "there is no process 'tenants/t/processes/sale': there are sales; 'sales' was probably meant"
        >>> str(published.missing("t", "sales", 7))
        "there is no process 'tenants/t/processes/sales@7': its revisions are 1"
        """
        name = f"tenants/{tenant}/processes/{process}{f'@{revision}' if revision else ''}"
        own = [str(each.revision) for each in self.revisions if each.id == process]
        if own:
            return NotFound("process", name, f"its revisions are {known_names(own[::-1])}")
        if not self.revisions:
            return NotFound("process", name, "none is published yet, publish one first")
        there = sorted(self.active)
        return NotFound("process", name, f"there are {known_names(there)}{hint_among(process, there)}")


NO_PROCESSES = PublishedProcesses()


class ProcessCache:
    """Loads, keeps and renews the processes of tenants.

    Parameters
    ----------
    processes
        Where they come from.
    """

    def __init__(self, processes: Processes) -> None:
        self._processes = processes
        self._kept: dict[str, PublishedProcesses] = {}
        self._locks = WeakValueDictionary[str, asyncio.Lock]()

    def at_hand(self, tenant: str) -> PublishedProcesses:
        """Return what was loaded last, without a look whether it is the newest; nothing where nothing was."""
        return self._kept.get(tenant, NO_PROCESSES)

    async def newest(self, tenant: str, told: tuple[int, str] | None = None) -> PublishedProcesses:
        """Return all there is now; callers who come at once share the loading.

        Parameters
        ----------
        told
            What the store said with something else, as of ``newest_process``; None: it is asked.
        """
        newest, event_hash = told or await self._processes.newest_process(tenant)
        if _is(self.at_hand(tenant), newest, event_hash):
            return self.at_hand(tenant)
        async with self._locks.setdefault(tenant, asyncio.Lock()):
            if not _is(self.at_hand(tenant), newest, event_hash):
                self._kept[tenant] = await self._loaded(tenant, newest, event_hash)
            return self._kept[tenant]

    async def _loaded(self, tenant: str, newest: int, event_hash: str) -> PublishedProcesses:
        """Load what is new behind what is at hand; all, where the store has not got that any more."""
        known = self.at_hand(tenant).revisions
        if 0 < len(known) < newest:
            read = await self._read(tenant, len(known), newest)
            if read[:1] == [known[-1]]:
                return PublishedProcesses([*known, *read[1:]], event_hash)
        return PublishedProcesses(await self._read(tenant, 1, newest), event_hash)

    async def _read(self, tenant: str, first: int, last: int) -> list[Process]:
        read = list[Process]()
        for start in range(first, last + 1, _PAGE):
            wanted = range(start, min(start + _PAGE, last + 1))
            for publication in await self._processes.process_publications(tenant, wanted):
                read.append(loads(publication.stored, publication.revision, publication.event))
        return read


def _is(published: PublishedProcesses, newest: int, event_hash: str) -> bool:
    return (published.newest, published.event_hash) == (newest, event_hash)
