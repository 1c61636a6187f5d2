"""Published rule sets, whatever matches facts against them, and the trial before they are published."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from router.model.values import Fact
from router.rules import scenarios
from router.rules.problems import Problem


class RuleEngine(Protocol):
    """Matches facts against one rule set; immutable once built."""

    @property
    def name(self) -> str:
        """Which engine it is: ``durable``, ``index`` or ``reference``."""

    def match(self, fact: Fact) -> tuple[str, ...]:
        """Return the ids of all matching rules in order of precedence."""

    def close(self) -> None:
        """Give back what it holds."""


@dataclass(frozen=True, slots=True)
class Publication:
    """One published revision of the rules; ``stored`` is the checked form the servers load."""

    revision: int
    source: str
    stored: str
    note: str
    rule_count: int
    rollback_of: int
    at_ms: int
    actor: str = ""


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


class Edition(NamedTuple):
    """The revisions of rules and workforce, 0 for none.

    The marks tell a revision from another one of the same number: a store that was emptied, or that took over without
    the last changes, counts them again.
    """

    rules: int = 0
    workforce: int = 0
    rules_mark: str = ""
    workforce_mark: str = ""


class Revisions(Protocol):
    """The revisions that decisions must be made by."""

    async def tenants(self) -> list[str]:
        """Return every tenant that ever published rules."""

    async def revisions(self, tenant: str) -> Edition:
        """Return the active rule set's revision and the workforce's."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How it went.

    Parameters
    ----------
    problems
        In the order of the source; an error among them means that it cannot be published.
    stored_json
        The rule set as ``router.rules.codec`` writes it; empty if there is an error.
    test_results
        One per test, in order; failed ones are no problems.
    rule_count
        Rules in the set.
    """

    problems: tuple[Problem, ...]
    stored_json: str = ""
    test_results: tuple[scenarios.TestResult, ...] = ()
    rule_count: int = 0

    @property
    def is_publishable(self) -> bool:
        """Whether there is neither an error nor a failed test."""
        return bool(self.stored_json) and all(result.passed for result in self.test_results)


class RuleSetTrial(Protocol):
    """Tries a rule set where it can do no harm."""

    async def __call__(
        self,
        source: str,
        pools: Collection[str] | None = None,
        workforce: scenarios.Workforce | None = None,
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
            Whom the tests are about if they bring no workforce along.
        """
