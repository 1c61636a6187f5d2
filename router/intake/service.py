"""Sources, as managers and operators see and change them: nobody overwrites another's change.

References
----------
AIP-133 to AIP-135 and AIP-154 (etags), https://google.aip.dev.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256

from failures import AlreadyExists, InvalidInput, NotFound, StaleEtag, Violation
from router.intake.ports import IntakeCounts, KeptSource, Sources
from router.intake.source import LeadSource
from router.model.errors import TooManySources

MAX_SOURCES = 1_000
"""Of a tenant."""
MAX_ATTRIBUTES = 100
MAX_JUNK_RULES = 50
MAX_TEXTS = 100
"""Of a junk rule."""
_TRIES = 5


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source as it is shown; ``token`` only where it was just made."""

    source: LeadSource
    etag: str
    counts: IntakeCounts
    token: str = ""


class SourceService:
    """Declares, shows, changes and deletes sources."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def create(self, tenant: str, source: LeadSource, *, preview: bool = False) -> SourceView:
        """Declare one.

        Raises
        ------
        AlreadyExists
            If there is one of its id.
        InvalidInput
            If it is not as it must be.
        TooManySources
            If the tenant has as many as it may have.
        """
        check(source)
        present = await self._sources.all(tenant)
        if source.id in present:
            raise AlreadyExists("source", name_of(tenant, source.id))
        if len(present) >= MAX_SOURCES:
            raise TooManySources(f"tenants/{tenant}", MAX_SOURCES)
        if preview:
            return SourceView(source, "", IntakeCounts())
        token = new_token()
        made = replace(source, token_hash=hashed(token))
        etag = await self._sources.put(tenant, source.id, made, "")
        if etag is None:
            raise AlreadyExists("source", name_of(tenant, source.id))
        return SourceView(made, etag, IntakeCounts(), token)

    async def get(self, tenant: str, source_id: str) -> SourceView:
        """Return one.

        Raises
        ------
        NotFound
            If there is none.
        """
        return await self._view(tenant, await self._kept(tenant, source_id))

    async def page(self, tenant: str, after: str, count: int) -> tuple[list[SourceView], str]:
        """Return those behind an id, and the id behind which the next page begins; empty: there is none."""
        kept = [each for source_id, each in (await self._sources.all(tenant)).items() if source_id > after]
        views = [await self._view(tenant, each) for each in kept[:count]]
        return views, kept[count - 1].source.id if len(kept) > count else ""

    async def update(
        self,
        tenant: str,
        source_id: str,
        changed: Callable[[LeadSource], LeadSource],
        etag: str = "",
        *,
        renews_token: bool = False,
        preview: bool = False,
    ) -> SourceView:
        """Write what becomes of one; where others change it meanwhile, what becomes of theirs.

        Parameters
        ----------
        etag
            What it must be; empty: whatever it is.

        Raises
        ------
        NotFound
            If there is none.
        InvalidInput
            If it would not be as it must be.
        StaleEtag
            If it is another, or others change it all the time.
        """
        token = new_token() if renews_token and not preview else ""
        for _ in range(_TRIES):
            kept = await self._expected(tenant, source_id, etag)
            source = changed(kept.source)
            check(source)
            if token:
                source = replace(source, token_hash=hashed(token))
            written: str | None = kept.etag
            if not preview and source != kept.source:
                written = await self._sources.put(tenant, source_id, source, kept.etag)
            if written is not None:
                return replace(await self._view(tenant, KeptSource(source, written)), token=token)
        raise StaleEtag(name_of(tenant, source_id), "others change it all the time: try again")

    async def delete(self, tenant: str, source_id: str, etag: str = "", *, preview: bool = False) -> None:
        """Delete one, with what could not be mapped of it; as ``update``."""
        for _ in range(_TRIES):
            kept = await self._expected(tenant, source_id, etag)
            if preview or await self._sources.put(tenant, source_id, None, kept.etag) is not None:
                return
        raise StaleEtag(name_of(tenant, source_id), "others change it all the time: try again")

    async def _kept(self, tenant: str, source_id: str) -> KeptSource:
        kept = await self._sources.get(tenant, source_id)
        if kept is None:
            raise NotFound("source", name_of(tenant, source_id))
        return kept

    async def _expected(self, tenant: str, source_id: str, etag: str) -> KeptSource:
        kept = await self._kept(tenant, source_id)
        if etag and etag != kept.etag:
            raise StaleEtag(name_of(tenant, source_id), f"its etag is {kept.etag}: get it anew")
        return kept

    async def _view(self, tenant: str, kept: KeptSource) -> SourceView:
        return SourceView(kept.source, kept.etag, await self._sources.counts(tenant, kept.source.id))


def name_of(tenant: str, source_id: str) -> str:
    """Return the name of a source in full."""
    return f"tenants/{tenant}/sources/{source_id}"


def new_token() -> str:
    """Make a token: 256 bits of the system's random numbers."""
    return secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """Return what is kept of a token: no salt, for nobody guesses 256 bits."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def check(source: LeadSource) -> None:
    """Look whether a source is as it must be.

    Raises
    ------
    InvalidInput
        With a violation per field that is not.
    """
    faults = [*_too_many(source)]
    seen: set[str] = set()
    for place, each in enumerate(source.attributes):
        if each.attribute in seen:
            faults.append(Violation(f"source.attributes[{place}].attribute", f"{each.attribute!r} stands there twice"))
        seen.add(each.attribute)
    if source.token_field and source.token_field in {each.field for each in source.attributes}:
        fault = f"{source.token_field!r} is an attribute's too, and the token is a secret"
        faults.append(Violation("source.token_field", fault))
    if source.token_field and source.token_field == source.external_id_field:
        faults.append(Violation("source.token_field", f"{source.token_field!r} is the external id's too"))
    if faults:
        raise InvalidInput(faults)


def _too_many(source: LeadSource) -> list[Violation]:
    counted = [
        ("source.attributes", len(source.attributes), MAX_ATTRIBUTES),
        ("source.junk", len(source.junk), MAX_JUNK_RULES),
        *((f"source.junk[{place}].contains", len(rule.contains), MAX_TEXTS) for place, rule in enumerate(source.junk)),
    ]
    return [Violation(field, f"{number} of them: at most {most}") for field, number, most in counted if number > most]
