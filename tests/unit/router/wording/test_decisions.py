"""A decision in sentences: what came of it, how far the route went, who was refused, why this rep."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from fairlead.v1 import decisions_pb2 as decisions
from router.assignment.explanation import Refusals
from router.wording.decisions import step_texts, summary, tell
from router.wording.figures import decided_by
from router.wording.languages import Language
from router.wording.phrases import AWAITED, AWAITED_BY_MANY
from tests.unit.router.wording.deciding import (
    ALONE,
    CHOSEN,
    ELIGIBLE,
    EQUAL,
    LARGEST,
    WITHIN_THE_BAND,
    candidate,
    decided,
    refused,
    told,
)

EXISTING = decisions.Decision.OUTCOME_EXISTING_OWNER


@pytest.mark.parametrize(
    ("candidates", "way", "english", "chinese"),
    [
        (ALONE, "only", "Nobody else was eligible.", "没有其他合格人选。"),
        (
            LARGEST,
            "largest",
            "Largest claim: 0.80 leads, before Bo with 0.20.",
            "累计应得最多：0.80 条，其次 Bo 0.20 条。",
        ),
        (
            EQUAL,
            "equal",
            "Equal claims of 0.50 leads with Bo: the turn rotates.",
            "与 Bo 累计应得相同（0.50 条），轮流分配。",
        ),
        (
            WITHIN_THE_BAND,
            "band",
            "Claim 0.50 against Bo's 0.90, close enough for preferences: score 5 to 1.",
            "累计应得 0.50 条，Bo 0.90 条，差距在容许范围内，按偏好取胜：5 分对 1 分。",
        ),
    ],
    ids=["only", "largest", "equal", "band"],
)
def test_what_made_the_choice_is_said(
    candidates: tuple[decisions.Candidate, ...], way: str, english: str, chinese: str
) -> None:
    decision = decided(*candidates)

    assert decided_by(candidates) == way
    assert told(decision).sentences[-1] == english
    assert told(decision, Language.ZH).sentences[-1] == chinese


def test_the_refused_members_are_counted_by_their_first_reason() -> None:
    outsider = refused("bo", "NOT_A_MEMBER", "pool", "", "east")

    answer = told(decided(*ALONE, outsider))

    assert answer.explanation == "Rule cars, pool east: Anna."
    assert answer.sentences[:2] == [answer.explanation, "1 of 2 eligible: 1 outside the territory."]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            Language.EN,
            ["0/6 reps: 4 outside working hours (again on Monday at 09:00 at the earliest), 2 cap reached",
             "0/0 reps: there is no pool west", "1/1 reps"],
        ),
        (
            Language.ZH,
            ["0/6 人合格：4 人不在上班时间（周一 09:00 起陆续恢复），2 人已达上限", "0/0 人合格：没有分配池 west",
             "1/1 人合格"],
        ),
    ],
)  # fmt: skip
def test_every_step_says_why_nobody_in_it_could_have_had_it(language: Language, expected: list[str]) -> None:
    hours = decisions.Refused(code="OUTSIDE_HOURS", count=4)
    hours.lift_time.FromJsonString("2026-10-05T01:00:00Z")
    caps = decisions.Refused(code="REACHED_CAP", field="caps.daily", count=2)
    summaries = [
        decisions.StepSummary(members=6, refused=[hours, caps]),
        decisions.StepSummary(missing_pool="west"),
        decisions.StepSummary(eligible=1, members=1),
    ]
    decision = decided(*ALONE, steps=["pool asia", "pool west", "pool east"], step_summaries=summaries)
    decision.decide_time.FromJsonString(SATURDAY)

    tell(decision, language, ZoneInfo("Asia/Shanghai"), full=True)

    assert [step.text for step in decision.step_summaries] == expected


def test_steps_are_told_by_what_they_change() -> None:
    steps = ["pool east", "pool east, without industries", "pool south"]

    found, nobody = told(decided(*LARGEST, steps=steps)), told(decided(steps=steps), Language.ZH)

    assert found.sentences[1] == "Steps: pool east (nobody) → without industries (nobody) → pool south."
    assert nobody.sentences[1] == "步骤：分配池 east（无人） → 不限 industries（无人） → 分配池 south（无人）。"
    assert found.step_texts == steps
    assert nobody.step_texts == ["分配池 east", "分配池 east，不限 industries", "分配池 south"]


def test_what_a_step_leaves_out_is_listed_as_the_language_does() -> None:
    steps = ["pool east", "pool east, without industries, skills"]

    assert step_texts(steps, Language.EN)[1] == "pool east, without industries, skills"
    assert step_texts(steps, Language.ZH)[1] == "分配池 east，不限 industries、skills"


def test_by_when_contact_is_to_be_made_is_told_on_the_clocks_of_the_tenant() -> None:
    english, chinese = decided(*ALONE), decided(*ALONE)
    for decision in (english, chinese):
        decision.decide_time.FromJsonString("2026-10-09T09:00:00Z")
        decision.contact_due_time.FromJsonString("2026-10-12T03:00:00Z")

    tell(english, Language.EN, ZoneInfo("Asia/Shanghai"), full=True)
    tell(chinese, Language.ZH, full=True)

    assert english.sentences[-1] == "Contact is due on Monday at 11:00."
    assert chinese.sentences[-1] == "联系时限：周一 03:00。"


def test_a_step_in_which_hours_do_not_count_is_told_in_each_language() -> None:
    steps = ["pool east", "pool east, hours do not count"]

    assert told(decided(*LARGEST, steps=steps)).sentences[1] == "Steps: pool east (nobody) → hours do not count."
    assert told(decided(steps=steps), Language.ZH).step_texts == ["分配池 east", "分配池 east，不看上班时间"]


def test_a_pool_whose_name_begins_like_the_one_before_is_told_whole() -> None:
    assert told(decided(steps=["pool e", "pool east", "rep anna"])).step_texts == ["pool e", "pool east", "rep anna"]


def test_somebody_named_by_a_person_is_told_with_the_note() -> None:
    override = decided(*LARGEST, cause=decisions.Decision.CAUSE_OVERRIDE, note="knows them")

    assert told(override).sentences == [
        "A person named Anna (knows them).",
        "2 of 2 eligible.",
        "The ledger was charged as for any other; what that disturbs is measured.",
    ]
    assert told(override, Language.ZH).explanation == "由人工指定 Anna（knows them）。"


@pytest.mark.parametrize(
    ("cause", "is_owned", "stays"), [("REASSIGNED", False, True), ("UPDATED", True, True), ("UPDATED", False, False)]
)
def test_what_keeps_its_owner_where_nobody_else_can_take_it_is_not_said_to_wait(
    cause: str, is_owned: bool, stays: bool
) -> None:
    nobody = decided(outcome=decisions.Decision.OUTCOME_WAITING, cause=f"CAUSE_{cause}")
    nobody.decide_time.FromSeconds(0)
    nobody.expected_contact_time.FromSeconds(3600)

    english, chinese = (told(nobody, language, is_owned=is_owned).explanation for language in Language)

    assert ("nobody else can take it, so it stays where it is." in english, "归属不变" in chinese) == (stays, stays)
    assert ("waits" in english, "comes on duty" in english, "等待" in chinese) == (not stays,) * 3


def test_somebody_named_by_the_rules_needs_no_pool() -> None:
    assert told(decided(candidate("anna", CHOSEN), pool="", steps=["rep anna"])).sentences == ["Rule cars names Anna."]


def test_who_was_refused_is_told_each_reason_with_what_was_asked_for() -> None:
    _, cy = told(decided(*ALONE)).candidates
    _, in_chinese = told(decided(*ALONE), Language.ZH).candidates

    assert cy.sentences == ["Cy could not have had it:"]
    assert [(r.short_text, r.text) for r in cy.reasons] == [("outside the territory", "regions south: must cover east")]
    assert [r.text for r in in_chinese.reasons] == ["regions 为 south，须覆盖 east"]


def test_who_has_nothing_of_what_is_asked_for_is_told_so() -> None:
    bare = decided(*LARGEST, refused("cy", "ATTRIBUTE", "grade", "", "senior", "eq"))

    assert told(bare).candidates[2].reasons[0].text == "grade (none): must be senior"
    assert told(bare, Language.ZH).candidates[2].reasons[0].text == "grade 为无，须等于 senior"


def test_who_could_have_had_it_is_told_by_the_claims() -> None:
    anna, bo = told(decided(*LARGEST)).candidates

    assert anna.sentences == ["Anna got it."]
    assert bo.sentences == [
        "Bo was eligible.",
        "Anna: deficit +0.30 + share 0.50 = claim 0.80",
        "Bo: deficit -0.30 + share 0.50 = claim 0.20",
        "0.60 leads short; without it Bo rises to +0.20.",
    ]


def test_a_lead_that_was_known_is_told_how_it_stands_and_what_was_not_taken() -> None:
    known = decisions.KnownWorkItem(
        state="CONVERTED",
        differences=[
            decisions.Difference(field="attributes.phone", stored='"139"', sent='"138"'),
            decisions.Difference(field="value", sent="2.0"),
        ],
        erased=["attributes.mail"],
    )

    english = told(decided(*LARGEST, outcome=EXISTING, known_work_item=known)).sentences
    chinese = told(decided(*LARGEST, outcome=EXISTING, known_work_item=known), Language.ZH).sentences

    assert english[0] == "It has an owner already, by decision 7."
    assert english[2:6] == [
        "The owner is no longer active.",
        "It is converted, and stays so unless it is reopened.",
        'It was sent with other data, which was not taken: phone (stored "139", sent "138"), '
        "value (stored (none), sent 2.0).",
        "Of mail the stored value is erased: nobody can say whether it differs.",
    ]
    assert chinese[4] == (
        '本次数据与原有数据不同，未予采纳：phone（原为 "139"，本次为 "138"）、value（原为无，本次为 2.0）。'
    )


def test_a_lead_that_was_known_and_sent_as_it_is_needs_no_more_words() -> None:
    known = decisions.KnownWorkItem(state="ASSIGNED", open=True, owner_active=True)

    sentences = told(decided(*LARGEST, outcome=EXISTING, known_work_item=known)).sentences

    assert (sentences[0], sentences[2]) == ("It has an owner already, by decision 7.", "2 of 2 eligible.")


@pytest.mark.parametrize(
    ("predicate", "english", "chinese"),
    [
        (
            decisions.Predicate(field="region", op="within", expected='"华东"', actual='"上海"'),
            'region lies within "华东": it is "上海"',
            'region 位于 "华东" 之内；实际为 "上海"',
        ),
        (
            decisions.Predicate(field="industry", op="in", expected='["制造业", "汽车"]', actual='["零售", "汽车"]'),
            'industry is one of ["制造业", "汽车"]: it is ["零售", "汽车"]',
            'industry 是 ["制造业"、"汽车"] 之一；实际为 ["零售"、"汽车"]',
        ),
        (
            decisions.Predicate(field="n", op="between", expected="[1, 5]", actual="3"),
            "n is in the range [1, 5]: it is 3",
            "n 在 [1, 5] 范围内；实际为 3",
        ),
        (
            decisions.Predicate(field="n", op="gte", expected="60"),
            "n is at least 60: it is missing",
            "n 不小于 60；实际未填写",
        ),
        (
            decisions.Predicate(field="n", op="exists", erased=True),
            "n is given: it is erased",
            "n 已填写；该值已删除",
        ),
    ],
    ids=["a value", "a list", "a range", "missing", "erased"],
)
def test_a_comparison_is_told_with_what_it_met(predicate: decisions.Predicate, english: str, chinese: str) -> None:
    decision = decided(*LARGEST, predicates=[predicate])

    assert told(decision).predicates[0].explanation == english
    assert told(decision, Language.ZH).predicates[0].explanation == chinese


def test_a_basic_view_has_its_one_sentence_and_no_more() -> None:
    decision = decided(*LARGEST)

    tell(decision, Language.ZH, full=False)

    assert decision.explanation == "规则 cars，分配池 east：Anna。"
    assert [*decision.sentences, *decision.step_texts, *decision.candidates[1].sentences] == []


def test_nobody_named_and_no_such_pool_are_summed_up_too() -> None:
    assert summary(Refusals(names_nobody=True), Language.EN) == "the route names nobody"
    assert summary(Refusals(missing_pool="east"), Language.ZH) == "0/0 人合格：没有分配池 east"


@pytest.mark.parametrize(
    ("window", "lifts", "english", "chinese"),
    [
        (
            "DAY",
            "2026-10-05T16:00:00Z",
            "daily cap reached: 20 of 20, again on Tuesday at 00:00",
            "已达每日上限 20/20，周二 00:00 起恢复",
        ),
        ("ROLLING", "", "rolling cap reached: 20 of 20", "已达滚动窗口上限 20/20"),
        ("", "", "open-work cap reached: 20 of 20", "已达在手上限 20/20"),
    ],
)
def test_a_cap_is_told_with_its_window_what_was_counted_and_when_it_lifts(
    window: str, lifts: str, english: str, chinese: str
) -> None:
    decision = decided(refused("cy", "REACHED_CAP", "caps.daily", "20", "20"))
    decision.decide_time.FromJsonString("2026-10-05T01:00:00Z")
    reason = decision.candidates[0].reasons[0]
    reason.window = window
    if lifts:
        reason.lift_time.FromJsonString(lifts)

    for language, text in ((Language.EN, english), (Language.ZH, chinese)):
        message = decisions.Decision()
        message.CopyFrom(decision)
        tell(message, language, ZoneInfo("Asia/Shanghai"), full=True)
        assert message.candidates[0].reasons[0].text == text


@pytest.mark.parametrize(
    ("lifts", "english", "chinese"),
    [
        ("", "away", "暂离"),
        ("2026-10-05T07:30:00Z", "away, back at 15:30", "暂离，15:30 回来"),
        ("2026-10-05T16:00:00Z", "away, back on Tuesday at 00:00", "暂离，周二 00:00 回来"),
        ("2026-10-11T15:59:00Z", "away, back on Sunday at 23:59", "暂离，周日 23:59 回来"),
        ("2026-10-12T01:00:00Z", "away, back on 2026-10-12 at 09:00", "暂离，2026-10-12 09:00 回来"),
    ],
)
def test_when_somebody_is_back_is_said_by_the_clocks_of_the_tenant(lifts: str, english: str, chinese: str) -> None:
    decision = decided(refused("cy", "AWAY", "", "", ""))
    decision.decide_time.FromJsonString("2026-10-05T01:00:00Z")
    if lifts:
        decision.candidates[0].reasons[0].lift_time.FromJsonString(lifts)

    for language, text in ((Language.EN, english), (Language.ZH, chinese)):
        message = decisions.Decision()
        message.CopyFrom(decision)
        tell(message, language, ZoneInfo("Asia/Shanghai"), full=True)
        assert message.candidates[0].reasons[0].text == text


SATURDAY = "2026-10-03T01:00:00Z"


@pytest.mark.parametrize(
    ("code", "lifts", "zone", "until", "english", "chinese"),
    [
        ("OUTSIDE_HOURS", "", "", "", "outside working hours", "不在上班时间"),
        ("OUTSIDE_HOURS", "2026-10-05T01:00:00Z", "Asia/Shanghai", "",
         "outside working hours, back on Monday at 09:00", "不在上班时间，周一 09:00 上班"),
        ("ON_LEAVE", "2026-10-12T01:00:00Z", "Asia/Shanghai", "",
         "on leave, back on 2026-10-12 at 09:00", "休假中，2026-10-12 09:00 返岗"),
        ("OUTSIDE_HOURS", "2026-10-05T07:00:00Z", "Europe/Berlin", "2026-10-04",
         "outside working hours, back on Monday at 09:00 (Europe/Berlin) (days after 2026-10-04 are not official yet)",
         "不在上班时间，当地时间（Europe/Berlin）周一 09:00 上班（2026-10-04 之后的放假安排尚未公布）"),
    ],
)  # fmt: skip
def test_who_is_not_there_is_said_to_be_back_by_their_own_clocks(
    code: str, lifts: str, zone: str, until: str, english: str, chinese: str
) -> None:
    decision = decided(refused("cy", code, "", "", ""))
    decision.decide_time.FromJsonString(SATURDAY)
    reason = decision.candidates[0].reasons[0]
    reason.time_zone, reason.official_until = zone, until
    if lifts:
        reason.lift_time.FromJsonString(lifts)

    for language, text in ((Language.EN, english), (Language.ZH, chinese)):
        message = decisions.Decision()
        message.CopyFrom(decision)
        tell(message, language, ZoneInfo("Asia/Shanghai"), full=True)
        assert message.candidates[0].reasons[0].text == text


def test_amounts_are_said_with_their_thousands_apart_and_ids_are_not() -> None:
    cap = refused("cy", "REACHED_CAP", "caps.value", "1250000.5", "1000000")
    attribute = refused("cy", "ATTRIBUTE", "grade", "1000000", "2000000", "eq")
    message = told(decided(cap, attribute))

    texts = [candidate.reasons[0].text for candidate in message.candidates]
    assert texts == [
        "open-work cap reached: 1,250,000.5 of 1,000,000", "grade 1000000: must be 2000000",
    ]  # fmt: skip


def test_contact_on_days_that_are_not_official_yet_is_said_to_be_so() -> None:
    until = {"expected_contact_official_until": "2026-10-04", "contact_due_official_until": "2026-10-05"}
    decision = decided(*ALONE, **until)
    decision.decide_time.FromJsonString(SATURDAY)
    decision.expected_contact_time.FromJsonString("2026-10-05T01:00:00Z")
    decision.contact_due_time.FromJsonString("2026-10-06T01:00:00Z")

    assert told(decision).explanation.endswith("from then on. Days after 2026-10-04 are not official yet.")
    assert told(decision).sentences[-1] == "Days after 2026-10-05 are not official yet."
    assert told(decision, Language.ZH).sentences[-1] == "2026-10-05 之后的安排尚未公布。"


@pytest.mark.parametrize(
    ("awaited", "english", "chinese"),
    [
        ("UNSPECIFIED", "It had waited, and a change made room.", "此前一直在等待，因情况变化得以分配。"),
        ("HOURS", "It had waited until Anna's working hours began.", "此前一直在等待，Anna 上班后得以分配。"),
        ("CAP", "It had waited until a cap lifted.", "此前一直在等待，上限恢复后得以分配。"),
    ],
)
def test_what_it_had_waited_for_is_said(awaited: str, english: str, chinese: str) -> None:
    waited = decisions.Decision.Awaited.Value(f"AWAITED_{awaited}")
    decision = decided(*ALONE, cause=decisions.Decision.CAUSE_WOKEN, awaited=waited)

    assert told(decision).sentences[1] == english
    assert told(decision, Language.ZH).sentences[1] == chinese


def test_of_what_is_offered_to_many_it_is_said_what_ended_for_one_of_them() -> None:
    decision = decided(*ALONE, outcome=decisions.Decision.OUTCOME_OFFERED, cause=decisions.Decision.CAUSE_WOKEN)
    decision.rep = decision.rep_display_name = ""
    decision.awaited = decisions.Decision.AWAITED_ROOM

    assert "It had waited until somebody who may accept it had room." in told(decision).sentences
    assert "此前一直在等待，有可抢单的人腾出空余后得以派出。" in told(decision, Language.ZH).sentences


@pytest.mark.parametrize(
    ("language", "said"), [(Language.EN, "It never lapses: the calendar"), (Language.ZH, "永不超时：日历三年里的")]
)
def test_of_an_offer_that_never_lapses_it_is_said_in_full(language: Language, said: str) -> None:
    told_of = []
    for full in (True, False):
        decision = decided(*ALONE, outcome=decisions.Decision.OUTCOME_OFFERED)
        tell(decision, language, full=full, never_lapses=True)
        told_of.append([sentence for sentence in decision.sentences if sentence.startswith(said)])

    assert list(map(len, told_of)) == [1, 0]


@pytest.mark.parametrize("outcome", [decisions.Decision.OUTCOME_WAITING, decisions.Decision.OUTCOME_UNROUTED])
def test_of_what_was_woken_in_vain_it_is_not_said_that_a_change_made_room(outcome: decisions.Decision.Outcome) -> None:
    waited = decisions.Decision.AWAITED_CAP
    decision = decisions.Decision(cause=decisions.Decision.CAUSE_WOKEN, outcome=outcome, awaited=waited)

    assert not [sentence for sentence in told(decision).sentences if "had waited" in sentence]


def test_every_thing_that_can_be_waited_for_is_said_in_both_languages() -> None:
    known = {name for name, number in decisions.Decision.Awaited.items() if number}

    assert AWAITED.keys() == known
    assert all(phrase.en != phrase.zh for phrase in AWAITED.values())
    assert AWAITED_BY_MANY.keys() == {name for name, phrase in AWAITED.items() if "{rep}" in phrase.en}
    assert not [phrase for phrase in AWAITED_BY_MANY.values() if "{" in phrase.en + phrase.zh]


@pytest.mark.parametrize(
    ("candidates", "outcome", "contact", "english", "chinese"),
    [
        (ALONE, "ASSIGNED", "2026-10-05T01:00:00Z",
         "Rule cars, pool east: Anna. Anna is at work on Monday at 09:00: contact can be expected from then on.",
         "规则 cars，分配池 east：Anna。Anna 将于周一 09:00 上班，届时联系。"),
        ((), "WAITING", "2026-10-05T01:00:00Z",
         "Rule cars: nobody can take it now, so it waits. Somebody who can take it comes on duty on Monday at 09:00.",
         "规则 cars：目前无人可接，进入等待。周一 09:00 起有人上班，届时接手。"),
        (ALONE, "ASSIGNED", SATURDAY, "Rule cars, pool east: Anna.", "规则 cars，分配池 east：Anna。"),
    ],
)  # fmt: skip
def test_from_when_on_contact_can_be_expected_is_said_where_it_is_not_now(
    candidates: tuple[decisions.Candidate, ...], outcome: str, contact: str, english: str, chinese: str
) -> None:
    decision = decided(*candidates, outcome=decisions.Decision.Outcome.Value(f"OUTCOME_{outcome}"))
    decision.decide_time.FromJsonString(SATURDAY)
    decision.expected_contact_time.FromJsonString(contact)

    for language, text in ((Language.EN, english), (Language.ZH, chinese)):
        message = decisions.Decision()
        message.CopyFrom(decision)
        tell(message, language, ZoneInfo("Asia/Shanghai"), full=False)
        assert message.explanation == text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (Language.EN, "credited for leave, and got 25 of the pool's last 100, 20 at most"),
        (Language.ZH, "休假补偿期间，分配池最近 100 条中已得 25 条，上限 20 条"),
    ],
)
def test_who_had_their_share_after_leave_is_said_with_how_much_it_was(language: Language, text: str) -> None:
    message = told(decided(refused("cy", "CREDIT_SHARE", "", "25", "20")), language)

    assert message.candidates[0].reasons[0].text == text


OFFERED = decisions.Decision.OUTCOME_OFFERED


def test_an_offer_is_told_with_whom_it_is_made_to_and_what_that_counts() -> None:
    decision = decided(*LARGEST, outcome=OFFERED)

    english, chinese = told(decision), told(decision, Language.ZH)

    assert english.explanation == "Rule cars, pool east: offered to Anna."
    assert chinese.explanation == "规则 cars，分配池 east：派单给 Anna，待接单。"
    assert english.sentences[2].startswith("The offer counts at once, as if it were accepted; should it be declined,")
    assert chinese.sentences[2] == "派单即入账，视同已接；拒单、超时或撤回，则原样退回。"
    assert english.candidates[0].sentences[0] == "It was offered to Anna."
    assert chinese.candidates[0].sentences[0] == "这一条派给了 Anna。"


def test_what_is_offered_to_many_is_told_as_everybodys_who_is_eligible() -> None:
    reps = candidate("anna", ELIGIBLE, 0.0, 0.5), refused("bo", "OFFERS_OPEN", "", "1", "1")
    steps = ["pool east", "pool south"]
    decision = decided(*reps, outcome=OFFERED, steps=steps)

    english, chinese = told(decision), told(decision, Language.ZH)

    assert english.explanation == "Rule cars: offered to many; the first to accept has it."
    assert chinese.explanation == "规则 cars：开放抢单，先接先得。"
    assert english.sentences[1] == "Steps: pool east (nobody) → pool south."
    assert english.sentences[-1] == "Nothing counts before somebody accepts it."
    assert english.candidates[0].sentences == ["Anna could accept it."]
    assert english.candidates[1].reasons[0].text == "with offers to answer: 1, 1 at most"
    assert chinese.candidates[1].reasons[0].text == "还有派单待接：1 条，上限 1 条"


def test_what_was_sent_again_while_it_is_offered_is_told_so_and_nobody_is_said_to_be_inactive() -> None:
    known = decisions.KnownWorkItem(state="OFFERED", open=True, owner_active=False)
    decision = decided(*LARGEST, outcome=OFFERED, known_work_item=known)

    assert told(decision).explanation.startswith("It is offered already, by decision 7. Rule cars")
    assert told(decision, Language.ZH).explanation.startswith("该工作项已派出，尚未接单（决策 7）。")
    assert "no longer active" not in " ".join(told(decision).sentences)


@pytest.mark.parametrize(
    ("times", "english", "chinese"),
    [("1", "refused it before (1×)", "此前拒单或超时未接（1 次）")],
)
def test_who_refused_it_before_is_told_how_often(times: str, english: str, chinese: str) -> None:
    decision = decided(refused("bo", "OFFER_REFUSED", "", times, "0"))

    assert told(decision).candidates[0].reasons[0].text == english
    assert told(decision, Language.ZH).candidates[0].reasons[0].text == chinese
    assert told(decision).sentences[-1] == "0 of 1 eligible: 1 refused it before."
    assert told(decision, Language.ZH).sentences[-1] == "1 人中 0 人合格：1 人此前拒单或超时未接。"


def test_an_offer_says_nothing_of_when_its_rep_is_at_work() -> None:
    decision = decided(*ALONE, outcome=OFFERED)
    decision.decide_time.FromJsonString("2026-10-05T01:00:00Z")
    decision.expected_contact_time.FromJsonString("2026-10-06T01:00:00Z")

    assert "at work" not in told(decision).explanation
