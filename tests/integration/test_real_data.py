"""Real leads through the running server: nobody further than 1.5 leads from a fair share, in any pool.

All opportunities of a sales team and all leads of a marketplace's funnel; the data are not part of the project.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from fairlead.v1 import decisions_pb2, routing_pb2
from router.fairness.baselines import Arrival, compare
from store.embedded.server import EmbeddedServer
from tests.api import ASSIGNED, FULL, Api, differences, last

BATCH = 500
pytestmark = pytest.mark.long
Row = Mapping[str, str]


def rows_of(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


async def route_all(api: Api, wishes: Sequence[routing_pb2.RouteWorkItemRequest]) -> list[decisions_pb2.Decision]:
    """Route in batches and return every decision in full."""
    decisions: list[decisions_pb2.Decision] = []
    for start in range(0, len(wishes), BATCH):
        decisions += [result.decision for result in await api.route_batch(wishes[start : start + BATCH])]
    return decisions


def recomputed(decisions: Iterable[decisions_pb2.Decision]) -> dict[str, tuple[float, dict[str, float]]]:
    """Return per pool the worst distance ever and each rep's deficit, from nothing but the decisions."""
    deficits: dict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    worst: defaultdict[str, float] = defaultdict(float)
    for decision in decisions:
        ledger = deficits[decision.pool]
        for candidate in decision.candidates:
            chosen = candidate.verdict == decisions_pb2.Candidate.VERDICT_CHOSEN
            if chosen or candidate.verdict == decisions_pb2.Candidate.VERDICT_ELIGIBLE:
                ledger[candidate.rep] += candidate.entitlement - decision.charge * chosen
        worst[decision.pool] = max(worst[decision.pool], *map(abs, ledger.values()))
    return {pool: (worst[pool], dict(ledger)) for pool, ledger in deficits.items()}


async def assert_fair(api: Api, decisions: Sequence[decisions_pb2.Decision], most: float) -> None:
    """Hold every pool's report to the decisions, and its worst distance to a limit."""
    assert {decision.outcome for decision in decisions} == {ASSIGNED}
    for pool, (worst, deficits) in recomputed(decisions).items():
        report = await api.report(last(pool))
        assert report.observed.worst_ever == pytest.approx(worst, abs=1e-3), pool
        for rep, deficit in report.observed.per_rep.items():
            assert deficit == pytest.approx(deficits.get(rep, 0), abs=1e-3), (pool, rep)
        assert report.observed.worst_ever <= min(most, report.bound), pool
        assert report.decisions == sum(decision.pool == pool for decision in decisions)


async def worst_beside(api: Api, decisions: Iterable[decisions_pb2.Decision]) -> dict[str, float]:
    """Return, over all pools, the worst distance that each other way to choose would have reached; ours is ``ours``."""
    arrivals: defaultdict[str, list[Arrival]] = defaultdict(list)
    for decision in decisions:
        entitled = {c.rep: c.entitlement for c in decision.candidates if not c.reasons}
        arrivals[decision.pool].append(Arrival(entitled))
    worst: defaultdict[str, float] = defaultdict(float)
    for pool, arrived in arrivals.items():
        report = await api.report(last(pool))
        worst["ours"] = max(worst["ours"], report.observed.worst_ever)
        for name, way in compare(dict(report.weights), arrived).items():
            worst[name] = max(worst[name], way.worst)
    return dict(worst)


def route_to(pool: str, *requirements: tuple[str, str, str]) -> dict[str, Any]:
    return {
        "pool": pool,
        "require": [{"rep": rep, "op": op, "item": item} for rep, op, item in requirements],
        "fallback": "everyone",
    }


# --------------------------------------------------------------------------------------------------------- a sales team


class SalesCrm:
    """The tables of a sales team: what it sells, to whom, and who works where."""

    def __init__(self, folder: Path) -> None:
        self.series = {row["product"].replace(" ", ""): row["series"] for row in rows_of(folder / "products.csv")}
        self.sector = {row["account"]: row["sector"] for row in rows_of(folder / "accounts.csv")}
        self.agents = rows_of(folder / "sales_teams.csv")
        self.office_of = {row["sales_agent"]: row["regional_office"] for row in self.agents}
        self.pipeline = rows_of(folder / "sales_pipeline.csv")

    async def hire(self, api: Api) -> None:
        """Hire the 35 reps, each in the pools of their office and of the series they sell."""
        sectors, all_series = sorted(set(self.sector.values())), sorted(set(self.series.values()))
        pools: defaultdict[str, dict[str, float]] = defaultdict(dict)
        for place, row in enumerate(self.agents):
            rep, office = row["sales_agent"].replace(" ", "-"), row["regional_office"]
            sold = [name for n, name in enumerate(all_series) if (place + n) % 3 < 2]
            industries = [name for n, name in enumerate(sectors) if (place + n) % 3]
            await api.hire(rep, regions=[office], series=sold, industries=industries)
            weight = pools["everyone"][rep] = pools[office][rep] = 0.5 + place % 4 * 0.5
            for name in sold:
                pools[name][rep] = 2.5 - weight
        for name, pool in pools.items():
            await api.pool(name, pool)

    def rules(self) -> dict[str, Any]:
        """Large deals by series, the others by office."""
        skill, industry = ("series", "has", "series"), ("industries", "has", "sector")
        large = {"field": "amount", "op": "gte", "value": 1000}
        by_series = [
            {
                "id": f"series-{name}",
                "when": {"all": [{"field": "series", "op": "eq", "value": name}, large]},
                "route": route_to(name, skill, industry),
            }
            for name in sorted(set(self.series.values()))
        ]
        by_office = [
            {
                "id": f"office-{name}",
                "when": {"field": "region", "op": "eq", "value": name},
                "route": route_to(name, ("regions", "covers", "region"), skill, industry),
            }
            for name in dict.fromkeys(self.office_of.values())
        ]
        fields = {name: {"type": "string"} for name in ("region", "series", "sector")} | {"amount": {"type": "number"}}
        return {"fields": fields, "rules": by_series + by_office, "default": {"route": {"pool": "everyone"}}}

    def wish(self, api: Api, row: Row) -> routing_pb2.RouteWorkItemRequest:
        """Ask for an owner of an opportunity."""
        attributes: dict[str, Any] = {"series": self.series[row["product"].replace(" ", "")]}
        attributes["region"] = self.office_of[row["sales_agent"]]
        if row["account"]:
            attributes["sector"] = self.sector[row["account"]]
        if row["close_value"]:
            attributes["amount"] = float(row["close_value"])
        return api.wish(row["opportunity_id"], view=FULL, **attributes)


@pytest.fixture
async def sales_team(api: Api, shared_data: Path) -> list[routing_pb2.RouteWorkItemRequest]:
    """Arrange the team and its rules, and return all leads."""
    crm = SalesCrm(shared_data / "crm_sales")
    await crm.hire(api)
    await api.publish(crm.rules())
    return [crm.wish(api, row) for row in crm.pipeline]


async def test_a_sales_team_is_served_fairly(
    api: Api, sales_team: list[routing_pb2.RouteWorkItemRequest], store: EmbeddedServer
) -> None:
    decisions = await route_all(api, sales_team)

    assert len({decision.work_item for decision in decisions}) == 8800
    assert len({decision.pool for decision in decisions}) >= 6
    await assert_fair(api, decisions, most=1.5)
    beside = await worst_beside(api, decisions)
    assert 3 * beside.pop("ours") < min(beside.values())
    assert await differences(store.url, api.tenant) == []


# ---------------------------------------------------------------------------------------------------- a funnel of leads


@pytest.fixture
async def funnel(api: Api, shared_data: Path) -> list[routing_pb2.RouteWorkItemRequest]:
    """Hire the people who closed deals, each for the origins and segments they had, and return all leads."""
    folder = shared_data / "olist_funnel"
    leads = rows_of(folder / "mql.csv")
    deals = {row["mql_id"]: row for row in rows_of(folder / "closed_deals.csv")}
    origins: defaultdict[str, set[str]] = defaultdict(set)
    segments: defaultdict[str, set[str]] = defaultdict(set)
    for lead in leads:
        if deal := deals.get(lead["mql_id"]):
            for role in ("sdr_id", "sr_id"):
                origins[deal[role]].add(lead["origin"] or "unknown")
                segments[deal[role]].add(deal["business_segment"] or "unknown")
    people = sorted(origins)
    pools: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for place, person in enumerate(people):
        await api.hire(person, origins=sorted(origins[person]), segments=sorted(segments[person]))
        for origin in origins[person]:
            pools[origin][person] = 0.5 + place % 4 * 0.5
        pools["everyone"][person] = 1 + place % 3
    for name, pool in pools.items():
        await api.pool(name, pool)
    rules = [
        {
            "id": f"origin-{name}",
            "when": {"field": "origin", "op": "eq", "value": name},
            "route": route_to(name, ("segments", "has", "segment")),
        }
        for name in pools
        if name != "everyone"
    ]
    fields = {name: {"type": "string"} for name in ("origin", "segment")}
    await api.publish({"fields": fields, "rules": rules, "default": {"route": {"pool": "everyone"}}})
    wishes = []
    for lead in leads:
        attributes: dict[str, Any] = {"origin": lead["origin"] or "unknown"}
        if deal := deals.get(lead["mql_id"]):
            attributes["segment"] = deal["business_segment"] or "unknown"
        wishes.append(api.wish(lead["mql_id"], view=FULL, **attributes))
    return wishes


async def test_a_funnel_is_served_fairly(
    api: Api, funnel: list[routing_pb2.RouteWorkItemRequest], store: EmbeddedServer
) -> None:
    decisions = await route_all(api, funnel)

    assert len({decision.work_item for decision in decisions}) == 8000
    await assert_fair(api, decisions, most=1.5)
    beside = await worst_beside(api, decisions)
    assert 3 * beside.pop("ours") < min(beside.values())
    assert await differences(store.url, api.tenant) == []
