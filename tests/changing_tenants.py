"""A tenant whose rules, people, calendars and customers change at random, for tests of what has to notice it.

Few values of everything, so that what changes is what something else depends on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from router.assignment.planner_cache import PlannerCache
from router.assignment.queries import WorkItemQueries
from router.assignment.service import Router
from router.model.calendars import Absence, Calendar, Hours, TenantSettings, WeeklyHours
from router.model.caps import Cap, CapMeasure, CapPace, CapScope, CapWindow
from router.model.workforce import Member, Pool, Record, Rep, Territory, WeightStep
from router.model.workitem import Kind, WorkItem
from router.rules.codec import dumps
from router.rules.route import (
    Drop,
    FallbackRep,
    IgnoreHours,
    KnownCustomer,
    OtherPool,
    Preference,
    Requirement,
    Route,
    RoutingRules,
    Wait,
    Widen,
)
from rules.arrival import ArrivalField
from rules.conditions import Predicate
from rules.fields import EXTERNAL_ID, Fact, FactValue, FieldType
from rules.normal_form import EVERYTHING
from rules.ports import RuleEngine
from rules.revisions import Publication
from rules.ruleset import Rule
from rules.values import from_epoch
from tests.rule_sets import FIELDS, NUMBERS, TERRITORIES, TEXTS, VALUES, conditions, facts, predicates
from tests.twins.store import MemoryStore

TENANT = "t"
HOUR = 3_600_000
_FAR_MS = 1000 * HOUR
START_MS = 1_790_000_000_000
REPS, POOLS = "abcd", "pq"
"""Ids of all of them."""
CUSTOMERS = ("制造业", "华东", "t0")
instants = st.integers(-50, 50).map(lambda hours: START_MS + hours * HOUR)
REGIONS = st.sampled_from(("华东", "上海", "浦东", "中国"))


@dataclass(frozen=True, slots=True)
class Edit:
    """Records that replace others, or take them away."""

    records: Sequence[tuple[str, str, Record | None]]


@dataclass(frozen=True, slots=True)
class Happening:
    """A new rule set, an old one, an edit, who is away, a customer's score, or time that passes."""

    what: str
    content: Any = None


class ChangingTenant:
    """A tenant in memory, and the routers that answer for it."""

    def __init__(self) -> None:
        self.now_ms = START_MS
        self.store = MemoryStore(lambda: self.now_ms)

    def router(self, build_engine: Callable[[RoutingRules], RuleEngine]) -> tuple[Router, PlannerCache]:
        """Return a router that has nothing in memory yet."""
        planners = PlannerCache(self.store, self.store, self.store, build_engine)
        queries = WorkItemQueries(self.store, planners)
        return Router(self.store, planners, queries, self.store), planners

    async def take(self, happening: Happening, boundary_ms: int = 0) -> None:
        """Have something happen; ``boundary_ms`` is when plans change next, as far as anybody knows."""
        match happening.what, happening.content:
            case "publish", RoutingRules() as rule_set:
                publication = Publication(0, "", dumps(rule_set), "", len(rule_set.rules), 0, 0)
                await self.store.publish(TENANT, None, publication)
            case "roll back", int() as back:
                pages = await self.store.publications(TENANT)
                await self.store.publish(TENANT, None, pages[back % len(pages)])
            case "edit", Edit(records):
                revision = (await self.store.revisions(TENANT)).workforce
                await self.store.write(TENANT, revision, {(kind, id_): record for kind, id_, record in records})
            case "presence", (rep, hours):
                until_ms = self.now_ms + hours * HOUR if hours is not None else None
                await self.store.set_presence(TENANT, rep, until_ms)
            case "score", (customer, risk, tier):
                await self.store.keep(TENANT, [(customer, risk, tier, self.now_ms)])
            case "time", int() as hours:
                self.now_ms += hours * HOUR
            case "boundary", int() as beside_ms if boundary_ms < self.now_ms + _FAR_MS:
                self.now_ms = max(self.now_ms, boundary_ms + beside_ms)


_caps = st.sampled_from(
    [
        (),
        (),
        (Cap("open", CapMeasure.OPEN, 2),),
        (Cap("daily", CapMeasure.COUNT, 2, window=CapWindow.DAY),),
        (Cap("hourly", CapMeasure.COUNT, 3, CapScope.POOL, window=CapWindow.HOUR, pace=CapPace.EVEN),),
    ]
)
_calendar_ids = st.sampled_from(["", "", "days", "nights"])
_ramps = st.lists(instants, max_size=2, unique=True).map(
    lambda starts: tuple(WeightStep(at, 500 + place) for place, at in enumerate(sorted(starts)))
)
_skills = st.lists(TEXTS.filter(bool), min_size=1, max_size=3, unique=True).map(tuple)


@st.composite
def _rep(draw: st.DrawFn) -> tuple[str, str, Record | None]:
    attributes: dict[str, FactValue] = {
        "regions": tuple(draw(st.lists(REGIONS, min_size=1, max_size=2, unique=True))),
        "skills": draw(_skills),
        "level": draw(st.sampled_from([1, True, 60, 0.5])),
        "vip": draw(st.booleans()),
    }
    rep, active = draw(st.sampled_from(REPS)), draw(st.sampled_from([True, True, False]))
    capacity: dict[str, int] = draw(st.sampled_from([{}, {Kind.LEAD: 1}, {Kind.LEAD: 3, Kind.TICKET: 2}]))
    caps = tuple(cap for cap in draw(_caps) if cap.scope is CapScope.REP)
    name = draw(st.sampled_from(["", "", "制造业", "T0", "９"]))
    return "rep", rep, Rep(rep, name, attributes, active, capacity, draw(_calendar_ids), caps=caps)


@st.composite
def _pool(draw: st.DrawFn) -> tuple[str, str, Record | None]:
    members = draw(st.sets(st.sampled_from(REPS), min_size=1))
    pool = draw(st.sampled_from(POOLS))
    return (
        "pool",
        pool,
        Pool(
            pool,
            tuple(Member(rep, 1000, draw(_ramps)) for rep in sorted(members)),
            value_weighted=draw(st.booleans()),
            calendar=draw(_calendar_ids),
            leave_buffer_ms=draw(st.sampled_from([0, HOUR])),
            caps=draw(_caps),
        ),
    )


@st.composite
def _calendar(draw: st.DrawFn) -> tuple[str, str, Record | None]:
    name, start = draw(st.sampled_from(["days", "nights"])), draw(st.integers(0, 23))
    weekly = tuple(WeeklyHours(day, Hours(start * 60, (start + 8) % 24 * 60)) for day in range(7))
    return "calendar", name, Calendar(name, draw(st.sampled_from(["UTC", "Asia/Shanghai"])), weekly)


@st.composite
def _absence(draw: st.DrawFn) -> tuple[str, str, Record | None]:
    absence = f"{draw(st.sampled_from(REPS))}/1"
    start_ms, hours = draw(instants), draw(st.integers(1, 40))
    return "absence", absence, draw(st.sampled_from([Absence(absence, start_ms, start_ms + hours * HOUR), None]))


_settings = st.tuples(_calendar_ids, st.sampled_from(["UTC", "Asia/Tokyo"])).map(
    lambda chosen: ("tenant", "settings", TenantSettings(calendar=chosen[0], time_zone=chosen[1]))
)
_territory = st.tuples(REGIONS, st.sampled_from(["", "中国"])).map(
    lambda chosen: ("territory", chosen[0], Territory(chosen[0], chosen[1] if chosen[0] != "中国" else ""))
)
_records = st.one_of(_rep(), _pool(), _calendar(), _absence(), _settings, _territory)
edits = st.lists(_records, min_size=1, max_size=3).map(Edit)


@st.composite
def whole_workforces(draw: st.DrawFn) -> Edit:
    """Everybody there is, with calendars that edits change."""
    reps = {rep[1]: rep for rep in draw(st.lists(_rep(), min_size=4, max_size=12))}
    pools = {pool[1]: pool for pool in draw(st.lists(_pool(), min_size=2, max_size=6))}
    missing = [("rep", rep, Rep(rep)) for rep in REPS if rep not in reps]
    tree = [("territory", territory.id, territory) for territory in TERRITORIES.records.values()]
    week = tuple(WeeklyHours(day, Hours(9 * 60, 18 * 60)) for day in range(5))
    calendars = [("calendar", name, Calendar(name, "UTC", week)) for name in ("days", "nights")]
    return Edit([*reps.values(), *missing, *pools.values(), *tree, *calendars])


_REQUIREMENTS = st.sampled_from(
    [
        Requirement("regions", "covers", item="区域"),
        Requirement("skills", "has", item="industry"),
        Requirement("skills", "has_any", item="技能"),
        Requirement("level", "lte", item="potential"),
        Requirement("vip", "eq", item="vip"),
        Requirement("level", "eq", value=1),
        Requirement("level", "eq", value=True),
    ]
)
_several = st.lists(_REQUIREMENTS, max_size=2, unique=True).map(tuple)
_fallbacks = st.lists(
    st.one_of(
        st.sampled_from([Drop(("skills",)), Widen("区域"), IgnoreHours(), FallbackRep("d"), Wait()]),
        st.builds(OtherPool, st.sampled_from(POOLS), _several),
    ),
    max_size=3,
).map(lambda steps: tuple(sorted(steps, key=lambda step: isinstance(step, Wait))))
routes = st.builds(
    Route,
    pool=st.sampled_from(POOLS),
    require=_several,
    prefer=st.lists(st.builds(Preference, _REQUIREMENTS, st.integers(1, 3)), max_size=1).map(tuple),
    value=st.sampled_from([None, "age", 2.5]),
    priority=st.integers(0, 2),
    fallback=_fallbacks,
    hours=st.sampled_from(["", "", "ignore", "wait"]),
    exclude=st.sampled_from([(), (), ("industry",), ("技能",), ("handlers",), ("industry", "handlers", "技能")]),
)
_whens = st.one_of(predicates(), conditions(2), st.just(Predicate(EXTERNAL_ID, "percent", "50 % a")))


@st.composite
def routing_rules(draw: st.DrawFn) -> RoutingRules:
    """Rule sets of every operator, every kind of step, a known customer and, now and then, an arrival."""
    whens = draw(st.lists(_whens, max_size=5))
    stamped = draw(st.booleans())
    return RoutingRules(
        FIELDS,
        tuple(Rule(f"规则-{place}", when, draw(routes)) for place, when in enumerate(whens)),
        draw(routes),
        known_customer=draw(st.sampled_from([None, KnownCustomer("industry", "potential", "区域")])),
        missing=frozenset({"", "-"}),
        ignoring=draw(st.sampled_from([{}, {"区域": EVERYTHING, "技能": EVERYTHING}])),
        arrival=ArrivalField("arrived") if stamped else None,
    )


@st.composite
def work_items(draw: st.DrawFn) -> list[WorkItem]:
    """Work items that are alike but for a field, so that what tells them apart is what matters."""
    first, field = draw(facts()), draw(st.sampled_from([name for name in FIELDS if not name.startswith("arrived")]))
    kinds, value = st.sampled_from([Kind.LEAD, Kind.LEAD, Kind.TICKET]), draw(st.sampled_from([0.0, 3.5]))
    values = draw(st.lists(VALUES[FIELDS[field]], min_size=2, max_size=3))
    made = [{**first, field: value} for value in values]
    return [
        WorkItem(draw(kinds), "crm", f"L-{draw(st.integers(0, 20))}", _attributes(fact), value)
        for fact in (first, *made)
    ]


def _attributes(fact: Fact) -> dict[str, Any]:
    """Return the attributes that a fact is made of; instants of arrival are for the server to say."""
    written = {
        name: from_epoch(value) if FIELDS[name] is FieldType.DATE and isinstance(value, int | float) else value
        for name, value in fact.items()
        if not name.startswith("arrived")
    }
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in written.items()
        if FIELDS[name] is not FieldType.DATE or isinstance(value, str)
    }


happenings = st.one_of(
    st.builds(Happening, st.just("publish"), routing_rules()),
    st.builds(Happening, st.just("roll back"), st.integers(0, 5)),
    *[st.builds(Happening, st.just("edit"), edits)] * 3,
    st.builds(Happening, st.just("presence"), st.tuples(st.sampled_from(REPS), st.sampled_from([None, 3]))),
    st.builds(
        Happening,
        st.just("score"),
        st.tuples(st.sampled_from(CUSTOMERS), NUMBERS.map(lambda n: abs(n) % 100), st.sampled_from(["", "上海"])),
    ),
    st.builds(Happening, st.just("time"), st.integers(0, 30)),
    *[st.builds(Happening, st.just("boundary"), st.sampled_from([-1, 0, 1]))] * 2,
)
