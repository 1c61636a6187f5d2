"""``router.rules.ports.RuleSets`` in memory."""

from __future__ import annotations

from dataclasses import replace

from router.history.codec import digest, publication_text
from router.model.errors import StaleRevision
from router.model.events import RulesPublished
from router.model.revisions import RevisionPair
from rules.revisions import Publication
from tests.twins.processes import active_revisions
from tests.twins.tenants import Tenants, answered_before


class MemoryRuleSets(Tenants):
    """Published rule sets."""

    async def publish(
        self,
        tenant: str,
        expected: int | None,
        publication: Publication,
        *,
        request_id: str = "",
        fingerprint: str = "",
    ) -> Publication:
        """Make it the active revision; see ``router.rules.ports.RuleSets``."""
        state = self._tenants[tenant]
        if (earlier := answered_before(state, request_id, fingerprint)) is not None:
            assert isinstance(earlier, Publication)
            return earlier
        if expected is not None and expected != state.rules:
            raise StaleRevision(f"tenants/{tenant}/ruleSets/active", f"the active revision is {state.rules}")
        state.rules += 1
        published = replace(publication, revision=state.rules, at_ms=self._time_of(state))
        state.publications.append(published)
        content = digest(publication_text(publication).encode())
        number, back = len(state.events) + 1, publication.rollback_of
        state.events.append(RulesPublished(number, state.rules, back, content, self._time_of(state), publication.actor))
        if request_id:
            state.requests[request_id] = (fingerprint, published)
        return published

    async def tenants(self) -> list[str]:
        """Return every tenant that ever published rules."""
        return sorted(tenant for tenant, state in self._tenants.items() if state.rules)

    async def publication(self, tenant: str, revision: int | None = None) -> Publication | None:
        """Return a revision, or the active one."""
        publications = self._tenants[tenant].publications
        wanted = len(publications) if revision is None else revision
        return publications[wanted - 1] if 0 < wanted <= len(publications) else None

    async def publications(self, tenant: str, *, before: int | None = None, count: int = 50) -> list[Publication]:
        """Return revisions, newest first."""
        publications = self._tenants[tenant].publications
        return [found for found in publications[::-1] if before is None or found.revision < before][:count]

    async def revisions(self, tenant: str) -> RevisionPair:
        """Return the active rule set's revision, the workforce's, and that of the processes."""
        return active_revisions(self._tenants[tenant])
