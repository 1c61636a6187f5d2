"""What is hidden in messages."""

from __future__ import annotations

from fairlead.v1 import calendars_pb2 as calendars
from fairlead.v1 import deadlines_pb2 as deadlines
from fairlead.v1 import decisions_pb2 as decisions
from fairlead.v1 import processes_pb2 as processes
from fairlead.v1 import routing_pb2 as routing
from fairlead.v1 import rules_pb2 as rules
from fairlead.v1 import workforce_pb2 as workforce
from gateway.calls.masking import HIDDEN, hide


def test_an_external_id_that_is_personal_is_hidden_wherever_a_work_item_shows() -> None:
    listed = routing.ListWorkItemsResponse(work_items=[routing.WorkItem(name="~a1", external_id="139 0000 0000")])

    hide(listed, {"external_id"})

    assert [item.external_id for item in listed.work_items] == [HIDDEN]


def test_a_note_about_a_person_is_hidden_whatever_is_declared_and_one_about_rules_is_not() -> None:
    listed = decisions.ListDecisionsResponse(
        decisions=[decisions.Decision(note="Mr Wang asks for bo"), decisions.Decision()]
    )
    changed = routing.WorkItemChange(decision=listed.decisions[0])
    rule_set = rules.RuleSet(note="as the board decided")
    entered = routing.WorkItemChange(update=decisions.WorkItemUpdate(stage="won", note="Mr Wang signed"))
    asked = routing.TimelineEntry(asked_stage="quote", asked_note="Mr Wang wants more")

    for message in (listed, changed, rule_set, entered, asked):
        hide(message, frozenset())

    assert [decision.note for decision in listed.decisions] == [HIDDEN, ""]
    assert (entered.update.note, entered.update.stage) == (asked.asked_note, "won") == (HIDDEN, "won")
    assert (changed.decision.note, rule_set.note) == (HIDDEN, "as the board decided")


def test_how_severe_a_work_item_became_is_hidden_where_that_is_personal_and_so_are_the_words() -> None:
    decision = decisions.Decision(
        repeat_of="tenants/t/workItems/crm~1", earlier_severity="P3", severity="P2", severity_field="severity",
        explanation="Raised from P3 to P2",
    )  # fmt: skip

    hide(decision, {"class"})
    assert (decision.severity, decision.explanation) == ("P2", "Raised from P3 to P2")
    hide(decision, {"severity"})
    assert (decision.earlier_severity, decision.severity, decision.explanation) == (HIDDEN, HIDDEN, HIDDEN)


def test_what_became_of_a_personal_field_of_a_rep_is_hidden() -> None:
    change = workforce.WorkforceChange()
    for field, before, after in (
        ("display_name", "王芳", "李娜"),
        ("attributes.phone", None, "139"),
        ("attributes.region", "east", "west"),
    ):
        change.fields.add(field=field, before=before and {"string_value": before}, after={"string_value": after})
    answer = workforce.ApplyWorkforceResponse(changes=[change])

    hide(answer, {"display_name", "phone"})

    values = [(field.before.string_value, field.after.string_value) for field in answer.changes[0].fields]
    assert values == [(HIDDEN, HIDDEN), ("", HIDDEN), ("east", "west")]


def test_what_rules_compared_a_personal_value_with_is_hidden_whatever_the_operator() -> None:
    shown = [("phone", "contains", '"0000"'), ("external_id", "percent", '"30 % trial-7"'), ("region", "eq", '"east"')]
    decision = decisions.Decision(
        predicates=[decisions.Predicate(field=f, op=op, expected=value, actual="29.12") for f, op, value in shown]
    )

    hide(decision, {"phone", "external_id"})

    assert [(predicate.expected, predicate.actual) for predicate in decision.predicates] == [
        *[(HIDDEN, HIDDEN)] * 2,
        ('"east"', "29.12"),
    ]


def test_a_rep_refused_for_having_a_personal_value_does_not_tell_it() -> None:
    reasons = [
        decisions.Reason(field="line", item_field="phone", operator=op, actual="139", required=wanted)
        for op, wanted in (("ne", "139"), ("eq", "138"))
    ]
    decision = decisions.Decision(candidates=[decisions.Candidate(reasons=reasons)])

    hide(decision, {"phone"})

    shown = [(reason.actual, reason.required) for reason in decision.candidates[0].reasons]
    assert shown == [(HIDDEN, HIDDEN), ("139", HIDDEN)]


def test_why_somebody_is_on_leave_is_hidden_whatever_is_declared() -> None:
    listed = calendars.ListAbsencesResponse(absences=[calendars.Absence(name="a", reason="surgery")])

    hide(listed, frozenset())

    assert [(absence.name, absence.reason) for absence in listed.absences] == [("a", HIDDEN)]


def test_why_an_offer_was_declined_is_hidden_wherever_it_is_told() -> None:
    answer = routing.OfferAnswer(answer="ANSWER_DECLINED", rep="tenants/t/reps/li", reason="Mr Wang shouts")
    change, entry = routing.WorkItemChange(offer_answer=answer), routing.TimelineEntry(offer_answer=answer)
    accepted = routing.WorkItemChange(offer_answer=routing.OfferAnswer(answer="ANSWER_ACCEPTED"))

    for message in (change, entry, accepted):
        hide(message, frozenset())

    assert (change.offer_answer.reason, entry.offer_answer.reason) == (HIDDEN, HIDDEN)
    assert (change.offer_answer.rep, accepted.offer_answer.reason) == (answer.rep, "")


def test_how_whoever_answered_is_called_is_hidden_where_names_are_personal() -> None:
    entry = routing.TimelineEntry(offer_answer=routing.OfferAnswer(rep_display_name="李娜"))

    hide(entry, {"display_name"})

    assert entry.offer_answer.rep_display_name == HIDDEN


def test_who_is_to_be_asked_is_hidden_where_the_field_that_says_so_is_personal() -> None:
    listed = processes.ListSurveysResponse(
        surveys=[
            deadlines.Survey(customer=f"C-{n}", customer_field=field) for n, field in enumerate(["phone", "account"])
        ]
    )

    assert hide(listed, {"phone"})

    assert [each.customer for each in listed.surveys] == [HIDDEN, "C-1"]
