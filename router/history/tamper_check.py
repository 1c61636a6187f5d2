"""Who changed what, and has anybody altered the record of it? Reads the log unread, link by link.

Beside the chain itself, the contents that the log only holds a digest of are hashed again: every revision of the
workforce, of the rules and of the processes. Of processes it is seen too that they are kept with the event and time of
their publication, that nothing else stands beside them, and that those are active which the log says.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from itertools import groupby

from router.assignment.ports import Assignments
from router.history.codec import digest, publication_text, record_text, records_packed
from router.history.hash_chain import StoredEvent, breaks, link_of
from router.history.ports import Log
from router.history.processes import active_differences, publication_fault
from router.model.events import ProcessPublished, RulesPublished, WorkforceChanged
from router.model.workforce import RecordChange, WorkforceRecords
from router.process.revisions.ports import Processes
from router.process.revisions.publication import Active
from router.rules.ports import RuleSets
from router.workforce.past import KEPT_EVERY
from router.workforce.ports import Revisions, Workforce

_PAGE = 1000
_NOTHING = digest(records_packed(()))
"""Digest of a revision that changed no record."""


class TamperCheck:
    """The use case: audit a tenant.

    Parameters
    ----------
    log, store
        The log, as it is stored and as it reads.
    workforce, rule_sets
        What its digests are of.
    revisions
        Which are active: the log must have the events that made them, or it has lost its end.
    processes
        As ``rule_sets``; None: they are not looked at.
    """

    def __init__(
        self,
        log: Log,
        store: Assignments,
        workforce: Workforce,
        rule_sets: RuleSets,
        revisions: Revisions,
        processes: Processes | None = None,
    ) -> None:
        self._processes = processes
        self._log = log
        self._store = store
        self._workforce = workforce
        self._rule_sets = rule_sets
        self._revisions = revisions

    async def faults(self, tenant: str, *, on_event: Callable[[], object] = lambda: None) -> AsyncIterator[str]:
        """Yield every break of the chain and every altered content in words; nothing means that all is well.

        Contents are looked at only under a sound chain: what an altered event says proves nothing.
        """
        beginning = await self._log.beginning(tenant)
        if beginning and beginning.link != link_of(beginning, ""):
            yield "what the rewritten log begins with was altered"
            return
        unmade = await self._active(tenant)
        last, sound = beginning or StoredEvent(0, b"", b"", b"", ""), True
        while entries := await self._log.entries(tenant, after=last.number, count=_PAGE):
            for fault in breaks(entries, last.number, last.link):
                sound = False
                yield fault
            for entry in entries:
                unmade.pop(entry.link, None)
                on_event()
            last = entries[-1]
        if sound:
            for revision in unmade.values():
                yield f"the event that made {revision} is not in the log: its end is missing, or all of it"
            async for fault in self._altered(tenant):
                yield fault

    async def _active(self, tenant: str) -> dict[str, str]:
        """Return the active revisions in words, by the link of the event that made each."""
        active = await self._revisions.revisions(tenant)
        revisions = {
            active.rules_event_hash: f"revision {active.rules} of the rules",
            active.workforce_event_hash: f"revision {active.workforce} of the workforce",
        }
        if self._processes is not None:
            newest, event_hash = await self._processes.newest_process(tenant)
            revisions[event_hash] = f"revision {newest} of the processes"
        return {link: revision for link, revision in revisions.items() if link}

    async def last_link(self, tenant: str) -> tuple[int, str]:
        """Return the number and the link of the last event, to be noted elsewhere; 0 and nothing for an empty log."""
        newest = await self._store.events(tenant, count=1, newest_first=True)
        if not newest:
            return 0, ""
        (entry,) = await self._log.entries(tenant, after=newest[0].number - 1, count=1)
        return entry.number, entry.link

    async def _altered(self, tenant: str) -> AsyncIterator[str]:
        workforce = dict[int, str]()
        async for fault in self._kept_records(tenant, workforce):
            yield fault
        after, active = 0, dict[str, Active]()
        while events := await self._store.events(tenant, after=after, count=_PAGE):
            after = events[-1].number
            for event in events:
                if isinstance(event, WorkforceChanged) and workforce.get(event.revision, _NOTHING) != event.digest:
                    yield f"event {event.number}: revision {event.revision} of the workforce is not what was entered"
                if isinstance(event, RulesPublished) and await self._rules_digest(tenant, event) != event.digest:
                    yield f"event {event.number}: revision {event.revision} of the rules is not what was published"
                if isinstance(event, ProcessPublished) and self._processes is not None:
                    active[event.process] = Active(event.revision, event.kinds)
                    if fault := await publication_fault(self._processes, tenant, event):
                        yield f"event {event.number}: {fault}"
        if self._processes is not None:
            for stray in await self._processes.stray_processes(tenant):
                yield f"{stray}: it is neither a revision nor 'active'"
            async for difference in active_differences(self._processes, tenant, active):
                yield difference

    async def _kept_records(self, tenant: str, digests: dict[int, str]) -> AsyncIterator[str]:
        """Yield which records kept whole are not what the changes make; take down the digest of each revision."""
        active, records = await self._revisions.revisions(tenant), WorkforceRecords()
        while records.revision < active.workforce:
            up_to = records.revision + KEPT_EVERY
            changes = await self._workforce.changes(tenant, records.revision, up_to)
            digests.update(_digests(changes))
            records = records.after(changes, up_to)
            kept = await self._workforce.kept_records(tenant, up_to)
            if kept.revision == up_to and kept != records:
                yield f"what is kept of revision {up_to} of the workforce is not what its changes make: delete it"

    async def _rules_digest(self, tenant: str, published: RulesPublished) -> str:
        publication = await self._rule_sets.publication(tenant, published.revision)
        return digest(publication_text(publication).encode()) if publication else ""


def _digests(changes: Sequence[RecordChange]) -> Iterator[tuple[int, str]]:
    """Yield the digest of each revision."""
    for revision, together in groupby(changes, key=lambda change: change.revision):
        texts = [(f"{change.kind}/{change.id}", record_text(change.kind, change.record)) for change in together]
        yield revision, digest(records_packed(texts))
