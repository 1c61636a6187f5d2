import datetime

from fairlead.v1 import deadlines_pb2 as _deadlines_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RecordActivityRequest(_message.Message):
    __slots__ = ("name", "activity", "request_id", "validate_only", "automatic")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    AUTOMATIC_FIELD_NUMBER: _ClassVar[int]
    name: str
    activity: Activity
    request_id: str
    validate_only: bool
    automatic: bool
    def __init__(self, name: _Optional[str] = ..., activity: _Optional[_Union[Activity, _Mapping]] = ..., request_id: _Optional[str] = ..., validate_only: bool = ..., automatic: bool = ...) -> None: ...

class ListAgendaRequest(_message.Message):
    __slots__ = ("rep", "date", "page_size", "page_token", "language_code")
    REP_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_CODE_FIELD_NUMBER: _ClassVar[int]
    rep: str
    date: str
    page_size: int
    page_token: str
    language_code: str
    def __init__(self, rep: _Optional[str] = ..., date: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., language_code: _Optional[str] = ...) -> None: ...

class ListAgendaResponse(_message.Message):
    __slots__ = ("date", "time_zone", "next_dates", "next_page_token", "deadlines")
    DATE_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    NEXT_DATES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    DEADLINES_FIELD_NUMBER: _ClassVar[int]
    date: str
    time_zone: str
    next_dates: _containers.RepeatedCompositeFieldContainer[NextDate]
    next_page_token: str
    deadlines: _containers.RepeatedCompositeFieldContainer[_deadlines_pb2.Deadline]
    def __init__(self, date: _Optional[str] = ..., time_zone: _Optional[str] = ..., next_dates: _Optional[_Iterable[_Union[NextDate, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., deadlines: _Optional[_Iterable[_Union[_deadlines_pb2.Deadline, _Mapping]]] = ...) -> None: ...

class NextDate(_message.Message):
    __slots__ = ("work_item", "activity", "next_time", "next_step", "status", "reminders", "reminder_time", "words")
    class Status(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATUS_UNSPECIFIED: _ClassVar[NextDate.Status]
        STATUS_DUE: _ClassVar[NextDate.Status]
        STATUS_OVERDUE: _ClassVar[NextDate.Status]
    STATUS_UNSPECIFIED: NextDate.Status
    STATUS_DUE: NextDate.Status
    STATUS_OVERDUE: NextDate.Status
    WORK_ITEM_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_FIELD_NUMBER: _ClassVar[int]
    NEXT_TIME_FIELD_NUMBER: _ClassVar[int]
    NEXT_STEP_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REMINDERS_FIELD_NUMBER: _ClassVar[int]
    REMINDER_TIME_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    work_item: str
    activity: str
    next_time: _timestamp_pb2.Timestamp
    next_step: str
    status: NextDate.Status
    reminders: int
    reminder_time: _timestamp_pb2.Timestamp
    words: str
    def __init__(self, work_item: _Optional[str] = ..., activity: _Optional[str] = ..., next_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., next_step: _Optional[str] = ..., status: _Optional[_Union[NextDate.Status, str]] = ..., reminders: _Optional[int] = ..., reminder_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., words: _Optional[str] = ...) -> None: ...

class Activity(_message.Message):
    __slots__ = ("name", "rep", "rep_display_name", "kind", "direction", "outcome", "duration", "note", "occur_time", "next_time", "next_step", "external_id", "evidence", "record_time", "actor", "erased")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[Activity.Kind]
        KIND_CALL: _ClassVar[Activity.Kind]
        KIND_VISIT: _ClassVar[Activity.Kind]
        KIND_MEETING: _ClassVar[Activity.Kind]
        KIND_MESSAGE: _ClassVar[Activity.Kind]
        KIND_EMAIL: _ClassVar[Activity.Kind]
        KIND_NOTE: _ClassVar[Activity.Kind]
    KIND_UNSPECIFIED: Activity.Kind
    KIND_CALL: Activity.Kind
    KIND_VISIT: Activity.Kind
    KIND_MEETING: Activity.Kind
    KIND_MESSAGE: Activity.Kind
    KIND_EMAIL: Activity.Kind
    KIND_NOTE: Activity.Kind
    class Direction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        DIRECTION_UNSPECIFIED: _ClassVar[Activity.Direction]
        DIRECTION_OUTBOUND: _ClassVar[Activity.Direction]
        DIRECTION_INBOUND: _ClassVar[Activity.Direction]
        DIRECTION_INTERNAL: _ClassVar[Activity.Direction]
    DIRECTION_UNSPECIFIED: Activity.Direction
    DIRECTION_OUTBOUND: Activity.Direction
    DIRECTION_INBOUND: Activity.Direction
    DIRECTION_INTERNAL: Activity.Direction
    class Evidence(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        EVIDENCE_UNSPECIFIED: _ClassVar[Activity.Evidence]
        EVIDENCE_ATTEMPT: _ClassVar[Activity.Evidence]
        EVIDENCE_CONTACT: _ClassVar[Activity.Evidence]
        EVIDENCE_CUSTOMER: _ClassVar[Activity.Evidence]
        EVIDENCE_ANY: _ClassVar[Activity.Evidence]
    EVIDENCE_UNSPECIFIED: Activity.Evidence
    EVIDENCE_ATTEMPT: Activity.Evidence
    EVIDENCE_CONTACT: Activity.Evidence
    EVIDENCE_CUSTOMER: Activity.Evidence
    EVIDENCE_ANY: Activity.Evidence
    NAME_FIELD_NUMBER: _ClassVar[int]
    REP_FIELD_NUMBER: _ClassVar[int]
    REP_DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    OCCUR_TIME_FIELD_NUMBER: _ClassVar[int]
    NEXT_TIME_FIELD_NUMBER: _ClassVar[int]
    NEXT_STEP_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    RECORD_TIME_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    ERASED_FIELD_NUMBER: _ClassVar[int]
    name: str
    rep: str
    rep_display_name: str
    kind: Activity.Kind
    direction: Activity.Direction
    outcome: str
    duration: _duration_pb2.Duration
    note: str
    occur_time: _timestamp_pb2.Timestamp
    next_time: _timestamp_pb2.Timestamp
    next_step: str
    external_id: str
    evidence: _containers.RepeatedScalarFieldContainer[Activity.Evidence]
    record_time: _timestamp_pb2.Timestamp
    actor: str
    erased: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., rep: _Optional[str] = ..., rep_display_name: _Optional[str] = ..., kind: _Optional[_Union[Activity.Kind, str]] = ..., direction: _Optional[_Union[Activity.Direction, str]] = ..., outcome: _Optional[str] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., note: _Optional[str] = ..., occur_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., next_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., next_step: _Optional[str] = ..., external_id: _Optional[str] = ..., evidence: _Optional[_Iterable[_Union[Activity.Evidence, str]]] = ..., record_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., actor: _Optional[str] = ..., erased: _Optional[_Iterable[str]] = ...) -> None: ...
