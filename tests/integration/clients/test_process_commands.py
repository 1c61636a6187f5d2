"""``fairlead process`` against a real service: checked, published, listed, shown, compared, drawn and taken back."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.integration.clients.arranging import Restartable, fairlead, tried
from tests.unit.router.process.language.test_check import PLAIN, SALES

pytestmark = pytest.mark.long
RULES = (
    "fields: {region: {type: string}, budget: {type: number}, amount: {type: number}}\ndefault: {route: {pool: east}}\n"
)


@pytest.fixture
def at(shared: Restartable, request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The options that lead to a tenant of the test's own."""
    return ("--server", shared.address, "--tenant", re.sub(r"\W", "-", request.node.name)[-60:])


def test_a_process_goes_through_all_that_can_be_done_with_it(at: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    sales, later = tmp_path / "sales.yaml", tmp_path / "later.yaml"
    sales.write_text(SALES, "utf-8")
    later.write_text(SALES.replace("within: 1h", "within: 2h"), "utf-8")
    fairlead("rules", "publish", str(tmp_path / "rules.yaml"), *at)

    checked = fairlead("process", "check", str(sales), *at)
    published = fairlead("process", "publish", str(sales), "--note", "within the hour", *at)
    difference = fairlead("process", "diff", str(later), *at)
    fairlead("process", "publish", str(later), "--etag", "1", *at)
    between = fairlead("process", "diff", "sales@1", "sales", *at)
    back = fairlead("process", "rollback", "sales", *at)
    shown = fairlead("process", "show", "sales@1", *at)
    listed = json.loads(fairlead("process", "list", "--json", *at))["processes"]
    told = fairlead("process", "list", *at)
    sales.write_text(PLAIN, "utf-8")
    tested = fairlead("process", "test", str(sales), *at)
    program = fairlead("process", "test", str(sales), "--rules", str(tmp_path / "rules.yaml"), "--json")
    picture = fairlead("process", "draw", "sales", "--language", "zh", *at)
    diagram = fairlead("process", "draw", "sales@2", "--mermaid", *at)

    assert "sales.yaml:30:" in checked
    assert "declare no field 'contract_no'" in checked
    assert "process sales, 7 stages, 1 deadline, no errors" in checked
    assert "process sales: revision 1 is active" in published
    assert "3 passed, 0 failed" in tested
    assert [each["passed"] for each in json.loads(program)["results"]] == [True, True, True]
    for lines in (difference, between):
        assert [line for line in lines.splitlines() if re.match(r"[+-] ", line)] == [
            "-        within: 1h",
            "+        within: 2h",
        ]
    assert "process sales: revision 3 is active, revision 1 again" in back
    assert SALES in shown
    assert [(each["name"].rpartition("/")[2], each.get("active", False)) for each in listed] == [
        ("sales@3", True), ("sales@2", False), ("sales@1", False),
    ]  # fmt: skip
    assert "within the hour" in told
    assert "1 小时内主动联系客户" in picture
    assert "within 2 h" in diagram


def test_what_is_refused_says_why(at: tuple[str, ...], tmp_path: Path) -> None:
    sales, other, wrong = tmp_path / "sales.yaml", tmp_path / "other.yaml", tmp_path / "wrong.yaml"
    sales.write_text(SALES, "utf-8")
    other.write_text(SALES.replace("process: sales", "process: leads"), "utf-8")
    wrong.write_text(SALES.replace("until: attempt", "until: attemt"), "utf-8")
    failing = tmp_path / "failing.yaml"
    failing.write_text(PLAIN.replace("09:20}", "09:21}"), "utf-8")
    fairlead("process", "publish", str(sales), *at)

    refusals = [
        tried("process", "publish", str(other), *at),
        tried("process", "publish", str(wrong), *at),
        tried("process", "publish", str(failing), *at),
        tried("process", "check", str(failing), *at),
        tried("process", "publish", str(sales), "--etag", "7", *at),
        tried("process", "rollback", "sales", *at),
        tried("process", "show", "nobody", *at),
        tried("process", "draw", str(wrong), *at),
        tried("process", "test", str(failing)),
    ]

    assert [status for status, _ in refusals] == [1] * 9
    assert refusals[1][1].count("attemt") == refusals[2][1].count("test failed") == 1
    for (_, output), why in zip(
        refusals,
        (
            "LEAD enters process sales: take it out of that one first",
            "wrong.yaml:20:16 error: found 'attemt'",
            "failing.yaml:41:1 error: test failed: expected first-response due 2026-09-20T09:21",
            "failing.yaml:41:1 error: test failed: expected first-response due 2026-09-20T09:21",
            "revision 1 is its active one, not 7",
            "there is no revision before it",
            "there is no process",
            "wrong.yaml:20:16 error: found 'attemt'",
            "failing.yaml:41 expected first-response due 2026-09-20T09:21",
        ),
        strict=True,
    ):
        assert why in output
