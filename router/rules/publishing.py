"""Publishing rules: the use cases.

A source is tried apart before anything of it is used; what is stored is the checked form, so that servers load it
without parsing it again.
"""

from __future__ import annotations

from dataclasses import replace

from router.model.errors import NotFound, NotPossible, StaleEtag, StaleRevision
from router.model.workitem import fingerprint_of
from router.rules.errors import InvalidRuleSet
from router.rules.ports import RuleSets, RuleSetTrial
from router.rules.scenarios import failures_of
from router.rules.trial import Trial
from router.workforce.service import WorkforceService
from rules.revisions import Publication


class Publishing:
    """The use cases on rule sets.

    Parameters
    ----------
    rule_sets
        Where revisions are kept.
    workforce_service
        Knows the pools that routes name, and the reps for tests that bring none.
    try_rule_set
        Tries a source apart.
    """

    def __init__(self, rule_sets: RuleSets, workforce_service: WorkforceService, try_rule_set: RuleSetTrial) -> None:
        self._rule_sets = rule_sets
        self._try_rule_set = try_rule_set
        self._workforce_service = workforce_service

    async def check(self, source: str, tenant: str = "", *, tests: str | None = None) -> Trial:
        """Check a source and run its tests, or the given ones; writes nothing."""
        if not tenant:
            return await self._try_rule_set(source, tests=tests)
        records = await self._workforce_service.records(tenant)
        return await self._try_rule_set(source, records.pools, records, tests=tests)

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
    ) -> Publication:
        """Check, test and publish a source as the next revision.

        Raises
        ------
        InvalidRuleSet
            If it has errors, or one of its own tests fails.
        StaleEtag
            If ``expected`` is given and is not the active revision.
        RequestIdReused
            If the request id was used for other content.
        """
        trial = await self.check(source, tenant)
        problems = [problem for problem in trial.problems if problem.is_error]
        problems += failures_of(trial.test_results)
        if problems:
            raise InvalidRuleSet(problems)
        publication = Publication(0, source, trial.stored_json, note, trial.rule_count, 0, 0, actor)
        if preview:
            return publication
        return await self._publish(
            tenant, publication, expected, request_id, fingerprint_of(request_id, "publish", source, note)
        )

    async def roll_back(
        self, tenant: str, revision: int | None = None, *, request_id: str = "", actor: str = ""
    ) -> Publication:
        """Publish an earlier revision's source again: the one before the active one where none is named.

        Raises
        ------
        NotFound
            If there is no such revision.
        NotPossible
            If there is none before the active one.
        RequestIdReused
            If the request id was used for other content.
        """
        active = await self.revision(tenant)
        if revision is None and active.revision == 1:
            raise NotPossible(f"tenants/{tenant}/ruleSets/1", "there is no revision before it")
        earlier = await self.revision(tenant, active.revision - 1 if revision is None else revision)
        again = replace(earlier, revision=0, rollback_of=earlier.revision, at_ms=0, actor=actor)
        return await self._publish(
            tenant, again, None, request_id, fingerprint_of(request_id, "rollback", revision or 0)
        )

    async def _publish(
        self, tenant: str, publication: Publication, expected: int | None, request_id: str, fingerprint: str
    ) -> Publication:
        try:
            return await self._rule_sets.publish(
                tenant, expected, publication, request_id=request_id, fingerprint=fingerprint
            )
        except StaleRevision as error:
            raise StaleEtag(error.name, await self._in_between(tenant, expected)) from error

    async def _in_between(self, tenant: str, expected: int | None) -> str:
        """Say what is active instead of the revision that was expected, who published it, and what to do."""
        active = await self._rule_sets.publication(tenant)
        if active is None:
            return f"nothing is published yet, so revision {expected} is not active: publish without an etag"
        by = f", published by {active.actor}," if active.actor else ""
        todo = "look at what it changed, and publish with its etag"
        return f"revision {active.revision}{by} is active, not {expected}: {todo}"

    async def revision(self, tenant: str, revision: int | None = None) -> Publication:
        """Return a revision, or the active one where none is named.

        Raises
        ------
        NotFound
            If there is none.
        """
        publication = await self._rule_sets.publication(tenant, revision)
        if publication is None:
            raise NotFound("rule set", f"tenants/{tenant}/ruleSets/{'active' if revision is None else revision}")
        return publication

    async def revisions(self, tenant: str, *, before: int | None, count: int) -> tuple[list[Publication], int | None]:
        """Return revisions, if one is named those below it, newest first; and the one to go on below, if there are
        more.
        """
        publications = await self._rule_sets.publications(tenant, before=before, count=count)
        last = publications[-1].revision if publications else 1
        return publications, last if last > 1 else None
