"""Work items of an older store are found under every spelling of source and id; two that are one by now stay two."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from fairlead.v1 import decisions_pb2
from gateway.settings import Security
from router.adapters.redis.upgrade import StoreUpgrade
from tests.api import EXISTING_OWNER, Api, connected, differences, last
from tests.conftest import serving
from tests.golden import SPELLINGS_329B6AC, SPELLINGS_FB041BA, keys
from tests.golden.write_spellings import SPELT, TENANT, TWICE
from tests.integration.upgrade.arranging import UPGRADING, Killed, Mortal, Reports, nobody_waits

pytestmark = pytest.mark.long


class Older(NamedTuple):
    """A store of before spellings were one, and whether its external ids are sealed."""

    folder: Path
    is_personal: bool

    def restored(self, url: str) -> None:
        keys.restore(url, keys.kept(self.folder / "store.jsonl"))

    def upgrade(self, redis: Any, reports: Reports, pause: Any = nobody_waits) -> StoreUpgrade:
        return StoreUpgrade(redis, reports, pause, 7, 0, hides_external_id=self.is_personal)

    def names(self) -> dict[tuple[str, str], str]:
        lines = (self.folder / "items.jsonl").read_text("utf-8").splitlines()
        return {(made["source"], made["external_id"]): made["name"] for made in map(json.loads, lines)}

    def served(self, url: str) -> Any:
        security = Security(personal=frozenset({"external_id"} if self.is_personal else ()))
        return serving(url, security=security)


@pytest.fixture(params=[Older(SPELLINGS_FB041BA, False), Older(SPELLINGS_329B6AC, True)], ids=["1", "2, sealed"])
def older(request: pytest.FixtureRequest, url: str) -> Older:
    """Return a store of each older format, put into the test's own."""
    older: Older = request.param
    older.restored(url)
    return older


def respelt(source: str, external_id: str) -> Iterator[tuple[str, str]]:
    """Yield other spellings of the same; a record id whose case counts keeps it."""
    yield f"\u3000{source} ", f" {external_id}\u200b"
    yield source.swapcase(), external_id if len(external_id) == 15 else external_id.swapcase()
    yield source.upper().replace("CRM", "ＣＲＭ"), external_id.replace("1", "１")


async def test_each_is_found_and_made_once_under_every_spelling(url: str, older: Older) -> None:
    names = older.names()

    async with older.served(url) as address, connected(address, TENANT, url) as api:
        before = keys.contents(url)["fairlead:{spelt}:events"]
        sent = [(names[key], await route(api, *spelt)) for key in SPELT for spelt in [key, *respelt(*key)]]
        items = [await api.item(name) for name in names.values()]
        explained = [await api.decision(item.decision) for item in items]
        after = keys.contents(url)["fairlead:{spelt}:events"]

    assert [(answer.work_item, answer.outcome) for _, answer in sent] == [(name, EXISTING_OWNER) for name, _ in sent]
    assert [(item.source, item.external_id) for item in items] == list(names)
    assert [decision.work_item for decision in explained] == list(names.values())
    assert before == after
    assert await differences(url, TENANT) == []


async def route(api: Api, source: str, external_id: str) -> Any:
    return await api.route(external_id, source=source, region="here")


async def test_two_that_are_one_by_now_are_named_and_each_is_found_as_it_was_spelt(
    url: str, redis: Any, older: Older
) -> None:
    names, reports = {key: last(name) for key, name in older.names().items()}, Reports()

    await older.upgrade(redis, reports).run()
    async with older.served(url) as address, connected(address, TENANT, url) as api:
        found = [[last((await route(api, *key)).work_item) for key in pair] for pair in TWICE]

    assert found == [[names[key] for key in pair] for pair in TWICE]
    assert len(reports.equal) == len(TWICE)
    for one, other in TWICE:
        assert [said for said in reports.equal if names[one] in said and names[other] in said]


async def test_cut_short_at_any_step_and_done_again_it_leaves_the_same_keys(url: str, redis: Any, older: Older) -> None:
    whole = Mortal(redis)
    await older.upgrade(whole, Reports()).run()
    expected = keys.contents(url)

    async def lease_ends(_: float) -> None:
        await redis.delete(UPGRADING)

    for calls in range(len(whole.calls)):
        await redis.flushall()
        await redis.script_flush()
        older.restored(url)
        with pytest.raises(Killed):
            await older.upgrade(Mortal(redis, calls), Reports()).run()
        await older.upgrade(redis, Reports(), lease_ends).run()

        assert keys.contents(url) == expected, f"killed after {calls} calls: {whole.calls[:calls][-3:]}"


async def test_a_name_is_found_in_any_case(url: str) -> None:
    Older(SPELLINGS_FB041BA, False).restored(url)

    async with serving(url) as address, connected(address, TENANT, url) as api:
        found = [last((await api.item(f"{api.parent}/workItems/{name}")).name) for name in ("crm~l-1", "Crm~L-1")]
        request = decisions_pb2.ListDecisionsRequest(parent=api.parent, work_item=f"{api.parent}/workItems/crm~l-1")
        decisions = [decision.work_item for decision in (await api.decisions.ListDecisions(request)).decisions]

    assert found == ["CRM~L-1", "CRM~L-1"]
    assert {last(name) for name in decisions} == {"CRM~L-1"}
