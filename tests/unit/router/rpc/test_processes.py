"""ProcessService: names of processes, and what a request for a picture may say."""

from __future__ import annotations

import threading
from typing import Any, cast

import pytest

from failures import InvalidInput
from fairlead.v1 import processes_pb2 as processes
from fairlead.v1.routing_pb2 import WorkItem
from router.adapters.rule_sandbox.child import process_trial
from router.assignment.planner_cache import PlannerCache
from router.assignment.queries import WorkItemQueries
from router.cli.clocks import Clock
from router.cli.process_revisions import _row
from router.deadlines.migrating import Migrating
from router.deadlines.queries import DeadlineQueries
from router.model.errors import NotFound
from router.process.revisions.cache import ProcessCache
from router.process.revisions.publishing import ProcessPublishing
from router.process.trials.trial import ProcessTrial
from router.rpc.processes import ProcessServicer, name_of_process
from router.workforce.service import WorkforceService
from tests.twins.store import MemoryStore
from tests.unit.router.process.language.test_check import PLAIN

SVG, MERMAID = processes.DrawProcessRequest.FORMAT_SVG, processes.DrawProcessRequest.FORMAT_MERMAID
NAME = "tenants/t/processes/sales"


async def tried(source: str, rules: str | None = None, workforce: object = None) -> ProcessTrial:
    """Try a process; where no rules are published, its fields are not looked up."""
    return process_trial({"source": source, "rules": rules or None, "workforce": None, "personal": []})


class Caller:
    """Whoever calls."""

    actor = "mo"


CALL = cast(Any, Caller())


def servicer() -> ProcessServicer:
    store = MemoryStore(lambda: 1_000)
    workforce = WorkforceService(store, store)
    planners = PlannerCache(store, store, store, processes=ProcessCache(store))
    deadlines = DeadlineQueries(store, WorkItemQueries(store, planners), planners)
    return ProcessServicer(
        ProcessPublishing(store, ProcessCache(store), store, workforce, tried),
        deadlines,
        Migrating(store, WorkItemQueries(store, planners), store, planners),
        cast(Any, None),
        cast(Any, None),
        cast(Any, None),
        cast(Any, None),
        cast(Any, None),
    )


def test_a_name_is_that_of_a_process_or_of_a_revision() -> None:
    assert name_of_process(NAME) == ("t", "sales", None)
    assert name_of_process("tenants/t/processes/销售@12") == ("t", "销售", 12)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "sales",
        "tenants/t/processes/",
        f"{NAME}@",
        f"{NAME}@x",
        f"{NAME}@0",
        f"{NAME}@02",
        f"{NAME}@-1",
        f"{NAME}@1@2",
        "tenants/t/processes/a b",
    ],
)
def test_any_other_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match=r"^name: "):
        name_of_process(name)


async def test_what_is_published_is_answered_listed_and_drawn() -> None:
    service = servicer()
    request = processes.PublishProcessRequest(parent="tenants/t", source=PLAIN, note="n")

    preview = await service.PublishProcess(
        processes.PublishProcessRequest(parent="tenants/t", source=PLAIN, validate_only=True), CALL
    )
    published = await service.PublishProcess(request, CALL)
    found = await service.GetProcess(processes.GetProcessRequest(name=f"{NAME}@1"), CALL)
    listed = await service.ListProcessRevisions(processes.ListProcessRevisionsRequest(parent="tenants/t"), CALL)
    tests = await service.TestProcess(processes.TestProcessRequest(source=PLAIN), CALL)
    pictures = [
        await service.DrawProcess(processes.DrawProcessRequest(format=each, language_code="zh-CN", **given), CALL)
        for each, given in ((SVG, {"name": NAME}), (MERMAID, {"source": PLAIN}))
    ]

    assert (preview.name, preview.active, preview.process) == ("", False, "sales")
    assert (published.name, published.etag, published.active, published.actor) == (f"{NAME}@1", "1", True, "mo")
    assert found == published
    assert [(each.name, each.source, each.note) for each in listed.processes] == [(f"{NAME}@1", "", "n")]
    assert [each.passed for each in tests.results] == [True] * 3
    assert pictures[0].picture.startswith("<svg")
    assert "销售流程" in pictures[0].picture
    assert "flowchart TD" in pictures[1].picture


async def test_a_revision_says_for_which_kinds_it_is_and_one_out_of_use_says_so() -> None:
    service = servicer()
    for source in (PLAIN, PLAIN.replace("kinds: [LEAD]", "kinds: []")):
        await service.PublishProcess(processes.PublishProcessRequest(parent="tenants/t", source=source), CALL)

    listed = await service.ListProcessRevisions(processes.ListProcessRevisionsRequest(parent="tenants/t"), CALL)
    drawn = await service.DrawProcess(processes.DrawProcessRequest(name=NAME, language_code="zh"), CALL)

    assert [list(each.kinds) for each in listed.processes] == [[], [WorkItem.KIND_LEAD]]
    assert [_row(each, Clock())[3] for each in listed.processes] == ["retired", "LEAD"]
    assert "已停用" in drawn.picture


async def test_a_picture_is_drawn_beside_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = list[bool]()

    def drawn(*_: object) -> str:
        drawing.append(threading.current_thread() is threading.main_thread())
        return ""

    monkeypatch.setattr("router.rpc.processes.svg", drawn)
    await servicer().DrawProcess(processes.DrawProcessRequest(source=PLAIN), CALL)

    assert drawing == [False]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "source"),
        ({"name": NAME, "source": PLAIN}, "source"),
        ({"name": f"{NAME}@x"}, "name"),
        ({"source": PLAIN, "format": 9}, "format"),
        ({"source": PLAIN, "language_code": "fr"}, "language_code"),
        ({"source": "process: 3"}, "source"),
    ],
)
async def test_a_picture_that_nobody_can_draw_is_refused_by_its_field(given: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await servicer().DrawProcess(processes.DrawProcessRequest(**given), CALL)

    assert {violation.field for violation in refused.value.violations} == {field}


async def test_an_etag_that_never_was_one_is_refused_by_its_field() -> None:
    request = processes.PublishProcessRequest(parent="tenants/t", source=PLAIN, etag="x")

    with pytest.raises(InvalidInput, match=r"^etag: 'x': must be the etag of the process's active revision, 0 where"):
        await servicer().PublishProcess(request, CALL)


async def test_what_is_not_there_is_not_found_and_a_revision_is_no_process() -> None:
    service = servicer()

    with pytest.raises(NotFound):
        await service.GetProcess(processes.GetProcessRequest(name=NAME), CALL)
    with pytest.raises(InvalidInput, match="must be without @"):
        await service.RollbackProcess(processes.RollbackProcessRequest(name=f"{NAME}@1"), CALL)
    with pytest.raises(InvalidInput, match=r"^revision: -1"):
        await service.RollbackProcess(processes.RollbackProcessRequest(name=NAME, revision=-1), CALL)
