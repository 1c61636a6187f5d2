"""What ``fairlead update`` makes of what is typed."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import click
import pytest
from google.protobuf.json_format import MessageToDict

from fairlead.v1 import routing_pb2 as routing
from router.cli.attributes import _typed
from router.cli.doubtful import doubtful_values
from router.cli.lead_files import read_leads
from router.cli.update import told_of
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


@pytest.mark.parametrize(
    ("kind", "text", "read"),
    [
        (FieldType.NUMBER, "10万", 100_000.0),
        (FieldType.NUMBER, "1,200", 1200.0),
        (FieldType.NUMBER, " -1.5 ", -1.5),
        (FieldType.NUMBER, "￥３００", 300.0),
        (FieldType.NUMBER, "", None),
        (FieldType.NUMBER, "nan", None),
        (FieldType.BOOL, "是", True),
        (FieldType.BOOL, "No", False),
        (FieldType.DATE, "2026年12月1日", "2026-12-01"),
        (FieldType.DATE, "13.12.2026", "2026-12-13"),
        (FieldType.DATE, "2026-12-01", "2026-12-01"),
        (FieldType.DATE, "2026-12-01T09:00:00Z", "2026-12-01T09:00:00Z"),
        (FieldType.DATE, "2026-12-01 09:00", "2026-12-01T01:00:00Z"),
        (FieldType.DATE, "2026-12-01 00:00+00:00", "2026-12-01T00:00:00Z"),
        (FieldType.STRING, " 10万 ", " 10万 "),
    ],
)
def test_a_value_is_read_as_a_cell_of_a_file(kind: FieldType, text: str, read: object) -> None:
    assert _typed("field", text, kind, Language.EN, lambda: ZoneInfo("Asia/Shanghai")) == read


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *((FieldType.NUMBER, text) for text in ("1,5", "many", "1_0", "inf")),
        *((FieldType.DATE, text) for text in ("01.02.2026", "45413", "soon", "2026-02-30")),
        (FieldType.BOOL, "maybe"),
    ],
)
def test_a_value_that_is_none_of_its_field_or_reads_in_two_ways_is_refused(kind: FieldType, text: str) -> None:
    with pytest.raises(click.BadParameter, match=f"field='{text}': must be"):
        _typed("field", text, kind, Language.EN)


def test_an_entry_that_may_be_several_is_named() -> None:
    values = {"tags": ["a/b", "c"], "name": "x, y"}

    assert list(doubtful_values(values, Language.EN)) == ["tags: 'a/b' is one entry; separate entries by ;"]
    assert list(doubtful_values(values, Language.ZH)) == ["tags：'a/b' 是一项；多项之间用分号分隔"]


@pytest.mark.parametrize("kind", FieldType)
@pytest.mark.parametrize("text", ["", " ", "\u3000"])
def test_nothing_behind_the_equals_sign_takes_an_attribute_out_whatever_its_type(kind: FieldType, text: str) -> None:
    assert _typed("region", text, kind, Language.EN) is None


def held(number: int = 0, rep: str = "", *, owner: str = "", region: str = "e") -> routing.WorkItem:
    """A work item that is offered; or owned, where that is said."""
    item = routing.WorkItem(name="tenants/t/workItems/L-1", pool="tenants/t/pools/east")
    item.attributes.update({"region": region})
    item.state = routing.WorkItem.STATE_ASSIGNED if owner else routing.WorkItem.STATE_OFFERED
    item.owner = owner and f"tenants/t/reps/{owner}"
    if not owner:
        item.offer.number, item.offer.rep = number, rep and f"tenants/t/reps/{rep}"
    return item


OWNED, OFFERED = held(owner="ann", region="n"), held(7, "cy", region="n")


@pytest.mark.parametrize(
    ("before", "after", "english", "chinese"),
    [
        (OWNED, held(8, "bo"), " It is offered to bo, pool east.", "派单给 bo，待接单，分配池 east。"),
        (OFFERED, held(8, "bo"), " It is offered to bo, pool east.", "派单给 bo，待接单，分配池 east。"),
        (OFFERED, held(0, "cy"), " It is offered to cy, pool east.", "派单给 cy，待接单，分配池 east。"),
        (OWNED, held(8), " It is offered to many, pool east.", "开放抢单，分配池 east。"),
        (OFFERED, held(7, "cy"), "", ""),
        (OFFERED, held(owner="bo"), " Owner: (none) → bo, pool east.", "归属人：无 → bo，分配池 east。"),
    ],
)
def test_an_update_tells_to_whom_it_is_offered_then(
    before: routing.WorkItem, after: routing.WorkItem, english: str, chinese: str
) -> None:
    assert told_of(before, after, Language.EN) == f"Updated: region from n to e.{english}"
    assert told_of(before, after, Language.ZH) == f"信息更新：region 由 n 改为 e。{chinese}"
