import datetime

from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import dayofweek_pb2 as _dayofweek_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Presence(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRESENCE_UNSPECIFIED: _ClassVar[Presence]
    PRESENCE_AVAILABLE: _ClassVar[Presence]
    PRESENCE_AWAY: _ClassVar[Presence]
PRESENCE_UNSPECIFIED: Presence
PRESENCE_AVAILABLE: Presence
PRESENCE_AWAY: Presence

class CreateCalendarRequest(_message.Message):
    __slots__ = ("parent", "calendar_id", "calendar", "request_id", "validate_only")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    CALENDAR_ID_FIELD_NUMBER: _ClassVar[int]
    CALENDAR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    parent: str
    calendar_id: str
    calendar: Calendar
    request_id: str
    validate_only: bool
    def __init__(self, parent: _Optional[str] = ..., calendar_id: _Optional[str] = ..., calendar: _Optional[_Union[Calendar, _Mapping]] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class GetCalendarRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListCalendarsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCalendarsResponse(_message.Message):
    __slots__ = ("calendars", "next_page_token")
    CALENDARS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    calendars: _containers.RepeatedCompositeFieldContainer[Calendar]
    next_page_token: str
    def __init__(self, calendars: _Optional[_Iterable[_Union[Calendar, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateCalendarRequest(_message.Message):
    __slots__ = ("calendar", "update_mask", "allow_missing", "request_id", "validate_only")
    CALENDAR_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    ALLOW_MISSING_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    calendar: Calendar
    update_mask: _field_mask_pb2.FieldMask
    allow_missing: bool
    request_id: str
    validate_only: bool
    def __init__(self, calendar: _Optional[_Union[Calendar, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., allow_missing: bool = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class DeleteCalendarRequest(_message.Message):
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

class ImportCalendarRequest(_message.Message):
    __slots__ = ("name", "country", "ics", "etag", "request_id", "validate_only")
    NAME_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    ICS_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    name: str
    country: CountryDays
    ics: IcsDays
    etag: str
    request_id: str
    validate_only: bool
    def __init__(self, name: _Optional[str] = ..., country: _Optional[_Union[CountryDays, _Mapping]] = ..., ics: _Optional[_Union[IcsDays, _Mapping]] = ..., etag: _Optional[str] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class CountryDays(_message.Message):
    __slots__ = ("country", "subdivision", "years")
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    SUBDIVISION_FIELD_NUMBER: _ClassVar[int]
    YEARS_FIELD_NUMBER: _ClassVar[int]
    country: str
    subdivision: str
    years: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, country: _Optional[str] = ..., subdivision: _Optional[str] = ..., years: _Optional[_Iterable[int]] = ...) -> None: ...

class IcsDays(_message.Message):
    __slots__ = ("content", "years")
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    YEARS_FIELD_NUMBER: _ClassVar[int]
    content: bytes
    years: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, content: _Optional[bytes] = ..., years: _Optional[_Iterable[int]] = ...) -> None: ...

class CreateAbsenceRequest(_message.Message):
    __slots__ = ("parent", "absence_id", "absence", "request_id", "validate_only")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    ABSENCE_ID_FIELD_NUMBER: _ClassVar[int]
    ABSENCE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    parent: str
    absence_id: str
    absence: Absence
    request_id: str
    validate_only: bool
    def __init__(self, parent: _Optional[str] = ..., absence_id: _Optional[str] = ..., absence: _Optional[_Union[Absence, _Mapping]] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class GetAbsenceRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListAbsencesRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAbsencesResponse(_message.Message):
    __slots__ = ("absences", "next_page_token")
    ABSENCES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    absences: _containers.RepeatedCompositeFieldContainer[Absence]
    next_page_token: str
    def __init__(self, absences: _Optional[_Iterable[_Union[Absence, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateAbsenceRequest(_message.Message):
    __slots__ = ("absence", "update_mask", "allow_missing", "request_id", "validate_only")
    ABSENCE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    ALLOW_MISSING_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    absence: Absence
    update_mask: _field_mask_pb2.FieldMask
    allow_missing: bool
    request_id: str
    validate_only: bool
    def __init__(self, absence: _Optional[_Union[Absence, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., allow_missing: bool = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class DeleteAbsenceRequest(_message.Message):
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

class GetTenantRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class UpdateTenantRequest(_message.Message):
    __slots__ = ("tenant", "update_mask", "request_id", "validate_only")
    TENANT_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    tenant: Tenant
    update_mask: _field_mask_pb2.FieldMask
    request_id: str
    validate_only: bool
    def __init__(self, tenant: _Optional[_Union[Tenant, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., request_id: _Optional[str] = ..., validate_only: bool = ...) -> None: ...

class SetRepPresenceRequest(_message.Message):
    __slots__ = ("name", "presence", "until_time", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PRESENCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_TIME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    presence: Presence
    until_time: _timestamp_pb2.Timestamp
    request_id: str
    def __init__(self, name: _Optional[str] = ..., presence: _Optional[_Union[Presence, str]] = ..., until_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class ListRepPresencesRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRepPresencesResponse(_message.Message):
    __slots__ = ("rep_presences", "next_page_token")
    REP_PRESENCES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    rep_presences: _containers.RepeatedCompositeFieldContainer[RepPresence]
    next_page_token: str
    def __init__(self, rep_presences: _Optional[_Iterable[_Union[RepPresence, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Calendar(_message.Message):
    __slots__ = ("name", "display_name", "time_zone", "weekly", "exceptions", "official_until", "etag", "import_notes", "workforce_revision")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    WEEKLY_FIELD_NUMBER: _ClassVar[int]
    EXCEPTIONS_FIELD_NUMBER: _ClassVar[int]
    OFFICIAL_UNTIL_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    IMPORT_NOTES_FIELD_NUMBER: _ClassVar[int]
    WORKFORCE_REVISION_FIELD_NUMBER: _ClassVar[int]
    name: str
    display_name: str
    time_zone: str
    weekly: _containers.RepeatedCompositeFieldContainer[WeeklyHours]
    exceptions: _containers.RepeatedCompositeFieldContainer[CalendarException]
    official_until: str
    etag: str
    import_notes: _containers.RepeatedScalarFieldContainer[str]
    workforce_revision: int
    def __init__(self, name: _Optional[str] = ..., display_name: _Optional[str] = ..., time_zone: _Optional[str] = ..., weekly: _Optional[_Iterable[_Union[WeeklyHours, _Mapping]]] = ..., exceptions: _Optional[_Iterable[_Union[CalendarException, _Mapping]]] = ..., official_until: _Optional[str] = ..., etag: _Optional[str] = ..., import_notes: _Optional[_Iterable[str]] = ..., workforce_revision: _Optional[int] = ...) -> None: ...

class WeeklyHours(_message.Message):
    __slots__ = ("day", "start", "end")
    DAY_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    day: _dayofweek_pb2.DayOfWeek
    start: str
    end: str
    def __init__(self, day: _Optional[_Union[_dayofweek_pb2.DayOfWeek, str]] = ..., start: _Optional[str] = ..., end: _Optional[str] = ...) -> None: ...

class CalendarException(_message.Message):
    __slots__ = ("date", "hours", "display_name", "source")
    DATE_FIELD_NUMBER: _ClassVar[int]
    HOURS_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    date: str
    hours: _containers.RepeatedCompositeFieldContainer[HoursOfDay]
    display_name: str
    source: str
    def __init__(self, date: _Optional[str] = ..., hours: _Optional[_Iterable[_Union[HoursOfDay, _Mapping]]] = ..., display_name: _Optional[str] = ..., source: _Optional[str] = ...) -> None: ...

class HoursOfDay(_message.Message):
    __slots__ = ("start", "end")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    start: str
    end: str
    def __init__(self, start: _Optional[str] = ..., end: _Optional[str] = ...) -> None: ...

class Absence(_message.Message):
    __slots__ = ("name", "start_time", "end_time", "reason", "etag", "substitute", "kept_work_items", "stand_in", "workforce_revision")
    NAME_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    SUBSTITUTE_FIELD_NUMBER: _ClassVar[int]
    KEPT_WORK_ITEMS_FIELD_NUMBER: _ClassVar[int]
    STAND_IN_FIELD_NUMBER: _ClassVar[int]
    WORKFORCE_REVISION_FIELD_NUMBER: _ClassVar[int]
    name: str
    start_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    reason: str
    etag: str
    substitute: str
    kept_work_items: _containers.RepeatedCompositeFieldContainer[KeptWorkItem]
    stand_in: str
    workforce_revision: int
    def __init__(self, name: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., etag: _Optional[str] = ..., substitute: _Optional[str] = ..., kept_work_items: _Optional[_Iterable[_Union[KeptWorkItem, _Mapping]]] = ..., stand_in: _Optional[str] = ..., workforce_revision: _Optional[int] = ...) -> None: ...

class KeptWorkItem(_message.Message):
    __slots__ = ("work_item", "reason")
    class Reason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        REASON_UNSPECIFIED: _ClassVar[KeptWorkItem.Reason]
        REASON_INACTIVE: _ClassVar[KeptWorkItem.Reason]
        REASON_ON_LEAVE: _ClassVar[KeptWorkItem.Reason]
        REASON_CIRCLE: _ClassVar[KeptWorkItem.Reason]
        REASON_CONFLICT: _ClassVar[KeptWorkItem.Reason]
        REASON_UNREADABLE: _ClassVar[KeptWorkItem.Reason]
        REASON_GIVEN: _ClassVar[KeptWorkItem.Reason]
    REASON_UNSPECIFIED: KeptWorkItem.Reason
    REASON_INACTIVE: KeptWorkItem.Reason
    REASON_ON_LEAVE: KeptWorkItem.Reason
    REASON_CIRCLE: KeptWorkItem.Reason
    REASON_CONFLICT: KeptWorkItem.Reason
    REASON_UNREADABLE: KeptWorkItem.Reason
    REASON_GIVEN: KeptWorkItem.Reason
    WORK_ITEM_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    work_item: str
    reason: KeptWorkItem.Reason
    def __init__(self, work_item: _Optional[str] = ..., reason: _Optional[_Union[KeptWorkItem.Reason, str]] = ...) -> None: ...

class Tenant(_message.Message):
    __slots__ = ("name", "time_zone", "calendar", "etag", "current_time", "reopen_days", "workforce_revision")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    CALENDAR_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CURRENT_TIME_FIELD_NUMBER: _ClassVar[int]
    REOPEN_DAYS_FIELD_NUMBER: _ClassVar[int]
    WORKFORCE_REVISION_FIELD_NUMBER: _ClassVar[int]
    name: str
    time_zone: str
    calendar: str
    etag: str
    current_time: _timestamp_pb2.Timestamp
    reopen_days: int
    workforce_revision: int
    def __init__(self, name: _Optional[str] = ..., time_zone: _Optional[str] = ..., calendar: _Optional[str] = ..., etag: _Optional[str] = ..., current_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reopen_days: _Optional[int] = ..., workforce_revision: _Optional[int] = ...) -> None: ...

class RepPresence(_message.Message):
    __slots__ = ("name", "presence", "until_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PRESENCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    presence: Presence
    until_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., presence: _Optional[_Union[Presence, str]] = ..., until_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
