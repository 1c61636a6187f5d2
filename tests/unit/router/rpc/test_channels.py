"""Through which channels a rep is told, as messages, records, differences and files say."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from fairlead.v1 import workforce_pb2 as workforce
from router.cli.workforce_export import ExportedWorkforce, write
from router.cli.workforce_files import read_reps
from router.history.codec import record_from, record_text
from router.model.errors import InvalidInput
from router.model.workforce import Rep
from router.rpc.workforce_messages import REP_FIELDS, masked, rep, rep_message
from router.workforce.differences import fields_of
from router.workforce.service import Saved
from tables.options import ReadOptions


def read(*channels: str, before: Rep | None = None) -> Rep:
    message = workforce.Rep(channels=channels)
    return rep(message, "ann", before, masked(["channels"], REP_FIELDS, message), "acme")


def test_channels_are_named_in_full_or_by_the_last_part_and_keep_their_order() -> None:
    ann = read("tenants/acme/channels/east-bot", "mail")

    assert ann.channels == ("east-bot", "mail")
    assert list(rep_message("acme", Saved(ann, "1")).channels) == [
        "tenants/acme/channels/east-bot",
        "tenants/acme/channels/mail",
    ]


def test_who_does_not_name_them_leaves_them_as_they_are_and_none_takes_them_away() -> None:
    ann, renamed = Rep("ann", channels=("mail",)), workforce.Rep(display_name="Ann")

    assert rep(renamed, "ann", ann, masked([], REP_FIELDS, renamed), "acme").channels == ("mail",)
    assert read(before=ann).channels == ()


@pytest.mark.parametrize(
    ("channels", "field", "fault"),
    [
        (["a", "b", "tenants/acme/channels/a"], "rep.channels[2]", "stands here twice"),
        (["a b"], "rep.channels[0]", "a b"),
        (["tenants/other/channels/a"], "rep.channels[0]", "other"),
        ([f"c{place}" for place in range(9)], "rep.channels", "9 channels: at most 8"),
    ],
)
def test_what_is_no_list_of_channels_is_refused_by_name(channels: list[str], field: str, fault: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(*channels)

    (violation,) = refused.value.violations
    assert violation.field == field
    assert fault in violation.description


def test_a_record_without_channels_is_written_as_it_was_before_there_were_any() -> None:
    assert "channels" not in record_text("rep", Rep("ann"))
    assert record_from("rep", record_text("rep", Rep("ann", channels=("mail",)))) == Rep("ann", channels=("mail",))


def test_what_became_of_them_is_told() -> None:
    assert fields_of(Rep("ann", channels=("mail", "east-bot")))["channels"] == ("mail", "east-bot")


def test_a_file_names_them_and_an_export_gives_them_back(tmp_path: Path) -> None:
    people = [workforce.Rep(name="ann", channels=["east-bot", "mail"]), workforce.Rep(name="bo")]
    file = tmp_path / "reps.csv"
    write(file, ExportedWorkforce(people, [], []).tables()["reps.csv"])

    loaded = read_reps(file, None, ReadOptions())

    assert [list(each.channels) for each in loaded.reps] == [["east-bot", "mail"], []]
    assert "channels" in loaded.mask()


def test_the_column_may_have_a_chinese_name(tmp_path: Path) -> None:
    file = tmp_path / "reps.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["编号", "通知渠道"], ["ann", "mail;east-bot"]])

    assert list(read_reps(file, None, ReadOptions()).reps[0].channels) == ["mail", "east-bot"]
