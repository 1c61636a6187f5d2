"""``router.intake.ports.Sources`` in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import count

from router.intake.ports import FailedLead, IntakeCounts, KeptSource
from router.intake.source import LeadSource


class MemorySources:
    """Keeps sources."""

    def __init__(self) -> None:
        self._kept: defaultdict[str, dict[str, KeptSource]] = defaultdict(dict)
        self._counts: defaultdict[tuple[str, str], IntakeCounts] = defaultdict(IntakeCounts)
        self._failed: defaultdict[tuple[str, str], dict[str, FailedLead]] = defaultdict(dict)
        self._etags = count(1)

    def lose(self) -> None:
        """Lose everything, as a store can."""
        for kept in (self._kept, self._counts, self._failed):
            kept.clear()

    async def all(self, tenant: str) -> Mapping[str, KeptSource]:
        return dict(sorted(self._kept[tenant].items()))

    async def get(self, tenant: str, source_id: str) -> KeptSource | None:
        return self._kept[tenant].get(source_id)

    async def put(self, tenant: str, source_id: str, source: LeadSource | None, before: str) -> str | None:
        present = self._kept[tenant].get(source_id)
        if (present.etag if present else "") != before:
            return None
        if present is None or source is None:
            self._counts.pop((tenant, source_id), None)
            self._failed.pop((tenant, source_id), None)
        if source is None:
            self._kept[tenant].pop(source_id, None)
            return ""
        etag = present.etag if present and present.source == source else str(next(self._etags))
        self._kept[tenant][source_id] = KeptSource(source, etag)
        return etag

    async def counts(self, tenant: str, source_id: str) -> IntakeCounts:
        counted = self._counts[tenant, source_id]
        return counted._replace(waiting=len(self._failed[tenant, source_id]))

    async def count(self, tenant: str, source_id: str, *, taken: int = 0, junk: int = 0) -> None:
        counted = self._counts[tenant, source_id]
        self._counts[tenant, source_id] = counted._replace(taken=counted.taken + taken, junk=counted.junk + junk)

    async def keep(self, tenant: str, source_id: str, failed: Sequence[FailedLead]) -> None:
        kept = self._failed[tenant, source_id]
        new = {each.id: each for each in failed if each.id not in kept}
        counted = self._counts[tenant, source_id]
        self._counts[tenant, source_id] = counted._replace(failed=counted.failed + len(new))
        kept.update(new)

    async def failed(
        self, tenant: str, source_id: str, after: tuple[int, str] | None, count: int
    ) -> Sequence[FailedLead]:
        kept = sorted(self._failed[tenant, source_id].values(), key=lambda each: (each.received_us, each.id))
        return [each for each in kept if (each.received_us, each.id) > (after or (-1, ""))][:count]

    async def failed_of(self, tenant: str, source_id: str, ids: Collection[str]) -> Sequence[FailedLead]:
        kept = self._failed[tenant, source_id]
        return [kept[each] for each in dict.fromkeys(ids) if each in kept]

    async def remove(self, tenant: str, source_id: str, ids: Collection[str]) -> int:
        kept = self._failed[tenant, source_id]
        return sum(kept.pop(each, None) is not None for each in set(ids))
