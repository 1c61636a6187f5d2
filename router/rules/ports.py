"""Published rule sets, and the trial before they are published."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from router.model.workforce import WorkforceRecords
from router.rules.trial import Trial
from rules.revisions import Publication


class RuleSets(Protocol):
    """Published rule sets, every revision for ever."""

    async def publish(
        self,
        tenant: str,
        expected: int | None,
        publication: Publication,
        *,
        request_id: str = "",
        fingerprint: str = "",
    ) -> Publication:
        """Make it the active revision, numbered one above the last; a repeated request returns the one it made.

        Raises
        ------
        StaleRevision
            If ``expected`` is given and is not the active revision.
        RequestIdReused
            If the request id was used for other content.
        """

    async def publication(self, tenant: str, revision: int | None = None) -> Publication | None:
        """Return a revision, or the active one where none is named."""

    async def publications(self, tenant: str, *, before: int | None = None, count: int = 50) -> list[Publication]:
        """Return revisions, if it is given those below ``before``, newest first."""


class RuleSetTrial(Protocol):
    """Tries a rule set where it can do no harm."""

    async def __call__(
        self,
        source: str,
        pools: Collection[str] | None = None,
        workforce: WorkforceRecords | None = None,
        *,
        tests: str | None = None,
    ) -> Trial:
        """Check a source, run its tests (or the given ones) and try it on samples.

        Parameters
        ----------
        source, tests
            YAML or JSON.
        pools
            The pools there are; a route to another one is a warning. None: not looked up.
        workforce
            Whom the tests are about if they bring no workforce along; a name of a territory, a rep or an attribute that
            nothing in it bears is a warning. None: not looked up.
        """
