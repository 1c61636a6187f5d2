"""``fairlead import`` and ``fairlead reopen`` against a real service, and what ``fairlead fairness`` says of both."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from fairlead.v1 import workforce_pb2 as workforce
from tests.integration.clients.arranging import RULES, Restartable, fairlead, tried

Where = tuple[str, ...]


@pytest.fixture(scope="module")
def where(shared: Restartable) -> Where:
    """A team of two."""
    with shared.client("imports") as client:
        reps = [workforce.Rep(name="anna", display_name="安娜"), workforce.Rep(name="bo")]
        reps[0].attributes.update({"regions": ["east"]})
        client.upsert_reps(reps)
        client.upsert_pool("team", {"anna": 1.0, "bo": 1.0})
        client.publish_rules(RULES)
    return ("--server", shared.address, "--tenant", "imports")


def test_a_book_is_imported_and_what_is_not_is_written_down_with_the_reason(
    shared: Restartable, where: Where, tmp_path: Path
) -> None:
    book = tmp_path / "book.csv"
    book.write_text(
        "编号,归属人,分配时间,region\nB-1,anna,2026-01-05 09:30:00,east\nB-2,bo,2026-01-06 10:00:00,west\n"
        "B-3,eve,2026-01-06 10:00:00,west\nB-4,,2026-01-06 10:00:00,west\n",
        encoding="utf-8",
    )

    dry, foretold = tried("import", str(book), "--timezone", "Asia/Shanghai", "--dry-run", *where)
    with shared.client("imports") as client:
        assert not list(client.list_work_items())
    with (tmp_path / "book.csv.refused.csv").open(encoding="utf-8-sig", newline="") as stream:
        would_be_refused = list(csv.DictReader(stream))
    status, output = tried("import", str(book), "--timezone", "Asia/Shanghai", *where)
    again, second = tried("import", str(book), "--timezone", "Asia/Shanghai", *where)

    assert dry == status == again == 1
    assert "2 would be imported, 1 refused; nothing is written" in foretold
    assert "2 imported, 1 refused" in output
    assert "2 imported, 1 refused" in second
    with shared.client("imports") as client:
        item = client.get_work_item(source="csv", external_id="B-1")
        decision = client.get_decision(item.decision)
        owners = {each.external_id: each.owner.rpartition("/")[2] for each in client.list_work_items()}
    assert owners == {"B-1": "anna", "B-2": "bo"}
    assert decision.assigned_time.ToJsonString() == "2026-01-05T01:30:00Z"
    with (tmp_path / "book.csv.refused.csv").open(encoding="utf-8-sig", newline="") as stream:
        (refused,) = list(csv.DictReader(stream))
    assert would_be_refused == [refused]
    came = {"编号": "B-3", "归属人": "eve", "分配时间": "2026-01-06 10:00:00", "region": "west"}
    assert refused == {"why": refused["why"], "line": "4", **came}
    assert "there is no rep" in refused["why"]
    listed = fairlead("operations", "list", *where)
    of_default = fairlead("operations", "list", *where[:2])
    shown = fairlead("operations", "show", listed[listed.index("tenants/") :].split()[0], *where[:2])
    assert "2 imported, 1 refused" in listed
    assert "tenants/imports" not in of_default
    assert shown.startswith("ended: 2 imported, 1 refused\n  about  tenants/imports\n")
    rejected = next(tmp_path.glob("*.rejected.csv")).read_text("utf-8-sig")
    assert "B-4" in rejected
    assert "whose it is" in rejected

    refused_file = tmp_path / "book.csv.refused.csv"
    refused_file.write_text(refused_file.read_text("utf-8-sig").replace("eve", "bo"), "utf-8")
    mended = fairlead("import", str(refused_file), "--timezone", "Asia/Shanghai", *where)
    book.write_text("编号,归属人,分配时间,region\nB-1,anna,2026-01-05 09:30:00,east\n", encoding="utf-8")
    clean = fairlead("import", str(book), "--timezone", "Asia/Shanghai", *where)

    assert "1 imported, 0 refused" in mended
    assert "left out" not in mended
    with shared.client("imports") as client:
        assert dict(client.get_work_item(source="csv", external_id="B-3").attributes) == {"region": "west"}
    assert "no rows in error any more" in " ".join(clean.split())
    assert clean.count("is taken away") == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["book.csv"]


def test_a_file_that_says_nothing_of_owners_is_refused(where: Where, tmp_path: Path) -> None:
    book = tmp_path / "book.csv"
    book.write_text("编号,分配时间\nB-1,2026-01-05\n", encoding="utf-8")

    status, output = tried("import", str(book), *where)

    assert status == 2
    assert "found no column that says whose it is" in output


def test_what_is_closed_is_reopened_for_who_had_it_and_the_report_says_what_came_apart(
    shared: Restartable, where: Where
) -> None:
    with shared.client("imports") as client:
        client.route({"region": "east"}, source="crm", external_id="R-1")
        client.complete("crm~R-1")

    tried_out = fairlead("reopen", "crm~R-1", "--reason", "又来电", "--dry-run", "--language", "zh", *where)
    reopened = fairlead("reopen", "crm~R-1", "--reason", "called again", *where)
    status, refusal = tried("reopen", "crm~R-1", *where)
    printed = fairlead("fairness", "--pool", "team", *where)

    assert tried_out == "crm~R-1：重新打开（又来电），归属安娜。未写入。\n"
    assert reopened == "crm~R-1: Reopened (called again): 安娜.\n"
    assert status == 1
    assert "only what is closed can be reopened" in refusal
    assert "apart" in printed
    assert "what came apart moves no distance" in " ".join(printed.split())
    assert "override" not in printed
