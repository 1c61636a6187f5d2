"""A tenant's own templates of messages, as managers and operators see and change them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from failures import InvalidInput, StaleEtag, Violation, shown
from notifications.ports import RecordStore
from notifications.templates import TemplateNames, Templates, template_faults

NO_TEMPLATES = "none"
"""The etag of a language of which a tenant has no template of its own."""
_TRIES = 5
_FIELD = "templates.texts"


class TemplatesView(NamedTuple):
    """The templates of a language: the tenant's own, what identifies them, and the repository's, both by name."""

    language: str
    texts: Mapping[str, str]
    etag: str
    shipped: Mapping[str, str]


class TemplateService:
    """Shows and replaces them.

    Parameters
    ----------
    records
        Where they are kept.
    names
        Every template there is, and what may stand in it.
    shipped
        Returns the repository's of a language.
    """

    def __init__(
        self, records: RecordStore[Templates], names: TemplateNames, shipped: Callable[[str], Mapping[str, str]]
    ) -> None:
        self._records = records
        self._names = names
        self._shipped = shipped

    async def get(self, tenant: str, language: str) -> TemplatesView:
        """Return those of a language, ``en`` or ``zh``."""
        kept = await self._records.get(tenant, language)
        return self._view(language, kept.record.texts, kept.etag) if kept else self._view(language, {}, NO_TEMPLATES)

    async def replace(
        self, tenant: str, language: str, texts: Mapping[str, str], etag: str = "", *, preview: bool = False
    ) -> TemplatesView:
        """Have these, and no others, be the tenant's own in a language; none: the repository's hold.

        Parameters
        ----------
        etag
            What it must be; empty: whatever it is.

        Raises
        ------
        InvalidInput
            If there is no such template, or it holds what is not filled in there.
        StaleEtag
            If it is another, or others change it all the time.
        """
        if len(texts) > len(self._names):
            raise InvalidInput.of(_FIELD, f"{len(texts)} templates: at most {len(self._names)}, for so many there are")
        if faults := [_violation(name, fault) for name, fault in template_faults(texts, self._names)]:
            raise InvalidInput(faults)
        record = Templates(language, dict(texts)) if texts else None
        for _ in range(_TRIES):
            present = await self.get(tenant, language)
            if etag and etag != present.etag:
                raise StaleEtag(_name(tenant, language), f"its etag is {present.etag}: get it anew")
            if preview or (record is None and present.etag == NO_TEMPLATES):
                return self._view(language, texts, present.etag)
            before = "" if present.etag == NO_TEMPLATES else present.etag
            written = await self._records.put(tenant, language, record, before)
            if written is not None:
                return self._view(language, texts, written or NO_TEMPLATES)
        raise StaleEtag(_name(tenant, language), "others change it all the time: try again")

    def _view(self, language: str, texts: Mapping[str, str], etag: str) -> TemplatesView:
        return TemplatesView(language, texts, etag, self._shipped(language))


def _violation(name: str, fault: str) -> Violation:
    if name.replace("_", "").replace(" ", "").isalnum() and len(name) <= 40:
        return Violation(f"{_FIELD}.{name}", fault)
    return Violation(_FIELD, f"{shown(name)}: {fault}")


def _name(tenant: str, language: str) -> str:
    return f"tenants/{tenant}/templates/{language}"
