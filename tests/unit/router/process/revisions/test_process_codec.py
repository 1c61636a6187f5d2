"""What earlier versions stored of processes reads as it was, and what today's say is stored beside it."""

from __future__ import annotations

from router.process.definition.deadlines import BeforeDue, DueDate
from router.process.language.check import check_process
from router.process.revisions.codec import dumps, loads
from rules.durations import Duration

SOURCE = """\
process: p
title: {en: P, zh: 流程}
kinds: [TICKET, LEAD]
deadlines: [{id: all, within: 20cd, clock: wall, from: arrival, until: completion}]
stages:
  - id: new
    require: [budget]
    next: [won]
    deadlines:
      - {id: a, within: {by: tier, A: 1h, else: 2d}, clock: pool, from: last_outbound, until: any,
         steps: [{at: 12.5%, do: remind}, {at: 50%, do: notify, to: [manager, mo]}, {at: 100%, do: reassign}]}
      - {id: b, within: 45s, from: last_inbound, steps: [{at: 5m, do: remind}]}
  - {id: won, closes: CONVERTED, guide: x}
"""
STORED = (
    '{"format":1,"id":"p","kinds":["LEAD","TICKET"],"stages":[{"id":"new","required":["budget"],'
    '"following":["won"],"deadlines":[{"id":"a","within":{"otherwise":{"amount":2,"unit":"d"},'
    '"by":"tier","cases":[{"value":"A","duration":{"amount":1,"unit":"h"}}]},"clock":"pool",'
    '"since":"last_outbound","until":"any","steps":[{"at":"1/8","act":"remind"},{"at":"1/2",'
    '"act":"notify","to":["manager","mo"]},{"at":"1","act":"reassign","to":[]}]},{"id":"b",'
    '"within":{"otherwise":{"amount":45,"unit":"s"}},"since":"last_inbound","until":"answer",'
    '"steps":[{"at":{"amount":5,"unit":"m"},"act":"remind"}]}]},{"id":"won","guide":["x","x"],'
    '"closes":"CONVERTED"}],"title":["P","流程"],"deadlines":[{"id":"all",'
    '"within":{"otherwise":{"amount":20,"unit":"cd"}},"clock":"wall","since":"arrival",'
    '"until":"completion"}]}'
)
"""As the version before dates, pauses and approvals wrote it."""


def test_a_field_with_a_date_that_was_stored_as_a_text_is_read() -> None:
    dated = '"within":{"otherwise":null},"dated":{"of":"contract_end"}'
    stored = STORED.replace('"within":{"otherwise":{"amount":20,"unit":"cd"}}', dated)

    assert loads(stored).deadlines[0].dated == DueDate(("contract_end",))


def test_what_an_earlier_version_stored_is_the_same_to_the_byte() -> None:
    process = loads(STORED)

    assert dumps(process) == STORED
    assert process == check_process(SOURCE).process


def test_what_is_new_is_stored_only_where_it_is_said() -> None:
    steps = "[{before: 2d, do: remind}, {every: 1h, at_most: 2, do: remind}]"
    dated = f"{{id: c, of: end, before: 90d, on_closed: as_is, statutory: true, steps: {steps}}}"
    source = SOURCE.replace("      - {id: b", f"      - {dated}\n      - {{id: b")

    process = check_process(source).process

    assert process is not None
    again = loads(dumps(process))
    assert (again, again.first.deadlines[1].steps[0].at) == (process, BeforeDue(Duration(2, "d")))
    new = ('"statutory"', '"dated"', '"every"', '"at_most"', '"before"', '"approve"', '"pauses"', '"yearly"')
    assert [each in dumps(process) for each in new] == [True] * 5 + [False] * 3
    assert not any(each in STORED for each in new)
