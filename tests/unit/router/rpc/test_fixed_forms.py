"""Forms that clients rely on are as they were fixed: changes, activities, imports, lists, ways in a report, processes.

Those of offers are in ``test_dispatch_messages``.
"""

from __future__ import annotations

import pytest
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor, MethodDescriptor

from fairlead.v1 import activities_pb2 as activities
from fairlead.v1 import fairness_pb2 as fairness
from fairlead.v1 import processes_pb2 as processes
from fairlead.v1 import routing_pb2 as routing

ROUTING = routing.DESCRIPTOR.services_by_name["RoutingService"]
PROCESSES = processes.DESCRIPTOR.services_by_name["ProcessService"]
OPERATION = "google.longrunning.Operation"


def fields(message: Descriptor, *, beside: str = "") -> list[str]:
    """Return the fields of a message in their order, without those that any method may have beside its own."""
    return [field.name for field in message.fields if field.name not in beside.split()]


@pytest.mark.parametrize(
    ("method", "asked", "answer", "etag"),
    [
        ("UpdateWorkItem", "work_item update_mask", "fairlead.v1.WorkItem", False),
        ("ReopenWorkItem", "name reason", "fairlead.v1.Decision", True),
        ("ImportWorkItems", "parent items", OPERATION, False),
        ("RecordActivity", "name activity automatic", "fairlead.v1.Activity", False),
    ],
)
def test_a_change_is_asked_for_in_its_fixed_form(method: str, asked: str, answer: str, etag: bool) -> None:
    form = ROUTING.methods_by_name[method]
    names = fields(form.input_type)

    assert fields(form.input_type, beside="etag request_id validate_only view language_code") == asked.split()
    assert {"request_id", "validate_only"} <= {*names}
    assert ("etag" in names) is etag
    assert form.output_type.full_name == answer
    assert form.input_type.name == f"{method}Request"


@pytest.mark.parametrize(
    ("method", "asked", "answer"),
    [
        ("ListMyWork", "rep", "work next_page_token offers away more_offers_count"),
        ("ListAgenda", "rep date", "date time_zone next_dates next_page_token deadlines"),
        ("GetTimeline", "name", "entries next_page_token"),
    ],
)
def test_what_a_rep_has_is_read_in_its_fixed_form(method: str, asked: str, answer: str) -> None:
    form = ROUTING.methods_by_name[method]

    assert fields(form.input_type) == [*asked.split(), "page_size", "page_token", "language_code"]
    assert (form.output_type.name, fields(form.output_type)) == (f"{method}Response", answer.split())


def test_an_update_carries_its_etag_in_the_work_item() -> None:
    asked = ROUTING.methods_by_name["UpdateWorkItem"].input_type

    assert asked.fields_by_name["work_item"].message_type is routing.WorkItem.DESCRIPTOR
    assert asked.fields_by_name["update_mask"].message_type.full_name == "google.protobuf.FieldMask"
    assert "etag" in fields(routing.WorkItem.DESCRIPTOR)


def test_an_activity_has_its_fixed_form() -> None:
    activity = activities.Activity.DESCRIPTOR

    assert ROUTING.methods_by_name["RecordActivity"].input_type.fields_by_name["activity"].message_type is activity
    assert fields(activity) == [
        "name",
        "rep",
        "rep_display_name",
        "kind",
        "direction",
        "outcome",
        "duration",
        "note",
        "occur_time",
        "next_time",
        "next_step",
        "external_id",
        "evidence",
        "record_time",
        "actor",
        "erased",
    ]
    assert numbered(activity.fields_by_name["kind"].enum_type) == (
        ["KIND_UNSPECIFIED", "KIND_CALL", "KIND_VISIT", "KIND_MEETING", "KIND_MESSAGE", "KIND_EMAIL", "KIND_NOTE"]
    )
    assert numbered(activity.fields_by_name["direction"].enum_type) == (
        ["DIRECTION_UNSPECIFIED", "DIRECTION_OUTBOUND", "DIRECTION_INBOUND", "DIRECTION_INTERNAL"]
    )
    assert (activities.Activity.KIND_CALL, activities.Activity.DIRECTION_INTERNAL) == (1, 3)


def numbered(enum: EnumDescriptor) -> list[str]:
    """Return the values of an enum by number, from 0 without a gap."""
    return [enum.values_by_number[number].name for number in range(len(enum.values))]


def test_a_report_says_by_which_way_each_rep_got_how_much() -> None:
    received_by = fairness.FairnessReport.DESCRIPTOR.fields_by_name["received_by"]
    value = received_by.message_type.fields_by_name["value"]

    assert received_by.message_type.GetOptions().map_entry
    assert received_by.message_type.fields_by_name["key"].type == value.TYPE_STRING
    assert value.message_type is fairness.ReceivedBy.DESCRIPTOR
    assert fields(fairness.ReceivedBy.DESCRIPTOR) == ["greedy", "apart", "override"]


@pytest.mark.parametrize(
    ("method", "asked", "answer"),
    [
        ("ValidateProcess", "parent source", "ValidateProcessResponse"),
        ("TestProcess", "parent source", "TestProcessResponse"),
        ("PublishProcess", "parent source note etag request_id validate_only", "Process"),
        ("GetProcess", "name", "Process"),
        ("ListProcessRevisions", "parent page_size page_token", "ListProcessRevisionsResponse"),
        ("RollbackProcess", "name revision request_id", "Process"),
        ("DrawProcess", "name source format language_code", "DrawProcessResponse"),
        ("MigrateWorkItems", "name stages preview page_size page_token", "MigrateWorkItemsResponse"),
        ("ListDeadlines", "parent rep state moved_by page_size page_token", "ListDeadlinesResponse"),
        ("ListApprovals", "parent rep page_size page_token", "ListApprovalsResponse"),
        ("ListSurveys", "parent start_time page_size page_token", "ListSurveysResponse"),
        ("GetProcessFigures", "parent start_time end_time page_token", "GetProcessFiguresResponse"),
        ("ListDigests", "parent rep page_size page_token", "ListDigestsResponse"),
    ],
)
def test_a_process_is_asked_for_in_its_fixed_form(method: str, asked: str, answer: str) -> None:
    form: MethodDescriptor = PROCESSES.methods_by_name[method]

    assert processes.DESCRIPTOR.name == "fairlead/v1/processes.proto"
    assert (form.input_type.name, fields(form.input_type)) == (f"{method}Request", asked.split())
    assert form.output_type.name == answer


@pytest.mark.parametrize(
    ("method", "asked", "answer"),
    [
        ("AdvanceWorkItem", "name stage attributes note", "WorkItem"),
        ("PauseWorkItem", "name reason until_time", "Pause"),
        ("ResumeWorkItem", "name", "Pause"),
        ("ApproveWorkItem", "name rep reason", "WorkItem"),
        ("RejectWorkItem", "name rep reason", "WorkItem"),
        ("RecordSatisfaction", "name csat nps comment", "WorkItem"),
    ],
)
def test_what_happens_in_a_process_is_asked_for_in_its_fixed_form(method: str, asked: str, answer: str) -> None:
    form: MethodDescriptor = ROUTING.methods_by_name[method]

    assert fields(form.input_type, beside="etag request_id validate_only") == asked.split()
    assert {"request_id", "validate_only"} <= {*fields(form.input_type)}
    assert (form.input_type.name, form.output_type.name) == (f"{method}Request", answer)


def test_a_customer_answers_one_of_two() -> None:
    asked = ROUTING.methods_by_name["RecordSatisfaction"].input_type

    assert [[field.name for field in oneof.fields] for oneof in asked.oneofs] == [["csat", "nps"]]


def test_a_work_item_says_in_which_process_and_stage_it_is_and_what_opened_it() -> None:
    item = routing.WorkItem

    said = [(item.DESCRIPTOR.fields_by_name[name].number, name) for name in ("process", "stage", "parent")]
    assert said == [(17, "process"), (18, "stage"), (20, "parent")]
    assert {item.DESCRIPTOR.fields_by_number[number].type for number, _ in said} == {FieldDescriptor.TYPE_STRING}
    assert numbered(item.Kind.DESCRIPTOR) == [
        "KIND_UNSPECIFIED", "KIND_LEAD", "KIND_CUSTOMER", "KIND_TICKET", "KIND_RESCUE", "KIND_TASK", "KIND_RENEWAL",
    ]  # fmt: skip
    assert (item.KIND_TASK, item.KIND_RENEWAL) == (5, 6)
