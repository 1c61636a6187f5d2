import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListCapUsesRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCapUsesResponse(_message.Message):
    __slots__ = ("cap_uses", "next_page_token")
    CAP_USES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    cap_uses: _containers.RepeatedCompositeFieldContainer[CapUse]
    next_page_token: str
    def __init__(self, cap_uses: _Optional[_Iterable[_Union[CapUse, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CapUse(_message.Message):
    __slots__ = ("holder", "cap", "rep", "used", "reached", "lift_time")
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    CAP_FIELD_NUMBER: _ClassVar[int]
    REP_FIELD_NUMBER: _ClassVar[int]
    USED_FIELD_NUMBER: _ClassVar[int]
    REACHED_FIELD_NUMBER: _ClassVar[int]
    LIFT_TIME_FIELD_NUMBER: _ClassVar[int]
    holder: str
    cap: Cap
    rep: str
    used: float
    reached: bool
    lift_time: _timestamp_pb2.Timestamp
    def __init__(self, holder: _Optional[str] = ..., cap: _Optional[_Union[Cap, _Mapping]] = ..., rep: _Optional[str] = ..., used: _Optional[float] = ..., reached: bool = ..., lift_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Cap(_message.Message):
    __slots__ = ("id", "scope", "kinds", "measure", "window", "rolling_duration", "limit", "pace")
    class Scope(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        SCOPE_UNSPECIFIED: _ClassVar[Cap.Scope]
        SCOPE_REP: _ClassVar[Cap.Scope]
        SCOPE_POOL: _ClassVar[Cap.Scope]
    SCOPE_UNSPECIFIED: Cap.Scope
    SCOPE_REP: Cap.Scope
    SCOPE_POOL: Cap.Scope
    class Measure(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        MEASURE_UNSPECIFIED: _ClassVar[Cap.Measure]
        MEASURE_OPEN: _ClassVar[Cap.Measure]
        MEASURE_UNWORKED: _ClassVar[Cap.Measure]
        MEASURE_COUNT: _ClassVar[Cap.Measure]
        MEASURE_UNITS: _ClassVar[Cap.Measure]
        MEASURE_VALUE: _ClassVar[Cap.Measure]
    MEASURE_UNSPECIFIED: Cap.Measure
    MEASURE_OPEN: Cap.Measure
    MEASURE_UNWORKED: Cap.Measure
    MEASURE_COUNT: Cap.Measure
    MEASURE_UNITS: Cap.Measure
    MEASURE_VALUE: Cap.Measure
    class Window(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        WINDOW_UNSPECIFIED: _ClassVar[Cap.Window]
        WINDOW_HOUR: _ClassVar[Cap.Window]
        WINDOW_DAY: _ClassVar[Cap.Window]
        WINDOW_WEEK: _ClassVar[Cap.Window]
        WINDOW_MONTH: _ClassVar[Cap.Window]
        WINDOW_ROLLING: _ClassVar[Cap.Window]
    WINDOW_UNSPECIFIED: Cap.Window
    WINDOW_HOUR: Cap.Window
    WINDOW_DAY: Cap.Window
    WINDOW_WEEK: Cap.Window
    WINDOW_MONTH: Cap.Window
    WINDOW_ROLLING: Cap.Window
    class Pace(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        PACE_UNSPECIFIED: _ClassVar[Cap.Pace]
        PACE_ANY: _ClassVar[Cap.Pace]
        PACE_EVEN: _ClassVar[Cap.Pace]
    PACE_UNSPECIFIED: Cap.Pace
    PACE_ANY: Cap.Pace
    PACE_EVEN: Cap.Pace
    ID_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    MEASURE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    ROLLING_DURATION_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PACE_FIELD_NUMBER: _ClassVar[int]
    id: str
    scope: Cap.Scope
    kinds: _containers.RepeatedScalarFieldContainer[str]
    measure: Cap.Measure
    window: Cap.Window
    rolling_duration: _duration_pb2.Duration
    limit: float
    pace: Cap.Pace
    def __init__(self, id: _Optional[str] = ..., scope: _Optional[_Union[Cap.Scope, str]] = ..., kinds: _Optional[_Iterable[str]] = ..., measure: _Optional[_Union[Cap.Measure, str]] = ..., window: _Optional[_Union[Cap.Window, str]] = ..., rolling_duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., limit: _Optional[float] = ..., pace: _Optional[_Union[Cap.Pace, str]] = ...) -> None: ...
