"""Steps that name channels, and steps that are sent whatever the hour."""

from __future__ import annotations

import pytest

from router.process.definition.deadlines import DeadlineStep, NamedChannel, RecipientRole
from router.process.definition.processes import Process
from router.process.definition.words import Bilingual
from router.process.language.check import check_process
from router.process.revisions.codec import dumps, loads
from router.wording.languages import Language
from router.wording.processes import deadline_told

STEP = "process: p\nkinds: [TICKET]\nstages:\n  - id: new\n    deadlines:\n      - {id: d, within: 1h, steps: [%s]}\n"
TOLD = "{at: 100%, do: notify, to: [manager, {channel: east-bot}, mo], quiet_hours: ignore}"


def process_of(source: str) -> Process:
    checked = check_process(source, reps=["mo"])
    assert checked.process is not None, checked.problems
    return checked.process


def step_of(step: str) -> DeadlineStep:
    return process_of(STEP.replace("%s", step)).first.deadlines[0].steps[0]


def test_a_step_tells_a_channel_beside_people_and_may_be_sent_at_any_hour() -> None:
    step = step_of(TOLD)

    assert step.to == (RecipientRole.MANAGER, NamedChannel("east-bot"), "mo")
    assert step.ignores_quiet_hours
    assert not step_of("{at: 100%, do: remind}").ignores_quiet_hours
    assert step_of("{at: 100%, do: notify, to: {channel: east-bot}}").to == (NamedChannel("east-bot"),)


def test_it_is_stored_and_read_as_it_is() -> None:
    process = process_of(
        STEP.replace("%s", TOLD).replace("id: d,", "id: d, title: {zh: 首次响应, en: first response},")
    )

    assert loads(dumps(process)) == process
    assert process.first.deadlines[0].title == Bilingual("first response", "首次响应")


def test_an_answer_may_tell_a_channel() -> None:
    answers = "satisfaction: {csat: {at_most: 2, notify: [manager, {channel: service-bot}]}}"
    process = process_of(f"process: p\nkinds: [TICKET]\nstages: [{{id: new}}]\n{answers}")

    assert process.csat
    assert process.csat.to == (RecipientRole.MANAGER, NamedChannel("service-bot"))


def test_it_is_drawn_in_words() -> None:
    titled = STEP.replace("%s", TOLD).replace("id: d,", "id: d, title: {zh: 首次响应, en: first response},")
    (deadline,) = process_of(titled).first.deadlines

    assert deadline_told(deadline, Language.EN) == [
        "first response (d): leave the stage within 1 h after it entered the stage, by the owner's hours",
        "100%: tell the manager, channel east-bot, mo, at any hour",
    ]
    assert deadline_told(deadline, Language.ZH) == [
        "首次响应（d）：自进入本阶段起 1 小时内离开本阶段（按归属人工作时间）",
        "100%：通知主管、渠道 east-bot、mo（不受免打扰时段限制）",
    ]


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("{at: 100%, do: notify, to: [{channel: ¦'a b'}]}", "1 to 64 letters of any script, digits"),
        ("{at: 100%, do: notify, to: [¦{chanel: a}]}", "channel is missing"),
        ("{at: 100%, do: notify, to: [¦3]}", "found 3"),
        ("{at: 100%, do: return, to: ¦{channel: a}}", "to names the pool that it is returned to: one"),
        ("{at: 100%, do: remind, to: ¦{channel: a}}", "only notify and return take to; a reminder tells the owner"),
        ("{at: 100%, do: notify, to: manager, quiet_hours: ¦obey}", "found 'obey'; allowed are 'ignore'"),
        ("{at: 100%, do: raise_priority, quiet_hours: ¦ignore}", "raise_priority tells nobody: leave it out"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(step: str, message: str) -> None:
    source = STEP.replace("%s", step)
    line = next(line for line in source.splitlines() if "¦" in line)

    checked = check_process(source.replace("¦", ""))

    error = next(problem for problem in checked.problems if problem.is_error)
    assert (error.line, error.column) == (6, line.index("¦") + 1)
    assert message in error.message


def test_a_channel_that_stands_there_twice_is_told_once_and_warned_of() -> None:
    checked = check_process(STEP.replace("%s", "{at: 100%, do: notify, to: [{channel: a}, {channel: a}]}"))

    assert checked.process
    assert checked.process.first.deadlines[0].steps[0].to == (NamedChannel("a"),)
    assert [problem.message for problem in checked.problems if "once is enough" in problem.message] != []
