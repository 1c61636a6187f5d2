"""Names that nothing in the workforce bears are warned of, each at its place."""

from __future__ import annotations

from router.model.workforce import Rep, Territory, WorkforceRecords
from router.rules.check import check
from router.rules.lookups import MOST_COMPARED, KnownNames
from tests.workforces import records

SOURCE = """
fields: {region: {type: string}, industry: {type: string}}
rules:
  - id: one
    when:
      all:
        - any: [{field: region, op: within, value: 华动}, {field: region, op: within, value: 华东}]
        - not: {field: region, op: within, value: 华西}
    route:
      pool: eats
      require: [{rep: idustries, op: has, item: industry}, {rep: regions, op: covers, value: 上每}]
      prefer: [{rep: skils, op: has, value: ERP}]
      fallback:
        - drop: [idustries, regions]
        - {pool: west, require: [{rep: langs, op: has, value: zh}]}
        - {rep: ana}
        - wait
default: {route: {pool: east, require: [{rep: seniorty, op: gte, value: 2}]}}
"""
WORKFORCE = records(
    1,
    {"anna": Rep("anna", attributes={"industries": (), "regions": (), "skills": (), "seniority": 1.0})},
    {},
    {name: Territory(name) for name in ("华东", "华南", "上海")},
)


def warnings(source: str, known: KnownNames, pools: list[str] | None = None) -> list[tuple[int, str, str]]:
    return [
        (problem.line, problem.path, problem.message) for problem in check(source, pools=pools, known=known).problems
    ]


def test_every_kind_of_name_is_looked_up_with_its_place_and_the_nearest() -> None:
    found = warnings(SOURCE, KnownNames.of(WORKFORCE), ["east", "west"])

    there = "there are industries, regions, seniority, skills"
    route = "rules[0].route"
    assert found == [
        (7, "rules[0].when.all[0].any[0].value",
         "there is no territory '华动' yet; there are 上海, 华东, 华南; did you mean 华东 or 华南?"),
        (8, "rules[0].when.all[1].not.value",
         "there is no territory '华西' yet; there are 上海, 华东, 华南; did you mean 华东 or 华南?"),
        (10, f"{route}.pool", "there is no pool 'eats' yet; there are east, west; did you mean east?"),
        (11, f"{route}.require[0].rep",
         f"no rep has an attribute 'idustries' yet; {there}; did you mean industries?"),
        (11, f"{route}.require[1].value",
         "there is no territory '上每' yet; there are 上海, 华东, 华南; did you mean 上海?"),
        (12, f"{route}.prefer[0].rep", f"no rep has an attribute 'skils' yet; {there}; did you mean skills?"),
        (14, f"{route}.fallback[0].drop[0]",
         f"no rep has an attribute 'idustries' yet; {there}; did you mean industries?"),
        (15, f"{route}.fallback[1].require[0].rep", f"no rep has an attribute 'langs' yet; {there}"),
        (16, f"{route}.fallback[2].rep", "there is no rep 'ana' yet; there are anna; did you mean anna?"),
        (18, "default.route.require[0].rep",
         f"no rep has an attribute 'seniorty' yet; {there}; did you mean seniority?"),
    ]  # fmt: skip


def test_kinds_that_nobody_told_are_not_looked_up() -> None:
    assert warnings(SOURCE, KnownNames()) == []
    assert {message.partition("'")[0] for _, _, message in warnings(SOURCE, KnownNames(rep=[]))} == {"there is no rep "}


def test_where_there_is_nobody_no_attribute_is_missed() -> None:
    found = warnings(SOURCE, KnownNames.of(WorkforceRecords()))

    assert {message.partition("'")[0] for _, _, message in found} == {"there is no territory ", "there is no rep "}
    assert found[0][2] == "there is no territory '华动' yet; there are no territories"


def test_of_very_many_names_only_the_first_that_are_missing_are_told_the_nearest() -> None:
    pools = ["east", *(f"{'z' * 60}{place}" for place in range(MOST_COMPARED // 2 - 1))]
    routes = ", ".join(f"{{id: {rule}, route: {{pool: eats}}}}" for rule in ("a", "b", "c"))

    found = warnings(f"fields: {{}}\nrules: [{routes}]\ndefault: {{route: {{pool: east}}}}", KnownNames(), pools)

    missing = [message for _, _, message in found if "there is no pool" in message]
    assert [message.endswith("; did you mean east?") for message in missing] == [True, True, False]


def test_a_name_that_nothing_bears_keeps_no_rule_set_from_being_published() -> None:
    assert check(SOURCE, known=KnownNames.of(WORKFORCE)).rule_set is not None
