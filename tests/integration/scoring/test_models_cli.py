"""`fairlead models`: what stands there, which serves, and changing that from a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scoring.cli.models import models
from scoring.model.manifest import Thresholds
from scoring.model.profit import ProfitAssumptions
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
    assert [line.split() for line in listed.splitlines() if "churn" in line] == [
        ["churn", "bad", "2026-03-02", "12:00", "30.0%", "fail:", "leaks"],
        ["churn", "v1", "champion", "2026-03-02", "12:00", "30.0%", "pass"],
        ["churn", "v2", "previous", "2026-03-02", "12:00", "30.0%", "pass"],
    ]


def test_failed_gates_are_named_and_overridden_with_a_reason(storage: Path) -> None:
    refused = run(storage, "promote", "churn", "bad", "--actor", "ann")
    silent = run(storage, "promote", "churn", "bad", "--actor", "ann", "--override")
    done = run(storage, "promote", "churn", "bad", "--actor", "ann", "--override", "--reason", "known")

    assert "failed gates: leaks: measured [GATES_CLOSED]" in refused.output
    assert "an override says why [INVALID_INPUT]" in silent.output
    assert (refused.exit_code, silent.exit_code, done.exit_code) == (1, 1, 0)
    shown = run(storage, "show", "churn").output
    assert "fail leaks: measured" in shown
    assert "promote → bad OVERRIDDEN leaks: measured by ann: known" in shown
    listed = next(line for line in run(storage, "list").output.splitlines() if " bad " in line)
    assert listed.split()[-3:] == ["fail:", "leaks", "OVERRIDDEN"]
    audited = next(line for line in run(storage, "audit", "churn").output.splitlines() if "bad" in line)
    assert audited.split()[3:] == ["ann", "promote", "→", "bad", "OVERRIDDEN", "leaks:", "measured", "known"]


def test_two_versions_are_compared(storage: Path) -> None:
    assert "difference" in run(storage, "compare", "churn", "v1", "v2").output


def test_a_challenger_is_named_compared_and_promoted_by_its_alias(storage: Path) -> None:
    run(storage, "promote", "churn", "v1", "--actor", "ann")

    named = run(storage, "challenge", "churn", "v2", "--actor", "ann", "--reason", "more data")

    assert named.output.startswith("churn: champion v1, challenger v2, previous — (etag 2-")
    assert "difference" in run(storage, "compare", "churn").output
    assert "challenge → v2 by ann: more data" in run(storage, "show", "churn").output
    promoted = run(storage, "promote", "churn", "--actor", "bob")
    assert promoted.output.startswith("churn: champion v2, challenger —, previous v1 (etag 3-")


def test_the_list_tells_figures_and_what_is_refused(tmp_path: Path) -> None:
    report = {"cv": {"roc_auc": 0.9, "brier": 0.1, "ece": 0.02}, "gates": [{"name": "leaks", "passed": True}]}
    write_model(tmp_path, "good", report=report)
    write_model(tmp_path, "torn")
    (tmp_path / "churn" / "torn" / "tables.npz").write_bytes(b"")

    listed = [line.split() for line in run(tmp_path, "list").output.splitlines() if "churn" in line]

    assert listed[0][4:] == ["5-fold", "0.9000", "0.1000", "0.0200", "30.0%", "pass"]
    assert listed[1][2:4] == ["refused:", "tables.npz:"]


def test_a_version_is_meant_by_its_beginning_unless_several_begin_so(storage: Path) -> None:
    for version in ("71eac7a60a9b", "71eac9000000"):
        write_model(storage, version)

    done = run(storage, "promote", "churn", "71eac7", "--actor", "ann")
    several = run(storage, "promote", "churn", "71eac", "--actor", "ann")
    short = run(storage, "show", "churn", "71e")

    assert done.output.startswith("churn: champion 71eac7a60a9b,")
    assert "71eac could be 71eac7a60a9b, 71eac9000000: say more of it [INVALID_INPUT]" in several.output
    assert "there is no model version 'models/churn/versions/71e' [NOT_FOUND]" in short.output
    assert run(storage, "show", "churn", "71eac9").output.startswith("churn 71eac9000000")


def test_the_audit_lists_who_did_what_and_why_the_oldest_first(storage: Path) -> None:
    run(storage, "promote", "churn", "v1", "--actor", "ann", "--reason", "the first [bold]one")
    run(storage, "challenge", "churn", "v2", "--actor", "bob")
    run(storage, "rollback", "churn", "--actor", "cy")

    lines = [line.split() for line in run(storage, "audit", "churn").output.splitlines() if "→" in line]

    assert [(line[0], line[3:]) for line in lines] == [
        ("1", ["ann", "promote", "→", "v1", "the", "first", "[bold]one"]),
        ("2", ["bob", "challenge", "→", "v2"]),
    ]


def test_what_says_the_same_of_several_gates_is_one_line(tmp_path: Path) -> None:
    alone = {"passed": True, "detail": "there is no champion to compare with"}
    write_model(tmp_path, report={"gates": [{"name": name, **alone} for name in ("log_loss", "roc_auc", "lift_10")]})

    shown = run(tmp_path, "show", "churn", "v1").output

    assert "pass log_loss, roc_auc, lift_10: there is no champion to compare with" in shown


def test_the_risk_from_which_rescuing_pays_is_told_with_the_assumptions_that_give_it(tmp_path: Path) -> None:
    campaign = {"lifetime_value": 500.0, "incentive": 20.0, "contact": 2.0, "accept_a": 4.0, "accept_b": 16.0}
    threshold = ProfitAssumptions(500, 20, 2, 0.2).break_even
    thresholds = Thresholds(at_risk=threshold, top_decile=0.5)
    write_model(tmp_path, thresholds=thresholds, report={"profit": {"campaign": campaign}})

    shown = " ".join(run(tmp_path, "show", "churn", "v1").output.split())

    assert f"at risk from {100 * threshold:.1f} % on" in shown
    worth = "if one who is kept is worth 500, the offer costs 20, a contact 2, and 20 % accept"
    assert f"{worth}: (20 + 2) / (0.2 × (500 − 20) + 20)" in shown


def assumed(folder: Path, version: str, assumptions: ProfitAssumptions) -> None:
    """Write a version whose threshold rests on assumptions."""
    campaign = {
        "lifetime_value": assumptions.value, "incentive": assumptions.incentive, "contact": assumptions.contact_cost,
        "accept_a": 20 * assumptions.acceptance, "accept_b": 20 - 20 * assumptions.acceptance,
    }  # fmt: skip
    report = {"profit": {"campaign": campaign}, "gates": [{"name": "leaks", "passed": True}]}
    thresholds = Thresholds(at_risk=assumptions.break_even, top_decile=0.5)
    write_model(folder, version, thresholds=thresholds, report=report)


def test_a_threshold_that_rests_on_other_assumptions_is_said_and_compared(tmp_path: Path) -> None:
    assumed(tmp_path, "rich", ProfitAssumptions(value=500.0, contact_cost=2.0))
    assumed(tmp_path, "usual", ProfitAssumptions())
    assumed(tmp_path, "alike", ProfitAssumptions())
    moved = "at risk from 16.4 % on instead of 7.6 %: value 200 instead of 500, contact cost 1 instead of 2"
    back = "at risk from 7.6 % on instead of 16.4 %: value 500 instead of 200, contact cost 2 instead of 1"

    said = [
        run(tmp_path, *change, "--actor", "ann").output.splitlines()[1:]
        for change in (
            ("promote", "churn", "rich"), ("challenge", "churn", "usual"), ("promote", "churn"), ("rollback", "churn"),
            ("promote", "churn", "usual"), ("promote", "churn", "alike"),
        )
    ]  # fmt: skip
    compared = [
        line.strip("│").split("│") for line in run(tmp_path, "compare", "churn", "rich", "usual").output.splitlines()
    ]

    assert said == [[], [f"as champion: {moved}"], [moved], [back], [moved], []]
    rows = [[cell.strip() for cell in cells] for cells in compared if len(cells) == 4]
    assert rows == [
        ["at risk from", "7.6%", "16.4%", "+8.8 points"],
        ["value", "500", "200", "-300"],
        ["contact cost", "2", "1", "-1"],
    ]
    assert "value" not in run(tmp_path, "compare", "churn", "usual", "alike").output


def test_a_champion_that_is_refused_can_be_replaced_all_the_same(storage: Path) -> None:
    run(storage, "promote", "churn", "v1", "--actor", "ann")
    (storage / "churn" / "v1" / "tables.npz").write_bytes(b"")

    assert run(storage, "promote", "churn", "v2", "--actor", "ann").output.startswith("churn: champion v2")


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
    assert "4 features, 2 pairs, 1 triple" in run(storage, "show", "churn", "triples").output
