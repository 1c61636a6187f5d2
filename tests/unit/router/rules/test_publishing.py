"""Who publishes on top of what they have seen is told what came in between."""

from __future__ import annotations

from typing import Any

import pytest

from router.model.errors import StaleEtag
from router.rules.publishing import Publishing
from router.rules.trial import Trial
from router.workforce.service import WorkforceService
from tests.twins.store import MemoryStore


async def sound(*_: Any, **__: Any) -> Trial:
    return Trial((), "{}", (), 1)


@pytest.fixture
def publishing() -> Publishing:
    store = MemoryStore(lambda: 0)
    return Publishing(store, WorkforceService(store, store), sound)


async def test_a_revision_in_between_is_named_with_who_published_it(publishing: Publishing) -> None:
    await publishing.publish("t", "one", actor="ann")
    await publishing.publish("t", "two", expected=1, actor="bo")

    with pytest.raises(StaleEtag, match="revision 2, published by bo, is active, not 1: look at what it changed"):
        await publishing.publish("t", "three", expected=1, actor="ann")

    assert (await publishing.revision("t")).source == "two"


async def test_where_nothing_is_published_there_is_nothing_to_publish_on_top_of(publishing: Publishing) -> None:
    with pytest.raises(StaleEtag, match="nothing is published yet, so revision 1 is not active"):
        await publishing.publish("t", "one", expected=1)
