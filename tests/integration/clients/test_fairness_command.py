"""``fairlead fairness`` against a real service: tables, a period, a CSV file, a picture; all as decisions add up."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.dom.minidom import parseString

import pytest

from fairlead.client import work_item
from fairlead.v1 import workforce_pb2 as workforce
from tests.integration.clients.arranging import RULES, Restartable, fairlead, tried

TENANT = "fairness"
Where = tuple[str, ...]


@pytest.fixture(scope="module")
def where(shared: Restartable) -> Where:
    """30 leads for two competing reps, one of them moved by hand; and a pool of one."""
    with shared.client(TENANT) as client:
        reps = [workforce.Rep(name="anna", display_name="安娜 <&>"), workforce.Rep(name="bo", display_name="=Bo")]
        client.upsert_reps(reps)
        client.upsert_pool("team", {"anna": 2.0, "bo": 1.0})
        client.upsert_pool("lone", {"bo": 1.0})
        client.publish_rules(RULES)
        assert len([*client.route_many(work_item({}, source="crm", external_id=f"L-{n}") for n in range(30))]) == 30
        client.reassign("crm~L-0", "bo", note="asked for")
    return ("--server", shared.address, "--tenant", TENANT)


def test_all_pools_are_shown_with_names_and_the_bound(where: Where) -> None:
    printed = fairlead("fairness", *where)

    assert "Pool team: 31 decisions" in printed
    assert "安娜 <&>" in printed
    assert "never beyond" in printed
    assert "Pool lone: 0 decisions" in printed
    assert "the bound is of the whole ledger" not in printed


def test_a_period_is_what_its_decisions_add_up_to(shared: Restartable, where: Where, tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    with shared.client(TENANT) as client:
        decisions = list(client.list_decisions(filter="pool = team", full=True))
        whole = client.fairness("team")
        now = datetime.now(UTC)
        recent = client.fairness("team", start=now - timedelta(hours=1), end=now + timedelta(hours=1)).period
        middle = sorted(decision.decide_time.ToNanoseconds() for decision in decisions)[15] // 1_000_000
        start = datetime.fromtimestamp(middle / 1000, UTC)
        half = client.fairness("team", start=start).period
    entitled, received = defaultdict[str, float](float), defaultdict[str, float](float)
    later = [d for d in decisions if d.decide_time.ToNanoseconds() // 1_000_000 >= middle]
    for decision in later:
        received[decision.rep] += decision.charge
        for candidate in decision.candidates:
            entitled[candidate.rep] += candidate.entitlement

    printed = fairlead("fairness", "--pool", "team", "--since", "1h", "--csv", str(file), *where)

    assert dict(half.entitled) == pytest.approx(dict(entitled))
    assert dict(half.received) == pytest.approx(dict(received))
    assert (half.decisions, half.overrides) == (len(later), 1)
    assert dict(recent.entitled) == pytest.approx(dict(whole.entitled))
    assert "31 decisions, 31 charged" in printed
    assert "1 by a person's word" in printed
    assert "the bound is of the whole ledger" in printed.replace("\n", " ")
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["rep"], row["rep_name"], row["pool_name"]) for row in rows] == [
        ("anna", "安娜 <&>", "team"), ("bo", "'=Bo", "team"),
    ]  # fmt: skip
    for row in rows:
        name = f"tenants/{TENANT}/reps/{row['rep']}"
        assert (
            float(row["period_entitled"])
            == pytest.approx(float(row["entitled"]))
            == pytest.approx(whole.entitled[name])
        )
        assert float(row["distance"]) == pytest.approx(float(row["entitled"]) - float(row["received"]))
        assert abs(float(row["distance"])) <= float(row["bound"])


def test_a_picture_shows_each_rep_beside_the_bound(where: Where, tmp_path: Path) -> None:
    file = tmp_path / "f.svg"

    fairlead("fairness", "--pool", "team", "--plot", str(file), *where)

    picture = parseString(file.read_text("utf-8"))
    texts = [str(text.firstChild.nodeValue) for text in picture.getElementsByTagName("text") if text.firstChild]
    assert {"安娜 <&>", "=Bo", "red: the bound"} <= {*texts}
    kinds = Counter(element.getAttribute("class") for element in picture.getElementsByTagName("line"))
    assert kinds == {"bound": 2, "zero": 1}
    assert len([bar for bar in picture.getElementsByTagName("rect") if bar.getAttribute("class") == "bar"]) == 2


def test_what_is_not_there_or_is_no_period_is_named(where: Where, tmp_path: Path) -> None:
    of_pool = tried("fairness", "--pool", "nobody", *where)
    of_period = tried("fairness", "--since", "2026-02-01", "--until", "2026-01-01", *where)
    of_plot = tried("fairness", "--plot", str(tmp_path / "f.png"), *where)

    assert (of_pool[0], of_period[0], of_plot[0]) == (1, 2, 2)
    assert "there is no pool 'tenants/fairness/pools/nobody'" in of_pool[1]
    assert "Invalid value for '--until': 2026-01-01 00:00:00+00:00; allowed: after --since" in of_period[1]
    assert "allowed: a name that ends in .svg" in of_plot[1].replace("\n", " ")


def test_a_period_that_holds_nothing_says_so(where: Where) -> None:
    printed = fairlead("fairness", "--pool", "team", "--until", "2020-01-01", *where)

    assert "from the beginning until 2020-01-01 00:00:00 UTC: 0 decisions" in printed
