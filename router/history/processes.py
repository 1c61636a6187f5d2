"""What the store says of processes against what the log says of their publications, in words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from router.history.codec import digest, process_text
from router.model.errors import CorruptHistory
from router.model.events import ProcessPublished
from router.process.revisions.ports import Processes
from router.process.revisions.publication import Active


async def active_differences(processes: Processes, tenant: str, logged: Mapping[str, Active]) -> AsyncIterator[str]:
    """Yield where the store says of another revision, or of other kinds, that they are active.

    Parameters
    ----------
    logged
        The newest publication of each process by the log.
    """
    try:
        stored = await processes.active_processes(tenant)
    except CorruptHistory as error:
        yield str(error)
        return
    for process in sorted({*stored, *logged}):
        if stored.get(process) != logged.get(process):
            yield f"process {process}: log says {_told(logged.get(process))}, store {_told(stored.get(process))}"


def _told(active: Active | None) -> str:
    """Say what is active.

    Examples
    --------
    >>> _told(None), _told(Active(3, ()))
    ('nothing', 'revision 3 for nothing')
    """
    return f"revision {active.revision} for {', '.join(active.kinds) or 'nothing'}" if active else "nothing"


async def publication_fault(processes: Processes, tenant: str, event: ProcessPublished) -> str:
    """Say what is wrong with a publication as it is kept, by the event that made it; empty: nothing."""
    try:
        there = await processes.process_publications(tenant, [event.revision])
    except CorruptHistory as error:
        return str(error)
    revision = f"revision {event.revision} of the processes"
    if [digest(process_text(found).encode()) for found in there] != [event.digest]:
        return f"{revision} is not what was published"
    (kept,) = there
    if kept.event != event.number:
        return f"{revision} is kept with event {kept.event}, which did not publish it"
    if kept.at_ms != event.at_ms:
        return f"{revision} is kept with the time {kept.at_ms} ms, the log says {event.at_ms} ms"
    return ""
