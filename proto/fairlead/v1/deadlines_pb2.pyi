import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Deadline(_message.Message):
    __slots__ = ("work_item", "process", "stage", "deadline", "state", "owner", "start_time", "due_time", "end_time", "steps", "earlier_due_time", "parts", "parts_start_time", "cause", "pause_end_time", "pause_reason")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Deadline.State]
        STATE_OPEN: _ClassVar[Deadline.State]
        STATE_OVERDUE: _ClassVar[Deadline.State]
        STATE_MET: _ClassVar[Deadline.State]
        STATE_MISSED: _ClassVar[Deadline.State]
        STATE_ENDED: _ClassVar[Deadline.State]
    STATE_UNSPECIFIED: Deadline.State
    STATE_OPEN: Deadline.State
    STATE_OVERDUE: Deadline.State
    STATE_MET: Deadline.State
    STATE_MISSED: Deadline.State
    STATE_ENDED: Deadline.State
    WORK_ITEM_FIELD_NUMBER: _ClassVar[int]
    PROCESS_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    DEADLINE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    DUE_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    EARLIER_DUE_TIME_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    PARTS_START_TIME_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    PAUSE_END_TIME_FIELD_NUMBER: _ClassVar[int]
    PAUSE_REASON_FIELD_NUMBER: _ClassVar[int]
    work_item: str
    process: str
    stage: str
    deadline: str
    state: Deadline.State
    owner: str
    start_time: _timestamp_pb2.Timestamp
    due_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    steps: _containers.RepeatedCompositeFieldContainer[DeadlineStep]
    earlier_due_time: _timestamp_pb2.Timestamp
    parts: _containers.RepeatedCompositeFieldContainer[TimePart]
    parts_start_time: _timestamp_pb2.Timestamp
    cause: TimePart.Kind
    pause_end_time: _timestamp_pb2.Timestamp
    pause_reason: str
    def __init__(self, work_item: _Optional[str] = ..., process: _Optional[str] = ..., stage: _Optional[str] = ..., deadline: _Optional[str] = ..., state: _Optional[_Union[Deadline.State, str]] = ..., owner: _Optional[str] = ..., start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., due_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[DeadlineStep, _Mapping]]] = ..., earlier_due_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., parts: _Optional[_Iterable[_Union[TimePart, _Mapping]]] = ..., parts_start_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., cause: _Optional[_Union[TimePart.Kind, str]] = ..., pause_end_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., pause_reason: _Optional[str] = ...) -> None: ...

class TimePart(_message.Message):
    __slots__ = ("kind", "rep", "pool", "reason", "wall_duration", "counted_duration")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[TimePart.Kind]
        KIND_PAUSED: _ClassVar[TimePart.Kind]
        KIND_ON_LEAVE: _ClassVar[TimePart.Kind]
        KIND_OUTSIDE_HOURS: _ClassVar[TimePart.Kind]
        KIND_WAITING: _ClassVar[TimePart.Kind]
        KIND_EARLIER_OWNER: _ClassVar[TimePart.Kind]
        KIND_OWNER: _ClassVar[TimePart.Kind]
    KIND_UNSPECIFIED: TimePart.Kind
    KIND_PAUSED: TimePart.Kind
    KIND_ON_LEAVE: TimePart.Kind
    KIND_OUTSIDE_HOURS: TimePart.Kind
    KIND_WAITING: TimePart.Kind
    KIND_EARLIER_OWNER: TimePart.Kind
    KIND_OWNER: TimePart.Kind
    KIND_FIELD_NUMBER: _ClassVar[int]
    REP_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    WALL_DURATION_FIELD_NUMBER: _ClassVar[int]
    COUNTED_DURATION_FIELD_NUMBER: _ClassVar[int]
    kind: TimePart.Kind
    rep: str
    pool: str
    reason: str
    wall_duration: _duration_pb2.Duration
    counted_duration: _duration_pb2.Duration
    def __init__(self, kind: _Optional[_Union[TimePart.Kind, str]] = ..., rep: _Optional[str] = ..., pool: _Optional[str] = ..., reason: _Optional[str] = ..., wall_duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., counted_duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class DeadlineStep(_message.Message):
    __slots__ = ("act", "due_time", "fire_time", "superseded")
    class Act(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ACT_UNSPECIFIED: _ClassVar[DeadlineStep.Act]
        ACT_REMIND: _ClassVar[DeadlineStep.Act]
        ACT_NOTIFY: _ClassVar[DeadlineStep.Act]
        ACT_REASSIGN: _ClassVar[DeadlineStep.Act]
        ACT_RAISE_PRIORITY: _ClassVar[DeadlineStep.Act]
        ACT_RETURN: _ClassVar[DeadlineStep.Act]
    ACT_UNSPECIFIED: DeadlineStep.Act
    ACT_REMIND: DeadlineStep.Act
    ACT_NOTIFY: DeadlineStep.Act
    ACT_REASSIGN: DeadlineStep.Act
    ACT_RAISE_PRIORITY: DeadlineStep.Act
    ACT_RETURN: DeadlineStep.Act
    ACT_FIELD_NUMBER: _ClassVar[int]
    DUE_TIME_FIELD_NUMBER: _ClassVar[int]
    FIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDED_FIELD_NUMBER: _ClassVar[int]
    act: DeadlineStep.Act
    due_time: _timestamp_pb2.Timestamp
    fire_time: _timestamp_pb2.Timestamp
    superseded: bool
    def __init__(self, act: _Optional[_Union[DeadlineStep.Act, str]] = ..., due_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., fire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., superseded: bool = ...) -> None: ...

class RevisionChange(_message.Message):
    __slots__ = ("earlier_process", "earlier_stage", "process", "stage")
    EARLIER_PROCESS_FIELD_NUMBER: _ClassVar[int]
    EARLIER_STAGE_FIELD_NUMBER: _ClassVar[int]
    PROCESS_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    earlier_process: str
    earlier_stage: str
    process: str
    stage: str
    def __init__(self, earlier_process: _Optional[str] = ..., earlier_stage: _Optional[str] = ..., process: _Optional[str] = ..., stage: _Optional[str] = ...) -> None: ...

class MovedDeadline(_message.Message):
    __slots__ = ("deadline", "earlier_due_time", "due_time")
    DEADLINE_FIELD_NUMBER: _ClassVar[int]
    EARLIER_DUE_TIME_FIELD_NUMBER: _ClassVar[int]
    DUE_TIME_FIELD_NUMBER: _ClassVar[int]
    deadline: str
    earlier_due_time: _timestamp_pb2.Timestamp
    due_time: _timestamp_pb2.Timestamp
    def __init__(self, deadline: _Optional[str] = ..., earlier_due_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., due_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ReachedStep(_message.Message):
    __slots__ = ("stage", "deadline", "act", "told", "on_leave", "inactive", "channels")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    DEADLINE_FIELD_NUMBER: _ClassVar[int]
    ACT_FIELD_NUMBER: _ClassVar[int]
    TOLD_FIELD_NUMBER: _ClassVar[int]
    ON_LEAVE_FIELD_NUMBER: _ClassVar[int]
    INACTIVE_FIELD_NUMBER: _ClassVar[int]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    stage: str
    deadline: str
    act: DeadlineStep.Act
    told: _containers.RepeatedScalarFieldContainer[str]
    on_leave: _containers.RepeatedScalarFieldContainer[str]
    inactive: _containers.RepeatedScalarFieldContainer[str]
    channels: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, stage: _Optional[str] = ..., deadline: _Optional[str] = ..., act: _Optional[_Union[DeadlineStep.Act, str]] = ..., told: _Optional[_Iterable[str]] = ..., on_leave: _Optional[_Iterable[str]] = ..., inactive: _Optional[_Iterable[str]] = ..., channels: _Optional[_Iterable[str]] = ...) -> None: ...

class Approval(_message.Message):
    __slots__ = ("work_item", "stage", "state", "owner", "actor", "ask_time", "due_time", "approvers", "attributes", "note", "process")
    class State(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        STATE_UNSPECIFIED: _ClassVar[Approval.State]
        STATE_PENDING: _ClassVar[Approval.State]
        STATE_APPROVED: _ClassVar[Approval.State]
        STATE_REJECTED: _ClassVar[Approval.State]
    STATE_UNSPECIFIED: Approval.State
    STATE_PENDING: Approval.State
    STATE_APPROVED: Approval.State
    STATE_REJECTED: Approval.State
    WORK_ITEM_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    ASK_TIME_FIELD_NUMBER: _ClassVar[int]
    DUE_TIME_FIELD_NUMBER: _ClassVar[int]
    APPROVERS_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    PROCESS_FIELD_NUMBER: _ClassVar[int]
    work_item: str
    stage: str
    state: Approval.State
    owner: str
    actor: str
    ask_time: _timestamp_pb2.Timestamp
    due_time: _timestamp_pb2.Timestamp
    approvers: _containers.RepeatedScalarFieldContainer[str]
    attributes: _struct_pb2.Struct
    note: str
    process: str
    def __init__(self, work_item: _Optional[str] = ..., stage: _Optional[str] = ..., state: _Optional[_Union[Approval.State, str]] = ..., owner: _Optional[str] = ..., actor: _Optional[str] = ..., ask_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., due_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., approvers: _Optional[_Iterable[str]] = ..., attributes: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., note: _Optional[str] = ..., process: _Optional[str] = ...) -> None: ...

class ApprovalAnswer(_message.Message):
    __slots__ = ("stage", "approved", "rep", "reason")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    APPROVED_FIELD_NUMBER: _ClassVar[int]
    REP_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    stage: str
    approved: bool
    rep: str
    reason: str
    def __init__(self, stage: _Optional[str] = ..., approved: bool = ..., rep: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class Survey(_message.Message):
    __slots__ = ("work_item", "question", "customer", "customer_field", "ask_time", "spared", "complaint")
    class Question(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        QUESTION_UNSPECIFIED: _ClassVar[Survey.Question]
        QUESTION_CSAT: _ClassVar[Survey.Question]
        QUESTION_NPS: _ClassVar[Survey.Question]
    QUESTION_UNSPECIFIED: Survey.Question
    QUESTION_CSAT: Survey.Question
    QUESTION_NPS: Survey.Question
    class Spared(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        SPARED_UNSPECIFIED: _ClassVar[Survey.Spared]
        SPARED_RECENT: _ClassVar[Survey.Spared]
        SPARED_COMPLAINT: _ClassVar[Survey.Spared]
        SPARED_UNKNOWN: _ClassVar[Survey.Spared]
    SPARED_UNSPECIFIED: Survey.Spared
    SPARED_RECENT: Survey.Spared
    SPARED_COMPLAINT: Survey.Spared
    SPARED_UNKNOWN: Survey.Spared
    WORK_ITEM_FIELD_NUMBER: _ClassVar[int]
    QUESTION_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_FIELD_FIELD_NUMBER: _ClassVar[int]
    ASK_TIME_FIELD_NUMBER: _ClassVar[int]
    SPARED_FIELD_NUMBER: _ClassVar[int]
    COMPLAINT_FIELD_NUMBER: _ClassVar[int]
    work_item: str
    question: Survey.Question
    customer: str
    customer_field: str
    ask_time: _timestamp_pb2.Timestamp
    spared: Survey.Spared
    complaint: str
    def __init__(self, work_item: _Optional[str] = ..., question: _Optional[_Union[Survey.Question, str]] = ..., customer: _Optional[str] = ..., customer_field: _Optional[str] = ..., ask_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., spared: _Optional[_Union[Survey.Spared, str]] = ..., complaint: _Optional[str] = ...) -> None: ...

class Digest(_message.Message):
    __slots__ = ("rep", "kind", "due_time", "make_time", "entries", "total_entries", "told", "on_leave", "inactive")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[Digest.Kind]
        KIND_DAY: _ClassVar[Digest.Kind]
        KIND_HOLIDAYS: _ClassVar[Digest.Kind]
        KIND_TOMORROW: _ClassVar[Digest.Kind]
    KIND_UNSPECIFIED: Digest.Kind
    KIND_DAY: Digest.Kind
    KIND_HOLIDAYS: Digest.Kind
    KIND_TOMORROW: Digest.Kind
    REP_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    DUE_TIME_FIELD_NUMBER: _ClassVar[int]
    MAKE_TIME_FIELD_NUMBER: _ClassVar[int]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_ENTRIES_FIELD_NUMBER: _ClassVar[int]
    TOLD_FIELD_NUMBER: _ClassVar[int]
    ON_LEAVE_FIELD_NUMBER: _ClassVar[int]
    INACTIVE_FIELD_NUMBER: _ClassVar[int]
    rep: str
    kind: Digest.Kind
    due_time: _timestamp_pb2.Timestamp
    make_time: _timestamp_pb2.Timestamp
    entries: _containers.RepeatedCompositeFieldContainer[DigestEntry]
    total_entries: int
    told: _containers.RepeatedScalarFieldContainer[str]
    on_leave: _containers.RepeatedScalarFieldContainer[str]
    inactive: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, rep: _Optional[str] = ..., kind: _Optional[_Union[Digest.Kind, str]] = ..., due_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., make_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., entries: _Optional[_Iterable[_Union[DigestEntry, _Mapping]]] = ..., total_entries: _Optional[int] = ..., told: _Optional[_Iterable[str]] = ..., on_leave: _Optional[_Iterable[str]] = ..., inactive: _Optional[_Iterable[str]] = ...) -> None: ...

class DigestEntry(_message.Message):
    __slots__ = ("work_item", "stage", "deadline", "due_time")
    WORK_ITEM_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    DEADLINE_FIELD_NUMBER: _ClassVar[int]
    DUE_TIME_FIELD_NUMBER: _ClassVar[int]
    work_item: str
    stage: str
    deadline: str
    due_time: _timestamp_pb2.Timestamp
    def __init__(self, work_item: _Optional[str] = ..., stage: _Optional[str] = ..., deadline: _Optional[str] = ..., due_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
