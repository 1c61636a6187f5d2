import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Dispatch(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DISPATCH_UNSPECIFIED: _ClassVar[Dispatch]
    DISPATCH_PUSH: _ClassVar[Dispatch]
    DISPATCH_OFFER: _ClassVar[Dispatch]
    DISPATCH_BROADCAST: _ClassVar[Dispatch]
DISPATCH_UNSPECIFIED: Dispatch
DISPATCH_PUSH: Dispatch
DISPATCH_OFFER: Dispatch
DISPATCH_BROADCAST: Dispatch

class DispatchPolicy(_message.Message):
    __slots__ = ("mode", "timeout", "clock", "offers_open", "lapses_until_away", "broadcast_band")
    class Clock(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        CLOCK_UNSPECIFIED: _ClassVar[DispatchPolicy.Clock]
        CLOCK_WALL: _ClassVar[DispatchPolicy.Clock]
        CLOCK_REP: _ClassVar[DispatchPolicy.Clock]
        CLOCK_POOL: _ClassVar[DispatchPolicy.Clock]
    CLOCK_UNSPECIFIED: DispatchPolicy.Clock
    CLOCK_WALL: DispatchPolicy.Clock
    CLOCK_REP: DispatchPolicy.Clock
    CLOCK_POOL: DispatchPolicy.Clock
    MODE_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    CLOCK_FIELD_NUMBER: _ClassVar[int]
    OFFERS_OPEN_FIELD_NUMBER: _ClassVar[int]
    LAPSES_UNTIL_AWAY_FIELD_NUMBER: _ClassVar[int]
    BROADCAST_BAND_FIELD_NUMBER: _ClassVar[int]
    mode: Dispatch
    timeout: _duration_pb2.Duration
    clock: DispatchPolicy.Clock
    offers_open: int
    lapses_until_away: int
    broadcast_band: float
    def __init__(self, mode: _Optional[_Union[Dispatch, str]] = ..., timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., clock: _Optional[_Union[DispatchPolicy.Clock, str]] = ..., offers_open: _Optional[int] = ..., lapses_until_away: _Optional[int] = ..., broadcast_band: _Optional[float] = ...) -> None: ...
