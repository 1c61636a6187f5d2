"""What commands write for spreadsheets: into a file, or on standard output; and what a reassignment writes of each."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from google.longrunning.operations_pb2 import Operation
from google.rpc.status_pb2 import Status
from rich.console import Console

from fairlead.v1 import routing_pb2 as routing
from router.cli.csv_files import csv_file
from router.cli.import_book import _added, _why
from router.cli.lead_files import read_book
from router.cli.lists import Listing, Names, show
from router.cli.reassign import _answer, _tell, _write
from router.cli.refusals import refusal_told
from router.wording.languages import Language
from rules.fields import FieldType
from service import main
from tables.options import ReadOptions

LISTING = Listing("decisions", {}, {"thing": lambda message, _: message, "length": lambda message, _: len(message)})


def test_a_dash_is_standard_output_and_nothing_else_is_told_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    show(iter(["上海", "=1"]), LISTING, Names({}, {}), None, False, Path("-"))

    printed = capsys.readouterr()
    assert printed.out == "thing,length\n上海,2\n'=1,2\n"
    assert "2 decisions written" in printed.err
    assert not [*tmp_path.iterdir()]


def test_a_file_is_written_as_spreadsheets_read_it(tmp_path: Path) -> None:
    with csv_file(tmp_path / "x.csv", ["a"]) as rows:
        rows.write(["上海"])

    assert (tmp_path / "x.csv").read_bytes() == "\ufeffa\r\n上海\r\n".encode()


@pytest.mark.parametrize("command", ["items list", "decisions list", "fairness", "reassign", "route"])
def test_every_command_that_writes_such_a_file_says_that_a_dash_prints_it(command: str) -> None:
    helped = " ".join(CliRunner().invoke(main, [*command.split(), "--help"]).output.split())

    assert "-: print" in helped


class Operations:
    """Knows one operation, which was over before anybody looked."""

    def __init__(self, answer: routing.BatchReassignWorkItemsResponse) -> None:
        self._done = Operation(name="operations/1", done=True)
        self._answer = answer

    def follow(self, _: str) -> Iterator[Operation]:
        yield self._done

    def result(self, _: str, __: Any) -> routing.BatchReassignWorkItemsResponse:
        return self._answer


def test_what_stays_is_told_with_its_owner_and_the_progress_ends_at_all(capsys: pytest.CaptureFixture[str]) -> None:
    reps, items = "tenants/t/reps", "tenants/t/workItems"
    answer = routing.BatchReassignWorkItemsResponse(
        results=[
            routing.ReassignResult(work_item=f"{items}/a", former_owner=f"{reps}/li", rep=f"{reps}/bo"),
            routing.ReassignResult(work_item=f"{items}/b", former_owner=f"{reps}/li"),
            routing.ReassignResult(work_item=f"{items}/c", former_owner=f"{reps}/li", offered=True),
        ]
    )
    client: Any = SimpleNamespace(
        reassign_many=lambda *_, **__: Operation(name="operations/1"), operations=Operations(answer)
    )
    shown = Console(file=io.StringIO(), width=100)

    told = _answer(client, "owner = li", "", "", shown, Language.ZH, dry_run=False)
    _write(told.results, Path("-"), Names({}, {}, language=Language.ZH))

    assert "正在转派" in shown.file.getvalue()  # type: ignore[attr-defined]
    assert "3/3" in shown.file.getvalue()  # type: ignore[attr-defined]
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [tuple(row[name] for name in ("work_item", "former_owner", "owner", "outcome", "why")) for row in rows] == [
        ("a", "li", "bo", "reassigned", ""),
        ("b", "li", "li", "stays", "没有别人能接"),
        ("c", "li", "", "offered", ""),
    ]


def test_who_stops_waiting_is_told_that_the_work_goes_on_and_how_to_see_it(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(_: str) -> Iterator[Operation]:
        yield Operation()
        raise KeyboardInterrupt

    begun = Operation(name="tenants/t/operations/reassign-1")
    client: Any = SimpleNamespace(reassign_many=lambda *_, **__: begun, operations=SimpleNamespace(follow=interrupted))

    with pytest.raises(KeyboardInterrupt):
        _answer(client, "owner = li", "", "", Console(file=io.StringIO()), Language.EN, dry_run=False)

    show, cancel = (f"fairlead operations {act} {begun.name}" for act in ("show", "cancel"))
    assert capsys.readouterr().err == f"the work goes on: {show}; {cancel} ends it\n"


def test_of_a_time_that_lies_ahead_it_is_said_that_the_zone_may_be_another() -> None:
    ahead = "assigned_time: 2030-01-02T00:00:00.000Z: must not be after now, 2030-01-01T00:00:00.000Z"

    assert _why(routing.RefusedImport(error=Status(message=ahead))).endswith("; is it of another zone? say --timezone")
    assert _why(routing.RefusedImport(error=Status(message="there is no rep"))) == "there is no rep"


@pytest.mark.parametrize(
    ("heading", "fields", "added"),
    [
        ("id,owner,assigned_time", (), ("why", "line")),
        ("id,owner,assigned_time,Line", (), ("why", "refused_line")),
        ("id,owner,assigned_time", ("why",), ("refused_why", "line")),
        ("why,line,id,owner,assigned_time", (), ("why", "line")),
    ],
)
def test_what_stands_before_a_refused_row_is_called_as_no_column_of_it(
    heading: str, fields: tuple[str, ...], added: tuple[str, str], tmp_path: Path
) -> None:
    (tmp_path / "book.csv").write_text(f"{heading}\n")

    book = read_book(tmp_path / "book.csv", dict.fromkeys(fields, FieldType.STRING), "csv", ReadOptions())

    assert _added(book) == added


def test_each_that_was_refused_is_told_with_its_reason_in_the_language_asked_for() -> None:
    ann = "tenants/t/reps/ann"
    refused = [
        routing.ReassignResult(work_item=f"tenants/t/workItems/L-{number}", error=Status(message=message))
        for number, message in enumerate(
            (
                f"{ann}: CONFLICT: recused by about, handlers",
                f"{ann}: is inactive",
                f"{ann}: is at capacity",
                "tenants/t/workItems/L-3: is closed",
            )
        )
    ]
    names = Names({ann: "安娜"}, {}, language=Language.ZH)
    shown = Console(file=io.StringIO(), width=100)

    assert [refusal_told(each, names.reps, names.language) for each in refused] == [
        "L-0：安娜需回避：about, handlers  [CONFLICT]",
        "L-1：安娜已停用",
        "L-2：安娜已达容量上限",
        "L-3：tenants/t/workItems/L-3: is closed",
    ]
    answer = routing.BatchReassignWorkItemsResponse(results=refused * 2, refused_count=8, stayed_count=18)
    _tell(answer, names, shown, dry_run=False)
    printed = shown.file.getvalue()  # type: ignore[attr-defined]
    assert printed.startswith("转派 0 条，保持不变 18 条，拒绝 8 条\n  L-0：安娜需回避")
    assert printed.endswith("  另有 3 条：用 --csv FILE 逐条写出\n")
