"""Publishing processes: the use cases, as those of rule sets.

A source is tried apart before anything of it is used; what is stored is the checked form, so that servers load it
without parsing it again.
"""

from __future__ import annotations

from dataclasses import replace

from router.model.errors import NotPossible, StaleEtag, StaleRevision
from router.model.workitem import fingerprint_of
from router.process.definition.processes import Process
from router.process.revisions.cache import ProcessCache, PublishedProcesses
from router.process.revisions.codec import loads
from router.process.revisions.errors import InvalidProcess, KindTaken
from router.process.revisions.ports import Processes, ProcessTrialRun
from router.process.revisions.publication import ProcessPublication
from router.process.trials.trial import ProcessTrial
from router.rules.ports import RuleSets
from router.rules.scenarios import failures_of
from router.workforce.service import WorkforceService


class ProcessPublishing:
    """The use cases on processes.

    Parameters
    ----------
    processes, cache
        Where revisions are kept, and those at hand.
    rule_sets
        The rules, whose fields processes speak of.
    workforce_service
        Knows the reps whom processes name.
    try_process
        Tries a source apart.
    """

    def __init__(
        self,
        processes: Processes,
        cache: ProcessCache,
        rule_sets: RuleSets,
        workforce_service: WorkforceService,
        try_process: ProcessTrialRun,
    ) -> None:
        self._processes = processes
        self._cache = cache
        self._rule_sets = rule_sets
        self._workforce_service = workforce_service
        self._try_process = try_process

    async def check(self, source: str, tenant: str = "") -> ProcessTrial:
        """Check a source and run its tests; writes nothing."""
        if not tenant:
            return await self._try_process(source)
        rules = await self._rule_sets.publication(tenant)
        records = await self._workforce_service.records(tenant)
        return await self._try_process(source, rules.stored if rules else "", records)

    async def read(self, source: str) -> Process:
        """Return what a source says, by itself: names are not looked up.

        Raises
        ------
        InvalidProcess
            If it has errors.
        """
        trial = await self.check(source)
        if not trial.stored_json:
            raise InvalidProcess([problem for problem in trial.problems if problem.is_error])
        return loads(trial.stored_json)

    async def publish(
        self,
        tenant: str,
        source: str,
        *,
        note: str = "",
        expected: int | None = None,
        request_id: str = "",
        actor: str = "",
        preview: bool = False,
    ) -> ProcessPublication:
        """Check, test and publish a source as the next revision.

        Raises
        ------
        InvalidProcess
            If it has errors, or one of its own tests fails.
        KindTaken
            If another process has one of its kinds.
        StaleEtag
            If ``expected`` is given and is not the active revision of this process, 0: it has none.
        RequestIdReused
            If the request id was used for other content.
        """
        publication = await self._publication(tenant, source, note, actor)
        if preview:
            process = loads(publication.stored)
            published = await self._cache.newest(tenant)
            if expected is not None and expected != _active_revision(published, process.id):
                raise _stale(published, tenant, process.id, expected)
            self._refuse_taken(published, tenant, process)
            return publication
        fingerprint = fingerprint_of(request_id, "publish process", source, note)
        return await self._publish(tenant, publication, expected, request_id, fingerprint)

    async def _publication(self, tenant: str, source: str, note: str, actor: str) -> ProcessPublication:
        """Return what a source publishes by the rules and the workforce of now.

        Raises
        ------
        InvalidProcess
            If it has errors, or one of its own tests fails.
        """
        stored = _publishable(await self.check(source, tenant))
        process = loads(stored)
        stages = tuple(stage.id for stage in process.stages)
        kinds = tuple(sorted(process.kinds))
        return ProcessPublication(0, process.id, kinds, stages, source, stored, note, actor=actor)

    def _refuse_taken(self, published: PublishedProcesses, tenant: str, process: Process) -> None:
        for kind in sorted(process.kinds):
            other = published.of(kind)
            if other is not None and other.id != process.id:
                raise KindTaken(tenant, process.id, kind, other.id)

    async def roll_back(
        self, tenant: str, process: str, revision: int | None = None, *, request_id: str = "", actor: str = ""
    ) -> ProcessPublication:
        """Publish an earlier revision's source again: the one of the process before the active one where none is named.

        Raises
        ------
        NotFound
            If there is no such process, or no such revision of it.
        NotPossible
            If there is none before the active one.
        InvalidProcess
            If the rules or the workforce have changed since, so that it has errors or fails one of its own tests.
        KindTaken
            If another process has one of its kinds.
        RequestIdReused
            If the request id was used for other content.
        """
        wanted = _before(await self._cache.newest(tenant), tenant, process) if revision is None else revision
        earlier = await self.revision(tenant, process, wanted)
        again = await self._publication(tenant, earlier.source, earlier.note, actor)
        again = replace(again, rollback_of=earlier.revision)
        fingerprint = fingerprint_of(request_id, "rollback process", process, revision or 0)
        return await self._publish(tenant, again, None, request_id, fingerprint)

    async def _publish(
        self, tenant: str, publication: ProcessPublication, expected: int | None, request_id: str, fingerprint: str
    ) -> ProcessPublication:
        try:
            return await self._processes.publish_process(
                tenant, expected, publication, request_id=request_id, fingerprint=fingerprint
            )
        except StaleRevision as error:
            published = await self._cache.newest(tenant)
            raise _stale(published, tenant, publication.process, expected or 0) from error

    async def revision(self, tenant: str, process: str, revision: int | None = None) -> ProcessPublication:
        """Return a revision of a process, its active one where none is named.

        Raises
        ------
        NotFound
            If there is none.
        """
        if revision is None:
            active = (await self._cache.newest(tenant)).active.get(process)
            revision = active.revision if active else 0
        found = await self._processes.process_publications(tenant, [revision])
        if not found or found[0].process != process:
            raise (await self._cache.newest(tenant)).missing(tenant, process, revision)
        return found[0]

    async def published(self, tenant: str) -> PublishedProcesses:
        """Return all there is."""
        return await self._cache.newest(tenant)

    async def revisions(
        self, tenant: str, *, before: int | None, count: int
    ) -> tuple[list[ProcessPublication], int | None]:
        """Return revisions, if one is named those below it, newest first; and the one to go on below, if there are
        more.
        """
        newest, _ = await self._processes.newest_process(tenant)
        last = newest if before is None else min(before - 1, newest)
        wanted = range(last, max(last - count, 0), -1)
        publications = await self._processes.process_publications(tenant, wanted)
        return publications, wanted[-1] if wanted and wanted[-1] > 1 else None


def _publishable(trial: ProcessTrial) -> str:
    """Return the stored form of what can be published.

    Raises
    ------
    InvalidProcess
        If it has errors, or one of its own tests fails.
    """
    problems = [problem for problem in trial.problems if problem.is_error]
    problems += failures_of(trial.test_results)
    if problems:
        raise InvalidProcess(problems)
    return trial.stored_json


def _active_revision(published: PublishedProcesses, process: str) -> int:
    active = published.active.get(process)
    return active.revision if active else 0


def _stale(published: PublishedProcesses, tenant: str, process: str, expected: int) -> StaleEtag:
    active = _active_revision(published, process)
    now = f"revision {active} is its active one" if active else "nothing of it is published"
    todo = "look at what was published since, and publish with its etag"
    return StaleEtag(f"tenants/{tenant}/processes/{process}", f"{now}, not {expected}: {todo}")


def _before(published: PublishedProcesses, tenant: str, process: str) -> int:
    """Return the revision of a process before its active one.

    Raises
    ------
    NotFound, NotPossible
        If there is no such process, or no revision before.
    """
    revisions = [each.revision for each in published.revisions if each.id == process]
    if not revisions:
        raise published.missing(tenant, process)
    if len(revisions) == 1:
        raise NotPossible(f"tenants/{tenant}/processes/{process}", "there is no revision before it")
    return revisions[-2]
