"""Columns are found whatever the spelling, and a name that two of them could have is refused."""

from __future__ import annotations

import pytest

from tables.errors import UnreadableTable
from tables.names import found_among


def test_a_spelling_of_its_own_finds_its_column_and_the_very_name_goes_first() -> None:
    assert found_among(["External ID", "region"], ["external_id", "value"]) == {"external_id": "External ID"}
    assert found_among(["External ID", "external_id"], ["external_id"]) == {"external_id": "external_id"}


def test_a_name_that_two_columns_could_have_is_refused_until_it_is_said_which() -> None:
    names = ["External ID", "EXTERNAL_ID"]

    with pytest.raises(UnreadableTable, match="could be the columns 'External ID' and 'EXTERNAL_ID'"):
        found_among(names, ["external_id"])
    assert found_among(names, ["external_id"], {"EXTERNAL_ID": "external_id"}) == {"external_id": "EXTERNAL_ID"}
