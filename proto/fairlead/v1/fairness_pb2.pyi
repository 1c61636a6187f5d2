import datetime

from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetFairnessReportRequest(_message.Message):
    __slots__ = ("pool", "start_time", "end_time", "page_token")
    POOL_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pool: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    page_token: str
    def __init__(self, pool: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., page_token: _Optional[str] = ...) -> None: ...

class FairnessReport(_message.Message):
    __slots__ = ("pool", "bound", "observed", "entitled", "received", "weights", "jain_index", "decisions", "overrides", "disturbance", "largest_charge", "band", "period", "received_by", "largest_offered", "largest_entitled")
    class EntitledEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    class ReceivedEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    class WeightsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    class ReceivedByEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: ReceivedBy
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[ReceivedBy, _Mapping]] = ...) -> None: ...
    POOL_FIELD_NUMBER: _ClassVar[int]
    BOUND_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_FIELD_NUMBER: _ClassVar[int]
    ENTITLED_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    JAIN_INDEX_FIELD_NUMBER: _ClassVar[int]
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    OVERRIDES_FIELD_NUMBER: _ClassVar[int]
    DISTURBANCE_FIELD_NUMBER: _ClassVar[int]
    LARGEST_CHARGE_FIELD_NUMBER: _ClassVar[int]
    BAND_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_BY_FIELD_NUMBER: _ClassVar[int]
    LARGEST_OFFERED_FIELD_NUMBER: _ClassVar[int]
    LARGEST_ENTITLED_FIELD_NUMBER: _ClassVar[int]
    pool: str
    bound: float
    observed: ObservedFairness
    entitled: _containers.ScalarMap[str, float]
    received: _containers.ScalarMap[str, float]
    weights: _containers.ScalarMap[str, float]
    jain_index: float
    decisions: int
    overrides: int
    disturbance: float
    largest_charge: float
    band: float
    period: PeriodFairness
    received_by: _containers.MessageMap[str, ReceivedBy]
    largest_offered: float
    largest_entitled: float
    def __init__(self, pool: _Optional[str] = ..., bound: _Optional[float] = ..., observed: _Optional[_Union[ObservedFairness, _Mapping]] = ..., entitled: _Optional[_Mapping[str, float]] = ..., received: _Optional[_Mapping[str, float]] = ..., weights: _Optional[_Mapping[str, float]] = ..., jain_index: _Optional[float] = ..., decisions: _Optional[int] = ..., overrides: _Optional[int] = ..., disturbance: _Optional[float] = ..., largest_charge: _Optional[float] = ..., band: _Optional[float] = ..., period: _Optional[_Union[PeriodFairness, _Mapping]] = ..., received_by: _Optional[_Mapping[str, ReceivedBy]] = ..., largest_offered: _Optional[float] = ..., largest_entitled: _Optional[float] = ...) -> None: ...

class ReceivedBy(_message.Message):
    __slots__ = ("greedy", "apart", "override")
    GREEDY_FIELD_NUMBER: _ClassVar[int]
    APART_FIELD_NUMBER: _ClassVar[int]
    OVERRIDE_FIELD_NUMBER: _ClassVar[int]
    greedy: float
    apart: float
    override: float
    def __init__(self, greedy: _Optional[float] = ..., apart: _Optional[float] = ..., override: _Optional[float] = ...) -> None: ...

class PeriodFairness(_message.Message):
    __slots__ = ("entitled", "received", "charged", "decisions", "overrides", "next_page_token")
    class EntitledEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    class ReceivedEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    ENTITLED_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_FIELD_NUMBER: _ClassVar[int]
    CHARGED_FIELD_NUMBER: _ClassVar[int]
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    OVERRIDES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    entitled: _containers.ScalarMap[str, float]
    received: _containers.ScalarMap[str, float]
    charged: float
    decisions: int
    overrides: int
    next_page_token: str
    def __init__(self, entitled: _Optional[_Mapping[str, float]] = ..., received: _Optional[_Mapping[str, float]] = ..., charged: _Optional[float] = ..., decisions: _Optional[int] = ..., overrides: _Optional[int] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ObservedFairness(_message.Message):
    __slots__ = ("worst", "worst_ever", "per_rep")
    class PerRepEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    WORST_FIELD_NUMBER: _ClassVar[int]
    WORST_EVER_FIELD_NUMBER: _ClassVar[int]
    PER_REP_FIELD_NUMBER: _ClassVar[int]
    worst: float
    worst_ever: float
    per_rep: _containers.ScalarMap[str, float]
    def __init__(self, worst: _Optional[float] = ..., worst_ever: _Optional[float] = ..., per_rep: _Optional[_Mapping[str, float]] = ...) -> None: ...
