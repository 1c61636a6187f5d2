"""`fairlead models`: what stands there, which serves, and changing that from a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scoring.cli.models import models
from tests.scoring_models import triple_tables, write_model


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    for version in ("v1", "v2"):
        write_model(tmp_path, version)
    write_model(tmp_path, "bad", failed_gates=("leaks",))
    return tmp_path


def run(storage: Path, *arguments: str) -> Result:
    command, *rest = arguments
    return CliRunner().invoke(models, [command, "--registry", str(storage), *rest], env={"COLUMNS": "120"})


@pytest.mark.parametrize("option", ["--etag", "--tenant"])
def test_a_guard_that_is_given_and_empty_is_refused(storage: Path, option: str) -> None:
    refused = run(storage, "promote", "churn", "v1", "--actor", "ann", option, "")

    assert (refused.exit_code, "is empty" in refused.output) == (2, True)
    assert run(storage, "promote", "churn", "v1", "--actor", "ann").exit_code == 0


def test_an_etag_is_noted_before_anything_was_promoted_too(storage: Path) -> None:
    noted = run(storage, "audit", "churn").output.split()[-1]
    run(storage, "promote", "churn", "v1", "--actor", "ann")

    assert noted == "0"
    assert run(storage, "audit", "churn", "--noted", noted).exit_code == 0
    assert run(storage, "audit", "churn", "--noted", "").exit_code == 1


def test_a_promotion_and_a_roll_back_are_said_and_listed(storage: Path) -> None:
    run(storage, "promote", "churn", "v1", "--actor", "ann")
    promoted = run(storage, "promote", "churn", "v2", "--actor", "ann", "--reason", "better")
    rolled = run(storage, "rollback", "churn", "--actor", "bob")

    assert promoted.output.startswith("churn: champion v2, challenger —, previous v1 (etag 2-")
    assert rolled.output.startswith("churn: champion v1, challenger —, previous v2 (etag 3-")
    listed = run(storage, "list").output
    assert [line.split("│")[2:4] for line in listed.splitlines() if "churn" in line] == [
        [" bad     ", "          "],
        [" v1      ", " champion "],
        [" v2      ", " previous "],
    ]


def test_failed_gates_are_named_and_overridden_with_a_reason(storage: Path) -> None:
    refused = run(storage, "promote", "churn", "bad", "--actor", "ann")
    silent = run(storage, "promote", "churn", "bad", "--actor", "ann", "--override")
    done = run(storage, "promote", "churn", "bad", "--actor", "ann", "--override", "--reason", "known")

    assert "failed gates: leaks: measured [GATES_CLOSED]" in refused.output
    assert "an override says why [INVALID_INPUT]" in silent.output
    assert (refused.exit_code, silent.exit_code, done.exit_code) == (1, 1, 0)
    shown = run(storage, "show", "churn").output
    assert "fail leaks measured" in shown
    assert "promote → bad by ann known" in shown


def test_two_versions_are_compared(storage: Path) -> None:
    assert "difference" in run(storage, "compare", "churn", "v1", "v2").output


def test_a_challenger_is_named_compared_and_promoted_by_its_alias(storage: Path) -> None:
    run(storage, "promote", "churn", "v1", "--actor", "ann")

    named = run(storage, "challenge", "churn", "v2", "--actor", "ann", "--reason", "more data")

    assert named.output.startswith("churn: champion v1, challenger v2, previous — (etag 2-")
    assert "difference" in run(storage, "compare", "churn").output
    assert "challenge → v2 by ann more data" in run(storage, "show", "churn").output
    promoted = run(storage, "promote", "churn", "--actor", "bob")
    assert promoted.output.startswith("churn: champion v2, challenger —, previous v1 (etag 3-")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show", "churn", "v9"), "there is no model version 'models/churn/versions/v9' [NOT_FOUND]"),
        (("show", "nobody", "v1"), "there is no model 'models/nobody' [NOT_FOUND]"),
        (("show", "churn"), "there is no model version 'models/churn/versions/champion' [NOT_FOUND]"),
        (("promote", "churn", "../v1"), "[INVALID_INPUT]"),
        (("promote", "churn", "v1", "--etag", "9-z"), "[STALE_ETAG]"),
        (("rollback", "churn"), "has no previous version to roll back to [NOT_POSSIBLE]"),
    ],
)
def test_what_cannot_be_done_is_one_line(storage: Path, arguments: tuple[str, ...], message: str) -> None:
    result = run(storage, *arguments)

    assert result.exit_code == 1
    assert message in result.output
    assert len(result.output.splitlines()) == 1


def test_a_registry_nobody_can_reach_is_said(storage: Path) -> None:
    result = CliRunner().invoke(models, ["list", "--registry", "nosuch://bucket"])

    assert "[REGISTRY_UNAVAILABLE]" in result.output


def test_a_shown_model_says_how_many_tables_it_has_of_several_features(storage: Path) -> None:
    write_model(storage, "triples", tables=triple_tables())

    assert "4 features, 2 pairs, 0 triples" in run(storage, "show", "churn", "v1").output
    assert "4 features, 2 pairs, 1 triples" in run(storage, "show", "churn", "triples").output
