"""What files of reps, pools and territories ask for together."""

from __future__ import annotations

from pathlib import Path

import grpc
import pytest

from fairlead.errors import FairleadError, Violation
from router.cli.failing import InputFailed
from router.cli.workforce_loading import WorkforceFiles, in_files, read_files, request_of
from tables.options import ReadOptions


def files(folder: Path, **texts: str) -> WorkforceFiles:
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    paths = {name: folder / f"{name}.csv" for name in texts}
    return read_files(paths.get("reps"), paths.get("pools"), paths.get("territories"), ReadOptions())


def test_only_the_columns_of_a_file_are_changed(tmp_path: Path) -> None:
    found = files(
        tmp_path,
        reps="编号,线索上限,区域,seniority\nann,40,,3\nbo,,east;west,\n",
        pools="分配池,band\neast,1.5\n",
        territories="区域,上级\n上海,华东\n",
    )

    request = request_of(found)

    assert list(request.rep_mask.paths) == ["capacity.LEAD", "attributes.regions", "attributes.seniority"]
    assert (list(request.pool_mask.paths), list(request.territory_mask.paths)) == (["band"], ["parent"])
    ann, bo = request.reps
    assert (dict(ann.capacity), dict(ann.attributes)) == ({"LEAD": 40}, {"seniority": 3})
    assert not bo.capacity
    assert not ann.HasField("active")
    assert not request.memberships
    assert [territory.name for territory in request.territories] == ["上海"]  # 华东 may be there


def test_pools_of_reps_are_told_with_the_weights_that_the_file_gives(tmp_path: Path) -> None:
    request = request_of(files(tmp_path, reps="id,pools\nann,east:2;west\nbo,\n"))

    told = [
        (m.rep, [(p.pool, p.weight if p.HasField("weight") else None) for p in m.pools]) for m in request.memberships
    ]
    assert told == [("ann", [("east", 2.0), ("west", None)]), ("bo", [])]


def test_members_may_stand_with_their_pool(tmp_path: Path) -> None:
    request = request_of(files(tmp_path, pools="id,members,value_weighted\neast,ann:0.5；bo,是\n"))

    (pool,) = request.pools
    assert [(member.rep, member.weight) for member in pool.members] == [("ann", 0.5), ("bo", 0.0)]
    assert (pool.members[1].HasField("weight"), pool.value_weighted) == (False, True)


def test_what_has_no_effect_in_how_a_pool_hands_out_is_named(tmp_path: Path) -> None:
    found = files(
        tmp_path, pools="id,派发方式\neast,push 15m\nwest,offer 15m band=1\nnorth,offer 15m REP open=2 away=3\n"
    )

    assert list(found.remarks()) == [
        "pool east: in column 派发方式, this has no effect: a time: only offer and broadcast have one",
        "pool west: in column 派发方式, this has no effect: band: only broadcast has it",
    ]


@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        ({"reps": "id\nann\nbo\nann\n"}, r"reps\.csv:4: column id: found 'ann'; allowed: each rep once, first in 2"),
        ({"pools": "id\neast\neast\n"}, r"pools\.csv:3: column id: found 'east'; allowed: each pool once"),
        ({"territories": "id\nx\nx\n"}, r"territories\.csv:3: column id: found 'x'; allowed: each territory once"),
        ({"reps": "id,capacity_LEAD\nann,4.5\n"}, r"reps\.csv:2: column capacity_LEAD: found 4\.5; allowed: a whole"),
        (
            {"reps": "id,pools\nann,east:x\n"},
            r"reps\.csv:2: column pools: found 'east:x'; allowed: POOL or POOL:WEIGHT",
        ),
        ({"reps": "id,pools\nann,a;a\n"}, r"reps\.csv:2: column pools: found 'a' twice; allowed: once"),
        ({"pools": "id,members\neast,a b\n"}, r"pools\.csv:2: column members: found 'a b'; allowed: 1 to 64"),
        ({"pools": "id,band\neast,1001\n"}, r"pools\.csv:2: column band: found 1,001; allowed: a number from 0 to 1,0"),
        ({"reps": "id,capacity_LEAD\nann,2000000\n"}, r"found 2,000,000; allowed: a whole number from 0 to 1,000,000"),
        ({"reps": "id,pools,weight\nann,east,1234567\n"}, r"column weight: found 1,234,567; allowed: a number above 0"),
        (
            {"reps": "id,attributes\nann,[1]\n"},
            r"reps\.csv:2: column attributes: found '\[1\]'; allowed: a JSON object",
        ),
        (
            {"reps": 'id,a,attributes\nann,1,"{""a"": 2}"\n'},
            r"column attributes: found 'a', of which there is a column",
        ),
        ({"reps": "name\nAnn\n"}, r"reps\.csv:1: found no column that names the rep; .* or --mapping FILE"),
        ({"pools": "colour\nred\n"}, r"pools\.csv:1: found no column that names the pool; .* or --mapping FILE"),
        ({"reps": "id,weight\nann,2\n"}, r"reps\.csv:1: found column weight; allowed: beside a column pools"),
        (
            {"reps": "id,pools\nann,east\n", "pools": "id,members\neast,ann\n"},
            r"column pools of .*reps\.csv and column members of .*pools\.csv; allowed: one of them",
        ),
    ],
)  # fmt: skip
def test_what_a_file_may_not_hold_is_named_with_its_place(tmp_path: Path, texts: dict[str, str], fault: str) -> None:
    with pytest.raises(InputFailed, match=fault):
        files(tmp_path, **texts)


def test_what_the_service_refuses_is_named_with_its_line(tmp_path: Path) -> None:
    found = files(tmp_path, reps="id,pools\nann,east\n\nbo,east\n", territories="id,parent\n上海,华东\n")
    violations = [
        Violation("territories[0].parent", "there is no territory '华东'"),
        Violation("reps[1].attributes.x", "too long"),
        Violation("memberships[1].rep", "there is no rep"),
        Violation("etag", "is none"),
    ]

    lines = in_files(FairleadError(grpc.StatusCode.INVALID_ARGUMENT, "", "", violations=violations), found)

    assert [line.replace(f"{tmp_path}/", "") for line in lines] == [
        "territories.csv:2: parent: there is no territory '华东'",
        "reps.csv:4: attributes.x: too long",
        "reps.csv:4: rep: there is no rep",
        "etag: is none",
    ]


def test_columns_without_a_meaning_are_named(tmp_path: Path) -> None:
    found = files(tmp_path, reps="id,regoins\nann,east\n", pools="id,colour\neast,red\n")

    assert [remark.rpartition("/")[2] for remark in found.remarks()] == ["reps.csv: attributes of their own: regoins"]
    assert any("columns not used: colour" in line for report in found.reports for line in report.lines())
