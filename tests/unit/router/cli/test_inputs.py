from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
import openpyxl
import pytest

from router.cli.columns import by_name
from router.cli.failing import InputFailed
from router.cli.inputs import bands_from, mapping, pools_of, read_inputs
from router.cli.lead_files import LEAD_COLUMNS, LeadsFile, read_book, read_leads
from router.cli.territory_files import TERRITORY_COLUMNS, read_territories
from router.cli.whom import Known
from router.cli.workforce_files import REP_COLUMNS, read_reps
from router.rules.check import check
from rules.fields import FieldType
from tables.options import ReadOptions

FIELDS = {
    "region": FieldType.STRING,
    "potential": FieldType.NUMBER,
    "vip": FieldType.BOOL,
    "skills_needed": FieldType.LIST,
    "decide_by": FieldType.DATE,
}


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    file = folder / "input.csv"
    file.write_bytes(text.encode(encoding))
    return file


def leads(folder: Path, text: str, **mapped: str) -> LeadsFile:
    return read_leads(written(folder, text), FIELDS, "csv", ReadOptions(columns=mapped))


def test_a_column_that_is_mapped_and_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    file = written(tmp_path, "id,地区,Size\na,华东,1\n")

    for read in (read_leads, read_book):
        with pytest.raises(InputFailed) as refused:
            read(file, FIELDS, "csv", ReadOptions(), {"nosuch": "region"})
        said = "--map nosuch=region: there is no column 'nosuch'; allowed: id, 地区, Size"
        assert str(refused.value) == f"{file}: {said}"
    options = ReadOptions(columns={"nosuch": "region"})  # of a mapping, which serves several files
    (item,) = read_leads(file, FIELDS, "csv", options, {"size": "potential", "地区": "region"}).items
    assert dict(item.attributes) == {"region": "华东", "potential": 1}


def test_rows_in_error_are_taken_away_when_the_file_is_read_again_without_any(tmp_path: Path) -> None:
    found = leads(tmp_path, "id,potential\nL-1,much\nL-2,2\n")
    rejected = tmp_path / "input.csv.rejected.csv"
    assert (found.report.n_rejected, rejected.exists()) == (1, True)

    mended = leads(tmp_path, "id,potential\nL-1,1\nL-2,2\n")

    assert not rejected.exists()
    assert f"  no rows in error any more: {rejected}, of an earlier run, is taken away" in mended.report.lines()
    assert not leads(tmp_path, "id,potential\nL-1,1\n").report.removed


def test_an_entry_of_a_list_that_may_be_several_is_named(tmp_path: Path) -> None:
    text = 'id,owner,assigned_time,Skills Needed\nL-1,li,2026-01-05,"制造,汽车;IT/Telecom"\nL-2,li,2026-01-05,a;b\n'
    said = [
        "column Skills Needed: 2 entries with a comma, slash or bracket are one each, the first '制造,汽车'; "
        "separate entries by ;"
    ]

    assert leads(tmp_path, text).warnings == said
    assert read_book(written(tmp_path, text), FIELDS, "csv", ReadOptions()).warnings == said


def test_rows_of_a_book_that_say_the_same_are_one_lead(tmp_path: Path) -> None:
    row = "L-1,li,2026-01-05,5\n"
    file = written(tmp_path, f"id,owner,assigned_time,potential\n{row}L-2,li,2026-01-05,5\n{row}{row}")

    found = read_book(file, FIELDS, "csv", ReadOptions())

    assert [entry.item.external_id for entry in found.entries] == ["L-1", "L-2"]
    assert (found.n_repeated, found.report.n_rejected) == (2, 0)


BOOK = "id,owner,assigned_time,decide_by\nL-1,赵敏,2026-01-05,2026-02-01\nL-2,li,2026-01-05 08:00,\n"
REPS = Known(
    {f"tenants/t/reps/{rep}": name for rep, name in {"zhao": "赵敏", "li": "", "w": "王伟", "w-2": "王伟"}.items()}
)


def test_owners_of_a_book_are_named_by_id_or_by_a_name_that_one_rep_has(tmp_path: Path) -> None:
    file = written(tmp_path, f"{BOOK}L-3,王伟,2026-01-05,\nL-4,eve,2026-01-05,\n")

    found = read_book(file, FIELDS, "csv", ReadOptions(), reps=REPS)

    assert [entry.owner for entry in found.entries] == ["zhao", "li", "eve"]
    assert found.report.rejected[0].value.startswith(
        "column owner: found '王伟', the name of w and w-2; allowed: an id"
    )


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_day_since_when_it_is_whose_is_a_midnight_of_the_zone_and_one_of_a_field_is_of_a_calendar(
    kind: str, tmp_path: Path
) -> None:
    file = written(tmp_path, BOOK.replace(" 08:00", ""))
    if kind == "xlsx":
        file, sheet = tmp_path / "book.xlsx", (book := openpyxl.Workbook()).active
        assert sheet is not None
        sheet.append(["id", "owner", "assigned_time", "decide_by"])
        sheet.append(["L-1", "zhao", datetime(2026, 1, 5), datetime(2026, 2, 1)])
        book.save(file)

    first, *_ = read_book(file, FIELDS, "csv", ReadOptions(timezone="Asia/Shanghai"), reps=REPS).entries

    assert first.assigned == datetime(2026, 1, 4, 16, tzinfo=UTC)
    assert dict(first.item.attributes) == {"decide_by": "2026-02-01"}


# ---- reps


@pytest.mark.parametrize("columns", [REP_COLUMNS, LEAD_COLUMNS, TERRITORY_COLUMNS])
def test_no_name_of_a_column_means_two_things(columns: dict[str, tuple[str, ...]]) -> None:
    assert len(by_name(columns)) == sum(map(len, columns.values()))


@pytest.mark.parametrize(
    "header",
    [
        "id,name,regions,industries,skills,languages,pools,weight,active,capacity_LEAD",
        "编号,姓名,区域,行业,技能,语言,分配池,权重,在职,线索上限",
        "\ufeffID,Name,REGIONS,Industries,Skills,Languages,Pools,Weight,Active,Capacity_lead",
    ],
)
def test_columns_are_known_in_both_languages(tmp_path: Path, header: str) -> None:
    file = written(tmp_path, f"{header}\nanna,Anna,华东;华南,汽车|电子,CRM,zh、en,east:2;west,3,是,40\n")

    found = read_reps(file, (), ReadOptions())

    (rep,) = found.reps
    assert (rep.name, rep.display_name, rep.active, dict(rep.capacity)) == ("anna", "Anna", True, {"LEAD": 40})
    assert list(rep.attributes["regions"]) == ["华东", "华南"]  # type: ignore[arg-type]
    assert list(rep.attributes["languages"]) == ["zh", "en"]  # type: ignore[arg-type]
    assert found.pools == {"east": {"anna": 2.0}, "west": {"anna": 3.0}}


def test_a_file_in_gb_18030_reads_as_well(tmp_path: Path) -> None:
    found = read_reps(written(tmp_path, "编号,姓名\nanna,王芳\n", "gb18030"), ["everyone"], ReadOptions())

    assert found.reps[0].display_name == "王芳"


def test_without_pools_everybody_is_in_every_pool_of_the_rules(tmp_path: Path) -> None:
    found = read_reps(written(tmp_path, "id,weight\nanna,2\nbo,\n"), ["east", "west"], ReadOptions())

    assert found.pools == {"east": {"anna": 2.0, "bo": 1.0}, "west": {"anna": 2.0, "bo": 1.0}}


def test_decimal_commas_of_reps_are_told_by_the_column(tmp_path: Path) -> None:
    text = 'id,pools,weight,capacity_LEAD\nanna,east;west,"0,5",1.000\nben,"east:0,5;west",1,1.200.000\n'

    found = read_reps(written(tmp_path, text.replace("1.200.000", "20")), (), ReadOptions(decimal=","))

    assert found.pools == {"east": {"anna": 0.5, "ben": 0.5}, "west": {"anna": 0.5, "ben": 1.0}}
    assert [dict(rep.capacity) for rep in found.reps] == [{"LEAD": 1000}, {"LEAD": 20}]
    with pytest.raises(
        InputFailed, match=r"column capacity_LEAD: found '1\.000', which is 1 by a decimal point and 1000"
    ):
        read_reps(written(tmp_path, text.replace("1.200.000", "20")), (), ReadOptions())


def test_entries_that_may_be_two_are_warned_of(tmp_path: Path) -> None:
    text = (
        'id,industries\nanna,"制造业，汽车"\nben,"Software, Finance"\neve,制造业/汽车\nkim,a<br>b\nliz,[a]\nmia,a､b\n'
    )

    found = read_reps(written(tmp_path, text), (), ReadOptions())

    assert list(found.reps[0].attributes["industries"]) == ["制造业", "汽车"]  # type: ignore[arg-type]
    assert [warning.partition(":")[0] for warning in found.warnings] == [
        "rep ben", "rep eve", "rep kim", "rep liz",
    ]  # fmt: skip


def test_other_columns_become_attributes_of_their_own_type(tmp_path: Path) -> None:
    found = read_reps(written(tmp_path, "id,level,remote,certificates,code\nanna,3,true,a;b,007\n"), (), ReadOptions())

    assert dict(found.reps[0].attributes) == {"level": 3.0, "remote": True, "certificates": ["a", "b"], "code": "007"}


def test_a_name_makes_an_id_where_there_is_none(tmp_path: Path) -> None:
    found = read_reps(
        written(tmp_path, "sales_agent\nDarcel Schlecht\n"), (), ReadOptions(columns={"sales_agent": "name"})
    )

    assert (found.reps[0].name, found.reps[0].display_name) == ("Darcel-Schlecht", "Darcel Schlecht")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("id,weight\nanna,much\n", ":2: column weight: found 'much'; allowed: a number"),
        ("id,权重\nanna,-1\n", ":2: column 权重: found -1"),
        ("id,active\nanna,maybe\n", ":2: column active: found 'maybe'; allowed: true or false"),
        ("id,capacity_LEAD\nanna,1.5\n", ":2: column capacity_LEAD: found 1.5; allowed: a whole number"),
        ("id,pools\nanna,east:x\n", ":2: column pools: found 'east:x'; allowed: POOL or POOL:WEIGHT"),
        ("id\nan na\n", ":2: column id: found 'an na'; allowed: 1 to 64 letters"),
        (
            "id,name\nNA,Nadia\n",
            ":2: column id: found nothing, or a word for it such as NA; allowed: an id in every row",
        ),
        ("id\nanna\nanna\n", ":3: column id: found 'anna'; allowed: each rep once, first in 2"),
        ("colour\nred\n", ":1: found no column that names the rep"),
        ("id,编号\na,b\n", ":1: columns id and 编号 both mean id"),
        ("id\n", ": found no reps"),
        ("", ": found no header line"),
        ("id,name\na,b,c\n", ":2: 3 cells, the header has 2"),
        ('id,name\n"a,b\n', ": line 2: a quote opens a cell and does not close it"),
    ],
)
def test_what_is_wrong_with_reps_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(InputFailed) as failed:
        read_reps(written(tmp_path, text), (), ReadOptions())

    assert complaint in failed.value.message
    assert failed.value.exit_code == 2


def test_of_a_workbook_with_a_cover_the_sheets_are_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    cover, staff = book.create_sheet("说明", 0), book.create_sheet("销售", 1)
    for sheet, rows in (
        (cover, [["how to", "since"], ["fill in", "2026"]]),
        (staff, [["id", "姓名"], ["anna", "Anna"]]),
    ):
        for row in rows:
            sheet.append(row)
    del book["Sheet"]
    book.save(file := tmp_path / "reps.xlsx")

    with pytest.raises(InputFailed, match=r"names the rep \(read from sheet '说明'; there are 销售: see --sheet\);"):
        read_reps(file, (), ReadOptions())
    assert read_reps(file, (), ReadOptions(sheet="销售")).reps[0].name == "anna"


def test_all_faults_of_a_file_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputFailed) as failed:
        read_reps(written(tmp_path, "id,weight\n" + "".join(f"r{n},x\n" for n in range(30))), (), ReadOptions())

    assert len(failed.value.message.splitlines()) == 21
    assert failed.value.message.endswith("… and 10 more")


# ---- territories


def test_parents_come_before_children_whatever_the_order(tmp_path: Path) -> None:
    file = written(tmp_path, "区域,上级\n上海,华东\n华东,中国\n海外,\n")

    assert list(read_territories(file, ReadOptions()).parents.items()) == [
        ("中国", ""),
        ("华东", "中国"),
        ("上海", "华东"),
        ("海外", ""),
    ]


def test_a_territory_without_a_parent_is_a_root_and_worth_no_word(tmp_path: Path) -> None:
    read = read_territories(written(tmp_path, "id,parent\n华东,\n上海,华东\n"), ReadOptions())

    assert read.report is not None
    assert len(list(read.report.lines())) == 1


def test_a_territory_inside_itself_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFailed, match="a in b in a: a territory lies inside itself"):
        read_territories(written(tmp_path, "id,parent\na,b\nb,a\n"), ReadOptions())


# ---- leads


def test_declared_fields_become_attributes_of_their_type(tmp_path: Path) -> None:
    found = leads(
        tmp_path,
        "编号,来源,类型,金额,优先级,region,potential,vip,skills_needed,decide_by,colour\n"
        'L-1,crm,线索,"1,200.50",7,上海,60.5,是,ERP;CRM,2024-05-01,red\n',
    )

    (item,) = found.items
    assert (item.external_id, item.source, item.kind, item.value, item.priority) == ("L-1", "crm", 1, 1200.5, 7)
    assert dict(item.attributes) == {
        "region": "上海",
        "potential": 60.5,
        "vip": True,
        "skills_needed": ["ERP", "CRM"],
        "decide_by": "2024-05-01",
    }
    assert found.left_out == ["colour"]


def test_empty_cells_are_missing_attributes(tmp_path: Path) -> None:
    (item,) = leads(tmp_path, "id,region,potential\nL-1,,\n").items

    assert not item.attributes.fields
    assert item.source == "csv"


def test_a_mapped_column_is_what_the_user_says(tmp_path: Path) -> None:
    found = leads(tmp_path, "opportunity,地区\nO-1,上海\n", opportunity="external_id", 地区="region")

    assert found.items[0].external_id == "O-1"
    assert found.items[0].attributes["region"] == "上海"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("id,potential\nL-1,high\n", ":2: column potential: found 'high'; allowed: a number"),
        ("id,potential\nL-1,inf\n", ":2: column potential: found 'inf'"),
        ("id,vip\nL-1,perhaps\n", ":2: column vip: found 'perhaps'; allowed: true or false"),
        ("id,decide_by\nL-1,1 May\n", ":2: column decide_by: found '1 May'; allowed: a date"),
        ("id,kind\nL-1,deal\n", ":2: column kind: found 'deal'; allowed: lead"),
        ("id,value\nL-1,-5\n", ":2: column value: found -5; allowed: a number from 0 to 10,000,000"),
        ("id,value\nL-1,12345678\n", ":2: column value: found 12,345,678; allowed: a number"),
        ("id,priority\nL-1,1.5\n", ":2: column priority: found 1.5; allowed: a whole number from 0 to 1,000"),
        ("id,region\n,上海\n", ":2: column id: found ''; allowed: an id on every line"),
        ("region\n上海\n", ":1: found no column that identifies the lead"),
    ],
)
def test_what_is_wrong_with_leads_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(InputFailed) as failed:
        leads(tmp_path, text)

    assert complaint in failed.value.message


def test_a_lead_in_error_is_left_out_and_written_beside_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, 'id,region,potential\n"L\n1",上海,1\nL-2,北京,high\n,广州,3\nL-4,深圳\n')

    found = read_leads(file, FIELDS, "csv", ReadOptions(allow_unreadable=0.9))

    assert [item.external_id for item in found.items] == ["L\n1"]
    assert [(place.line, place.value.partition(";")[0]) for place in found.report.rejected] == [
        (4, "column potential: found 'high'"), (5, "column id: found ''"), (6, "2 cells, the header has 3"),
    ]  # fmt: skip
    rejected = (tmp_path / "input.csv.rejected.csv").read_text(encoding="utf-8-sig").splitlines()
    assert rejected[0] == "problem,line,id,region,potential"
    assert rejected[1].endswith(",4,L-2,北京,high")


def test_ids_that_come_again_with_other_content_are_named(tmp_path: Path) -> None:
    found = leads(tmp_path, "id,region\nL-1,上海\nL-1,上海\nL-1,北京\n")

    assert len(found.items) == 2
    (place,) = found.report.rejected
    assert (place.line, place.value) == (4, "column id: found 'L-1' again, with other content")


def test_ids_that_lost_their_digits_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFailed, match="3 of 3 values are no ids"):
        leads(tmp_path, "id,region\n1.38E+10,上海\n1.38E+10,上海\n1.39E+10,北京\n")


# ---- all of it

_RULES = "fields: {region: {type: string}}\ndefault: {route: {pool: east}}\n"


def files(folder: Path, **contents: bytes) -> list[Path]:
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    (folder / "rules").write_text(_RULES)
    return [(folder / name).rename(folder / f"{name}.csv") for name in contents] + [folder / "rules"]


def test_options_of_the_leads_are_not_those_of_reps_and_territories(tmp_path: Path) -> None:
    leads_file, reps, territories, rules = files(
        tmp_path,
        leads="Nummer~Gebiet\n1~Köln\n".encode("cp1252"),
        reps="id,Gebiet,industries\nanna,Nord,Küche;Büro\n".encode(),
        territories="id,parent\nKöln,West\n".encode(),
    )
    said = ReadOptions(encoding="cp1252", delimiter="~", columns={"Nummer": "external_id", "Gebiet": "region"})

    found = read_inputs(leads_file, reps, rules, territories, "csv", said)

    assert found.leads.items[0].attributes["region"] == "Köln"
    (rep,) = found.workforce.reps
    assert list(rep.attributes["industries"]) == ["Küche", "Büro"]  # type: ignore[arg-type]
    assert rep.attributes["Gebiet"] == "Nord"
    assert found.territories.parents == {"West": "", "Köln": "West"}
    assert [(Path(report.file).name, report.encoding) for report in found.reports] == [
        ("territories.csv", "utf-8"), ("reps.csv", "utf-8"), ("leads.csv", "cp1252"),
    ]  # fmt: skip


def test_a_column_of_the_name_that_the_server_stamps_is_left_out(tmp_path: Path) -> None:
    leads_file, reps, rules = files(
        tmp_path, leads=b"id,region,arrived,arrived.hour\n1,East,2026-03-06,9\n", reps=b"id\nanna\n"
    )
    rules.write_text(_RULES + "arrival: {field: arrived}\n")

    found = read_inputs(leads_file, reps, rules, None, "csv")

    assert [list(item.attributes) for item in found.leads.items] == [["region"]]
    assert found.leads.left_out == ["arrived", "arrived.hour"]


def test_reps_and_territories_have_options_of_their_own(tmp_path: Path) -> None:
    leads_file, reps, rules = files(
        tmp_path, leads=b"id,region\n1,East\n", reps="Kürzel,weight\nanna,1.000\n".encode("cp1252")
    )

    found = read_inputs(
        leads_file, reps, rules, None, "csv",
        of_workforce=ReadOptions(encoding="cp1252", decimal=",", columns={"Kürzel": "id"}),
    )  # fmt: skip

    assert found.workforce.pools == {"east": {"anna": 1000.0}}
    with pytest.raises(InputFailed, match=r"--encoding .*in a file, --workforce-mapping FILE"):
        read_inputs(leads_file, reps, rules, None, "csv")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "none.yaml"

    with pytest.raises(InputFailed, match=r"none\.yaml: No such file"):
        read_inputs(missing, missing, missing, None, "csv")


def test_a_rule_set_with_errors_is_named_with_its_places(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("fields: {}\ndefault: {route: {pol: x}}\n")

    with pytest.raises(InputFailed) as failed:
        read_inputs(rules, rules, rules, None, "csv")

    assert f"{rules}:2:" in failed.value.message


def test_pools_are_found_in_rules_default_and_fallbacks() -> None:
    source = """
fields: {}
rules: [{id: a, route: {pool: one, fallback: [two, {pool: three}, wait]}}]
default: {route: {pool: four}}
"""
    rule_set = check(source).rule_set

    assert rule_set is not None
    assert pools_of(rule_set) == ("one", "four", "two", "three")


@pytest.mark.parametrize("pair", ["region", "=region", "地区="])
def test_a_bad_mapping_is_refused(pair: str) -> None:
    with pytest.raises(click.BadParameter, match="must be COLUMN=FIELD"):
        mapping([pair])


@pytest.mark.parametrize("pair", ["east", "east=wide", "=1", "east=-1", "east=nan"])
def test_a_bad_band_is_refused(pair: str) -> None:
    with pytest.raises(click.BadParameter, match="must be POOL=UNITS"):
        bands_from([pair])
