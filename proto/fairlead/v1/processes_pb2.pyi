import datetime

from fairlead.v1 import deadlines_pb2 as _deadlines_pb2
from fairlead.v1 import routing_pb2 as _routing_pb2
from fairlead.v1 import rules_pb2 as _rules_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ValidateProcessRequest(_message.Message):
    __slots__ = ("parent", "source")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    parent: str
    source: str
    def __init__(self, parent: _Optional[str] = ..., source: _Optional[str] = ...) -> None: ...

class ValidateProcessResponse(_message.Message):
    __slots__ = ("problems",)
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    problems: _containers.RepeatedCompositeFieldContainer[_rules_pb2.RuleSetProblem]
    def __init__(self, problems: _Optional[_Iterable[_Union[_rules_pb2.RuleSetProblem, _Mapping]]] = ...) -> None: ...

class TestProcessRequest(_message.Message):
    __slots__ = ("parent", "source")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    parent: str
    source: str
    def __init__(self, parent: _Optional[str] = ..., source: _Optional[str] = ...) -> None: ...

class TestProcessResponse(_message.Message):
    __slots__ = ("problems", "results")
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    problems: _containers.RepeatedCompositeFieldContainer[_rules_pb2.RuleSetProblem]
    results: _containers.RepeatedCompositeFieldContainer[_rules_pb2.RuleTestResult]
    def __init__(self, problems: _Optional[_Iterable[_Union[_rules_pb2.RuleSetProblem, _Mapping]]] = ..., results: _Optional[_Iterable[_Union[_rules_pb2.RuleTestResult, _Mapping]]] = ...) -> None: ...

class PublishProcessRequest(_message.Message):
    __slots__ = ("parent", "source", "note", "etag", "request_id", "validate_only")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    parent: str
    source: str
    note: str
    etag: str
    request_id: str
    validate_only: bool
    def __init__(self, parent: _Optional[str] = ..., source: _Optional[str] = ..., note: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class GetProcessRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListProcessRevisionsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListProcessRevisionsResponse(_message.Message):
    __slots__ = ("processes", "next_page_token")
    PROCESSES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    processes: _containers.RepeatedCompositeFieldContainer[Process]
    next_page_token: str
    def __init__(self, processes: _Optional[_Iterable[_Union[Process, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RollbackProcessRequest(_message.Message):
    __slots__ = ("name", "revision", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    revision: int
    request_id: str
    def __init__(self, name: _Optional[str] = ..., revision: _Optional[int] = ..., request_id: _Optional[str] = ...) -> None: ...

class DrawProcessRequest(_message.Message):
    __slots__ = ("name", "source", "format", "language_code")
    class Format(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        FORMAT_UNSPECIFIED: _ClassVar[DrawProcessRequest.Format]
        FORMAT_SVG: _ClassVar[DrawProcessRequest.Format]
        FORMAT_MERMAID: _ClassVar[DrawProcessRequest.Format]
    FORMAT_UNSPECIFIED: DrawProcessRequest.Format
    FORMAT_SVG: DrawProcessRequest.Format
    FORMAT_MERMAID: DrawProcessRequest.Format
    NAME_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    name: str
    source: str
    format: DrawProcessRequest.Format
    language_code: str
    def __init__(self, name: _Optional[str] = ..., source: _Optional[str] = ..., format: _Optional[_Union[DrawProcessRequest.Format, str]] = ..., language_code: _Optional[str] = ...) -> None: ...

class DrawProcessResponse(_message.Message):
    __slots__ = ("picture",)
    PICTURE_FIELD_NUMBER: _ClassVar[int]
    picture: str
    def __init__(self, picture: _Optional[str] = ...) -> None: ...

class MigrateWorkItemsRequest(_message.Message):
    __slots__ = ("name", "stages", "preview", "page_size", "page_token")
    class StagesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    STAGES_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    name: str
    stages: _containers.ScalarMap[str, str]
    preview: bool
    page_size: int
    page_token: str
    def __init__(self, name: _Optional[str] = ..., stages: _Optional[_Mapping[str, str]] = ..., preview: bool = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class MigrateWorkItemsResponse(_message.Message):
    __slots__ = ("migrations", "next_page_token")
    MIGRATIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    migrations: _containers.RepeatedCompositeFieldContainer[WorkItemMigration]
    next_page_token: str
    def __init__(self, migrations: _Optional[_Iterable[_Union[WorkItemMigration, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WorkItemMigration(_message.Message):
    __slots__ = ("work_item", "earlier_process", "earlier_stage", "stage", "deadlines", "fault")
    WORK_ITEM_FIELD_NUMBER: _ClassVar[int]
    EARLIER_PROCESS_FIELD_NUMBER: _ClassVar[int]
    EARLIER_STAGE_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    DEADLINES_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    work_item: str
    earlier_process: str
    earlier_stage: str
    stage: str
    deadlines: _containers.RepeatedCompositeFieldContainer[_deadlines_pb2.MovedDeadline]
    fault: str
    def __init__(self, work_item: _Optional[str] = ..., earlier_process: _Optional[str] = ..., earlier_stage: _Optional[str] = ..., stage: _Optional[str] = ..., deadlines: _Optional[_Iterable[_Union[_deadlines_pb2.MovedDeadline, _Mapping]]] = ..., fault: _Optional[str] = ...) -> None: ...

class ListDeadlinesRequest(_message.Message):
    __slots__ = ("parent", "rep", "state", "moved_by", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    REP_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    MOVED_BY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    rep: str
    state: _deadlines_pb2.Deadline.State
    moved_by: int
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., rep: _Optional[str] = ..., state: _Optional[_Union[_deadlines_pb2.Deadline.State, str]] = ..., moved_by: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListDeadlinesResponse(_message.Message):
    __slots__ = ("deadlines", "next_page_token")
    DEADLINES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    deadlines: _containers.RepeatedCompositeFieldContainer[_deadlines_pb2.Deadline]
    next_page_token: str
    def __init__(self, deadlines: _Optional[_Iterable[_Union[_deadlines_pb2.Deadline, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListApprovalsRequest(_message.Message):
    __slots__ = ("parent", "rep", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    REP_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    rep: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., rep: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListApprovalsResponse(_message.Message):
    __slots__ = ("approvals", "next_page_token")
    APPROVALS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    approvals: _containers.RepeatedCompositeFieldContainer[_deadlines_pb2.Approval]
    next_page_token: str
    def __init__(self, approvals: _Optional[_Iterable[_Union[_deadlines_pb2.Approval, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListSurveysRequest(_message.Message):
    __slots__ = ("parent", "start_time", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    start_time: _timestamp_pb2.Timestamp
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSurveysResponse(_message.Message):
    __slots__ = ("surveys", "next_page_token")
    SURVEYS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    surveys: _containers.RepeatedCompositeFieldContainer[_deadlines_pb2.Survey]
    next_page_token: str
    def __init__(self, surveys: _Optional[_Iterable[_Union[_deadlines_pb2.Survey, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetProcessFiguresRequest(_message.Message):
    __slots__ = ("parent", "start_time", "end_time", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., page_token: _Optional[str] = ...) -> None: ...

class GetProcessFiguresResponse(_message.Message):
    __slots__ = ("figures", "next_page_token")
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    figures: _containers.RepeatedCompositeFieldContainer[ProcessFigures]
    next_page_token: str
    def __init__(self, figures: _Optional[_Iterable[_Union[ProcessFigures, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ProcessFigures(_message.Message):
    __slots__ = ("process", "csat_asked", "csat_answered", "nps_asked", "nps_answered", "csat_answers", "csat_satisfied", "nps_answers", "nps_promoters", "nps_detractors", "call_backs", "called", "completeness")
    class Completeness(_message.Message):
        __slots__ = ("stage", "closed", "field", "work_items", "filled")
        STAGE_FIELD_NUMBER: _ClassVar[int]
        CLOSED_FIELD_NUMBER: _ClassVar[int]
        FIELD_FIELD_NUMBER: _ClassVar[int]
        WORK_ITEMS_FIELD_NUMBER: _ClassVar[int]
        FILLED_FIELD_NUMBER: _ClassVar[int]
        stage: str
        closed: bool
        field: str
        work_items: int
        filled: int
        def __init__(self, stage: _Optional[str] = ..., closed: bool = ..., field: _Optional[str] = ..., work_items: _Optional[int] = ..., filled: _Optional[int] = ...) -> None: ...
    PROCESS_FIELD_NUMBER: _ClassVar[int]
    CSAT_ASKED_FIELD_NUMBER: _ClassVar[int]
    CSAT_ANSWERED_FIELD_NUMBER: _ClassVar[int]
    NPS_ASKED_FIELD_NUMBER: _ClassVar[int]
    NPS_ANSWERED_FIELD_NUMBER: _ClassVar[int]
    CSAT_ANSWERS_FIELD_NUMBER: _ClassVar[int]
    CSAT_SATISFIED_FIELD_NUMBER: _ClassVar[int]
    NPS_ANSWERS_FIELD_NUMBER: _ClassVar[int]
    NPS_PROMOTERS_FIELD_NUMBER: _ClassVar[int]
    NPS_DETRACTORS_FIELD_NUMBER: _ClassVar[int]
    CALL_BACKS_FIELD_NUMBER: _ClassVar[int]
    CALLED_FIELD_NUMBER: _ClassVar[int]
    COMPLETENESS_FIELD_NUMBER: _ClassVar[int]
    process: str
    csat_asked: int
    csat_answered: int
    nps_asked: int
    nps_answered: int
    csat_answers: int
    csat_satisfied: int
    nps_answers: int
    nps_promoters: int
    nps_detractors: int
    call_backs: int
    called: int
    completeness: _containers.RepeatedCompositeFieldContainer[ProcessFigures.Completeness]
    def __init__(self, process: _Optional[str] = ..., csat_asked: _Optional[int] = ..., csat_answered: _Optional[int] = ..., nps_asked: _Optional[int] = ..., nps_answered: _Optional[int] = ..., csat_answers: _Optional[int] = ..., csat_satisfied: _Optional[int] = ..., nps_answers: _Optional[int] = ..., nps_promoters: _Optional[int] = ..., nps_detractors: _Optional[int] = ..., call_backs: _Optional[int] = ..., called: _Optional[int] = ..., completeness: _Optional[_Iterable[_Union[ProcessFigures.Completeness, _Mapping]]] = ...) -> None: ...

class ListDigestsRequest(_message.Message):
    __slots__ = ("parent", "rep", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    REP_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    rep: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., rep: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListDigestsResponse(_message.Message):
    __slots__ = ("digests", "next_page_token")
    DIGESTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    digests: _containers.RepeatedCompositeFieldContainer[_deadlines_pb2.Digest]
    next_page_token: str
    def __init__(self, digests: _Optional[_Iterable[_Union[_deadlines_pb2.Digest, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Process(_message.Message):
    __slots__ = ("name", "process", "revision", "source", "note", "active", "rollback_of", "stages", "etag", "create_time", "actor", "kinds")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROCESS_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    ROLLBACK_OF_FIELD_NUMBER: _ClassVar[int]
    STAGES_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    name: str
    process: str
    revision: int
    source: str
    note: str
    active: bool
    rollback_of: int
    stages: _containers.RepeatedScalarFieldContainer[str]
    etag: str
    create_time: _timestamp_pb2.Timestamp
    actor: str
    kinds: _containers.RepeatedScalarFieldContainer[_routing_pb2.WorkItem.Kind]
    def __init__(self, name: _Optional[str] = ..., process: _Optional[str] = ..., revision: _Optional[int] = ..., source: _Optional[str] = ..., note: _Optional[str] = ..., active: bool = ..., rollback_of: _Optional[int] = ..., stages: _Optional[_Iterable[str]] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., actor: _Optional[str] = ..., kinds: _Optional[_Iterable[_Union[_routing_pb2.WorkItem.Kind, str]]] = ...) -> None: ...
