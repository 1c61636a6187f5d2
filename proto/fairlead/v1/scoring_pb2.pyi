import datetime

from fairlead.v1 import tables_pb2 as _tables_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.longrunning import operations_pb2 as _operations_pb2
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

class HealthBand(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    HEALTH_BAND_UNSPECIFIED: _ClassVar[HealthBand]
    HEALTH_BAND_UNKNOWN: _ClassVar[HealthBand]
    HEALTH_BAND_RED: _ClassVar[HealthBand]
    HEALTH_BAND_AMBER: _ClassVar[HealthBand]
    HEALTH_BAND_GREEN: _ClassVar[HealthBand]

class LifecycleStage(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LIFECYCLE_STAGE_UNSPECIFIED: _ClassVar[LifecycleStage]
    LIFECYCLE_STAGE_POTENTIAL: _ClassVar[LifecycleStage]
    LIFECYCLE_STAGE_NEW: _ClassVar[LifecycleStage]
    LIFECYCLE_STAGE_ACTIVE: _ClassVar[LifecycleStage]
    LIFECYCLE_STAGE_DORMANT: _ClassVar[LifecycleStage]
    LIFECYCLE_STAGE_CHURNED: _ClassVar[LifecycleStage]
    LIFECYCLE_STAGE_RETURNED: _ClassVar[LifecycleStage]
HEALTH_BAND_UNSPECIFIED: HealthBand
HEALTH_BAND_UNKNOWN: HealthBand
HEALTH_BAND_RED: HealthBand
HEALTH_BAND_AMBER: HealthBand
HEALTH_BAND_GREEN: HealthBand
LIFECYCLE_STAGE_UNSPECIFIED: LifecycleStage
LIFECYCLE_STAGE_POTENTIAL: LifecycleStage
LIFECYCLE_STAGE_NEW: LifecycleStage
LIFECYCLE_STAGE_ACTIVE: LifecycleStage
LIFECYCLE_STAGE_DORMANT: LifecycleStage
LIFECYCLE_STAGE_CHURNED: LifecycleStage
LIFECYCLE_STAGE_RETURNED: LifecycleStage

class ScoreCustomerRequest(_message.Message):
    __slots__ = ("parent", "customer", "explain_top_k", "locale", "what_if")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    EXPLAIN_TOP_K_FIELD_NUMBER: _ClassVar[int]
    LOCALE_FIELD_NUMBER: _ClassVar[int]
    WHAT_IF_FIELD_NUMBER: _ClassVar[int]
    parent: str
    customer: Customer
    explain_top_k: int
    locale: str
    what_if: bool
    def __init__(self, parent: _Optional[str] = ..., customer: _Optional[_Union[Customer, _Mapping]] = ..., explain_top_k: _Optional[int] = ..., locale: _Optional[str] = ..., what_if: bool = ...) -> None: ...

class ScoreCustomersRequest(_message.Message):
    __slots__ = ("parent", "requests")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    parent: str
    requests: _containers.RepeatedCompositeFieldContainer[ScoreCustomerRequest]
    def __init__(self, parent: _Optional[str] = ..., requests: _Optional[_Iterable[_Union[ScoreCustomerRequest, _Mapping]]] = ...) -> None: ...

class ScoreCustomersResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[ScoreResult]
    def __init__(self, results: _Optional[_Iterable[_Union[ScoreResult, _Mapping]]] = ...) -> None: ...

class ScoreResult(_message.Message):
    __slots__ = ("score", "error")
    SCORE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    score: Score
    error: _status_pb2.Status
    def __init__(self, score: _Optional[_Union[Score, _Mapping]] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ...) -> None: ...

class BatchScoreCustomersRequest(_message.Message):
    __slots__ = ("request",)
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    request: ScoreCustomerRequest
    def __init__(self, request: _Optional[_Union[ScoreCustomerRequest, _Mapping]] = ...) -> None: ...

class BatchScoreCustomersResponse(_message.Message):
    __slots__ = ("index", "score", "error")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    index: int
    score: Score
    error: _status_pb2.Status
    def __init__(self, index: _Optional[int] = ..., score: _Optional[_Union[Score, _Mapping]] = ..., error: _Optional[_Union[_status_pb2.Status, _Mapping]] = ...) -> None: ...

class FindBestActionRequest(_message.Message):
    __slots__ = ("parent", "customer", "threshold", "locale")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    LOCALE_FIELD_NUMBER: _ClassVar[int]
    parent: str
    customer: Customer
    threshold: float
    locale: str
    def __init__(self, parent: _Optional[str] = ..., customer: _Optional[_Union[Customer, _Mapping]] = ..., threshold: _Optional[float] = ..., locale: _Optional[str] = ...) -> None: ...

class RememberScoresRequest(_message.Message):
    __slots__ = ("parent", "scores")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    SCORES_FIELD_NUMBER: _ClassVar[int]
    parent: str
    scores: _containers.RepeatedCompositeFieldContainer[RememberedScore]
    def __init__(self, parent: _Optional[str] = ..., scores: _Optional[_Iterable[_Union[RememberedScore, _Mapping]]] = ...) -> None: ...

class RememberScoresResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RescoreCustomersRequest(_message.Message):
    __slots__ = ("parent", "model_version", "data_path", "out_path", "id_column", "as_of_time", "shard_rows", "request_id", "validate_only", "read_options", "explain_top_k", "locale", "allow_missing_columns")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    DATA_PATH_FIELD_NUMBER: _ClassVar[int]
    OUT_PATH_FIELD_NUMBER: _ClassVar[int]
    ID_COLUMN_FIELD_NUMBER: _ClassVar[int]
    AS_OF_TIME_FIELD_NUMBER: _ClassVar[int]
    SHARD_ROWS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    READ_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    EXPLAIN_TOP_K_FIELD_NUMBER: _ClassVar[int]
    LOCALE_FIELD_NUMBER: _ClassVar[int]
    ALLOW_MISSING_COLUMNS_FIELD_NUMBER: _ClassVar[int]
    parent: str
    model_version: str
    data_path: str
    out_path: str
    id_column: str
    as_of_time: _timestamp_pb2.Timestamp
    shard_rows: int
    request_id: str
    validate_only: bool
    read_options: _tables_pb2.ReadOptions
    explain_top_k: int
    locale: str
    allow_missing_columns: bool
    def __init__(self, parent: _Optional[str] = ..., model_version: _Optional[str] = ..., data_path: _Optional[str] = ..., out_path: _Optional[str] = ..., id_column: _Optional[str] = ..., as_of_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., shard_rows: _Optional[int] = ..., request_id: _Optional[str] = ..., validate_only: bool = ..., read_options: _Optional[_Union[_tables_pb2.ReadOptions, _Mapping]] = ..., explain_top_k: _Optional[int] = ..., locale: _Optional[str] = ..., allow_missing_columns: bool = ...) -> None: ...

class RescoreCustomersResponse(_message.Message):
    __slots__ = ("customer_count", "file_count", "out_path", "model_version", "as_of_time", "read_reports", "at_risk_threshold", "at_risk_count")
    CUSTOMER_COUNT_FIELD_NUMBER: _ClassVar[int]
    FILE_COUNT_FIELD_NUMBER: _ClassVar[int]
    OUT_PATH_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    AS_OF_TIME_FIELD_NUMBER: _ClassVar[int]
    READ_REPORTS_FIELD_NUMBER: _ClassVar[int]
    AT_RISK_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    AT_RISK_COUNT_FIELD_NUMBER: _ClassVar[int]
    customer_count: int
    file_count: int
    out_path: str
    model_version: str
    as_of_time: _timestamp_pb2.Timestamp
    read_reports: _containers.RepeatedCompositeFieldContainer[_tables_pb2.ReadReport]
    at_risk_threshold: float
    at_risk_count: int
    def __init__(self, customer_count: _Optional[int] = ..., file_count: _Optional[int] = ..., out_path: _Optional[str] = ..., model_version: _Optional[str] = ..., as_of_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., read_reports: _Optional[_Iterable[_Union[_tables_pb2.ReadReport, _Mapping]]] = ..., at_risk_threshold: _Optional[float] = ..., at_risk_count: _Optional[int] = ...) -> None: ...

class RememberedScore(_message.Message):
    __slots__ = ("customer", "churn_probability", "value_tier", "as_of_time")
    CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    CHURN_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    VALUE_TIER_FIELD_NUMBER: _ClassVar[int]
    AS_OF_TIME_FIELD_NUMBER: _ClassVar[int]
    customer: str
    churn_probability: float
    value_tier: str
    as_of_time: _timestamp_pb2.Timestamp
    def __init__(self, customer: _Optional[str] = ..., churn_probability: _Optional[float] = ..., value_tier: _Optional[str] = ..., as_of_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Customer(_message.Message):
    __slots__ = ("id", "features", "as_of_time", "health_evaluations", "number_features", "text_features")
    class NumberFeaturesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    class TextFeaturesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ID_FIELD_NUMBER: _ClassVar[int]
    FEATURES_FIELD_NUMBER: _ClassVar[int]
    AS_OF_TIME_FIELD_NUMBER: _ClassVar[int]
    HEALTH_EVALUATIONS_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FEATURES_FIELD_NUMBER: _ClassVar[int]
    TEXT_FEATURES_FIELD_NUMBER: _ClassVar[int]
    id: str
    features: _struct_pb2.Struct
    as_of_time: _timestamp_pb2.Timestamp
    health_evaluations: _containers.RepeatedCompositeFieldContainer[HealthEvaluation]
    number_features: _containers.ScalarMap[str, float]
    text_features: _containers.ScalarMap[str, str]
    def __init__(self, id: _Optional[str] = ..., features: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., as_of_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., health_evaluations: _Optional[_Iterable[_Union[HealthEvaluation, _Mapping]]] = ..., number_features: _Optional[_Mapping[str, float]] = ..., text_features: _Optional[_Mapping[str, str]] = ...) -> None: ...

class HealthEvaluation(_message.Message):
    __slots__ = ("evaluate_time", "health")
    EVALUATE_TIME_FIELD_NUMBER: _ClassVar[int]
    HEALTH_FIELD_NUMBER: _ClassVar[int]
    evaluate_time: _timestamp_pb2.Timestamp
    health: int
    def __init__(self, evaluate_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., health: _Optional[int] = ...) -> None: ...

class Score(_message.Message):
    __slots__ = ("customer", "health", "band", "coverage", "parts", "health_trend", "churn", "reasons", "flags", "value_tier", "lifecycle_stage", "watermelon", "model_version", "profile_version", "profile", "valid_until_time")
    CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    HEALTH_FIELD_NUMBER: _ClassVar[int]
    BAND_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    HEALTH_TREND_FIELD_NUMBER: _ClassVar[int]
    CHURN_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    FLAGS_FIELD_NUMBER: _ClassVar[int]
    VALUE_TIER_FIELD_NUMBER: _ClassVar[int]
    LIFECYCLE_STAGE_FIELD_NUMBER: _ClassVar[int]
    WATERMELON_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    PROFILE_VERSION_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_TIME_FIELD_NUMBER: _ClassVar[int]
    customer: str
    health: int
    band: HealthBand
    coverage: float
    parts: _containers.RepeatedCompositeFieldContainer[HealthPart]
    health_trend: float
    churn: ChurnRisk
    reasons: _containers.RepeatedCompositeFieldContainer[ScoreReason]
    flags: _containers.RepeatedCompositeFieldContainer[ScoreFlag]
    value_tier: str
    lifecycle_stage: LifecycleStage
    watermelon: bool
    model_version: str
    profile_version: str
    profile: str
    valid_until_time: _timestamp_pb2.Timestamp
    def __init__(self, customer: _Optional[str] = ..., health: _Optional[int] = ..., band: _Optional[_Union[HealthBand, str]] = ..., coverage: _Optional[float] = ..., parts: _Optional[_Iterable[_Union[HealthPart, _Mapping]]] = ..., health_trend: _Optional[float] = ..., churn: _Optional[_Union[ChurnRisk, _Mapping]] = ..., reasons: _Optional[_Iterable[_Union[ScoreReason, _Mapping]]] = ..., flags: _Optional[_Iterable[_Union[ScoreFlag, _Mapping]]] = ..., value_tier: _Optional[str] = ..., lifecycle_stage: _Optional[_Union[LifecycleStage, str]] = ..., watermelon: bool = ..., model_version: _Optional[str] = ..., profile_version: _Optional[str] = ..., profile: _Optional[str] = ..., valid_until_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ChurnRisk(_message.Message):
    __slots__ = ("probability", "horizon_days", "percentile", "log_odds", "base_log_odds", "at_risk", "at_risk_threshold")
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    HORIZON_DAYS_FIELD_NUMBER: _ClassVar[int]
    PERCENTILE_FIELD_NUMBER: _ClassVar[int]
    LOG_ODDS_FIELD_NUMBER: _ClassVar[int]
    BASE_LOG_ODDS_FIELD_NUMBER: _ClassVar[int]
    AT_RISK_FIELD_NUMBER: _ClassVar[int]
    AT_RISK_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    probability: float
    horizon_days: int
    percentile: float
    log_odds: float
    base_log_odds: float
    at_risk: bool
    at_risk_threshold: float
    def __init__(self, probability: _Optional[float] = ..., horizon_days: _Optional[int] = ..., percentile: _Optional[float] = ..., log_odds: _Optional[float] = ..., base_log_odds: _Optional[float] = ..., at_risk: bool = ..., at_risk_threshold: _Optional[float] = ...) -> None: ...

class ScoreReason(_message.Message):
    __slots__ = ("feature", "value", "typical", "contribution", "delta_probability", "text")
    FEATURE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    TYPICAL_FIELD_NUMBER: _ClassVar[int]
    CONTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    DELTA_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    feature: str
    value: _struct_pb2.Value
    typical: _struct_pb2.Value
    contribution: float
    delta_probability: float
    text: str
    def __init__(self, feature: _Optional[str] = ..., value: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., typical: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., contribution: _Optional[float] = ..., delta_probability: _Optional[float] = ..., text: _Optional[str] = ...) -> None: ...

class ScoreFlag(_message.Message):
    __slots__ = ("feature", "kind", "value")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[ScoreFlag.Kind]
        KIND_MISSING: _ClassVar[ScoreFlag.Kind]
        KIND_UNKNOWN_CATEGORY: _ClassVar[ScoreFlag.Kind]
        KIND_OUT_OF_RANGE: _ClassVar[ScoreFlag.Kind]
        KIND_UNREADABLE: _ClassVar[ScoreFlag.Kind]
        KIND_MISSPELT: _ClassVar[ScoreFlag.Kind]
    KIND_UNSPECIFIED: ScoreFlag.Kind
    KIND_MISSING: ScoreFlag.Kind
    KIND_UNKNOWN_CATEGORY: ScoreFlag.Kind
    KIND_OUT_OF_RANGE: ScoreFlag.Kind
    KIND_UNREADABLE: ScoreFlag.Kind
    KIND_MISSPELT: ScoreFlag.Kind
    FEATURE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    feature: str
    kind: ScoreFlag.Kind
    value: str
    def __init__(self, feature: _Optional[str] = ..., kind: _Optional[_Union[ScoreFlag.Kind, str]] = ..., value: _Optional[str] = ...) -> None: ...

class HealthPart(_message.Message):
    __slots__ = ("name", "points", "score", "coverage", "title")
    NAME_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    name: str
    points: int
    score: float
    coverage: float
    title: str
    def __init__(self, name: _Optional[str] = ..., points: _Optional[int] = ..., score: _Optional[float] = ..., coverage: _Optional[float] = ..., title: _Optional[str] = ...) -> None: ...

class BestAction(_message.Message):
    __slots__ = ("customer", "changes", "probability", "changed_probability", "threshold", "reached", "effort", "model_version")
    CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    REACHED_FIELD_NUMBER: _ClassVar[int]
    EFFORT_FIELD_NUMBER: _ClassVar[int]
    MODEL_VERSION_FIELD_NUMBER: _ClassVar[int]
    customer: str
    changes: _containers.RepeatedCompositeFieldContainer[FeatureChange]
    probability: float
    changed_probability: float
    threshold: float
    reached: bool
    effort: float
    model_version: str
    def __init__(self, customer: _Optional[str] = ..., changes: _Optional[_Iterable[_Union[FeatureChange, _Mapping]]] = ..., probability: _Optional[float] = ..., changed_probability: _Optional[float] = ..., threshold: _Optional[float] = ..., reached: bool = ..., effort: _Optional[float] = ..., model_version: _Optional[str] = ...) -> None: ...

class FeatureChange(_message.Message):
    __slots__ = ("feature", "before", "after", "text")
    FEATURE_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    feature: str
    before: _struct_pb2.Value
    after: _struct_pb2.Value
    text: str
    def __init__(self, feature: _Optional[str] = ..., before: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., after: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., text: _Optional[str] = ...) -> None: ...
