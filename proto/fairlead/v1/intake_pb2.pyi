import datetime

from fairlead.v1 import routing_pb2 as _routing_pb2
from google.api import annotations_pb2 as _annotations_pb2
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

class LeadSource(_message.Message):
    __slots__ = ("name", "display_name", "kind", "attributes", "external_id_field", "junk", "token_field", "token", "etag", "taken_count", "junk_count", "failed_count", "waiting_count")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_FIELD_NUMBER: _ClassVar[int]
    JUNK_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    TAKEN_COUNT_FIELD_NUMBER: _ClassVar[int]
    JUNK_COUNT_FIELD_NUMBER: _ClassVar[int]
    FAILED_COUNT_FIELD_NUMBER: _ClassVar[int]
    WAITING_COUNT_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    kind: _routing_pb2.WorkItem.Kind
    attributes: _containers.RepeatedCompositeFieldContainer[MappedAttribute]
    external_id_field: str
    junk: _containers.RepeatedCompositeFieldContainer[JunkRule]
    token_field: str
    token: str
    etag: str
    taken_count: int
    junk_count: int
    failed_count: int
    waiting_count: int
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., kind: _Optional[_Union[_routing_pb2.WorkItem.Kind, str]] = ..., attributes: _Optional[_Iterable[_Union[MappedAttribute, _Mapping]]] = ..., external_id_field: _Optional[str] = ..., junk: _Optional[_Iterable[_Union[JunkRule, _Mapping]]] = ..., token_field: _Optional[str] = ..., token: _Optional[str] = ..., etag: _Optional[str] = ..., taken_count: _Optional[int] = ..., junk_count: _Optional[int] = ..., failed_count: _Optional[int] = ..., waiting_count: _Optional[int] = ...) -> None: ...

class MappedAttribute(_message.Message):
    __slots__ = ("attribute", "field", "type", "required", "default")
    class Type(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        TYPE_UNSPECIFIED: _ClassVar[MappedAttribute.Type]
        TYPE_TEXT: _ClassVar[MappedAttribute.Type]
        TYPE_NUMBER: _ClassVar[MappedAttribute.Type]
        TYPE_BOOL: _ClassVar[MappedAttribute.Type]
        TYPE_TEXTS: _ClassVar[MappedAttribute.Type]
    TYPE_UNSPECIFIED: MappedAttribute.Type
    TYPE_TEXT: MappedAttribute.Type
    TYPE_NUMBER: MappedAttribute.Type
    TYPE_BOOL: MappedAttribute.Type
    TYPE_TEXTS: MappedAttribute.Type
    ATTRIBUTE_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_FIELD_NUMBER: _ClassVar[int]
    attribute: str
    field: str
    type: MappedAttribute.Type
    required: bool
    default: str
    def __init__(self, attribute: _Optional[str] = ..., field: _Optional[str] = ..., type: _Optional[_Union[MappedAttribute.Type, str]] = ..., required: bool = ..., default: _Optional[str] = ...) -> None: ...

class JunkRule(_message.Message):
    __slots__ = ("field", "contains")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    CONTAINS_FIELD_NUMBER: _ClassVar[int]
    field: str
    contains: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, field: _Optional[str] = ..., contains: _Optional[_Iterable[str]] = ...) -> None: ...

class CreateSourceRequest(_message.Message):
    __slots__ = ("parent", "source_id", "source", "validate_only")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    parent: str
    source_id: str
    source: LeadSource
    validate_only: bool
    def __init__(self, parent: _Optional[str] = ..., source_id: _Optional[str] = ..., source: _Optional[_Union[LeadSource, _Mapping]] = ..., validate_only: bool = ...) -> None: ...

class GetSourceRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListSourcesRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSourcesResponse(_message.Message):
    __slots__ = ("sources", "next_page_token")
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    sources: _containers.RepeatedCompositeFieldContainer[LeadSource]
    next_page_token: str
    def __init__(self, sources: _Optional[_Iterable[_Union[LeadSource, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateSourceRequest(_message.Message):
    __slots__ = ("source", "update_mask", "validate_only")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    source: LeadSource
    update_mask: _field_mask_pb2.FieldMask
    validate_only: bool
    def __init__(self, source: _Optional[_Union[LeadSource, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., validate_only: bool = ...) -> None: ...

class DeleteSourceRequest(_message.Message):
    __slots__ = ("name", "etag", "validate_only")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    validate_only: bool
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class TestSourceRequest(_message.Message):
    __slots__ = ("name", "payload")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    name: str
    payload: Payload
    def __init__(self, name: _Optional[str] = ..., payload: _Optional[_Union[Payload, _Mapping]] = ...) -> None: ...

class TestSourceResponse(_message.Message):
    __slots__ = ("results", "unused_fields")
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    UNUSED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[IntakeResult]
    unused_fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, results: _Optional[_Iterable[_Union[IntakeResult, _Mapping]]] = ..., unused_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class IntakeLeadsRequest(_message.Message):
    __slots__ = ("name", "payload")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    name: str
    payload: Payload
    def __init__(self, name: _Optional[str] = ..., payload: _Optional[_Union[Payload, _Mapping]] = ...) -> None: ...

class Payload(_message.Message):
    __slots__ = ("content_type", "data")
    CONTENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    content_type: str
    data: bytes
    def __init__(self, content_type: _Optional[str] = ..., data: _Optional[bytes] = ...) -> None: ...

class IntakeLeadsResponse(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[IntakeResult]
    def __init__(self, results: _Optional[_Iterable[_Union[IntakeResult, _Mapping]]] = ...) -> None: ...

class IntakeResult(_message.Message):
    __slots__ = ("work_item", "junk", "failure", "attributes")
    WORK_ITEM_FIELD_NUMBER: _ClassVar[int]
    JUNK_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    work_item: str
    junk: str
    failure: IntakeFailure
    attributes: _struct_pb2.Struct
    def __init__(self, work_item: _Optional[str] = ..., junk: _Optional[str] = ..., failure: _Optional[_Union[IntakeFailure, _Mapping]] = ..., attributes: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class IntakeFailure(_message.Message):
    __slots__ = ("name", "faults", "fields", "unreadable", "receive_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FAULTS_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    UNREADABLE_FIELD_NUMBER: _ClassVar[int]
    RECEIVE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    faults: _containers.RepeatedScalarFieldContainer[str]
    fields: _struct_pb2.Struct
    unreadable: str
    receive_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., faults: _Optional[_Iterable[str]] = ..., fields: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., unreadable: _Optional[str] = ..., receive_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListIntakeFailuresRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListIntakeFailuresResponse(_message.Message):
    __slots__ = ("failures", "next_page_token")
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    failures: _containers.RepeatedCompositeFieldContainer[IntakeFailure]
    next_page_token: str
    def __init__(self, failures: _Optional[_Iterable[_Union[IntakeFailure, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RedriveIntakeFailuresRequest(_message.Message):
    __slots__ = ("parent", "failures", "validate_only")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    parent: str
    failures: _containers.RepeatedScalarFieldContainer[str]
    validate_only: bool
    def __init__(self, parent: _Optional[str] = ..., failures: _Optional[_Iterable[str]] = ..., validate_only: bool = ...) -> None: ...

class RedriveIntakeFailuresResponse(_message.Message):
    __slots__ = ("taken_count", "junk_count", "failed_count")
    TAKEN_COUNT_FIELD_NUMBER: _ClassVar[int]
    JUNK_COUNT_FIELD_NUMBER: _ClassVar[int]
    FAILED_COUNT_FIELD_NUMBER: _ClassVar[int]
    taken_count: int
    junk_count: int
    failed_count: int
    def __init__(self, taken_count: _Optional[int] = ..., junk_count: _Optional[int] = ..., failed_count: _Optional[int] = ...) -> None: ...

class PurgeIntakeFailuresRequest(_message.Message):
    __slots__ = ("parent", "failures", "validate_only")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    parent: str
    failures: _containers.RepeatedScalarFieldContainer[str]
    validate_only: bool
    def __init__(self, parent: _Optional[str] = ..., failures: _Optional[_Iterable[str]] = ..., validate_only: bool = ...) -> None: ...

class PurgeIntakeFailuresResponse(_message.Message):
    __slots__ = ("purged_count",)
    PURGED_COUNT_FIELD_NUMBER: _ClassVar[int]
    purged_count: int
    def __init__(self, purged_count: _Optional[int] = ...) -> None: ...
