"""``router.process.revisions.ports.Processes`` in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from router.history.codec import digest, process_text
from router.model.errors import StaleRevision
from router.model.events import ProcessPublished
from router.model.revisions import RevisionPair
from router.process.revisions.errors import KindTaken
from router.process.revisions.publication import Active, ProcessPublication
from tests.twins.tenants import Tenant, Tenants, answered_before


class MemoryProcesses(Tenants):
    """Published processes."""

    async def publish_process(
        self,
        tenant: str,
        expected: int | None,
        publication: ProcessPublication,
        *,
        request_id: str = "",
        fingerprint: str = "",
    ) -> ProcessPublication:
        """Make it the active revision of its process; see ``router.process.revisions.ports.Processes``."""
        state = self._tenants[tenant]
        if (earlier := answered_before(state, request_id, fingerprint)) is not None:
            assert isinstance(earlier, ProcessPublication)
            return earlier
        process, kinds = publication.process, publication.kinds
        there = await self.active_processes(tenant)
        current = there[process].revision if process in there else 0
        if expected is not None and expected != current:
            raise StaleRevision(f"tenants/{tenant}/processes/{process}", f"its active revision is {current}")
        for other, active in there.items():
            if other != process and (taken := [kind for kind in kinds if kind in active.kinds]):
                raise KindTaken(tenant, process, taken[0], other)
        number, at_ms, revision = len(state.events) + 1, self._time_of(state), len(state.processes) + 1
        published = replace(publication, revision=revision, event=number, at_ms=at_ms)
        state.processes.append(published)
        content = digest(process_text(publication).encode())
        back, actor = publication.rollback_of, publication.actor
        event = ProcessPublished(number, revision, back, content, process, kinds, at_ms, actor)
        state.events.append(event)
        if request_id:
            state.requests[request_id] = (fingerprint, published)
        return published

    async def newest_process(self, tenant: str) -> tuple[int, str]:
        """Return number and a hash of the newest revision; see ``newest_process``."""
        return newest_process(self._tenants[tenant])

    async def process_publications(self, tenant: str, revisions: Sequence[int]) -> list[ProcessPublication]:
        """Return the revisions of these numbers."""
        processes = self._tenants[tenant].processes
        return [processes[revision - 1] for revision in revisions if 0 < revision <= len(processes)]

    async def active_processes(self, tenant: str) -> Mapping[str, Active]:
        """Return the newest revision of each process."""
        return {each.process: Active(each.revision, each.kinds) for each in self._tenants[tenant].processes}

    async def stray_processes(self, _: str) -> list[str]:
        """Return what is no revision; nothing can be among them here."""
        return []


def newest_process(state: Tenant) -> tuple[int, str]:
    """Return number of the newest revision, and in place of its event's hash, which the twin has not, one of it."""
    processes = state.processes
    return len(processes), _hash_of(processes[-1]) if processes else ""


@cache
def _hash_of(publication: ProcessPublication) -> str:
    return digest(repr(publication).encode())


def active_revisions(state: Tenant) -> RevisionPair:
    """Return the revisions that decisions are to be made by."""
    number, event_hash = newest_process(state)
    return RevisionPair(state.rules, state.workforce, processes=number, processes_event_hash=event_hash)


def are_active(state: Tenant, revisions: RevisionPair) -> bool:
    """Say whether decisions are to be made by these; of processes only where somebody has looked."""
    has_looked = revisions.processes is not None
    is_stale = has_looked and newest_process(state) != (revisions.processes, revisions.processes_event_hash)
    return not is_stale and revisions[:2] == (state.rules, state.workforce)
