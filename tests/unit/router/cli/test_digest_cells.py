"""What the table and the CSV file of lists of what falls due show."""

from __future__ import annotations

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from fairlead.v1.deadlines_pb2 import Digest, DigestEntry
from router.cli.digests import _TABLE, COLUMNS
from router.cli.lists import Names
from router.wording.languages import Language

DUE = Timestamp(seconds=1_790_000_000)
DIGEST = Digest(
    rep="tenants/t/reps/li-na",
    kind=Digest.KIND_HOLIDAYS,
    due_time=DUE,
    make_time=DUE,
    entries=[
        DigestEntry(work_item="tenants/t/workItems/crm~L-2", stage="new", deadline="answer", due_time=DUE),
        DigestEntry(work_item="tenants/t/workItems/crm~L-3", due_time=DUE),
    ],
    total_entries=9,
    told=["tenants/t/reps/li-na"],
)


@pytest.mark.parametrize(
    ("language", "name", "more", "next_date"),
    [(Language.EN, "before holidays", "and 7 more", "next date"), (Language.ZH, "假期到期", "另有 7 条", "下次跟进")],
)
def test_a_list_is_told_by_the_first_that_stands_in_it(
    language: Language, name: str, more: str, next_date: str
) -> None:
    names = Names({"tenants/t/reps/li-na": "李娜"}, {}, language=language)

    row = {heading: cell(DIGEST, names) for heading, cell in _TABLE.items()}

    assert (row["list"], row["rep"], row["told"]) == (name, "李娜", "李娜")
    assert row["what"] == f"crm~L-2 answer {row['due']}; crm~L-3 {next_date} {row['due']}; {more}"


def test_a_file_has_every_entry() -> None:
    row = {heading: cell(DIGEST, Names({}, {})) for heading, cell in COLUMNS.items()}

    due = row["due_time"]
    assert row["entries"] == f"crm~L-2/new/answer@{due} crm~L-3//@{due}"
    assert (row["rep"], row["kind"], row["total_entries"], row["told"]) == ("li-na", "HOLIDAYS", 9, "li-na")
