"""What ``fairlead update`` makes of what is typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf.json_format import MessageToDict

from router.cli.attributes import _typed
from router.cli.lead_files import read_leads
from router.wording.languages import Language
from rules.fields import FieldType
from tables.options import ReadOptions


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a;;b", ["a", "b"]),
        (" a ； b|c、d ", ["a", "b", "c", "d"]),
        ("Acme, Inc.", ["Acme, Inc."]),
        (";", []),
        ("", None),
        (" n/a ", None),
    ],
)
def test_a_list_is_what_a_cell_of_a_file_is(text: str, read: list[str] | None, tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    file.write_text(f'id,tags,more\nL-1,"{text}",x\n')
    (item,) = read_leads(file, {"tags": FieldType.LIST}, "csv", ReadOptions()).items

    assert _typed("tags", text, FieldType.LIST, Language.EN) == MessageToDict(item.attributes).get("tags") == read
