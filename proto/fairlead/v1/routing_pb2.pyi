import datetime

from fairlead.v1 import activities_pb2 as _activities_pb2
from fairlead.v1 import deadlines_pb2 as _deadlines_pb2
from fairlead.v1 import decisions_pb2 as _decisions_pb2
from fairlead.v1 import queue_pb2 as _queue_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.longrunning import operations_pb2 as _operations_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.rpc import status_pb2 as _status_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RouteWorkItemRequest(_message.Message):
    __slots__ = ("parent", "work_item", "request_id", "validate_only", "view", "language_code")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    WORK_ITEM_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    parent: str
    work_item: WorkItem
    request_id: str
    validate_only: bool
    view: _decisions_pb2.DecisionView
    language_code: str
    def __init__(self, parent: _Optional[str] = ..., work_item: _Optional[_Union[WorkItem, _Mapping]] = ..., request_id: _Optional[str] = ..., validate_only: bool = ..., view: _Optional[_Union[_decisions_pb2.DecisionView, str]] = ..., language_code: _Optional[str] = ...) -> None: ...

class BatchRouteWorkItemsRequest(_message.Message):
    __slots__ = ("parent", "requests")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    parent: str
    requests: _containers.RepeatedCompositeFieldContainer[RouteWorkItemRequest]
    def __init__(self, parent: _Optional[str] = ..., requests: _Optional[_Iterable[_Union[RouteWorkItemRequest, _Mapping]]] = ...) -> None: ...

class BatchRouteWorkItemsResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[RouteResult]
    def __init__(self, results: _Optional[_Iterable[_Union[RouteResult, _Mapping]]] = ...) -> None: ...

class RouteResult(_message.Message):
    __slots__ = ("decision", "error")
    DECISION_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    decision: _decisions_pb2.Decision
    error: _status_pb2.Status
    def __init__(self, decision: _Optional[_Union[_decisions_pb2.Decision, _Mapping]] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ...) -> None: ...

class SubmitWorkItemRequest(_message.Message):
    __slots__ = ("parent", "work_item", "request_id", "validate_only")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    WORK_ITEM_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    parent: str
    work_item: WorkItem
    request_id: str
    validate_only: bool
    def __init__(self, parent: _Optional[str] = ..., work_item: _Optional[_Union[WorkItem, _Mapping]] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class BatchSubmitWorkItemsRequest(_message.Message):
    __slots__ = ("parent", "requests")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    parent: str
    requests: _containers.RepeatedCompositeFieldContainer[SubmitWorkItemRequest]
    def __init__(self, parent: _Optional[str] = ..., requests: _Optional[_Iterable[_Union[SubmitWorkItemRequest, _Mapping]]] = ...) -> None: ...

class BatchSubmitWorkItemsResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[SubmitResult]
    def __init__(self, results: _Optional[_Iterable[_Union[SubmitResult, _Mapping]]] = ...) -> None: ...

class SubmitResult(_message.Message):
    __slots__ = ("submission", "error")
    SUBMISSION_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    submission: _queue_pb2.Submission
    error: _status_pb2.Status
    def __init__(self, submission: _Optional[_Union[_queue_pb2.Submission, _Mapping]] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ...) -> None: ...

class GetWorkItemRequest(_message.Message):
    __slots__ = ("name", "parent", "source", "external_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    parent: str
    source: str
    external_id: str
    def __init__(self, name: _Optional[str] = ..., parent: _Optional[str] = ..., source: _Optional[str] = ..., external_id: _Optional[str] = ...) -> None: ...

class ListWorkItemsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token", "owner", "state", "filter")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    owner: str
    state: WorkItem.State
    filter: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., owner: _Optional[str] = ..., state: _Optional[_Union[WorkItem.State, str]] = ..., filter: _Optional[str] = ...) -> None: ...

class ListWorkItemsResponse(_message.Message):
    __slots__ = ("work_items", "next_page_token")
    WORK_ITEMS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    work_items: _containers.RepeatedCompositeFieldContainer[WorkItem]
    next_page_token: str
    def __init__(self, work_items: _Optional[_Iterable[_Union[WorkItem, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ReassignWorkItemRequest(_message.Message):
    __slots__ = ("name", "rep", "note", "etag", "request_id", "validate_only", "view", "language_code")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REP_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    name: str
    rep: str
    note: str
    etag: str
    request_id: str
    validate_only: bool
    view: _decisions_pb2.DecisionView
    language_code: str
    def __init__(self, name: _Optional[str] = ..., rep: _Optional[str] = ..., note: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: bool = ..., view: _Optional[_Union[_decisions_pb2.DecisionView, str]] = ..., language_code: _Optional[str] = ...) -> None: ...

class BatchReassignWorkItemsRequest(_message.Message):
    __slots__ = ("parent", "filter", "rep", "note", "request_id", "validate_only")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    REP_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    parent: str
    filter: str
    rep: str
    note: str
    request_id: str
    validate_only: bool
    def __init__(self, parent: _Optional[str] = ..., filter: _Optional[str] = ..., rep: _Optional[str] = ..., note: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class BatchReassignWorkItemsResponse(_message.Message):
    __slots__ = ("results", "shares", "reassigned_count", "stayed_count", "refused_count", "offered_count")
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    SHARES_FIELD_NUMBER: _ClassVar[int]
    REASSIGNED_COUNT_FIELD_NUMBER: _ClassVar[int]
    STAYED_COUNT_FIELD_NUMBER: _ClassVar[int]
    REFUSED_COUNT_FIELD_NUMBER: _ClassVar[int]
    OFFERED_COUNT_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[ReassignResult]
    shares: _containers.RepeatedCompositeFieldContainer[ReassignShare]
    reassigned_count: int
    stayed_count: int
    refused_count: int
    offered_count: int
    def __init__(self, results: _Optional[_Iterable[_Union[ReassignResult, _Mapping]]] = ..., shares: _Optional[_Iterable[_Union[ReassignShare, _Mapping]]] = ..., reassigned_count: _Optional[int] = ..., stayed_count: _Optional[int] = ..., refused_count: _Optional[int] = ..., offered_count: _Optional[int] = ...) -> None: ...

class ReassignResult(_message.Message):
    __slots__ = ("work_item", "former_owner", "rep", "decision", "error", "offered")
    WORK_ITEM_FIELD_NUMBER: _ClassVar[int]
    FORMER_OWNER_FIELD_NUMBER: _ClassVar[int]
    REP_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    OFFERED_FIELD_NUMBER: _ClassVar[int]
    work_item: str
    former_owner: str
    rep: str
    decision: str
    error: _status_pb2.Status
    offered: bool
    def __init__(self, work_item: _Optional[str] = ..., former_owner: _Optional[str] = ..., rep: _Optional[str] = ..., decision: _Optional[str] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ..., offered: bool = ...) -> None: ...

class ReassignShare(_message.Message):
    __slots__ = ("rep", "count")
    REP_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    rep: str
    count: int
    def __init__(self, rep: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

class CompleteWorkItemRequest(_message.Message):
    __slots__ = ("name", "resolution", "etag", "request_id", "validate_only")
    class Resolution(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        RESOLUTION_UNSPECIFIED: _ClassVar[CompleteWorkItemRequest.Resolution]
        RESOLUTION_CONVERTED: _ClassVar[CompleteWorkItemRequest.Resolution]
        RESOLUTION_DISQUALIFIED: _ClassVar[CompleteWorkItemRequest.Resolution]
        RESOLUTION_CLOSED: _ClassVar[CompleteWorkItemRequest.Resolution]
    RESOLUTION_UNSPECIFIED: CompleteWorkItemRequest.Resolution
    RESOLUTION_CONVERTED: CompleteWorkItemRequest.Resolution
    RESOLUTION_DISQUALIFIED: CompleteWorkItemRequest.Resolution
    RESOLUTION_CLOSED: CompleteWorkItemRequest.Resolution
    NAME_FIELD_NUMBER: _ClassVar[int]
    RESOLUTION_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    name: str
    resolution: CompleteWorkItemRequest.Resolution
    etag: str
    request_id: str
    validate_only: bool
    def __init__(self, name: _Optional[str] = ..., resolution: _Optional[_Union[CompleteWorkItemRequest.Resolution, str]] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class UpdateWorkItemRequest(_message.Message):
    __slots__ = ("work_item", "update_mask", "request_id", "validate_only")
    WORK_ITEM_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    work_item: WorkItem
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    validate_only: bool
    def __init__(self, work_item: _Optional[_Union[WorkItem, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class AdvanceWorkItemRequest(_message.Message):
    __slots__ = ("name", "stage", "attributes", "note", "etag", "request_id", "validate_only")
    NAME_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    name: str
    stage: str
    attributes: _struct_pb2.Struct
    note: str
    etag: str
    request_id: str
    validate_only: bool
    def __init__(self, name: _Optional[str] = ..., stage: _Optional[str] = ..., attributes: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., note: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class PauseWorkItemRequest(_message.Message):
    __slots__ = ("name", "reason", "until_time", "request_id", "validate_only")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    UNTIL_TIME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    name: str
    reason: str
    until_time: _timestamp_pb2.Timestamp
    request_id: str
    validate_only: bool
    def __init__(self, name: _Optional[str] = ..., reason: _Optional[str] = ..., until_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class ResumeWorkItemRequest(_message.Message):
    __slots__ = ("name", "request_id", "validate_only")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    validate_only: bool
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class Pause(_message.Message):
    __slots__ = ("work_item", "reason", "start_time", "end_time", "soon_after_customer", "actor", "deadlines")
    WORK_ITEM_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    SOON_AFTER_CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    DEADLINES_FIELD_NUMBER: _ClassVar[int]
    work_item: str
    reason: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    soon_after_customer: bool
    actor: str
    deadlines: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, work_item: _Optional[str] = ..., reason: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., soon_after_customer: bool = ..., actor: _Optional[str] = ..., deadlines: _Optional[_Iterable[str]] = ...) -> None: ...

class RecordSatisfactionRequest(_message.Message):
    __slots__ = ("name", "csat", "nps", "comment", "request_id", "validate_only")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CSAT_FIELD_NUMBER: _ClassVar[int]
    NPS_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    name: str
    csat: int
    nps: int
    comment: str
    request_id: str
    validate_only: bool
    def __init__(self, name: _Optional[str] = ..., csat: _Optional[int] = ..., nps: _Optional[int] = ..., comment: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class SatisfactionAnswer(_message.Message):
    __slots__ = ("csat", "nps", "comment", "told", "channels")
    CSAT_FIELD_NUMBER: _ClassVar[int]
    NPS_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    TOLD_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    csat: int
    nps: int
    comment: str
    told: _containers.RepeatedScalarFieldContainer[str]
    channels: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, csat: _Optional[int] = ..., nps: _Optional[int] = ..., comment: _Optional[str] = ..., told: _Optional[_Iterable[str]] = ..., channels: _Optional[_Iterable[str]] = ...) -> None: ...

class ApproveWorkItemRequest(_message.Message):
    __slots__ = ("name", "rep", "reason", "request_id", "validate_only")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REP_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    name: str
    rep: str
    reason: str
    request_id: str
    validate_only: bool
    def __init__(self, name: _Optional[str] = ..., rep: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class RejectWorkItemRequest(_message.Message):
    __slots__ = ("name", "rep", "reason", "request_id", "validate_only")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REP_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    name: str
    rep: str
    reason: str
    request_id: str
    validate_only: bool
    def __init__(self, name: _Optional[str] = ..., rep: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class AcceptWorkItemRequest(_message.Message):
    __slots__ = ("name", "rep", "offer", "request_id", "validate_only")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REP_FIELD_NUMBER: _ClassVar[int]
    OFFER_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    name: str
    rep: str
    offer: int
    request_id: str
    validate_only: bool
    def __init__(self, name: _Optional[str] = ..., rep: _Optional[str] = ..., offer: _Optional[int] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class DeclineWorkItemRequest(_message.Message):
    __slots__ = ("name", "rep", "offer", "reason", "request_id", "validate_only")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REP_FIELD_NUMBER: _ClassVar[int]
    OFFER_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    name: str
    rep: str
    offer: int
    reason: str
    request_id: str
    validate_only: bool
    def __init__(self, name: _Optional[str] = ..., rep: _Optional[str] = ..., offer: _Optional[int] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class OfferAnswer(_message.Message):
    __slots__ = ("answer", "offer", "rep", "reason", "lapses", "set_away", "charge", "way", "rep_display_name", "because")
    class Answer(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ANSWER_UNSPECIFIED: _ClassVar[OfferAnswer.Answer]
        ANSWER_ACCEPTED: _ClassVar[OfferAnswer.Answer]
        ANSWER_DECLINED: _ClassVar[OfferAnswer.Answer]
        ANSWER_LAPSED: _ClassVar[OfferAnswer.Answer]
        ANSWER_RESCINDED: _ClassVar[OfferAnswer.Answer]
    ANSWER_UNSPECIFIED: OfferAnswer.Answer
    ANSWER_ACCEPTED: OfferAnswer.Answer
    ANSWER_DECLINED: OfferAnswer.Answer
    ANSWER_LAPSED: OfferAnswer.Answer
    ANSWER_RESCINDED: OfferAnswer.Answer
    class Because(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        BECAUSE_UNSPECIFIED: _ClassVar[OfferAnswer.Because]
        BECAUSE_COMPLETED: _ClassVar[OfferAnswer.Because]
        BECAUSE_UPDATED: _ClassVar[OfferAnswer.Because]
        BECAUSE_REASSIGNED: _ClassVar[OfferAnswer.Because]
        BECAUSE_OVERRIDE: _ClassVar[OfferAnswer.Because]
        BECAUSE_SETTLED: _ClassVar[OfferAnswer.Because]
        BECAUSE_LEFT: _ClassVar[OfferAnswer.Because]
    BECAUSE_UNSPECIFIED: OfferAnswer.Because
    BECAUSE_COMPLETED: OfferAnswer.Because
    BECAUSE_UPDATED: OfferAnswer.Because
    BECAUSE_REASSIGNED: OfferAnswer.Because
    BECAUSE_OVERRIDE: OfferAnswer.Because
    BECAUSE_SETTLED: OfferAnswer.Because
    BECAUSE_LEFT: OfferAnswer.Because
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    OFFER_FIELD_NUMBER: _ClassVar[int]
    REP_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    LAPSES_FIELD_NUMBER: _ClassVar[int]
    SET_AWAY_FIELD_NUMBER: _ClassVar[int]
    CHARGE_FIELD_NUMBER: _ClassVar[int]
    WAY_FIELD_NUMBER: _ClassVar[int]
    REP_DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    BECAUSE_FIELD_NUMBER: _ClassVar[int]
    answer: OfferAnswer.Answer
    offer: int
    rep: str
    reason: str
    lapses: int
    set_away: bool
    charge: float
    way: _decisions_pb2.Decision.Way
    rep_display_name: str
    because: OfferAnswer.Because
    def __init__(self, answer: _Optional[_Union[OfferAnswer.Answer, str]] = ..., offer: _Optional[int] = ..., rep: _Optional[str] = ..., reason: _Optional[str] = ..., lapses: _Optional[int] = ..., set_away: bool = ..., charge: _Optional[float] = ..., way: _Optional[_Union[_decisions_pb2.Decision.Way, str]] = ..., rep_display_name: _Optional[str] = ..., because: _Optional[_Union[OfferAnswer.Because, str]] = ...) -> None: ...

class ImportWorkItemsRequest(_message.Message):
    __slots__ = ("parent", "items", "request_id", "validate_only")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    parent: str
    items: _containers.RepeatedCompositeFieldContainer[ImportedWorkItem]
    request_id: str
    validate_only: bool
    def __init__(self, parent: _Optional[str] = ..., items: _Optional[_Iterable[_Union[ImportedWorkItem, _Mapping]]] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class ImportedWorkItem(_message.Message):
    __slots__ = ("work_item", "owner", "assigned_time", "stage")
    WORK_ITEM_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    ASSIGNED_TIME_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    work_item: WorkItem
    owner: str
    assigned_time: _timestamp_pb2.Timestamp
    stage: str
    def __init__(self, work_item: _Optional[_Union[WorkItem, _Mapping]] = ..., owner: _Optional[str] = ..., assigned_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., stage: _Optional[str] = ...) -> None: ...

class ImportWorkItemsResponse(_message.Message):
    __slots__ = ("imported_count", "refused")
    IMPORTED_COUNT_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    imported_count: int
    refused: _containers.RepeatedCompositeFieldContainer[RefusedImport]
    def __init__(self, imported_count: _Optional[int] = ..., refused: _Optional[_Iterable[_Union[RefusedImport, _Mapping]]] = ...) -> None: ...

class RefusedImport(_message.Message):
    __slots__ = ("index", "work_item", "error")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    WORK_ITEM_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    index: int
    work_item: str
    error: _status_pb2.Status
    def __init__(self, index: _Optional[int] = ..., work_item: _Optional[str] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ...) -> None: ...

class ReopenWorkItemRequest(_message.Message):
    __slots__ = ("name", "reason", "etag", "request_id", "validate_only", "view", "language_code")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    name: str
    reason: str
    etag: str
    request_id: str
    validate_only: bool
    view: _decisions_pb2.DecisionView
    language_code: str
    def __init__(self, name: _Optional[str] = ..., reason: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: bool = ..., view: _Optional[_Union[_decisions_pb2.DecisionView, str]] = ..., language_code: _Optional[str] = ...) -> None: ...

class WatchWorkItemsRequest(_message.Message):
    __slots__ = ("parent", "resume_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    resume_token: str
    def __init__(self, parent: _Optional[str] = ..., resume_token: _Optional[str] = ...) -> None: ...

class WatchWorkItemsResponse(_message.Message):
    __slots__ = ("resume_token", "change")
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    resume_token: str
    change: WorkItemChange
    def __init__(self, resume_token: _Optional[str] = ..., change: _Optional[_Union[WorkItemChange, _Mapping]] = ...) -> None: ...

class WorkItemChange(_message.Message):
    __slots__ = ("id", "work_item", "epoch", "change_time", "decision", "closed", "activity", "update", "offer_answer", "reached_step", "survey", "gap")
    ID_FIELD_NUMBER: _ClassVar[int]
    WORK_ITEM_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    CHANGE_TIME_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    UPDATE_FIELD_NUMBER: _ClassVar[int]
    OFFER_ANSWER_FIELD_NUMBER: _ClassVar[int]
    REACHED_STEP_FIELD_NUMBER: _ClassVar[int]
    SURVEY_FIELD_NUMBER: _ClassVar[int]
    GAP_FIELD_NUMBER: _ClassVar[int]
    id: str
    work_item: str
    epoch: int
    change_time: _timestamp_pb2.Timestamp
    decision: _decisions_pb2.Decision
    closed: WorkItem.State
    activity: _activities_pb2.Activity
    update: _decisions_pb2.WorkItemUpdate
    offer_answer: OfferAnswer
    reached_step: _deadlines_pb2.ReachedStep
    survey: _deadlines_pb2.Survey
    gap: bool
    def __init__(self, id: _Optional[str] = ..., work_item: _Optional[str] = ..., epoch: _Optional[int] = ..., change_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., decision: _Optional[_Union[_decisions_pb2.Decision, _Mapping]] = ..., closed: _Optional[_Union[WorkItem.State, str]] = ..., activity: _Optional[_Union[_activities_pb2.Activity, _Mapping]] = ..., update: _Optional[_Union[_decisions_pb2.WorkItemUpdate, _Mapping]] = ..., offer_answer: _Optional[_Union[OfferAnswer, _Mapping]] = ..., reached_step: _Optional[_Union[_deadlines_pb2.ReachedStep, _Mapping]] = ..., survey: _Optional[_Union[_deadlines_pb2.Survey, _Mapping]] = ..., gap: bool = ...) -> None: ...

class ListMyWorkRequest(_message.Message):
    __slots__ = ("rep", "page_size", "page_token", "language_code")
    REP_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    rep: str
    page_size: int
    page_token: str
    language_code: str
    def __init__(self, rep: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., language_code: _Optional[str] = ...) -> None: ...

class ListMyWorkResponse(_message.Message):
    __slots__ = ("work", "next_page_token", "offers", "away", "more_offers_count")
    WORK_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    OFFERS_FIELD_NUMBER: _ClassVar[int]
    AWAY_FIELD_NUMBER: _ClassVar[int]
    MORE_OFFERS_COUNT_FIELD_NUMBER: _ClassVar[int]
    work: _containers.RepeatedCompositeFieldContainer[OpenWork]
    next_page_token: str
    offers: _containers.RepeatedCompositeFieldContainer[WorkItem]
    away: AwayByLapses
    more_offers_count: int
    def __init__(self, work: _Optional[_Iterable[_Union[OpenWork, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., offers: _Optional[_Iterable[_Union[WorkItem, _Mapping]]] = ..., away: _Optional[_Union[AwayByLapses, _Mapping]] = ..., more_offers_count: _Optional[int] = ...) -> None: ...

class AwayByLapses(_message.Message):
    __slots__ = ("lapses", "work_item", "away_time")
    LAPSES_FIELD_NUMBER: _ClassVar[int]
    WORK_ITEM_FIELD_NUMBER: _ClassVar[int]
    AWAY_TIME_FIELD_NUMBER: _ClassVar[int]
    lapses: int
    work_item: str
    away_time: _timestamp_pb2.Timestamp
    def __init__(self, lapses: _Optional[int] = ..., work_item: _Optional[str] = ..., away_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class OpenWork(_message.Message):
    __slots__ = ("work_item", "worked", "next_date", "deadlines", "stage_title", "stage_guide")
    WORK_ITEM_FIELD_NUMBER: _ClassVar[int]
    WORKED_FIELD_NUMBER: _ClassVar[int]
    NEXT_DATE_FIELD_NUMBER: _ClassVar[int]
    DEADLINES_FIELD_NUMBER: _ClassVar[int]
    STAGE_TITLE_FIELD_NUMBER: _ClassVar[int]
    STAGE_GUIDE_FIELD_NUMBER: _ClassVar[int]
    work_item: WorkItem
    worked: bool
    next_date: _activities_pb2.NextDate
    deadlines: _containers.RepeatedCompositeFieldContainer[_deadlines_pb2.Deadline]
    stage_title: str
    stage_guide: str
    def __init__(self, work_item: _Optional[_Union[WorkItem, _Mapping]] = ..., worked: bool = ..., next_date: _Optional[_Union[_activities_pb2.NextDate, _Mapping]] = ..., deadlines: _Optional[_Iterable[_Union[_deadlines_pb2.Deadline, _Mapping]]] = ..., stage_title: _Optional[str] = ..., stage_guide: _Optional[str] = ...) -> None: ...

class GetTimelineRequest(_message.Message):
    __slots__ = ("name", "page_size", "page_token", "language_code")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    name: str
    page_size: int
    page_token: str
    language_code: str
    def __init__(self, name: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., language_code: _Optional[str] = ...) -> None: ...

class GetTimelineResponse(_message.Message):
    __slots__ = ("entries", "next_page_token")
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[TimelineEntry]
    next_page_token: str
    def __init__(self, entries: _Optional[_Iterable[_Union[TimelineEntry, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class TimelineEntry(_message.Message):
    __slots__ = ("id", "time", "words", "actor", "ended_deadlines", "moved_deadlines", "decision", "activity", "closed", "reminder", "erased", "update", "offer_answer", "reached_step", "pause", "resumed", "asked_stage", "approval_answer", "satisfaction", "survey", "child", "migration", "withdrawn", "asked_note")
    ID_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    ENDED_DEADLINES_FIELD_NUMBER: _ClassVar[int]
    MOVED_DEADLINES_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    CLOSED_FIELD_NUMBER: _ClassVar[int]
    REMINDER_FIELD_NUMBER: _ClassVar[int]
    ERASED_FIELD_NUMBER: _ClassVar[int]
    UPDATE_FIELD_NUMBER: _ClassVar[int]
    OFFER_ANSWER_FIELD_NUMBER: _ClassVar[int]
    REACHED_STEP_FIELD_NUMBER: _ClassVar[int]
    PAUSE_FIELD_NUMBER: _ClassVar[int]
    RESUMED_FIELD_NUMBER: _ClassVar[int]
    ASKED_STAGE_FIELD_NUMBER: _ClassVar[int]
    APPROVAL_ANSWER_FIELD_NUMBER: _ClassVar[int]
    SATISFACTION_FIELD_NUMBER: _ClassVar[int]
    SURVEY_FIELD_NUMBER: _ClassVar[int]
    CHILD_FIELD_NUMBER: _ClassVar[int]
    MIGRATION_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWN_FIELD_NUMBER: _ClassVar[int]
    ASKED_NOTE_FIELD_NUMBER: _ClassVar[int]
    id: str
    time: _timestamp_pb2.Timestamp
    words: str
    actor: str
    ended_deadlines: _containers.RepeatedCompositeFieldContainer[_deadlines_pb2.Deadline]
    moved_deadlines: _containers.RepeatedCompositeFieldContainer[_deadlines_pb2.MovedDeadline]
    decision: _decisions_pb2.Decision
    activity: _activities_pb2.Activity
    closed: WorkItem.State
    reminder: int
    erased: bool
    update: _decisions_pb2.WorkItemUpdate
    offer_answer: OfferAnswer
    reached_step: _deadlines_pb2.ReachedStep
    pause: Pause
    resumed: Pause
    asked_stage: str
    approval_answer: _deadlines_pb2.ApprovalAnswer
    satisfaction: SatisfactionAnswer
    survey: _deadlines_pb2.Survey
    child: WorkItem.Child
    migration: _deadlines_pb2.RevisionChange
    withdrawn: bool
    asked_note: str
    def __init__(self, id: _Optional[str] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., words: _Optional[str] = ..., actor: _Optional[str] = ..., ended_deadlines: _Optional[_Iterable[_Union[_deadlines_pb2.Deadline, _Mapping]]] = ..., moved_deadlines: _Optional[_Iterable[_Union[_deadlines_pb2.MovedDeadline, _Mapping]]] = ..., decision: _Optional[_Union[_decisions_pb2.Decision, _Mapping]] = ..., activity: _Optional[_Union[_activities_pb2.Activity, _Mapping]] = ..., closed: _Optional[_Union[WorkItem.State, str]] = ..., reminder: _Optional[int] = ..., erased: bool = ..., update: _Optional[_Union[_decisions_pb2.WorkItemUpdate, _Mapping]] = ..., offer_answer: _Optional[_Union[OfferAnswer, _Mapping]] = ..., reached_step: _Optional[_Union[_deadlines_pb2.ReachedStep, _Mapping]] = ..., pause: _Optional[_Union[Pause, _Mapping]] = ..., resumed: _Optional[_Union[Pause, _Mapping]] = ..., asked_stage: _Optional[str] = ..., approval_answer: _Optional[_Union[_deadlines_pb2.ApprovalAnswer, _Mapping]] = ..., satisfaction: _Optional[_Union[SatisfactionAnswer, _Mapping]] = ..., survey: _Optional[_Union[_deadlines_pb2.Survey, _Mapping]] = ..., child: _Optional[_Union[WorkItem.Child, _Mapping]] = ..., migration: _Optional[_Union[_deadlines_pb2.RevisionChange, _Mapping]] = ..., withdrawn: bool = ..., asked_note: _Optional[str] = ...) -> None: ...

class WorkItem(_message.Message):
    __slots__ = ("name", "kind", "source", "external_id", "attributes", "value", "priority", "state", "owner", "pool", "epoch", "etag", "create_time", "decision", "covered_rep", "offer", "process", "stage", "approval", "parent", "repeat_of", "moved_deadlines", "children", "satisfaction")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[WorkItem.Kind]
        KIND_LEAD: _ClassVar[WorkItem.Kind]
        KIND_CUSTOMER: _ClassVar[WorkItem.Kind]
        KIND_TICKET: _ClassVar[WorkItem.Kind]
        KIND_RESCUE: _ClassVar[WorkItem.Kind]
        KIND_TASK: _ClassVar[WorkItem.Kind]
        KIND_RENEWAL: _ClassVar[WorkItem.Kind]
    KIND_UNSPECIFIED: WorkItem.Kind
    KIND_LEAD: WorkItem.Kind
    KIND_CUSTOMER: WorkItem.Kind
    KIND_TICKET: WorkItem.Kind
    KIND_RESCUE: WorkItem.Kind
    KIND_TASK: WorkItem.Kind
    KIND_RENEWAL: WorkItem.Kind
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[WorkItem.State]
        STATE_QUEUED: _ClassVar[WorkItem.State]
        STATE_ASSIGNED: _ClassVar[WorkItem.State]
        STATE_UNROUTED: _ClassVar[WorkItem.State]
        STATE_CONVERTED: _ClassVar[WorkItem.State]
        STATE_DISQUALIFIED: _ClassVar[WorkItem.State]
        STATE_CLOSED: _ClassVar[WorkItem.State]
        STATE_RECEIVED: _ClassVar[WorkItem.State]
        STATE_OFFERED: _ClassVar[WorkItem.State]
    STATE_UNSPECIFIED: WorkItem.State
    STATE_QUEUED: WorkItem.State
    STATE_ASSIGNED: WorkItem.State
    STATE_UNROUTED: WorkItem.State
    STATE_CONVERTED: WorkItem.State
    STATE_DISQUALIFIED: WorkItem.State
    STATE_CLOSED: WorkItem.State
    STATE_RECEIVED: WorkItem.State
    STATE_OFFERED: WorkItem.State
    class Offer(_message.Message):
        __slots__ = ("rep", "number", "expire_time")
        REP_FIELD_NUMBER: _ClassVar[int]
        NUMBER_FIELD_NUMBER: _ClassVar[int]
        EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
        rep: str
        number: int
        expire_time: _timestamp_pb2.Timestamp
        def __init__(self, rep: _Optional[str] = ..., number: _Optional[int] = ..., expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
    class Child(_message.Message):
        __slots__ = ("work_item", "stage", "state", "owner", "blocks", "entry", "open_time")
        WORK_ITEM_FIELD_NUMBER: _ClassVar[int]
        STAGE_FIELD_NUMBER: _ClassVar[int]
        STATE_FIELD_NUMBER: _ClassVar[int]
        OWNER_FIELD_NUMBER: _ClassVar[int]
        BLOCKS_FIELD_NUMBER: _ClassVar[int]
        ENTRY_FIELD_NUMBER: _ClassVar[int]
        OPEN_TIME_FIELD_NUMBER: _ClassVar[int]
        work_item: str
        stage: str
        state: WorkItem.State
        owner: str
        blocks: bool
        entry: str
        open_time: _timestamp_pb2.Timestamp
        def __init__(self, work_item: _Optional[str] = ..., stage: _Optional[str] = ..., state: _Optional[_Union[WorkItem.State, str]] = ..., owner: _Optional[str] = ..., blocks: bool = ..., entry: _Optional[str] = ..., open_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
    class Satisfaction(_message.Message):
        __slots__ = ("csat", "nps", "record_time")
        CSAT_FIELD_NUMBER: _ClassVar[int]
        NPS_FIELD_NUMBER: _ClassVar[int]
        RECORD_TIME_FIELD_NUMBER: _ClassVar[int]
        csat: int
        nps: int
        record_time: _timestamp_pb2.Timestamp
        def __init__(self, csat: _Optional[int] = ..., nps: _Optional[int] = ..., record_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    DECISION_FIELD_NUMBER: _ClassVar[int]
    COVERED_REP_FIELD_NUMBER: _ClassVar[int]
    OFFER_FIELD_NUMBER: _ClassVar[int]
    PROCESS_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    APPROVAL_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    REPEAT_OF_FIELD_NUMBER: _ClassVar[int]
    MOVED_DEADLINES_FIELD_NUMBER: _ClassVar[int]
    CHILDREN_FIELD_NUMBER: _ClassVar[int]
    SATISFACTION_FIELD_NUMBER: _ClassVar[int]
    name: str
    kind: WorkItem.Kind
    source: str
    external_id: str
    attributes: _struct_pb2.Struct
    value: float
    priority: int
    state: WorkItem.State
    owner: str
    pool: str
    epoch: int
    etag: str
    create_time: _timestamp_pb2.Timestamp
    decision: str
    covered_rep: str
    offer: WorkItem.Offer
    process: str
    stage: str
    approval: _deadlines_pb2.Approval
    parent: str
    repeat_of: str
    moved_deadlines: _containers.RepeatedCompositeFieldContainer[_deadlines_pb2.MovedDeadline]
    children: _containers.RepeatedCompositeFieldContainer[WorkItem.Child]
    satisfaction: WorkItem.Satisfaction
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[_Union[WorkItem.Kind, str]] = ..., source: _Optional[str] = ..., external_id: _Optional[str] = ..., attributes: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., value: _Optional[float] = ..., priority: _Optional[int] = ..., state: _Optional[_Union[WorkItem.State, str]] = ..., owner: _Optional[str] = ..., pool: _Optional[str] = ..., epoch: _Optional[int] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., decision: _Optional[str] = ..., covered_rep: _Optional[str] = ..., offer: _Optional[_Union[WorkItem.Offer, _Mapping]] = ..., process: _Optional[str] = ..., stage: _Optional[str] = ..., approval: _Optional[_Union[_deadlines_pb2.Approval, _Mapping]] = ..., parent: _Optional[str] = ..., repeat_of: _Optional[str] = ..., moved_deadlines: _Optional[_Iterable[_Union[_deadlines_pb2.MovedDeadline, _Mapping]]] = ..., children: _Optional[_Iterable[_Union[WorkItem.Child, _Mapping]]] = ..., satisfaction: _Optional[_Union[WorkItem.Satisfaction, _Mapping]] = ...) -> None: ...
