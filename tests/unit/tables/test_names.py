"""Columns are found whatever the spelling, and a name that two of them could have is refused."""

from __future__ import annotations

import pytest

from tables.errors import UnreadableTable
from tables.names import NearNames, found_among


def test_a_spelling_of_its_own_finds_its_column_and_the_very_name_goes_first() -> None:
    assert found_among(["External ID", "region"], ["external_id", "value"]) == {"external_id": "External ID"}
    assert found_among(["External ID", "external_id"], ["external_id"]) == {"external_id": "external_id"}


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        *(("contrct", "contract"), ("contractt", "contract"), ("contrakt", "contract"), ("contarct", "contract")),
        *(
            ("Con Tract", "contract"),
            ("合约类别", "合约类型"),
            ("charge_2", ""),
            ("plam", ""),
            ("contrac_ts_", "contract"),
        ),
        *(("cotnrcat", ""), ("", ""), ("c" * 100_000, "")),
    ],
)
def test_a_slip_of_one_letter_is_known_for_what_it_was_meant_to_be(slip: str, meant: str) -> None:
    assert NearNames(["contract", "合约类型", "charge_1", "age"]).meant(slip) == meant


def test_a_name_that_two_columns_could_have_is_refused_until_it_is_said_which() -> None:
    names = ["External ID", "EXTERNAL_ID"]

    with pytest.raises(UnreadableTable, match="could be the columns 'External ID' and 'EXTERNAL_ID'"):
        found_among(names, ["external_id"])
    assert found_among(names, ["external_id"], {"EXTERNAL_ID": "external_id"}) == {"external_id": "EXTERNAL_ID"}
