import datetime

from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EraseSubjectRequest(_message.Message):
    __slots__ = ("parent", "subject", "request_id", "validate_only")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    parent: str
    subject: str
    request_id: str
    validate_only: bool
    def __init__(self, parent: _Optional[str] = ..., subject: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class EraseSubjectResponse(_message.Message):
    __slots__ = ("work_item_count", "value_count", "submission_count", "score_count", "clean_time", "hindrance")
    WORK_ITEM_COUNT_FIELD_NUMBER: _ClassVar[int]
    VALUE_COUNT_FIELD_NUMBER: _ClassVar[int]
    SUBMISSION_COUNT_FIELD_NUMBER: _ClassVar[int]
    SCORE_COUNT_FIELD_NUMBER: _ClassVar[int]
    CLEAN_TIME_FIELD_NUMBER: _ClassVar[int]
    HINDRANCE_FIELD_NUMBER: _ClassVar[int]
    work_item_count: int
    value_count: int
    submission_count: int
    score_count: int
    clean_time: _timestamp_pb2.Timestamp
    hindrance: str
    def __init__(self, work_item_count: _Optional[int] = ..., value_count: _Optional[int] = ..., submission_count: _Optional[int] = ..., score_count: _Optional[int] = ..., clean_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., hindrance: _Optional[str] = ...) -> None: ...
