import datetime

from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ValidateRuleSetRequest(_message.Message):
    __slots__ = ("parent", "source")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    parent: str
    source: str
    def __init__(self, parent: _Optional[str] = ..., source: _Optional[str] = ...) -> None: ...

class ValidateRuleSetResponse(_message.Message):
    __slots__ = ("problems",)
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    problems: _containers.RepeatedCompositeFieldContainer[RuleSetProblem]
    def __init__(self, problems: _Optional[_Iterable[_Union[RuleSetProblem, _Mapping]]] = ...) -> None: ...

class PublishRuleSetRequest(_message.Message):
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

class ListRuleSetRevisionsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRuleSetRevisionsResponse(_message.Message):
    __slots__ = ("rule_sets", "next_page_token")
    RULE_SETS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    rule_sets: _containers.RepeatedCompositeFieldContainer[RuleSet]
    next_page_token: str
    def __init__(self, rule_sets: _Optional[_Iterable[_Union[RuleSet, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RollbackRuleSetRequest(_message.Message):
    __slots__ = ("parent", "revision", "request_id")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    parent: str
    revision: int
    request_id: str
    def __init__(self, parent: _Optional[str] = ..., revision: _Optional[int] = ..., request_id: _Optional[str] = ...) -> None: ...

class TestRuleSetRequest(_message.Message):
    __slots__ = ("parent", "source", "tests")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TESTS_FIELD_NUMBER: _ClassVar[int]
    parent: str
    source: str
    tests: str
    def __init__(self, parent: _Optional[str] = ..., source: _Optional[str] = ..., tests: _Optional[str] = ...) -> None: ...

class TestRuleSetResponse(_message.Message):
    __slots__ = ("problems", "results")
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    problems: _containers.RepeatedCompositeFieldContainer[RuleSetProblem]
    results: _containers.RepeatedCompositeFieldContainer[RuleTestResult]
    def __init__(self, problems: _Optional[_Iterable[_Union[RuleSetProblem, _Mapping]]] = ..., results: _Optional[_Iterable[_Union[RuleTestResult, _Mapping]]] = ...) -> None: ...

class GetRuleSetRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class RuleSet(_message.Message):
    __slots__ = ("name", "revision", "source", "note", "active", "rollback_of", "rule_count", "etag", "create_time", "actor")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    ROLLBACK_OF_FIELD_NUMBER: _ClassVar[int]
    RULE_COUNT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    name: str
    revision: int
    source: str
    note: str
    active: bool
    rollback_of: int
    rule_count: int
    etag: str
    create_time: _timestamp_pb2.Timestamp
    actor: str
    def __init__(self, name: _Optional[str] = ..., revision: _Optional[int] = ..., source: _Optional[str] = ..., note: _Optional[str] = ..., active: bool = ..., rollback_of: _Optional[int] = ..., rule_count: _Optional[int] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., actor: _Optional[str] = ...) -> None: ...

class RuleSetProblem(_message.Message):
    __slots__ = ("line", "column", "path", "message", "severity")
    class Severity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        SEVERITY_UNSPECIFIED: _ClassVar[RuleSetProblem.Severity]
        SEVERITY_ERROR: _ClassVar[RuleSetProblem.Severity]
        SEVERITY_WARNING: _ClassVar[RuleSetProblem.Severity]
    SEVERITY_UNSPECIFIED: RuleSetProblem.Severity
    SEVERITY_ERROR: RuleSetProblem.Severity
    SEVERITY_WARNING: RuleSetProblem.Severity
    LINE_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    line: int
    column: int
    path: str
    message: str
    severity: RuleSetProblem.Severity
    def __init__(self, line: _Optional[int] = ..., column: _Optional[int] = ..., path: _Optional[str] = ..., message: _Optional[str] = ..., severity: _Optional[_Union[RuleSetProblem.Severity, str]] = ...) -> None: ...

class RuleTestResult(_message.Message):
    __slots__ = ("name", "passed", "message", "line")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PASSED_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    name: str
    passed: bool
    message: str
    line: int
    def __init__(self, name: _Optional[str] = ..., passed: bool = ..., message: _Optional[str] = ..., line: _Optional[int] = ...) -> None: ...
