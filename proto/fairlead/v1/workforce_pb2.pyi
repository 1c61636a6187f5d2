import datetime

from fairlead.v1 import calendars_pb2 as _calendars_pb2
from fairlead.v1 import caps_pb2 as _caps_pb2
from fairlead.v1 import dispatch_pb2 as _dispatch_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import empty_pb2 as _empty_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CreateRepRequest(_message.Message):
    __slots__ = ("parent", "rep_id", "rep", "request_id", "validate_only")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    REP_ID_FIELD_NUMBER: _ClassVar[int]
    REP_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    parent: str
    rep_id: str
    rep: Rep
    request_id: str
    validate_only: bool
    def __init__(self, parent: _Optional[str] = ..., rep_id: _Optional[str] = ..., rep: _Optional[_Union[Rep, _Mapping]] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class GetRepRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListRepsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRepsResponse(_message.Message):
    __slots__ = ("reps", "next_page_token")
    REPS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    reps: _containers.RepeatedCompositeFieldContainer[Rep]
    next_page_token: str
    def __init__(self, reps: _Optional[_Iterable[_Union[Rep, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateRepRequest(_message.Message):
    __slots__ = ("rep", "update_mask", "allow_missing", "request_id", "validate_only")
    REP_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    ALLOW_MISSING_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    rep: Rep
    update_mask: _field_mask_pb2.FieldMask
    allow_missing: bool
    request_id: str
    validate_only: bool
    def __init__(self, rep: _Optional[_Union[Rep, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., allow_missing: bool = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class DeleteRepRequest(_message.Message):
    __slots__ = ("name", "etag", "request_id", "validate_only")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    request_id: str
    validate_only: bool
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class BatchUpsertRepsRequest(_message.Message):
    __slots__ = ("parent", "reps", "request_id", "validate_only")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    REPS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    parent: str
    reps: _containers.RepeatedCompositeFieldContainer[Rep]
    request_id: str
    validate_only: bool
    def __init__(self, parent: _Optional[str] = ..., reps: _Optional[_Iterable[_Union[Rep, _Mapping]]] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class BatchUpsertRepsResponse(_message.Message):
    __slots__ = ("reps",)
    REPS_FIELD_NUMBER: _ClassVar[int]
    reps: _containers.RepeatedCompositeFieldContainer[Rep]
    def __init__(self, reps: _Optional[_Iterable[_Union[Rep, _Mapping]]] = ...) -> None: ...

class CreatePoolRequest(_message.Message):
    __slots__ = ("parent", "pool_id", "pool", "request_id", "validate_only")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    POOL_ID_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    parent: str
    pool_id: str
    pool: Pool
    request_id: str
    validate_only: bool
    def __init__(self, parent: _Optional[str] = ..., pool_id: _Optional[str] = ..., pool: _Optional[_Union[Pool, _Mapping]] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class GetPoolRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListPoolsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPoolsResponse(_message.Message):
    __slots__ = ("pools", "next_page_token")
    POOLS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pools: _containers.RepeatedCompositeFieldContainer[Pool]
    next_page_token: str
    def __init__(self, pools: _Optional[_Iterable[_Union[Pool, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdatePoolRequest(_message.Message):
    __slots__ = ("pool", "update_mask", "allow_missing", "request_id", "validate_only")
    POOL_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    ALLOW_MISSING_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    pool: Pool
    update_mask: _field_mask_pb2.FieldMask
    allow_missing: bool
    request_id: str
    validate_only: bool
    def __init__(self, pool: _Optional[_Union[Pool, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., allow_missing: bool = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class DeletePoolRequest(_message.Message):
    __slots__ = ("name", "etag", "request_id", "validate_only")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    request_id: str
    validate_only: bool
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class CreateTerritoryRequest(_message.Message):
    __slots__ = ("parent", "territory_id", "territory", "request_id", "validate_only")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    TERRITORY_ID_FIELD_NUMBER: _ClassVar[int]
    TERRITORY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    parent: str
    territory_id: str
    territory: Territory
    request_id: str
    validate_only: bool
    def __init__(self, parent: _Optional[str] = ..., territory_id: _Optional[str] = ..., territory: _Optional[_Union[Territory, _Mapping]] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class GetTerritoryRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListTerritoriesRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListTerritoriesResponse(_message.Message):
    __slots__ = ("territories", "next_page_token")
    TERRITORIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    territories: _containers.RepeatedCompositeFieldContainer[Territory]
    next_page_token: str
    def __init__(self, territories: _Optional[_Iterable[_Union[Territory, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateTerritoryRequest(_message.Message):
    __slots__ = ("territory", "update_mask", "allow_missing", "request_id", "validate_only")
    TERRITORY_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    ALLOW_MISSING_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    territory: Territory
    update_mask: _field_mask_pb2.FieldMask
    allow_missing: bool
    request_id: str
    validate_only: bool
    def __init__(self, territory: _Optional[_Union[Territory, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., allow_missing: bool = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class DeleteTerritoryRequest(_message.Message):
    __slots__ = ("name", "etag", "request_id", "validate_only")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    request_id: str
    validate_only: bool
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class ApplyWorkforceRequest(_message.Message):
    __slots__ = ("parent", "reps", "rep_mask", "memberships", "pools", "pool_mask", "territories", "territory_mask", "prune", "etag", "request_id", "validate_only")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    REPS_FIELD_NUMBER: _ClassVar[int]
    REP_MASK_FIELD_NUMBER: _ClassVar[int]
    MEMBERSHIPS_FIELD_NUMBER: _ClassVar[int]
    POOLS_FIELD_NUMBER: _ClassVar[int]
    POOL_MASK_FIELD_NUMBER: _ClassVar[int]
    TERRITORIES_FIELD_NUMBER: _ClassVar[int]
    TERRITORY_MASK_FIELD_NUMBER: _ClassVar[int]
    PRUNE_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    parent: str
    reps: _containers.RepeatedCompositeFieldContainer[Rep]
    rep_mask: _field_mask_pb2.FieldMask
    memberships: _containers.RepeatedCompositeFieldContainer[RepMemberships]
    pools: _containers.RepeatedCompositeFieldContainer[Pool]
    pool_mask: _field_mask_pb2.FieldMask
    territories: _containers.RepeatedCompositeFieldContainer[Territory]
    territory_mask: _field_mask_pb2.FieldMask
    prune: bool
    etag: str
    request_id: str
    validate_only: bool
    def __init__(self, parent: _Optional[str] = ..., reps: _Optional[_Iterable[_Union[Rep, _Mapping]]] = ..., rep_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., memberships: _Optional[_Iterable[_Union[RepMemberships, _Mapping]]] = ..., pools: _Optional[_Iterable[_Union[Pool, _Mapping]]] = ..., pool_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., territories: _Optional[_Iterable[_Union[Territory, _Mapping]]] = ..., territory_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., prune: bool = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class RepMemberships(_message.Message):
    __slots__ = ("rep", "pools")
    REP_FIELD_NUMBER: _ClassVar[int]
    POOLS_FIELD_NUMBER: _ClassVar[int]
    rep: str
    pools: _containers.RepeatedCompositeFieldContainer[RepMembership]
    def __init__(self, rep: _Optional[str] = ..., pools: _Optional[_Iterable[_Union[RepMembership, _Mapping]]] = ...) -> None: ...

class RepMembership(_message.Message):
    __slots__ = ("pool", "weight")
    POOL_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    pool: str
    weight: float
    def __init__(self, pool: _Optional[str] = ..., weight: _Optional[float] = ...) -> None: ...

class ApplyWorkforceResponse(_message.Message):
    __slots__ = ("changes", "revision", "etag")
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[WorkforceChange]
    revision: int
    etag: str
    def __init__(self, changes: _Optional[_Iterable[_Union[WorkforceChange, _Mapping]]] = ..., revision: _Optional[int] = ..., etag: _Optional[str] = ...) -> None: ...

class WorkforceChange(_message.Message):
    __slots__ = ("name", "action", "fields", "pruned")
    class Action(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ACTION_UNSPECIFIED: _ClassVar[WorkforceChange.Action]
        ACTION_CREATED: _ClassVar[WorkforceChange.Action]
        ACTION_UPDATED: _ClassVar[WorkforceChange.Action]
        ACTION_DELETED: _ClassVar[WorkforceChange.Action]
    ACTION_UNSPECIFIED: WorkforceChange.Action
    ACTION_CREATED: WorkforceChange.Action
    ACTION_UPDATED: WorkforceChange.Action
    ACTION_DELETED: WorkforceChange.Action
    NAME_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    PRUNED_FIELD_NUMBER: _ClassVar[int]
    name: str
    action: WorkforceChange.Action
    fields: _containers.RepeatedCompositeFieldContainer[FieldChange]
    pruned: bool
    def __init__(self, name: _Optional[str] = ..., action: _Optional[_Union[WorkforceChange.Action, str]] = ..., fields: _Optional[_Iterable[_Union[FieldChange, _Mapping]]] = ..., pruned: bool = ...) -> None: ...

class FieldChange(_message.Message):
    __slots__ = ("field", "before", "after")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    field: str
    before: _struct_pb2.Value
    after: _struct_pb2.Value
    def __init__(self, field: _Optional[str] = ..., before: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., after: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ...) -> None: ...

class Rep(_message.Message):
    __slots__ = ("name", "display_name", "attributes", "active", "capacity", "etag", "calendar", "manager", "channels", "caps")
    class CapacityEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_FIELD_NUMBER: _ClassVar[int]
    CAPACITY_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CALENDAR_FIELD_NUMBER: _ClassVar[int]
    MANAGER_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    CAPS_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    attributes: _struct_pb2.Struct
    active: bool
    capacity: _containers.ScalarMap[str, int]
    etag: str
    calendar: str
    manager: str
    channels: _containers.RepeatedScalarFieldContainer[str]
    caps: _containers.RepeatedCompositeFieldContainer[_caps_pb2.Cap]
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., attributes: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., active: bool = ..., capacity: _Optional[_Mapping[str, int]] = ..., etag: _Optional[str] = ..., calendar: _Optional[str] = ..., manager: _Optional[str] = ..., channels: _Optional[_Iterable[str]] = ..., caps: _Optional[_Iterable[_Union[_caps_pb2.Cap, _Mapping]]] = ...) -> None: ...

class Pool(_message.Message):
    __slots__ = ("name", "display_name", "members", "band", "value_weighted", "etag", "calendar", "leave_buffer_duration", "managers", "caps", "absence_policy", "dispatch")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    BAND_FIELD_NUMBER: _ClassVar[int]
    VALUE_WEIGHTED_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CALENDAR_FIELD_NUMBER: _ClassVar[int]
    LEAVE_BUFFER_DURATION_FIELD_NUMBER: _ClassVar[int]
    MANAGERS_FIELD_NUMBER: _ClassVar[int]
    CAPS_FIELD_NUMBER: _ClassVar[int]
    ABSENCE_POLICY_FIELD_NUMBER: _ClassVar[int]
    DISPATCH_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    members: _containers.RepeatedCompositeFieldContainer[PoolMember]
    band: float
    value_weighted: bool
    etag: str
    calendar: str
    leave_buffer_duration: _duration_pb2.Duration
    managers: _containers.RepeatedScalarFieldContainer[str]
    caps: _containers.RepeatedCompositeFieldContainer[_caps_pb2.Cap]
    absence_policy: AbsencePolicy
    dispatch: _dispatch_pb2.DispatchPolicy
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., members: _Optional[_Iterable[_Union[PoolMember, _Mapping]]] = ..., band: _Optional[float] = ..., value_weighted: bool = ..., etag: _Optional[str] = ..., calendar: _Optional[str] = ..., leave_buffer_duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., managers: _Optional[_Iterable[str]] = ..., caps: _Optional[_Iterable[_Union[_caps_pb2.Cap, _Mapping]]] = ..., absence_policy: _Optional[_Union[AbsencePolicy, _Mapping]] = ..., dispatch: _Optional[_Union[_dispatch_pb2.DispatchPolicy, _Mapping]] = ...) -> None: ...

class AbsencePolicy(_message.Message):
    __slots__ = ("forfeit", "credit")
    class Forfeit(_message.Message):
        __slots__ = ()
        def __init__(self) -> None: ...
    class Credit(_message.Message):
        __slots__ = ("max_units", "ttl_duration", "share")
        MAX_UNITS_FIELD_NUMBER: _ClassVar[int]
        TTL_DURATION_FIELD_NUMBER: _ClassVar[int]
        SHARE_FIELD_NUMBER: _ClassVar[int]
        max_units: float
        ttl_duration: _duration_pb2.Duration
        share: float
        def __init__(self, max_units: _Optional[float] = ..., ttl_duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., share: _Optional[float] = ...) -> None: ...
    FORFEIT_FIELD_NUMBER: _ClassVar[int]
    CREDIT_FIELD_NUMBER: _ClassVar[int]
    forfeit: AbsencePolicy.Forfeit
    credit: AbsencePolicy.Credit
    def __init__(self, forfeit: _Optional[_Union[AbsencePolicy.Forfeit, _Mapping]] = ..., credit: _Optional[_Union[AbsencePolicy.Credit, _Mapping]] = ...) -> None: ...

class PoolMember(_message.Message):
    __slots__ = ("rep", "weight", "weight_steps")
    REP_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_STEPS_FIELD_NUMBER: _ClassVar[int]
    rep: str
    weight: float
    weight_steps: _containers.RepeatedCompositeFieldContainer[WeightStep]
    def __init__(self, rep: _Optional[str] = ..., weight: _Optional[float] = ..., weight_steps: _Optional[_Iterable[_Union[WeightStep, _Mapping]]] = ...) -> None: ...

class WeightStep(_message.Message):
    __slots__ = ("start_time", "weight")
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    start_time: _timestamp_pb2.Timestamp
    weight: float
    def __init__(self, start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., weight: _Optional[float] = ...) -> None: ...

class Territory(_message.Message):
    __slots__ = ("name", "display_name", "parent", "etag")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    PARENT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    parent: str
    etag: str
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., parent: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...
