from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ReadOptions(_message.Message):
    __slots__ = ("encoding", "delimiter", "decimal", "date_format", "timezone", "sheet", "columns", "allow_unreadable")
    class ColumnsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    DELIMITER_FIELD_NUMBER: _ClassVar[int]
    DECIMAL_FIELD_NUMBER: _ClassVar[int]
    DATE_FORMAT_FIELD_NUMBER: _ClassVar[int]
    TIMEZONE_FIELD_NUMBER: _ClassVar[int]
    SHEET_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    ALLOW_UNREADABLE_FIELD_NUMBER: _ClassVar[int]
    encoding: str
    delimiter: str
    decimal: str
    date_format: str
    timezone: str
    sheet: str
    columns: _containers.ScalarMap[str, str]
    allow_unreadable: float
    def __init__(self, encoding: _Optional[str] = ..., delimiter: _Optional[str] = ..., decimal: _Optional[str] = ..., date_format: _Optional[str] = ..., timezone: _Optional[str] = ..., sheet: _Optional[str] = ..., columns: _Optional[_Mapping[str, str]] = ..., allow_unreadable: _Optional[float] = ...) -> None: ...

class ReadReport(_message.Message):
    __slots__ = ("file", "format", "encoding", "delimiter", "sheet", "row_count", "columns", "ignored_columns", "missing_columns", "titles", "footers", "blank_row_count", "rejected_row_count", "rejected_rows")
    FILE_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    DELIMITER_FIELD_NUMBER: _ClassVar[int]
    SHEET_FIELD_NUMBER: _ClassVar[int]
    ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    IGNORED_COLUMNS_FIELD_NUMBER: _ClassVar[int]
    MISSING_COLUMNS_FIELD_NUMBER: _ClassVar[int]
    TITLES_FIELD_NUMBER: _ClassVar[int]
    FOOTERS_FIELD_NUMBER: _ClassVar[int]
    BLANK_ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    REJECTED_ROW_COUNT_FIELD_NUMBER: _ClassVar[int]
    REJECTED_ROWS_FIELD_NUMBER: _ClassVar[int]
    file: str
    format: str
    encoding: str
    delimiter: str
    sheet: str
    row_count: int
    columns: _containers.RepeatedCompositeFieldContainer[ColumnReport]
    ignored_columns: _containers.RepeatedScalarFieldContainer[str]
    missing_columns: _containers.RepeatedScalarFieldContainer[str]
    titles: _containers.RepeatedScalarFieldContainer[str]
    footers: _containers.RepeatedScalarFieldContainer[str]
    blank_row_count: int
    rejected_row_count: int
    rejected_rows: _containers.RepeatedCompositeFieldContainer[RowPlace]
    def __init__(self, file: _Optional[str] = ..., format: _Optional[str] = ..., encoding: _Optional[str] = ..., delimiter: _Optional[str] = ..., sheet: _Optional[str] = ..., row_count: _Optional[int] = ..., columns: _Optional[_Iterable[_Union[ColumnReport, _Mapping]]] = ..., ignored_columns: _Optional[_Iterable[str]] = ..., missing_columns: _Optional[_Iterable[str]] = ..., titles: _Optional[_Iterable[str]] = ..., footers: _Optional[_Iterable[str]] = ..., blank_row_count: _Optional[int] = ..., rejected_row_count: _Optional[int] = ..., rejected_rows: _Optional[_Iterable[_Union[RowPlace, _Mapping]]] = ...) -> None: ...

class ColumnReport(_message.Message):
    __slots__ = ("name", "column", "form", "value_count", "missing_count", "unreadable_count", "unreadable_share", "first_unreadable", "notes")
    NAME_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    FORM_FIELD_NUMBER: _ClassVar[int]
    VALUE_COUNT_FIELD_NUMBER: _ClassVar[int]
    MISSING_COUNT_FIELD_NUMBER: _ClassVar[int]
    UNREADABLE_COUNT_FIELD_NUMBER: _ClassVar[int]
    UNREADABLE_SHARE_FIELD_NUMBER: _ClassVar[int]
    FIRST_UNREADABLE_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    name: str
    column: str
    form: str
    value_count: int
    missing_count: int
    unreadable_count: int
    unreadable_share: float
    first_unreadable: RowPlace
    notes: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., column: _Optional[str] = ..., form: _Optional[str] = ..., value_count: _Optional[int] = ..., missing_count: _Optional[int] = ..., unreadable_count: _Optional[int] = ..., unreadable_share: _Optional[float] = ..., first_unreadable: _Optional[_Union[RowPlace, _Mapping]] = ..., notes: _Optional[_Iterable[str]] = ...) -> None: ...

class RowPlace(_message.Message):
    __slots__ = ("line", "text")
    LINE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    line: int
    text: str
    def __init__(self, line: _Optional[int] = ..., text: _Optional[str] = ...) -> None: ...
