"""What is exported is taken back, and nothing changes."""

from __future__ import annotations

import asyncio
import csv
import tempfile
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairlead.v1 import caps_pb2 as messages
from fairlead.v1 import workforce_pb2 as workforce
from gateway.calls.masking import hide
from router.cli.absence_cells import absence_policy
from router.cli.failing import InputFailed
from router.cli.workforce_export import ExportedWorkforce, write
from router.cli.workforce_loading import WorkforceFiles, read_files, request_of
from router.model.calendars import Calendar
from router.model.caps import CapMeasure, CapPace, CapScope, CapWindow
from router.rpc.cap_messages import caps as read_caps
from router.rpc.joint_edits import joint_edit
from router.rpc.workforce_messages import pool_message, rep_message, territory_message
from router.workforce.caps import meaning_fault
from router.workforce.edits import Edit
from router.workforce.service import Applied, WorkforceService
from tables.options import ReadOptions
from tests.api import struct
from tests.twins.store import MemoryStore

FORFEIT, CREDIT = absence_policy("forfeit"), absence_policy("credit:123456.789012:2592000s:0.29")
TEXTS = st.one_of(
    st.sampled_from(
        ["王芳", "Ann, \"Bo\"", "=1+1", "+49 30", "-", "NA", "无", " x ", "Total", "合计", "1.234",
         "01/02/2024", "a;b", "[kg]",
         '"quoted"', "true", "12", "０１", "x：y", "#N/A", "共 3 条", '{"a": 1}', '="0012"', "\u200bx", "'x", "1,5"]
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
)  # fmt: skip
IDS = st.one_of(
    st.sampled_from(["li-na", "王芳", "NA", "none", "0012", "12", "Total", "1E5", "1.0", "-", "true", "id", "无"]),
    st.from_regex(r"[a-z0-9_.-]{1,6}", fullmatch=True),
).filter(lambda text: text not in (".", ".."))
VALUES = st.one_of(
    TEXTS,
    st.booleans(),
    st.integers(-(10**6), 10**9).map(float),
    st.floats(-1e9, 1e9).map(lambda number: round(number, 3)),
    st.lists(TEXTS, max_size=3),
)
NAMES = st.one_of(st.sampled_from(["regions", "skills", "level", "weight", "id", "attributes", "级别", "a.b"]), TEXTS)


CALENDARS = st.sampled_from(["", "", "shanghai", "NA"])
WEIGHTS = st.integers(1, 10**6).map(lambda thousandths: thousandths / 1000)


def _step(from_ms: int, weight: float) -> workforce.WeightStep:
    step = workforce.WeightStep(weight=weight)
    step.start_time.FromMilliseconds(from_ms)
    return step


RAMPS = st.dictionaries(st.integers(-(10**12), 10**13), WEIGHTS, max_size=2).map(
    lambda steps: [_step(from_ms, steps[from_ms]) for from_ms in sorted(steps)]
)


@st.composite
def caps(draw: st.DrawFn, *, of_pool: bool) -> list[messages.Cap]:
    listed = [draw(cap(cap_id, of_pool=of_pool)) for cap_id in draw(st.lists(IDS, unique=True, max_size=3))]
    return [message for message in listed if not meaning_fault(*read_caps([message], ""), of_pool=of_pool)]


@st.composite
def cap(draw: st.DrawFn, cap_id: str, *, of_pool: bool) -> messages.Cap:
    measure, window = draw(st.sampled_from(CapMeasure)), draw(st.sampled_from(CapWindow))
    is_value = measure is CapMeasure.VALUE
    message = messages.Cap(
        id=cap_id,
        measure=f"MEASURE_{measure}",
        window=None if window is CapWindow.NONE else f"WINDOW_{window}",
        scope=f"SCOPE_{draw(st.sampled_from(CapScope))}",
        pace=f"PACE_{draw(st.sampled_from(CapPace))}",
        kinds=draw(st.lists(st.sampled_from(["LEAD", "TICKET"]), unique=True)),
        limit=draw(st.integers(0, 10**15).map(lambda micros: micros / 10**6) if is_value else st.integers(0, 10**6)),
    )
    if window is CapWindow.ROLLING:
        message.rolling_duration.FromSeconds(60 * draw(st.integers(1, 366 * 24 * 60)))
    return message


@st.composite
def workforces(draw: st.DrawFn) -> workforce.ApplyWorkforceRequest:
    request = workforce.ApplyWorkforceRequest(parent="tenants/t")
    reps = draw(st.lists(IDS, unique=True, min_size=1, max_size=5))
    for rep in reps:
        attributes = draw(st.dictionaries(NAMES.filter(bool), VALUES, max_size=3))
        request.reps.add(
            calendar=draw(CALENDARS),
            manager=draw(st.sampled_from(["", *reps[: reps.index(rep)]])),
            caps=draw(caps(of_pool=False)),
            name=rep,
            display_name=draw(TEXTS),
            active=draw(st.booleans()),
            attributes=struct(attributes),
            capacity=draw(st.dictionaries(st.sampled_from(["LEAD", "TICKET"]), st.integers(0, 10**6), max_size=2)),
        )
    for pool in draw(st.lists(IDS, unique=True, max_size=3)):
        members = draw(st.dictionaries(st.sampled_from(reps), WEIGHTS, max_size=3))
        request.pools.add(
            name=pool,
            display_name=draw(TEXTS),
            members=[
                workforce.PoolMember(rep=rep, weight=weight, weight_steps=draw(RAMPS))
                for rep, weight in members.items()
            ],
            calendar=draw(CALENDARS),
            managers=draw(st.lists(st.sampled_from(reps), unique=True, max_size=3)),
            leave_buffer_duration=timedelta(milliseconds=draw(st.integers(0, 30 * 86_400_000))),
            caps=draw(caps(of_pool=True)),
            band=draw(st.integers(0, 10**6)) / 1000,
            value_weighted=draw(st.booleans()),
            absence_policy=draw(
                st.sampled_from([None, absence_policy("credit:0.000001:0.001s:0.01"), FORFEIT, CREDIT])
            ),
        )
    territories = draw(st.lists(IDS, unique=True, max_size=4))
    for place, territory in enumerate(territories):
        parent = draw(st.sampled_from(["", *territories[:place]]))
        request.territories.add(name=territory, parent=parent, display_name=draw(TEXTS))
    return request


def _calendar(name: str, _: object) -> Calendar:
    return Calendar(name)


class Service:
    """The use cases on a store in memory, by the messages of the contract."""

    def __init__(self) -> None:
        store = MemoryStore(lambda: 0)
        self._service = WorkforceService(store, store)
        calendars = [Edit("calendar", name, partial(_calendar, name), create=True) for name in ("shanghai", "NA")]
        asyncio.run(self._service.save("t", calendars))

    def apply(self, request: workforce.ApplyWorkforceRequest) -> Applied:
        request.parent = "tenants/t"
        return asyncio.run(self._service.apply("t", joint_edit(request)))

    def everything(self) -> ExportedWorkforce:
        return ExportedWorkforce(self._all("rep", rep_message), self._all("pool", pool_message),
                         self._all("territory", territory_message))  # fmt: skip

    def _all(self, kind: str, message: Any) -> list[Any]:
        page, _ = asyncio.run(self._service.page("t", kind, after="", count=100))
        return [message("t", saved) for saved in page]


def exported(records: ExportedWorkforce, folder: Path) -> WorkforceFiles:
    files = {name.removesuffix(".csv"): folder / name for name in records.tables()}
    for name, rows in records.tables().items():
        write(folder / name, rows)
    return read_files(files.get("reps"), files.get("pools"), files.get("territories"), ReadOptions())


@pytest.mark.long
@given(workforces())
def test_what_is_exported_is_taken_back_and_changes_nothing(request: workforce.ApplyWorkforceRequest) -> None:
    service = Service()
    service.apply(request)

    with tempfile.TemporaryDirectory() as folder:
        files = exported(service.everything(), Path(folder))

    assert service.apply(request_of(files, prune=True)).differences == ()


def test_caps_and_ramps_are_exported_as_people_write_them(tmp_path: Path) -> None:
    (tmp_path / "reps.csv").write_text('id,caps\nann,"a:value 2.5 month; b:open 3 lead"\n', "utf-8")
    (tmp_path / "pools.csv").write_text("id,members,caps\neast,ann:0.5 2026-10-01T00:00+08:00=2,c:POOL 5 COUNT DAY\n")
    service = Service()
    service.apply(request_of(read_files(tmp_path / "reps.csv", tmp_path / "pools.csv", None, ReadOptions())))

    tables = service.everything().tables()

    assert tables["reps.csv"][1] == ["ann", "", "true", "a:VALUE 2.5 MONTH;b:OPEN 3 LEAD"]
    assert tables["pools.csv"][1][-2:] == ["ann:0.5 2026-09-30T16:00:00Z=2", "c:COUNT 5 DAY POOL"]


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("daily", "'daily'"),
        ("daily:20", "'daily:20'"),
        ("daily:COUNT DAY", "'daily:COUNT DAY'"),
        ("daily:COUNT 20 DAYS", "'DAYS' in 'daily:COUNT 20 DAYS'"),
        ("daily:COUNT 20 30 DAY", "'30' in 'daily:COUNT 20 30 DAY'"),
        ("my cap:COUNT 20 DAY", "'my cap:COUNT 20 DAY'"),
    ],
)
def test_a_cell_that_is_no_cap_is_named_with_what_is_allowed(cell: str, found: str, tmp_path: Path) -> None:
    file = tmp_path / "reps.csv"
    file.write_text(f"id,caps\nann,{cell}\n", "utf-8")

    with pytest.raises(InputFailed) as refused:
        read_files(file, None, None, ReadOptions())

    assert refused.value.message.startswith(f"{file}:2: column caps: found {found}; allowed: ID:MEASURE LIMIT, such as")


@pytest.mark.parametrize("step", ["2026-10-01=2", "2026-10-01T00:00=2", "soon=2", "2026-10-01T00:00Z=0"])
def test_a_step_of_a_weight_says_its_instant_with_an_offset(step: str, tmp_path: Path) -> None:
    file = tmp_path / "pools.csv"
    file.write_text(f"id,members\neast,ann:1 {step}\n", "utf-8")

    with pytest.raises(InputFailed, match=f"2: column members: found '{step}'; allowed: TIME=WEIGHT such as 2026"):
        read_files(None, file, None, ReadOptions())


@pytest.mark.long
@given(workforces())
def test_what_is_exported_makes_the_same_workforce_elsewhere(request: workforce.ApplyWorkforceRequest) -> None:
    service, other = Service(), Service()
    service.apply(request)

    with tempfile.TemporaryDirectory() as folder:
        files = exported(service.everything(), Path(folder))
    other.apply(request_of(files))

    assert other.everything().tables() == service.everything().tables()


@pytest.mark.parametrize("text", ["=1+1", "+49 30", "-5 days", "@sum", "\t=1", "＝1"])
def test_no_cell_of_an_export_is_calculated(text: str, tmp_path: Path) -> None:
    rep = workforce.Rep(name="tenants/t/reps/ann", display_name=text, attributes=struct({"note": text, "tags": [text]}))
    records = ExportedWorkforce([rep], [], [workforce.Territory(name="tenants/t/territories/x", display_name=text)])

    for name, rows in records.tables().items():
        write(tmp_path / name, rows)
        with (tmp_path / name).open(encoding="utf-8-sig", newline="") as stream:
            cells = [cell for row in csv.reader(stream) for cell in row]

        assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


def test_what_is_hidden_from_whoever_exports_is_not_written_over() -> None:
    rep = workforce.Rep(name="tenants/t/reps/ann", display_name="Ann", attributes=struct({"phone": "139", "level": 2}))
    seen = ExportedWorkforce([rep], [], [])
    assert len(seen.tables()["reps.csv"]) == 2

    hide(rep, {"display_name", "phone"})

    with pytest.raises(InputFailed, match=r"^display_name, phone: hidden from your roles, .* \*\*\* over"):
        seen.tables()
