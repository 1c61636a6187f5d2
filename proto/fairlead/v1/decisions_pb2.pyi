import datetime

from fairlead.v1 import workforce_pb2 as _workforce_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Durability(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DURABILITY_UNSPECIFIED: _ClassVar[Durability]
    DURABILITY_MEMORY: _ClassVar[Durability]
    DURABILITY_EVERYSEC: _ClassVar[Durability]
    DURABILITY_ALWAYS: _ClassVar[Durability]
    DURABILITY_REPLICAS: _ClassVar[Durability]

class DecisionView(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DECISION_VIEW_UNSPECIFIED: _ClassVar[DecisionView]
    DECISION_VIEW_BASIC: _ClassVar[DecisionView]
    DECISION_VIEW_FULL: _ClassVar[DecisionView]
DURABILITY_UNSPECIFIED: Durability
DURABILITY_MEMORY: Durability
DURABILITY_EVERYSEC: Durability
DURABILITY_ALWAYS: Durability
DURABILITY_REPLICAS: Durability
DECISION_VIEW_UNSPECIFIED: DecisionView
DECISION_VIEW_BASIC: DecisionView
DECISION_VIEW_FULL: DecisionView

class GetDecisionRequest(_message.Message):
    __slots__ = ("name", "view", "language_code")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    name: str
    view: DecisionView
    language_code: str
    def __init__(self, name: _Optional[str] = ..., view: _Optional[_Union[DecisionView, str]] = ..., language_code: _Optional[str] = ...) -> None: ...

class ListDecisionsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token", "work_item", "view", "filter", "language_code")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    WORK_ITEM_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    work_item: str
    view: DecisionView
    filter: str
    language_code: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., work_item: _Optional[str] = ..., view: _Optional[_Union[DecisionView, str]] = ..., filter: _Optional[str] = ..., language_code: _Optional[str] = ...) -> None: ...

class ListDecisionsResponse(_message.Message):
    __slots__ = ("decisions", "next_page_token")
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    decisions: _containers.RepeatedCompositeFieldContainer[Decision]
    next_page_token: str
    def __init__(self, decisions: _Optional[_Iterable[_Union[Decision, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Decision(_message.Message):
    __slots__ = ("name", "work_item", "outcome", "rep", "pool", "epoch", "rule_set_revision", "matched_rules", "candidates", "refusal_summary", "decide_time", "cause", "workforce_revision", "steps", "charge", "trace_hash", "predicates", "note", "sla", "actor", "durability", "explanation", "sentences", "rep_display_name", "pool_display_name", "step_texts", "known_work_item", "expected_contact_time", "contact_due_time", "awaited", "step_summaries", "expected_contact_official_until", "contact_due_official_until", "way", "assigned_time", "update", "covered_rep", "covered_rep_display_name", "stage", "parent", "routed_pool", "repeat_of", "earlier_severity", "severity", "severity_field")
    class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        OUTCOME_UNSPECIFIED: _ClassVar[Decision.Outcome]
        OUTCOME_ASSIGNED: _ClassVar[Decision.Outcome]
        OUTCOME_EXISTING_OWNER: _ClassVar[Decision.Outcome]
        OUTCOME_WAITING: _ClassVar[Decision.Outcome]
        OUTCOME_UNROUTED: _ClassVar[Decision.Outcome]
        OUTCOME_OFFERED: _ClassVar[Decision.Outcome]
    OUTCOME_UNSPECIFIED: Decision.Outcome
    OUTCOME_ASSIGNED: Decision.Outcome
    OUTCOME_EXISTING_OWNER: Decision.Outcome
    OUTCOME_WAITING: Decision.Outcome
    OUTCOME_UNROUTED: Decision.Outcome
    OUTCOME_OFFERED: Decision.Outcome
    class Cause(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CAUSE_UNSPECIFIED: _ClassVar[Decision.Cause]
        CAUSE_ROUTED: _ClassVar[Decision.Cause]
        CAUSE_REASSIGNED: _ClassVar[Decision.Cause]
        CAUSE_OVERRIDE: _ClassVar[Decision.Cause]
        CAUSE_WOKEN: _ClassVar[Decision.Cause]
        CAUSE_REOPENED: _ClassVar[Decision.Cause]
        CAUSE_IMPORTED: _ClassVar[Decision.Cause]
        CAUSE_UPDATED: _ClassVar[Decision.Cause]
        CAUSE_COVERED: _ClassVar[Decision.Cause]
        CAUSE_COVER_ENDED: _ClassVar[Decision.Cause]
        CAUSE_ESCALATED: _ClassVar[Decision.Cause]
        CAUSE_OPENED: _ClassVar[Decision.Cause]
    CAUSE_UNSPECIFIED: Decision.Cause
    CAUSE_ROUTED: Decision.Cause
    CAUSE_REASSIGNED: Decision.Cause
    CAUSE_OVERRIDE: Decision.Cause
    CAUSE_WOKEN: Decision.Cause
    CAUSE_REOPENED: Decision.Cause
    CAUSE_IMPORTED: Decision.Cause
    CAUSE_UPDATED: Decision.Cause
    CAUSE_COVERED: Decision.Cause
    CAUSE_COVER_ENDED: Decision.Cause
    CAUSE_ESCALATED: Decision.Cause
    CAUSE_OPENED: Decision.Cause
    class Way(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        WAY_UNSPECIFIED: _ClassVar[Decision.Way]
        WAY_GREEDY: _ClassVar[Decision.Way]
        WAY_APART: _ClassVar[Decision.Way]
        WAY_OVERRIDE: _ClassVar[Decision.Way]
    WAY_UNSPECIFIED: Decision.Way
    WAY_GREEDY: Decision.Way
    WAY_APART: Decision.Way
    WAY_OVERRIDE: Decision.Way
    class Awaited(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        AWAITED_UNSPECIFIED: _ClassVar[Decision.Awaited]
        AWAITED_HOURS: _ClassVar[Decision.Awaited]
        AWAITED_LEAVE: _ClassVar[Decision.Awaited]
        AWAITED_RETURN: _ClassVar[Decision.Awaited]
        AWAITED_CAP: _ClassVar[Decision.Awaited]
        AWAITED_ROOM: _ClassVar[Decision.Awaited]
        AWAITED_WORKFORCE: _ClassVar[Decision.Awaited]
        AWAITED_RULES: _ClassVar[Decision.Awaited]
        AWAITED_ANSWER: _ClassVar[Decision.Awaited]
    AWAITED_UNSPECIFIED: Decision.Awaited
    AWAITED_HOURS: Decision.Awaited
    AWAITED_LEAVE: Decision.Awaited
    AWAITED_RETURN: Decision.Awaited
    AWAITED_CAP: Decision.Awaited
    AWAITED_ROOM: Decision.Awaited
    AWAITED_WORKFORCE: Decision.Awaited
    AWAITED_RULES: Decision.Awaited
    AWAITED_ANSWER: Decision.Awaited
    NAME_FIELD_NUMBER: _ClassVar[int]
    WORK_ITEM_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    REP_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    RULE_SET_REVISION_FIELD_NUMBER: _ClassVar[int]
    MATCHED_RULES_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    REFUSAL_SUMMARY_FIELD_NUMBER: _ClassVar[int]
    DECIDE_TIME_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    WORKFORCE_REVISION_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    CHARGE_FIELD_NUMBER: _ClassVar[int]
    TRACE_HASH_FIELD_NUMBER: _ClassVar[int]
    PREDICATES_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    SLA_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    DURABILITY_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    SENTENCES_FIELD_NUMBER: _ClassVar[int]
    REP_DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    POOL_DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    STEP_TEXTS_FIELD_NUMBER: _ClassVar[int]
    KNOWN_WORK_ITEM_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_CONTACT_TIME_FIELD_NUMBER: _ClassVar[int]
    CONTACT_DUE_TIME_FIELD_NUMBER: _ClassVar[int]
    AWAITED_FIELD_NUMBER: _ClassVar[int]
    STEP_SUMMARIES_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_CONTACT_OFFICIAL_UNTIL_FIELD_NUMBER: _ClassVar[int]
    CONTACT_DUE_OFFICIAL_UNTIL_FIELD_NUMBER: _ClassVar[int]
    WAY_FIELD_NUMBER: _ClassVar[int]
    ASSIGNED_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_FIELD_NUMBER: _ClassVar[int]
    COVERED_REP_FIELD_NUMBER: _ClassVar[int]
    COVERED_REP_DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    ROUTED_POOL_FIELD_NUMBER: _ClassVar[int]
    REPEAT_OF_FIELD_NUMBER: _ClassVar[int]
    EARLIER_SEVERITY_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_FIELD_NUMBER: _ClassVar[int]
    name: str
    work_item: str
    outcome: Decision.Outcome
    rep: str
    pool: str
    epoch: int
    rule_set_revision: int
    matched_rules: _containers.RepeatedScalarFieldContainer[str]
    candidates: _containers.RepeatedCompositeFieldContainer[Candidate]
    refusal_summary: str
    decide_time: _timestamp_pb2.Timestamp
    cause: Decision.Cause
    workforce_revision: int
    steps: _containers.RepeatedScalarFieldContainer[str]
    charge: float
    trace_hash: str
    predicates: _containers.RepeatedCompositeFieldContainer[Predicate]
    note: str
    sla: str
    actor: str
    durability: Durability
    explanation: str
    sentences: _containers.RepeatedScalarFieldContainer[str]
    rep_display_name: str
    pool_display_name: str
    step_texts: _containers.RepeatedScalarFieldContainer[str]
    known_work_item: KnownWorkItem
    expected_contact_time: _timestamp_pb2.Timestamp
    contact_due_time: _timestamp_pb2.Timestamp
    awaited: Decision.Awaited
    step_summaries: _containers.RepeatedCompositeFieldContainer[StepSummary]
    expected_contact_official_until: str
    contact_due_official_until: str
    way: Decision.Way
    assigned_time: _timestamp_pb2.Timestamp
    update: WorkItemUpdate
    covered_rep: str
    covered_rep_display_name: str
    stage: str
    parent: str
    routed_pool: str
    repeat_of: str
    earlier_severity: str
    severity: str
    severity_field: str
    def __init__(self, name: _Optional[str] = ..., work_item: _Optional[str] = ..., outcome: _Optional[_Union[Decision.Outcome, str]] = ..., rep: _Optional[str] = ..., pool: _Optional[str] = ..., epoch: _Optional[int] = ..., rule_set_revision: _Optional[int] = ..., matched_rules: _Optional[_Iterable[str]] = ..., candidates: _Optional[_Iterable[_Union[Candidate, _Mapping]]] = ..., refusal_summary: _Optional[str] = ..., decide_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., cause: _Optional[_Union[Decision.Cause, str]] = ..., workforce_revision: _Optional[int] = ..., steps: _Optional[_Iterable[str]] = ..., charge: _Optional[float] = ..., trace_hash: _Optional[str] = ..., predicates: _Optional[_Iterable[_Union[Predicate, _Mapping]]] = ..., note: _Optional[str] = ..., sla: _Optional[str] = ..., actor: _Optional[str] = ..., durability: _Optional[_Union[Durability, str]] = ..., explanation: _Optional[str] = ..., sentences: _Optional[_Iterable[str]] = ..., rep_display_name: _Optional[str] = ..., pool_display_name: _Optional[str] = ..., step_texts: _Optional[_Iterable[str]] = ..., known_work_item: _Optional[_Union[KnownWorkItem, _Mapping]] = ..., expected_contact_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., contact_due_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., awaited: _Optional[_Union[Decision.Awaited, str]] = ..., step_summaries: _Optional[_Iterable[_Union[StepSummary, _Mapping]]] = ..., expected_contact_official_until: _Optional[str] = ..., contact_due_official_until: _Optional[str] = ..., way: _Optional[_Union[Decision.Way, str]] = ..., assigned_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update: _Optional[_Union[WorkItemUpdate, _Mapping]] = ..., covered_rep: _Optional[str] = ..., covered_rep_display_name: _Optional[str] = ..., stage: _Optional[str] = ..., parent: _Optional[str] = ..., routed_pool: _Optional[str] = ..., repeat_of: _Optional[str] = ..., earlier_severity: _Optional[str] = ..., severity: _Optional[str] = ..., severity_field: _Optional[str] = ...) -> None: ...

class StepSummary(_message.Message):
    __slots__ = ("eligible", "members", "refused", "missing_pool", "text")
    ELIGIBLE_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    MISSING_POOL_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    eligible: int
    members: int
    refused: _containers.RepeatedCompositeFieldContainer[Refused]
    missing_pool: str
    text: str
    def __init__(self, eligible: _Optional[int] = ..., members: _Optional[int] = ..., refused: _Optional[_Iterable[_Union[Refused, _Mapping]]] = ..., missing_pool: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...

class Refused(_message.Message):
    __slots__ = ("code", "field", "count", "lift_time")
    CODE_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    LIFT_TIME_FIELD_NUMBER: _ClassVar[int]
    code: str
    field: str
    count: int
    lift_time: _timestamp_pb2.Timestamp
    def __init__(self, code: _Optional[str] = ..., field: _Optional[str] = ..., count: _Optional[int] = ..., lift_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class KnownWorkItem(_message.Message):
    __slots__ = ("state", "open", "owner_active", "differences", "erased")
    STATE_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    OWNER_ACTIVE_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    ERASED_FIELD_NUMBER: _ClassVar[int]
    state: str
    open: bool
    owner_active: bool
    differences: _containers.RepeatedCompositeFieldContainer[Difference]
    erased: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, state: _Optional[str] = ..., open: bool = ..., owner_active: bool = ..., differences: _Optional[_Iterable[_Union[Difference, _Mapping]]] = ..., erased: _Optional[_Iterable[str]] = ...) -> None: ...

class Difference(_message.Message):
    __slots__ = ("field", "stored", "sent")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    STORED_FIELD_NUMBER: _ClassVar[int]
    SENT_FIELD_NUMBER: _ClassVar[int]
    field: str
    stored: str
    sent: str
    def __init__(self, field: _Optional[str] = ..., stored: _Optional[str] = ..., sent: _Optional[str] = ...) -> None: ...

class WorkItemUpdate(_message.Message):
    __slots__ = ("fields", "erased", "decided", "actor", "stage", "deadline", "note")
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    ERASED_FIELD_NUMBER: _ClassVar[int]
    DECIDED_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    DEADLINE_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    fields: _containers.RepeatedCompositeFieldContainer[_workforce_pb2.FieldChange]
    erased: _containers.RepeatedScalarFieldContainer[str]
    decided: bool
    actor: str
    stage: str
    deadline: str
    note: str
    def __init__(self, fields: _Optional[_Iterable[_Union[_workforce_pb2.FieldChange, _Mapping]]] = ..., erased: _Optional[_Iterable[str]] = ..., decided: bool = ..., actor: _Optional[str] = ..., stage: _Optional[str] = ..., deadline: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class Candidate(_message.Message):
    __slots__ = ("rep", "verdict", "reasons", "entitlement", "deficit_before", "deficit_after", "score", "rep_display_name", "sentences")
    class Verdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        VERDICT_UNSPECIFIED: _ClassVar[Candidate.Verdict]
        VERDICT_CHOSEN: _ClassVar[Candidate.Verdict]
        VERDICT_ELIGIBLE: _ClassVar[Candidate.Verdict]
        VERDICT_INELIGIBLE: _ClassVar[Candidate.Verdict]
    VERDICT_UNSPECIFIED: Candidate.Verdict
    VERDICT_CHOSEN: Candidate.Verdict
    VERDICT_ELIGIBLE: Candidate.Verdict
    VERDICT_INELIGIBLE: Candidate.Verdict
    REP_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    ENTITLEMENT_FIELD_NUMBER: _ClassVar[int]
    DEFICIT_BEFORE_FIELD_NUMBER: _ClassVar[int]
    DEFICIT_AFTER_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    REP_DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    SENTENCES_FIELD_NUMBER: _ClassVar[int]
    rep: str
    verdict: Candidate.Verdict
    reasons: _containers.RepeatedCompositeFieldContainer[Reason]
    entitlement: float
    deficit_before: float
    deficit_after: float
    score: int
    rep_display_name: str
    sentences: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, rep: _Optional[str] = ..., verdict: _Optional[_Union[Candidate.Verdict, str]] = ..., reasons: _Optional[_Iterable[_Union[Reason, _Mapping]]] = ..., entitlement: _Optional[float] = ..., deficit_before: _Optional[float] = ..., deficit_after: _Optional[float] = ..., score: _Optional[int] = ..., rep_display_name: _Optional[str] = ..., sentences: _Optional[_Iterable[str]] = ...) -> None: ...

class Reason(_message.Message):
    __slots__ = ("code", "text", "field", "actual", "required", "operator", "item_field", "short_text", "lift_time", "window", "time_zone", "official_until")
    CODE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    ACTUAL_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    ITEM_FIELD_FIELD_NUMBER: _ClassVar[int]
    SHORT_TEXT_FIELD_NUMBER: _ClassVar[int]
    LIFT_TIME_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    OFFICIAL_UNTIL_FIELD_NUMBER: _ClassVar[int]
    code: str
    text: str
    field: str
    actual: str
    required: str
    operator: str
    item_field: str
    short_text: str
    lift_time: _timestamp_pb2.Timestamp
    window: str
    time_zone: str
    official_until: str
    def __init__(self, code: _Optional[str] = ..., text: _Optional[str] = ..., field: _Optional[str] = ..., actual: _Optional[str] = ..., required: _Optional[str] = ..., operator: _Optional[str] = ..., item_field: _Optional[str] = ..., short_text: _Optional[str] = ..., lift_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[str] = ..., time_zone: _Optional[str] = ..., official_until: _Optional[str] = ...) -> None: ...

class Predicate(_message.Message):
    __slots__ = ("path", "field", "op", "expected", "actual", "holds", "erased", "explanation")
    PATH_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    OP_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_FIELD_NUMBER: _ClassVar[int]
    ACTUAL_FIELD_NUMBER: _ClassVar[int]
    HOLDS_FIELD_NUMBER: _ClassVar[int]
    ERASED_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    path: str
    field: str
    op: str
    expected: str
    actual: str
    holds: bool
    erased: bool
    explanation: str
    def __init__(self, path: _Optional[str] = ..., field: _Optional[str] = ..., op: _Optional[str] = ..., expected: _Optional[str] = ..., actual: _Optional[str] = ..., holds: bool = ..., erased: bool = ..., explanation: _Optional[str] = ...) -> None: ...
