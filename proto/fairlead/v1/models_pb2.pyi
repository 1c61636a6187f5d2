import datetime

from fairlead.v1 import tables_pb2 as _tables_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.longrunning import operations_pb2 as _operations_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListModelsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListModelsResponse(_message.Message):
    __slots__ = ("models", "next_page_token")
    MODELS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    models: _containers.RepeatedCompositeFieldContainer[Model]
    next_page_token: str
    def __init__(self, models: _Optional[_Iterable[_Union[Model, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetModelRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class PromoteModelRequest(_message.Message):
    __slots__ = ("name", "actor", "reason", "override_reason", "etag", "request_id", "validate_only")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    OVERRIDE_REASON_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    name: str
    actor: str
    reason: str
    override_reason: str
    etag: str
    request_id: str
    validate_only: bool
    def __init__(self, name: _Optional[str] = ..., actor: _Optional[str] = ..., reason: _Optional[str] = ..., override_reason: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class RollbackModelRequest(_message.Message):
    __slots__ = ("name", "actor", "reason", "etag", "request_id", "validate_only")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    name: str
    actor: str
    reason: str
    etag: str
    request_id: str
    validate_only: bool
    def __init__(self, name: _Optional[str] = ..., actor: _Optional[str] = ..., reason: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class ChallengeModelRequest(_message.Message):
    __slots__ = ("name", "actor", "reason", "etag", "request_id", "validate_only")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    name: str
    actor: str
    reason: str
    etag: str
    request_id: str
    validate_only: bool
    def __init__(self, name: _Optional[str] = ..., actor: _Optional[str] = ..., reason: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class CompareModelsRequest(_message.Message):
    __slots__ = ("first", "second")
    FIRST_FIELD_NUMBER: _ClassVar[int]
    SECOND_FIELD_NUMBER: _ClassVar[int]
    first: str
    second: str
    def __init__(self, first: _Optional[str] = ..., second: _Optional[str] = ...) -> None: ...

class CompareModelsResponse(_message.Message):
    __slots__ = ("first", "second", "figures", "features_only_in_first", "features_only_in_second")
    FIRST_FIELD_NUMBER: _ClassVar[int]
    SECOND_FIELD_NUMBER: _ClassVar[int]
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    FEATURES_ONLY_IN_FIRST_FIELD_NUMBER: _ClassVar[int]
    FEATURES_ONLY_IN_SECOND_FIELD_NUMBER: _ClassVar[int]
    first: Model
    second: Model
    figures: _containers.RepeatedCompositeFieldContainer[FigureComparison]
    features_only_in_first: _containers.RepeatedScalarFieldContainer[str]
    features_only_in_second: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, first: _Optional[_Union[Model, _Mapping]] = ..., second: _Optional[_Union[Model, _Mapping]] = ..., figures: _Optional[_Iterable[_Union[FigureComparison, _Mapping]]] = ..., features_only_in_first: _Optional[_Iterable[str]] = ..., features_only_in_second: _Optional[_Iterable[str]] = ...) -> None: ...

class FigureComparison(_message.Message):
    __slots__ = ("name", "first", "second")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FIRST_FIELD_NUMBER: _ClassVar[int]
    SECOND_FIELD_NUMBER: _ClassVar[int]
    name: str
    first: float
    second: float
    def __init__(self, name: _Optional[str] = ..., first: _Optional[float] = ..., second: _Optional[float] = ...) -> None: ...

class TrainModelRequest(_message.Message):
    __slots__ = ("parent", "data_path", "target", "positive", "id_column", "time_column", "dropped_columns", "seed", "request_id", "validate_only", "rungs", "negative", "read_options", "profit_assumptions")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    DATA_PATH_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    POSITIVE_FIELD_NUMBER: _ClassVar[int]
    ID_COLUMN_FIELD_NUMBER: _ClassVar[int]
    TIME_COLUMN_FIELD_NUMBER: _ClassVar[int]
    DROPPED_COLUMNS_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    RUNGS_FIELD_NUMBER: _ClassVar[int]
    NEGATIVE_FIELD_NUMBER: _ClassVar[int]
    READ_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    PROFIT_ASSUMPTIONS_FIELD_NUMBER: _ClassVar[int]
    parent: str
    data_path: str
    target: str
    positive: str
    id_column: str
    time_column: str
    dropped_columns: _containers.RepeatedScalarFieldContainer[str]
    seed: int
    request_id: str
    validate_only: bool
    rungs: int
    negative: _containers.RepeatedScalarFieldContainer[str]
    read_options: _tables_pb2.ReadOptions
    profit_assumptions: ProfitAssumptions
    def __init__(self, parent: _Optional[str] = ..., data_path: _Optional[str] = ..., target: _Optional[str] = ..., positive: _Optional[str] = ..., id_column: _Optional[str] = ..., time_column: _Optional[str] = ..., dropped_columns: _Optional[_Iterable[str]] = ..., seed: _Optional[int] = ..., request_id: _Optional[str] = ..., validate_only: bool = ..., rungs: _Optional[int] = ..., negative: _Optional[_Iterable[str]] = ..., read_options: _Optional[_Union[_tables_pb2.ReadOptions, _Mapping]] = ..., profit_assumptions: _Optional[_Union[ProfitAssumptions, _Mapping]] = ...) -> None: ...

class ProfitAssumptions(_message.Message):
    __slots__ = ("value", "incentive", "contact_cost", "acceptance")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    INCENTIVE_FIELD_NUMBER: _ClassVar[int]
    CONTACT_COST_FIELD_NUMBER: _ClassVar[int]
    ACCEPTANCE_FIELD_NUMBER: _ClassVar[int]
    value: float
    incentive: float
    contact_cost: float
    acceptance: float
    def __init__(self, value: _Optional[float] = ..., incentive: _Optional[float] = ..., contact_cost: _Optional[float] = ..., acceptance: _Optional[float] = ...) -> None: ...

class Model(_message.Message):
    __slots__ = ("name", "aliases", "etag", "digest", "create_time", "label", "horizon_days", "features", "figures", "gates", "at_risk_threshold", "read_report", "profit_assumptions")
    class FiguresEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    ALIASES_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    HORIZON_DAYS_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    GATES_FIELD_NUMBER: _ClassVar[int]
    AT_RISK_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    READ_REPORT_FIELD_NUMBER: _ClassVar[int]
    PROFIT_ASSUMPTIONS_FIELD_NUMBER: _ClassVar[int]
    name: str
    aliases: _containers.RepeatedScalarFieldContainer[str]
    etag: str
    digest: str
    create_time: _timestamp_pb2.Timestamp
    label: str
    horizon_days: int
    features: _containers.RepeatedScalarFieldContainer[str]
    figures: _containers.ScalarMap[str, float]
    gates: _containers.RepeatedCompositeFieldContainer[PromotionGate]
    at_risk_threshold: float
    read_report: _tables_pb2.ReadReport
    profit_assumptions: ProfitAssumptions
    def __init__(self, name: _Optional[str] = ..., aliases: _Optional[_Iterable[str]] = ..., etag: _Optional[str] = ..., digest: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., label: _Optional[str] = ..., horizon_days: _Optional[int] = ..., features: _Optional[_Iterable[str]] = ..., figures: _Optional[_Mapping[str, float]] = ..., gates: _Optional[_Iterable[_Union[PromotionGate, _Mapping]]] = ..., at_risk_threshold: _Optional[float] = ..., read_report: _Optional[_Union[_tables_pb2.ReadReport, _Mapping]] = ..., profit_assumptions: _Optional[_Union[ProfitAssumptions, _Mapping]] = ...) -> None: ...

class PromotionGate(_message.Message):
    __slots__ = ("name", "passed", "detail")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PASSED_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    name: str
    passed: bool
    detail: str
    def __init__(self, name: _Optional[str] = ..., passed: bool = ..., detail: _Optional[str] = ...) -> None: ...
