"""`fairlead remember`: what was rescored in a batch is known to rules a moment later."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from scoring.cli.remember import remember
from scoring.cli.rescore import rescore
from tests.patience import patient_client
from tests.served import Served

RULES = """
fields: {customer: {type: string}, risk: {type: number}}
known_customer: {id: customer, churn_risk: risk}
rules: [{id: known, when: {field: risk, op: exists}, route: {pool: p}}]
default: {route: {pool: p}}
"""


@pytest.fixture
def scores(registry: Path, customers: pa.Table, tmp_path: Path) -> Path:
    pq.write_table(customers.slice(0, 2_500), tmp_path / "in.parquet")
    return rescored(tmp_path / "in.parquet", tmp_path / "scores", registry)


def rescored(data: Path, out: Path, registry: Path, *more: str) -> Path:
    options = ["--data", data, "--out", out, "--registry", registry, "--processes", "1", *more]
    result = CliRunner().invoke(rescore, [str(option) for option in options])
    assert result.exit_code == 0, result.output
    return out


@pytest.mark.long
def test_rules_know_what_was_rescored(scores: Path, served: Served) -> None:
    result = CliRunner().invoke(remember, [str(scores), "--server", served.address, "--tenant", "acme"])

    assert result.output == f"2,500 customers are known to {served.address}, tenant acme\n"
    with patient_client(served.address, "acme") as client:
        client.publish_rules(RULES)
        decisions = [client.route({"customer": who}) for who in ("c2499", "c2500")]
    assert [list(decision.matched_rules) for decision in decisions] == [["known"], []]


def test_scores_without_customers_are_refused(registry: Path, customers: pa.Table, tmp_path: Path) -> None:
    pq.write_table(customers.slice(0, 10).drop(["customer"]), tmp_path / "in.parquet")
    out = rescored(tmp_path / "in.parquet", tmp_path / "scores", registry)
    (tmp_path / "empty").mkdir()

    numbered = CliRunner().invoke(remember, [str(out)])
    empty = CliRunner().invoke(remember, [str(tmp_path / "empty")])
    other = CliRunner().invoke(remember, [str(tmp_path)])

    assert "rescore with --id" in numbered.output
    assert "holds no .parquet file" in empty.output
    assert "is no result of `fairlead rescore`" in other.output


@pytest.mark.long
def test_scores_made_elsewhere_are_known_as_well_and_a_row_without_one_is_named(tmp_path: Path, served: Served) -> None:
    file = tmp_path / "scores.csv"
    file.write_bytes("Kunde;Risiko;Stadt\nc1;0,25;Köln\nc2;;Bonn\nc3;0,75;Bonn\n".encode("cp1252"))
    (tmp_path / "m.yaml").write_text(
        "encoding: cp1252\ncolumns: {Kunde: customer, Risiko: probability}\nallow_unreadable: 0.5\n"
    )
    how = [str(file), "--server", served.address, "--tenant", "acme", "--mapping", str(tmp_path / "m.yaml")]

    undated = CliRunner().invoke(remember, how)
    known = CliRunner().invoke(remember, [*how, "--as-of", "2026-03-02"])

    assert (undated.exit_code, known.exit_code) == (1, 1)
    assert "give --as-of" in undated.output
    assert f"2 customers are known to {served.address}, tenant acme" in known.output
    assert "row in error: line 3, found no probability; allowed: both in every row" in known.output
    assert "3,c2,,Bonn" in (tmp_path / "scores.csv.rejected.csv").read_text("utf-8-sig")
    with patient_client(served.address, "acme") as client:
        client.publish_rules(RULES)
        decisions = [client.route({"customer": who}) for who in ("c3", "c2")]
    assert [list(decision.matched_rules) for decision in decisions] == [["known"], []]


@pytest.mark.long
def test_a_customer_with_two_scores_in_one_file_is_named_and_the_first_is_known(tmp_path: Path, served: Served) -> None:
    file = tmp_path / "scores.csv"
    file.write_text("customer,probability\nc1,0.25\nc2,0.5\nc1,0.25\nc2,0.75\n")
    how = [str(file), "--server", served.address, "--tenant", "twice", "--as-of", "2026-03-02"]

    known = CliRunner().invoke(remember, how)

    assert known.exit_code == 1
    assert "row in error: line 5, found 'c2' again, with another probability" in known.output
