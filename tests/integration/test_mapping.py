"""A mapping that `fairlead inspect` wrote once reads next month's file in `route` and `rescore`."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from scoring.registry.adapters.storage import LocalStorage
from scoring.registry.registry import Registry
from service import main
from tests.scoring_models import NOON, write_model
from tests.served import Served

RULES = """
fields: {region: {type: string}, logins_30d: {type: number}}
rules: [{id: active, when: {field: logins_30d, op: gte, value: 1000}, route: {pool: active}}]
default: {route: {pool: others}}
"""


def fairlead(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.mark.long
def test_a_mapping_is_written_once_and_serves_next_months_file(served: Served, tmp_path: Path) -> None:
    may, june, saved = (tmp_path / name for name in ("mai.csv", "juni.csv", "mapping.yaml"))
    may.write_bytes("Kundennummer;Gebiet;Anmeldungen\nc1;Köln;3,5\n".encode("cp1252"))
    june.write_bytes("Kundennummer;Gebiet;Anmeldungen\nc2;Düsseldorf;1.004,5\nc3;Köln;2,5\n".encode("cp1252"))
    (tmp_path / "rules.yaml").write_text(RULES)
    (tmp_path / "reps.csv").write_text("id;name;pools\nanna;Anna;active|others\n")
    write_model(tmp_path / "models", "v1")
    Registry(LocalStorage(tmp_path / "models"), lambda: NOON).promote("churn", "v1", actor="test")

    looked = fairlead("inspect", may, "--encoding", "cp1252", "--decimal", ",", "--save-mapping", saved)
    with saved.open("a") as mapping:
        mapping.write("columns: {Kundennummer: customer, Gebiet: region, Anmeldungen: logins_30d}\n")
    again = fairlead("inspect", june, "--mapping", saved)
    routed = fairlead(
        *("route", "--leads", june, "--reps", tmp_path / "reps.csv", "--rules", tmp_path / "rules.yaml"),
        *("--out", tmp_path / "decisions.csv", "--server", served.address),
        *("--mapping", saved, "--map", "Kundennummer=external_id"),
    )
    scored = fairlead(
        *("rescore", "--data", june, "--out", tmp_path / "scores", "--registry", tmp_path / "models"),
        *("--mapping", saved, "--processes", "1", "--allow-missing-columns"),
    )

    ended = looked, again, routed, scored
    assert [result.exit_code for result in ended] == [0, 0, 0, 0], [result.output for result in ended]
    assert "  Anmeldungen: numbers, decimal comma, 0 missing" in again.output
    with (tmp_path / "decisions.csv").open(encoding="utf-8-sig", newline="") as lines:
        assert [(row["external_id"], row["pool"]) for row in csv.DictReader(lines)] == [
            ("c2", "active"),
            ("c3", "others"),
        ]
    (results,) = (tmp_path / "scores").glob("*.parquet")
    assert pq.read_table(results)["customer"].to_pylist() == ["c2", "c3"]
