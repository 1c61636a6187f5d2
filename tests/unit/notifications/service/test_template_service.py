"""Own templates are replaced whole, by whoever saw them last, and nothing is kept that cannot be said."""

from __future__ import annotations

import pytest

from failures import InvalidInput, StaleEtag
from notifications.service.templates import NO_TEMPLATES, TemplateService
from notifications.templates import Templates
from serving.templates import TEMPLATE_NAMES, shipped_templates
from tests.twins.deliveries import MemoryRecords


def service() -> TemplateService:
    return TemplateService(MemoryRecords[Templates](), TEMPLATE_NAMES, shipped_templates)


async def test_what_is_set_replaces_what_was_and_nothing_brings_ours_back() -> None:
    at = service()

    first = await at.replace("t", "zh", {"given": "$item归您", "footer": ""})
    second = await at.replace("t", "zh", {"taken": "$item"})
    gone = await at.replace("t", "zh", {})

    assert first.texts == {"given": "$item归您", "footer": ""}
    assert (second.texts, (await at.get("t", "en")).texts, gone.texts) == ({"taken": "$item"}, {}, {})
    assert gone.etag == (await at.get("t", "zh")).etag == NO_TEMPLATES
    assert len({first.etag, second.etag, gone.etag}) == 3
    assert (await at.replace("t", "zh", {})).etag == NO_TEMPLATES


async def test_two_who_saw_none_do_not_overwrite_each_other() -> None:
    at = service()
    seen = await at.get("t", "en")
    await at.replace("t", "en", {"given": "$item"}, seen.etag)

    with pytest.raises(StaleEtag, match="tenants/t/templates/en"):
        await at.replace("t", "en", {}, seen.etag)


async def test_a_preview_writes_nothing() -> None:
    at = service()

    view = await at.replace("t", "en", {"given": "$item"}, preview=True)

    assert (view.texts, view.etag) == ({"given": "$item"}, NO_TEMPLATES)
    assert (await at.get("t", "en")).texts == {}


async def test_every_fault_is_said_at_once_by_its_field() -> None:
    texts = {"given": "$owner", "reminder overdue": "", "\n{0.__class__}": "x", "taken": "$item"}

    with pytest.raises(InvalidInput) as refused:
        await service().replace("t", "en", texts)

    fields = [each.field for each in refused.value.violations]
    assert fields == ["templates.texts.given", "templates.texts.reminder overdue", "templates.texts"]
    with pytest.raises(InvalidInput, match="5000 templates: at most"):
        await service().replace("t", "en", {f"n{each}": "x" for each in range(5000)})
