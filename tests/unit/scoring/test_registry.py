"""Which version serves: compare and swap, gates, overrides, roll-back, and a holder that follows."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from scoring.errors import (
    GatesFailed,
    HashMismatch,
    InvalidInput,
    NotFound,
    NotPossible,
    RegistryUnavailable,
    RequestIdReused,
    StaleEtag,
)
from scoring.model.loaded import LoadedModel
from scoring.model.profit import AtRisk
from scoring.model.verification import SUMS, sums_of
from scoring.registry.active_model import ActiveModel
from scoring.registry.adapters.storage import JOURNAL, LocalStorage
from scoring.registry.registry import Registry
from tests.scoring_models import NOON, write_model


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    for version in ("v1", "v2"):
        write_model(tmp_path, version)
    write_model(tmp_path, "bad", failed_gates=("log_loss",))
    return Registry(LocalStorage(tmp_path), lambda: NOON)


def test_a_promotion_moves_the_champion_to_previous(registry: Registry) -> None:
    registry.promote("churn", "v1", actor="ann")

    state = registry.promote("churn", "v2", actor="ann", reason="better")

    assert [state.version(alias) for alias in ("champion", "previous", "challenger")] == ["v2", "v1", ""]
    assert [(e.number, e.action, e.actor, e.reason) for e in registry.history("churn")] == [
        (2, "promote", "ann", "better"),
        (1, "promote", "ann", ""),
    ]


def test_a_promotion_repeated_changes_nothing(registry: Registry) -> None:
    first = registry.promote("churn", "v1", actor="ann")

    assert registry.promote("churn", "v1", actor="ann") == first


def test_a_challenge_may_be_repeated_and_tried(registry: Registry) -> None:
    registry.promote("churn", "v1", actor="ann")

    tried = registry.challenge("churn", "v2", actor="ann", validate_only=True)
    assert (tried.version("challenger"), registry.state("churn").version("challenger")) == ("v2", "")
    first = registry.challenge("churn", "v2", actor="ann", request_id="r")
    again = registry.challenge("churn", "v2", actor="ann", request_id="r")

    assert (again.etag, again.number) == (first.etag, 2)
    with pytest.raises(RequestIdReused):
        registry.challenge("churn", "v1", actor="ann", request_id="r")
    with pytest.raises(StaleEtag):
        registry.challenge("churn", "v2", actor="ann", etag="1-0")


def test_the_champion_cannot_challenge_itself(registry: Registry) -> None:
    registry.promote("churn", "v1", actor="ann")

    with pytest.raises(NotPossible, match="is the champion"):
        registry.challenge("churn", "v1", actor="ann")


def test_the_challenger_is_promoted_by_its_alias(registry: Registry) -> None:
    registry.promote("churn", "v1", actor="ann")
    assert registry.challenge("churn", "v2", actor="ann").aliases_of("v2") == ("challenger",)

    state = registry.promote("churn", "challenger", actor="ann")

    assert (state.version("champion"), state.version("challenger")) == ("v2", "")


def test_rolling_back_twice_is_where_one_was(registry: Registry) -> None:
    registry.promote("churn", "v1", actor="ann")
    registry.promote("churn", "v2", actor="ann")

    assert registry.rollback("churn", actor="bob").version("champion") == "v1"
    assert registry.rollback("churn", actor="bob").version("champion") == "v2"


def test_a_request_repeated_is_answered_and_not_carried_out_again(registry: Registry) -> None:
    registry.promote("churn", "v1", actor="ann", request_id="a")
    registry.promote("churn", "v2", actor="ann", request_id="b")
    registry.rollback("churn", actor="ann", request_id="c")

    assert registry.rollback("churn", actor="ann", request_id="c").number == 3
    assert registry.promote("churn", "v2", actor="ann", request_id="b").version("champion") == "v1"
    with pytest.raises(RequestIdReused, match="'b'"):
        registry.rollback("churn", actor="ann", request_id="b")
    with pytest.raises(RequestIdReused, match="'b'"):
        registry.promote("churn", "v1", actor="ann", request_id="b")


def test_a_trial_answers_as_if_and_writes_nothing(registry: Registry) -> None:
    assert registry.promote("churn", "v1", actor="ann", validate_only=True).version("champion") == "v1"

    assert registry.state("churn").number == 0


def test_a_challenger_that_one_rolls_back_to_challenges_no_more(registry: Registry) -> None:
    for version in ("v1", "v2"):
        registry.promote("churn", version, actor="ann")
    registry.challenge("churn", "v1", actor="ann")

    assert registry.rollback("churn", actor="bob").aliases == {"champion": "v1", "challenger": "", "previous": "v2"}


def test_nothing_previous_cannot_be_rolled_back_to(registry: Registry) -> None:
    registry.promote("churn", "v1", actor="ann")

    with pytest.raises(NotPossible, match="no previous version"):
        registry.rollback("churn", actor="ann")


def test_of_two_who_saw_the_same_etag_the_second_is_refused(registry: Registry) -> None:
    etag = registry.promote("churn", "v1", actor="ann").etag
    registry.promote("churn", "v2", actor="ann", etag=etag)

    with pytest.raises(StaleEtag, match=etag):
        registry.rollback("churn", actor="bob", etag=etag)


def test_closed_gates_stop_a_promotion(registry: Registry) -> None:
    with pytest.raises(GatesFailed, match="log_loss: measured"):
        registry.promote("churn", "bad", actor="ann")

    assert registry.state("churn").number == 0


def test_an_override_needs_a_reason_and_is_kept_with_the_name(registry: Registry) -> None:
    with pytest.raises(InvalidInput, match="says why"):
        registry.promote("churn", "bad", actor="ann", override=True)

    registry.promote("churn", "bad", actor="ann", override=True, reason="the old one is worse")

    entry = registry.history("churn")[0]
    assert (entry.actor, entry.reason, entry.overridden) == ("ann", "the old one is worse", ("log_loss: measured",))


@pytest.mark.parametrize("actor", ["", "  "])
def test_nobody_cannot_promote(registry: Registry, actor: str) -> None:
    with pytest.raises(InvalidInput, match="answers for it"):
        registry.promote("churn", "v1", actor=actor)


@pytest.mark.parametrize("name", ["../v1", "v1/..", "V1", "", "a..b", ".journal", "v" * 64])
def test_a_name_that_is_a_path_is_refused(registry: Registry, name: str) -> None:
    with pytest.raises(InvalidInput):
        registry.load("churn", name)
    with pytest.raises(InvalidInput):
        registry.state(name)


def test_what_does_not_exist_is_not_found(registry: Registry) -> None:
    for missing in (
        lambda: registry.load("churn", "v9"),
        lambda: registry.versions("x"),
        lambda: registry.load("churn", "champion"),
    ):
        with pytest.raises(NotFound):
            missing()


def test_a_version_changed_after_its_promotion_is_refused_though_its_sums_fit(
    registry: Registry, tmp_path: Path
) -> None:
    registry.promote("churn", "v1", actor="ann")
    folder = tmp_path / "churn" / "v1"
    (folder / "card.en.md").write_bytes(b"# Another\n")
    files = {file.name: file.read_bytes() for file in folder.iterdir() if file.name != SUMS}
    (folder / SUMS).write_bytes(sums_of(files))

    with pytest.raises(HashMismatch, match="not what it was"):
        registry.load("churn", "champion")


def test_a_folder_under_a_wrong_name_is_refused(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "churn" / "v1").rename(tmp_path / "churn" / "v7")

    with pytest.raises(HashMismatch, match="is that of churn v1"):
        registry.promote("churn", "v7", actor="ann")


def test_a_torn_entry_does_not_answer(registry: Registry, tmp_path: Path) -> None:
    registry.promote("churn", "v1", actor="ann")
    (tmp_path / "churn" / ".journal" / "00000001.json").write_bytes(b"{")

    with pytest.raises(RegistryUnavailable, match="entry 1"):
        registry.state("churn")


def test_two_versions_stand_side_by_side(registry: Registry) -> None:
    comparison = registry.compare("churn", "v1", "v2")

    assert comparison.versions == ("v1", "v2")
    assert (comparison.only_in_first, comparison.only_in_second) == ((), ())
    assert comparison.at_risk == (AtRisk(0.3, None), AtRisk(0.3, None))


def test_the_holder_follows_promotions_and_keeps_what_it_loaded(registry: Registry) -> None:
    swapped: list[LoadedModel] = []
    holder = ActiveModel(registry, "churn", swapped.append)
    with pytest.raises(NotPossible, match="no champion"):
        _ = holder.current

    registry.promote("churn", "v1", actor="ann")
    assert holder.refresh()
    first = holder.current
    registry.promote("churn", "v2", actor="ann")
    assert holder.refresh()
    registry.rollback("churn", actor="ann")
    assert holder.refresh()

    assert holder.current is first
    assert [model.artefact.manifest.version for model in swapped] == ["v1", "v2", "v1"]
    assert not holder.refresh()


def test_a_broken_champion_is_refused_and_the_old_one_serves_on(registry: Registry, tmp_path: Path) -> None:
    holder = ActiveModel(registry, "churn")
    registry.promote("churn", "v1", actor="ann")
    holder.refresh()
    registry.promote("churn", "v2", actor="ann")
    tables = tmp_path / "churn" / "v2" / "tables.npz"
    tables.write_bytes(tables.read_bytes()[:-9])

    assert not holder.refresh()

    assert holder.current.artefact.manifest.version == "v1"
    assert holder.refusal is not None
    assert isinstance(holder.refusal.error, HashMismatch)


def test_a_registry_that_does_not_answer_is_asked_again(registry: Registry, tmp_path: Path) -> None:
    holder = ActiveModel(registry, "churn")
    registry.promote("churn", "v1", actor="ann")
    entry = tmp_path / "churn" / ".journal" / "00000001.json"
    whole = entry.read_bytes()
    entry.write_bytes(whole[:10])
    with pytest.raises(RegistryUnavailable):
        holder.refresh()

    entry.write_bytes(whole)

    assert holder.refresh()


def test_a_score_names_its_version(registry: Registry) -> None:
    holder = ActiveModel(registry, "churn")
    registry.promote("churn", "v2", actor="ann")
    holder.refresh()

    assert holder.current.name == "models/churn/versions/v2"
    assert holder.current.score({}, NOON + timedelta(days=1)).probability > 0


def test_a_journal_that_nobody_altered_is_sound_and_keeps_its_etags(registry: Registry) -> None:
    noted = registry.promote("churn", "v1", actor="ann").etag
    registry.promote("churn", "v2", actor="bo")
    registry.rollback("churn", actor="cy")

    assert registry.breaks("churn") == []
    assert noted in registry.etags("churn")


@pytest.mark.parametrize("number", [1, 2])
def test_an_entry_that_was_altered_is_found_by_the_one_behind_it(
    registry: Registry, tmp_path: Path, number: int
) -> None:
    registry.promote("churn", "v1", actor="ann")
    registry.promote("churn", "v2", actor="ann")
    registry.rollback("churn", actor="ann")
    entry = sorted((tmp_path / "churn" / JOURNAL).iterdir())[number - 1]

    entry.chmod(0o600)
    entry.write_bytes(entry.read_bytes().replace(b'"ann"', b'"bob"'))

    (fault,) = registry.breaks("churn")
    assert fault.startswith(f"entry {number + 1}: the entry before it had the hash")


def test_an_entry_that_is_gone_is_missed(registry: Registry, tmp_path: Path) -> None:
    for version in ("v1", "v2"):
        registry.promote("churn", version, actor="ann")

    sorted((tmp_path / "churn" / JOURNAL).iterdir())[0].unlink()

    assert registry.breaks("churn") == ["entry 1 is missing"]
