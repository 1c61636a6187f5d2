"""The firm: three offices in three zones, a night shift, and the rules that route its leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from router.model.calendars import Calendar, CalendarException, Hours, TenantSettings, WeeklyHours
from router.model.caps import Cap, CapMeasure, CapPace, CapScope, CapWindow
from router.model.dispatch import Dispatch, DispatchClock, DispatchMode
from router.model.workforce import MICROS, CreditPolicy, Member, Pool, Record, Rep, WeightStep
from router.model.workitem import Kind
from tests.simulation.complaint import AGENTS, SERVICE
from tests.simulation.process import DESK

TENANT = "firm"
CHIEF = "chief"
"""Who is above all managers."""
CLERKS = ("clerk-1", "clerk-2")
"""Who do what leads open for others, and nothing else."""
SKILLS = ("ERP", "CRM", "BI")
INDUSTRIES = ("retail", "finance", "health")
BULK = Kind.CUSTOMER
"""What most of that is that comes; the others are leads, and in a process."""
_WORKDAYS = range(5)


@dataclass(frozen=True, slots=True)
class Office:
    """An office: its share of the reps, its zone, its hours as minutes, and the days on which it is closed."""

    id: str
    region: str
    time_zone: str
    share: float
    spans: tuple[tuple[int, int], ...]
    leads_per_rep: float


OFFICES = (
    Office("shanghai", "cn", "Asia/Shanghai", 0.5, ((9 * 60, 12 * 60), (13 * 60 + 30, 18 * 60)), 1.5),
    Office("munich", "eu", "Europe/Berlin", 0.3, ((8 * 60, 17 * 60),), 1.2),
    Office("new-york", "us", "America/New_York", 0.15, ((9 * 60, 17 * 60),), 1.2),
    Office("night", "us", "America/New_York", 0.05, ((22 * 60, 6 * 60),), 0.8),
)
CAPS = {
    "shanghai": (Cap("daily", CapMeasure.COUNT, 3, window=CapWindow.DAY),),
    "munich": (Cap("weekly", CapMeasure.COUNT, 210, CapScope.POOL, window=CapWindow.WEEK),),
    "new-york": (Cap("open", CapMeasure.OPEN, 6), Cap("untouched", CapMeasure.UNWORKED, 70, CapScope.POOL)),
    "night": (Cap("rolling", CapMeasure.UNITS, 4, window=CapWindow.ROLLING, rolling_ms=24 * 3_600_000),),
    "large": (
        Cap("value", CapMeasure.VALUE, 110 * MICROS, window=CapWindow.MONTH),
        Cap("even", CapMeasure.COUNT, 330, CapScope.POOL, window=CapWindow.MONTH, pace=CapPace.EVEN),
    ),
}
"""By pool: every measure, every kind of window, both scopes."""
_DAY_MS = 86_400_000
POLICIES = {
    "munich": CreditPolicy(3 * MICROS, 10 * _DAY_MS, 5),
    "new-york": CreditPolicy(2 * MICROS, 4 * _DAY_MS, 9),
    "night": CreditPolicy(3 * MICROS, 7 * _DAY_MS, 40),
    "large": CreditPolicy(12 * MICROS, 20 * _DAY_MS, 6),
}
"""By pool: who credits leave; of the night's few, a credit goes beyond the bound."""
_MINUTE_MS = 60_000
DISPATCHES = {
    "munich": Dispatch(DispatchMode.OFFER, 120 * _MINUTE_MS, DispatchClock.REP, 2, 3),
    "new-york": Dispatch(DispatchMode.OFFER, 90 * _MINUTE_MS, DispatchClock.POOL, 1, 2),
    "night": Dispatch(DispatchMode.BROADCAST, 90 * _MINUTE_MS, DispatchClock.WALL, broadcast_band=MICROS),
    "large": Dispatch(DispatchMode.OFFER, 240 * _MINUTE_MS, DispatchClock.WALL, 3),
}
"""By pool: who offers, each by another clock; any other pushes."""
APART = frozenset({CHIEF, *CLERKS, *AGENTS})
"""Who do none of what the offices do."""
RULES = """
known_customer: {id: customer}
fields:
  region: {type: string}
  skill: {type: string}
  industry: {type: string}
  potential: {type: number}
  budget: {type: number}
  amount: {type: number}
  discount: {type: number}
  customer: {type: string}
  class: {type: string}
  impact: {type: string}
  urgency: {type: string}
  severity: {type: string}
  cause: {type: string}
rules:
  - id: large
    when: {field: potential, op: gte, value: 8}
    route: {pool: large, require: [{rep: skills, op: has, item: skill}], value: potential, fallback: [wait]}
  - id: cn
    when: {field: region, op: eq, value: cn}
    route: {pool: shanghai, require: [{rep: skills, op: has, item: skill}], fallback: [{drop: [skills]}, wait],
            on_change: [region]}
  - id: eu
    when: {field: region, op: eq, value: eu}
    route: {pool: munich, prefer: [{rep: skills, op: has, item: skill, score: 5}], fallback: [{pool: new-york}, wait],
            on_change: [region, industry]}
  - id: us
    when: {field: region, op: eq, value: us}
    route: {pool: new-york, require: [{rep: skills, op: has, item: skill}], fallback: [{pool: night}, wait],
            on_change: [region]}
  - id: service
    when: {field: region, op: eq, value: service}
    route: {pool: service, fallback: [wait]}
default:
  route: {pool: shanghai, fallback: [wait]}
"""


def calendar_of(office: Office, closed: Sequence[date] = (), made_up: Sequence[date] = ()) -> Calendar:
    """Return an office's calendar with days off, and weekends on which it works all the same."""
    spans = tuple(Hours(start, end) for start, end in office.spans)
    weekly = tuple(WeeklyHours(day, hours) for day in _WORKDAYS for hours in spans)
    exceptions = [CalendarException(day.isoformat()) for day in closed]
    exceptions += [CalendarException(day.isoformat(), spans, "调休") for day in made_up]
    return Calendar(office.id, office.time_zone, weekly, tuple(sorted(exceptions, key=lambda one: one.date)))


def records_of(random: Random, reps: int, start: date) -> list[Record]:
    """Return the records that the firm begins with."""
    records: list[Record] = [TenantSettings(time_zone="Asia/Shanghai", calendar="shanghai")]
    everybody: list[Rep] = []
    for office in OFFICES:
        records.append(calendar_of(office, _holidays(random, start)))
        team = [rep_of(random, office, number) for number in range(max(2, round(reps * office.share)))]
        band = MICROS if office.id == "munich" else 0
        members = tuple(Member(rep.id) for rep in team)
        policy = POLICIES.get(office.id)
        records.append(
            Pool(
                office.id,
                members,
                band=band,
                calendar=office.id,
                caps=CAPS[office.id],
                absence_policy=policy,
                dispatch=DISPATCHES.get(office.id),
                managers=(manager_of(office),),
            )
        )
        everybody += team
    seniors = tuple(Member(rep.id, 1000 + 500 * (place % 3)) for place, rep in enumerate(everybody[::3]))
    large = Pool(
        "large", seniors, value_weighted=True, caps=CAPS["large"], absence_policy=POLICIES["large"],
        dispatch=DISPATCHES["large"], managers=(CHIEF,),
    )  # fmt: skip
    clerks = [Rep(rep, manager=CHIEF) for rep in CLERKS]
    desk = Pool(DESK, tuple(Member(rep) for rep in CLERKS), managers=(CHIEF,))
    agents = [Rep(rep, manager=CHIEF) for rep in AGENTS]
    service = Pool(SERVICE, tuple(Member(rep) for rep in AGENTS), managers=(CHIEF,))
    return [Rep(CHIEF), *clerks, *agents, *everybody, *records, large, desk, service]


def manager_of(office: Office) -> str:
    """Return who leads an office: one of its reps, too."""
    return f"{office.id}-00"


def rep_of(random: Random, office: Office, number: int) -> Rep:
    """Return a rep of an office; some have a limit of what they may have open."""
    skills = tuple(sorted(random.sample(SKILLS, random.choice((1, 2, 2, 3)))))
    capacity = {str(BULK): random.choice((6, 10, 15))} if random.random() < 0.6 else {}
    rep, manager = f"{office.id}-{number:02}", manager_of(office)
    above = CHIEF if rep == manager else manager
    return Rep(rep, attributes={"skills": skills}, capacity=capacity, calendar=office.id, manager=above)


def ramped(rep: str, from_ms: int) -> Member:
    """Return a newcomer's place: a quarter of a share for a month, half of one for another."""
    month_ms = 30 * _DAY_MS
    return Member(rep, 250, (WeightStep(from_ms + month_ms, 500), WeightStep(from_ms + 2 * month_ms, 1000)))


def _holidays(random: Random, start: date) -> list[date]:
    """Return a closed week in spring and some single days."""
    week = start + timedelta(days=random.randrange(30, 60))
    single = [start + timedelta(days=random.randrange(365)) for _ in range(6)]
    return sorted({*(week + timedelta(days=day) for day in range(7)), *single})
