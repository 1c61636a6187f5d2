"""Published processes, and the trial before they are published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from router.model.workforce import WorkforceRecords
from router.process.revisions.publication import Active, ProcessPublication
from router.process.trials.trial import ProcessTrial


class Processes(Protocol):
    """Published processes, every revision for ever."""

    async def publish_process(
        self,
        tenant: str,
        expected: int | None,
        publication: ProcessPublication,
        *,
        request_id: str = "",
        fingerprint: str = "",
    ) -> ProcessPublication:
        """Make it the active revision of its process, numbered one above the last of all; a repeated request returns
        the one it made.

        Raises
        ------
        KindTaken
            If another active process has one of its kinds.
        StaleRevision
            If ``expected`` is given and is not the active revision of this process, 0: it has none.
        RequestIdReused
            If the request id was used for other content.
        """

    async def newest_process(self, tenant: str) -> tuple[int, str]:
        """Return number and event's hash of the newest revision; 0 and nothing where there is none. Cheap.

        The hash tells it from another one of its number, see ``router.model.revisions``.
        """

    async def process_publications(self, tenant: str, revisions: Sequence[int]) -> list[ProcessPublication]:
        """Return the revisions of these numbers that there are, in the order asked for.

        Raises
        ------
        CorruptHistory
            If one cannot be read: somebody altered it.
        """

    async def active_processes(self, tenant: str) -> Mapping[str, Active]:
        """Return the newest revision of each process, by its id.

        Raises
        ------
        CorruptHistory
            If it cannot be read: somebody altered it.
        """

    async def stray_processes(self, tenant: str) -> list[str]:
        """Return where something is kept among the revisions that is none of them; the larger the slower."""


class ProcessTrialRun(Protocol):
    """Tries a process where it can do no harm."""

    async def __call__(
        self, source: str, rules: str | None = None, workforce: WorkforceRecords | None = None
    ) -> ProcessTrial:
        """Check a source, and run its tests.

        Parameters
        ----------
        source
            YAML or JSON.
        rules
            The active rules as they are stored; empty: none are published; None: fields are not looked up.
        workforce
            Whose reps a process may name; another name is a warning. By its hours tests run that bring none along.
            None: not looked up.
        """
