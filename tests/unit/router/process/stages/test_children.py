"""What stages open: as written and read back, and which children that makes of a life."""

from __future__ import annotations

import msgpack
import pytest

from router.model.workitem import Kind, OpenedBy, WorkItem
from router.process.definition.processes import Process
from router.process.language.check import check_process
from router.process.life.lives import Life, Migration, Occurrence, Spell, StageEntry
from router.process.revisions.cache import PublishedProcesses
from router.process.revisions.codec import dumps, loads
from router.process.stages.children import planned_children
from router.process.stages.eras import eras_of
from router.rules.check import check
from router.wording.languages import Language
from router.wording.process_pictures import opening_told

RULES = check("fields: {dates: {type: list}, city: {type: string}}\nrules: []\ndefault: {route: {pool: p}}").rule_set
SALES = """
process: sales
kinds: [LEAD]
stages:
  - {id: new}
  - {id: contract, open: [OPEN]}
  - {id: won, closes: CONVERTED}
"""
DATED = "{id: pay, pool: cash, each: dates}"


FIELDS = """
fields:
  dates: {type: list}
  city: {type: string}
  end: {type: date}
  new_end: {type: date}
  phone: {type: string, personal: true}
rules: []
default: {route: {pool: p}}
"""
MEMBER = "{id: a, kind: LEAD, pool: p, stage: STAGE, of: new_end, before: 90d, copy: {end: new_end}MORE}"


def process(opened: str, revision: int = 1) -> Process:
    found = check_process(SALES.replace("OPEN", opened), rules=RULES).process
    assert found is not None
    return loads(dumps(found), revision)


@pytest.mark.parametrize(
    ("opened", "said"),
    [
        ("{id: a, pool: p}, {id: a, pool: q}", "the child 'a' is there already, in line 6"),
        ("{id: a, pool: p, within: soon}", "found 'soon'; a duration such as"),
        ("{id: a, pool: p, each: dates, within: 1d}", "each falls due on its date, by dates: leave it out"),
        ("{id: a, pool: p, each: city}", "found 'city'; allowed are list fields: dates"),
        (
            "{id: a, pool: p, exclude: [boss]}",
            "found 'boss'; allowed are string or list fields, handlers, owner and approver",
        ),
        ("{id: a}", "pool is missing"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(opened: str, said: str) -> None:
    (problem,) = check_process(SALES.replace("OPEN", opened), rules=RULES).problems

    assert said in problem.message
    assert problem.line == 6


@pytest.mark.parametrize(
    ("opened", "said"),
    [
        ("{id: a, pool: p, of: city}", "found 'city'; allowed are date fields: end, new_end"),
        ("{id: a, pool: p, before: 3d}", "it is before a date: of is missing"),
        ("{id: a, pool: p, of: end, before: soon}", "found 'soon'; a duration such as"),
        ("{id: a, pool: p, of: end, blocks: true}", "what is opened on a date blocks nothing until then"),
        ("{id: a, pool: p, of: end, each: dates}", "what is opened on a date is one"),
        ("{id: a, kind: LEAD, pool: p, stage: nwe}", "there is no stage 'nwe'; there are new, contract, won"),
        ("{id: a, kind: LEAD, pool: p, stage: won}", "won closes: name a stage that stays open"),
        ("{id: a, pool: p, stage: new}", "found TASK; what enters a stage is of a kind of its process: LEAD"),
        ("{id: a, kind: LEAD, pool: p, stage: new, within: 3d}", "new says what is due in it: leave it out"),
        (
            "{id: a, kind: LEAD, pool: p, stage: contract}",
            "what enters contract opens what enters it again, without end",
        ),
        ("{id: a, pool: p, copy: {city: phone}}", "phone is personal, and city is not"),
        ("{id: a, pool: p, copy: {city: end}}", "city is a string, and end a date"),
        ("{id: a, pool: p, copy: {city: town}}", "the rules declare no field 'town'; declared are"),
    ],
)
def test_what_is_wrong_with_a_date_a_stage_or_what_is_copied_is_said_with_its_place(opened: str, said: str) -> None:
    (problem,) = check_process(SALES.replace("OPEN", opened), rules=check(FIELDS).rule_set).problems

    assert said in problem.message
    assert (problem.line, problem.is_error) == (6, "declare no" not in said)


def test_two_stages_that_open_each_other_never_end_and_an_answer_opens_nothing_in_a_stage() -> None:
    both = SALES.replace("{id: new}", "{id: new, open: [{id: b, kind: LEAD, pool: p, stage: contract}]}")
    both = both.replace("OPEN", "{id: a, kind: LEAD, pool: p, stage: new}")
    answer = "satisfaction: {csat: {at_most: 2, open: {id: a, kind: LEAD, pool: p, stage: new, of: end}}}"
    asked = SALES.replace("open: [OPEN]", "next: [won]") + answer

    assert [each.line for each in check_process(both).problems] == [5, 6]
    assert [each.path for each in check_process(asked).problems] == [
        "satisfaction.csat.open.stage", "satisfaction.csat.open.of",
    ]  # fmt: skip


def test_a_full_member_has_no_stage_of_its_own_and_is_stored_read_back_and_told_as_it_is_written() -> None:
    source = SALES.replace("OPEN", MEMBER.replace("STAGE", "new").replace("MORE", ", title: Next"))
    found = check_process(source, rules=check(FIELDS).rule_set).process
    assert found is not None

    assert loads(dumps(found)) == found
    assert list(found.standing) == ["new", "contract", "won"]
    ((_, task),) = found.tasks
    assert opening_told(task, Language.EN) == (
        "opens Next (a) in pool p, 90 d before new_end, in stage new, with new_end as end"
    )
    assert opening_told(task, Language.ZH) == (
        "创建 Next（a），分配池 p，在 new_end 前 90 个自然日创建，直接进入阶段 new，带入 new_end（填入 end）"
    )


@pytest.mark.parametrize(
    ("found", "written", "line", "said"),
    [
        ("{id: new}", "{id: new, pool: p}", 5, "what is new goes where the rules say"),
        ("closes: CONVERTED", "closes: CONVERTED, pool: p", 7, "a stage that closes goes to nobody"),
        ("open: []", "pool: po", 6, "there is no pool 'po' yet; there are p; did you mean p?"),
        ("open: []", "open: [{id: a, pool: po}]", 6, "there is no pool 'po' yet"),
    ],
)
def test_what_is_wrong_with_a_pool_is_said_with_its_place(found: str, written: str, line: int, said: str) -> None:
    source = SALES.replace("OPEN", "").replace(found, written)

    (problem,) = check_process(source, rules=RULES, pools=["p"]).problems

    assert said in problem.message
    assert (problem.line, problem.is_error) == (line, "yet" not in said)


def test_nothing_blocks_behind_a_stage_that_closes_nor_is_opened_by_what_is_personal() -> None:
    blocking = "{id: a, pool: p, blocks: true}"
    closing = SALES.replace("closes: CONVERTED", f"closes: CONVERTED, open: [{blocking}]").replace("OPEN", "")
    personal = check_process(SALES.replace("OPEN", DATED), rules=RULES, personal=["dates"])

    assert [each.message for each in check_process(closing, rules=RULES).problems] == [
        "nothing follows a stage that closes: leave it out"
    ]
    assert "personal" in personal.problems[0].message


def test_it_is_stored_and_read_back_and_a_process_without_children_is_stored_as_before() -> None:
    opened = process(
        "{id: a, kind: RENEWAL, pool: p, title: {en: A, zh: 甲}, within: 4h, blocks: true, exclude: owner}, " + DATED
    )

    assert loads(dumps(opened), 1) == opened
    assert list(opened.standing) == ["new", "contract", "won", "contract~a", "contract~pay"]
    assert '"open"' not in dumps(process(""))


def test_each_stage_opens_what_it_did_as_it_was_entered_whatever_is_migrated_behind_it() -> None:
    first, later = process("{id: a, pool: p}"), process("{id: a, pool: q}, {id: b, pool: q}", 2)
    life = Life(
        Occurrence(1, 0),
        (Spell(1, "ann", "p", 0),),
        (StageEntry("contract", 2, 20), StageEntry("new", 4, 40), StageEntry("contract", 5, 50)),
        revision=1,
        migrations=(Migration(3, 2, "contract"),),
    )
    items = {event: WorkItem(Kind.LEAD) for event in (1, 2, 5)}
    eras = eras_of(PublishedProcesses([first, later]), Kind.LEAD, 1, [life], 0)

    children = [child.opened_by[:5] for child in planned_children(eras, "crm~1", items)]

    assert children == [
        ("crm~1", 2, "a", 1, "p"), ("crm~1", 5, "a", 1, "q"), ("crm~1", 5, "b", 1, "q"),
    ]  # fmt: skip


def test_each_leaves_out_who_had_its_parent_until_then_who_had_it_then_and_whom_a_field_names() -> None:
    process_ = process("{id: a, pool: p, exclude: [handlers, owner, city, dates]}")
    before = Life(Occurrence(1, 0), (Spell(1, "di", "p", 0), Spell(2, "", "p", 5)), closed=Occurrence(3, 9))
    spells = (Spell(4, "ann", "p", 10), Spell(5, "bo", "p", 15), Spell(7, "cy", "p", 30))
    life = Life(Occurrence(4, 10), spells, (StageEntry("contract", 6, 20),), revision=1)
    eras = eras_of(PublishedProcesses([process_]), Kind.LEAD, 1, [before, life], 1)
    items = {6: WorkItem(Kind.LEAD, attributes={"city": "Ann Lee", "dates": ["2026-11-10", 4]})}

    (child,) = planned_children(eras, "crm~1", items, [before])

    assert child.excluded == (
        ("handlers", ("di", "ann", "bo")), ("owner", ("bo",)), ("city", ("Ann Lee",)), ("dates", ("2026-11-10",)),
    )  # fmt: skip


def test_a_full_member_is_worth_what_its_parent_is_and_has_what_is_copied_as_far_as_that_has_it_by_now() -> None:
    member = "{id: a, kind: LEAD, pool: p, stage: new, of: due, copy: {city: town, area: region}}"
    opened = check_process(SALES.replace("OPEN", member + ", {id: b, pool: p, copy: {city: town}}")).process
    assert opened is not None
    life = Life(Occurrence(1, 0), (Spell(1, "ann", "p", 0),), (StageEntry("contract", 2, 20),))
    eras = eras_of(PublishedProcesses([opened]), Kind.LEAD, 1, [life], 0)
    items = {
        event: WorkItem(Kind.LEAD, attributes={"town": town}, value=9, priority=3)
        for event, town in ((2, "x"), (4, "y"))
    }

    planned = list(planned_children(eras, "crm~1", items))

    assert [(each.item.attributes, each.item.value, each.item.priority) for each in planned] == [
        ({"city": "y"}, 9, 3), ({"city": "x"}, 0, 3),
    ]  # fmt: skip
    assert [(each.entered.stage, each.parent) for each in planned] == [("new", items[4]), ("contract~b", None)]


def test_whom_it_excludes_is_kept_with_it_and_one_that_excludes_nobody_is_written_as_before() -> None:
    opened_by = OpenedBy("crm~1", 4, "a", 1, "p")
    plain, excluding = (
        WorkItem(Kind.TASK, opened_by=each)
        for each in (opened_by, opened_by._replace(excluded=(("handlers", ("ann", "bo")),)))
    )

    assert WorkItem.unpack(excluding.pack()) == excluding
    assert WorkItem.unpack(plain.pack()) == plain
    assert msgpack.unpackb(plain.pack())[-1] == ["crm~1", 4, "a", 1, "p", ""]


def test_dates_that_nobody_can_read_open_nothing_and_one_alone_is_a_list() -> None:
    life = Life(Occurrence(1, 0), (Spell(1, "ann", "p", 0),), (StageEntry("contract", 2, 20),))
    eras = eras_of(PublishedProcesses([process(DATED)]), Kind.LEAD, 1, [life], 0)

    def due(dates: object) -> list[tuple[str, float]]:
        items = {2: WorkItem(Kind.LEAD, attributes={"dates": dates})}
        planned = planned_children(eras, "crm~1", items)
        return [(child.opened_by.due, child.item.value) for child in planned]

    assert due(["2026-11-10 100000", "soon", "2026-12-10"]) == [("2026-11-10", 100_000), ("2026-12-10", 0)]
    assert due("2026-11-10") == [("2026-11-10", 0)]
    assert due(None) == []
    assert due(["2026-11-10"] * 101) == 100 * [("2026-11-10", 0)]
