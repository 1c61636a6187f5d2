import datetime

from fairlead.v1 import decisions_pb2 as _decisions_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetQueueRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListSubmissionsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token", "state")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    state: Submission.State
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., state: _Optional[_Union[Submission.State, str]] = ...) -> None: ...

class ListSubmissionsResponse(_message.Message):
    __slots__ = ("submissions", "next_page_token")
    SUBMISSIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    submissions: _containers.RepeatedCompositeFieldContainer[Submission]
    next_page_token: str
    def __init__(self, submissions: _Optional[_Iterable[_Union[Submission, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RedriveSubmissionsRequest(_message.Message):
    __slots__ = ("parent", "work_items", "validate_only", "request_id")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    WORK_ITEMS_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    parent: str
    work_items: _containers.RepeatedScalarFieldContainer[str]
    validate_only: bool
    request_id: str
    def __init__(self, parent: _Optional[str] = ..., work_items: _Optional[_Iterable[str]] = ..., validate_only: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class RedriveSubmissionsResponse(_message.Message):
    __slots__ = ("redriven_count",)
    REDRIVEN_COUNT_FIELD_NUMBER: _ClassVar[int]
    redriven_count: int
    def __init__(self, redriven_count: _Optional[int] = ...) -> None: ...

class PurgeSubmissionsRequest(_message.Message):
    __slots__ = ("parent", "state", "work_items", "validate_only", "request_id")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    WORK_ITEMS_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    parent: str
    state: Submission.State
    work_items: _containers.RepeatedScalarFieldContainer[str]
    validate_only: bool
    request_id: str
    def __init__(self, parent: _Optional[str] = ..., state: _Optional[_Union[Submission.State, str]] = ..., work_items: _Optional[_Iterable[str]] = ..., validate_only: bool = ..., request_id: _Optional[str] = ...) -> None: ...

class PurgeSubmissionsResponse(_message.Message):
    __slots__ = ("purged_count",)
    PURGED_COUNT_FIELD_NUMBER: _ClassVar[int]
    purged_count: int
    def __init__(self, purged_count: _Optional[int] = ...) -> None: ...

class Queue(_message.Message):
    __slots__ = ("name", "ready_count", "delayed_count", "leased_count", "dead_count", "next_wait_duration", "content_bytes", "submitted_total", "done_total", "retried_total", "expired_total", "dead_total", "redriven_total", "purged_total")
    NAME_FIELD_NUMBER: _ClassVar[int]
    READY_COUNT_FIELD_NUMBER: _ClassVar[int]
    DELAYED_COUNT_FIELD_NUMBER: _ClassVar[int]
    LEASED_COUNT_FIELD_NUMBER: _ClassVar[int]
    DEAD_COUNT_FIELD_NUMBER: _ClassVar[int]
    NEXT_WAIT_DURATION_FIELD_NUMBER: _ClassVar[int]
    CONTENT_BYTES_FIELD_NUMBER: _ClassVar[int]
    SUBMITTED_TOTAL_FIELD_NUMBER: _ClassVar[int]
    DONE_TOTAL_FIELD_NUMBER: _ClassVar[int]
    RETRIED_TOTAL_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_TOTAL_FIELD_NUMBER: _ClassVar[int]
    DEAD_TOTAL_FIELD_NUMBER: _ClassVar[int]
    REDRIVEN_TOTAL_FIELD_NUMBER: _ClassVar[int]
    PURGED_TOTAL_FIELD_NUMBER: _ClassVar[int]
    name: str
    ready_count: int
    delayed_count: int
    leased_count: int
    dead_count: int
    next_wait_duration: _duration_pb2.Duration
    content_bytes: int
    submitted_total: int
    done_total: int
    retried_total: int
    expired_total: int
    dead_total: int
    redriven_total: int
    purged_total: int
    def __init__(self, name: _Optional[str] = ..., ready_count: _Optional[int] = ..., delayed_count: _Optional[int] = ..., leased_count: _Optional[int] = ..., dead_count: _Optional[int] = ..., next_wait_duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., content_bytes: _Optional[int] = ..., submitted_total: _Optional[int] = ..., done_total: _Optional[int] = ..., retried_total: _Optional[int] = ..., expired_total: _Optional[int] = ..., dead_total: _Optional[int] = ..., redriven_total: _Optional[int] = ..., purged_total: _Optional[int] = ...) -> None: ...

class Submission(_message.Message):
    __slots__ = ("work_item", "state", "submit_time", "durability", "delivery_count", "fault", "due_time", "death_time")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Submission.State]
        STATE_READY: _ClassVar[Submission.State]
        STATE_DELAYED: _ClassVar[Submission.State]
        STATE_LEASED: _ClassVar[Submission.State]
        STATE_DEAD: _ClassVar[Submission.State]
    STATE_UNSPECIFIED: Submission.State
    STATE_READY: Submission.State
    STATE_DELAYED: Submission.State
    STATE_LEASED: Submission.State
    STATE_DEAD: Submission.State
    WORK_ITEM_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SUBMIT_TIME_FIELD_NUMBER: _ClassVar[int]
    DURABILITY_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_COUNT_FIELD_NUMBER: _ClassVar[int]
    FAULT_FIELD_NUMBER: _ClassVar[int]
    DUE_TIME_FIELD_NUMBER: _ClassVar[int]
    DEATH_TIME_FIELD_NUMBER: _ClassVar[int]
    work_item: str
    state: Submission.State
    submit_time: _timestamp_pb2.Timestamp
    durability: _decisions_pb2.Durability
    delivery_count: int
    fault: str
    due_time: _timestamp_pb2.Timestamp
    death_time: _timestamp_pb2.Timestamp
    def __init__(self, work_item: _Optional[str] = ..., state: _Optional[_Union[Submission.State, str]] = ..., submit_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., durability: _Optional[_Union[_decisions_pb2.Durability, str]] = ..., delivery_count: _Optional[int] = ..., fault: _Optional[str] = ..., due_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., death_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
