"""What ``fairlead update`` makes of what is typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf.json_format import MessageToDict

from fairlead.v1 import routing_pb2 as routing
from router.cli.attributes import _typed
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
