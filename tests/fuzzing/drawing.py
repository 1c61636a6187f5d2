"""Messages of the contract, drawn by chance or changed in a place or two: read off the descriptors, so that new ones
are drawn too.

Chance is a ``random.Random``: a seeded one, or Hypothesis's ``st.randoms()``, which shrinks what it found.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any, TypeVar

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

T = TypeVar("T")

TENANT, OTHER = "fuzz", "others"
"""Whose data is there, and who is nobody's business."""
NAMES = (
    *(f"tenants/{TENANT}", f"tenants/{TENANT}/reps/ann", f"tenants/{TENANT}/pools/everyone", f"tenants/{TENANT}/queue"),
    *(f"tenants/{TENANT}/calendars/shanghai", f"tenants/{TENANT}/reps/ann/absences/spring", f"tenants/{TENANT}/reps/-"),
    *(f"tenants/{TENANT}/territories/华东", f"tenants/{TENANT}/workItems/crm~L-1", f"tenants/{TENANT}/decisions/6"),
    *(f"tenants/{TENANT}/ruleSets/1", f"tenants/{TENANT}/ruleSets/active"),
    *(f"tenants/{OTHER}", f"tenants/{OTHER}/reps/ann", f"tenants/{OTHER}/workItems/crm~L-1", f"tenants/{OTHER}/queue"),
    *(f"tenants/{TENANT}/models/churn/versions/v1", f"tenants/{OTHER}/models/churn", f"tenants/{TENANT}/operations/1"),
    *("models/churn", "models/churn/versions/v1", "models/churn/versions/v2", "operations/1"),
    *("fairlead.v1.RoutingService", "fairlead/v1/routing.proto"),
)
WORDS = (
    *("", "ann", "bo", "everyone", "华东", "上海", "crm", "L-1", "L-2", "r-1", "0", "1", "-1", "*", "YQ==", "start"),
    *("Mw==", "zh", "en-GB", "name", "region", "phone", "contract", "logins_30d", "customers.csv", "../customers.csv"),
    *("2024-05-01", "\0", "\ufeff", "😀", "e\u0301", "華" * 300, "x" * 2_000, "{}", "fields: {}", "tests: []"),
)
KEYS = ("LEAD", "region", "potential", "phone", "logins_30d", "contract", "", "n")
WHOLE = (0, 1, -1, 2, 3, 50, 1000, 1001, 2**31 - 1, -(2**31), 2**53, 2**63 - 1, -(2**63), 253402300800)
REAL = (0.0, -0.0, 0.5, 1.0, 2.5, 1e15, 1e300, -1e300, 5e-324, float("inf"), float("-inf"), float("nan"))
_DEEPEST = 5


def one_of(random: Random, values: Sequence[T]) -> T:
    """Pick one; faster than ``Random.choice``, and millions of times."""
    return values[int(random.random() * len(values))]


def message(random: Random, kind: type[Message], depth: int = 0) -> Any:
    """Draw a message with some of its fields set."""
    drawn: Any = kind()
    for field in kind.DESCRIPTOR.fields:
        if depth <= _DEEPEST and random.random() < 0.6:
            draw_field(random, drawn, field, depth)
    return drawn


def changed(random: Random, start: Any) -> None:
    """Draw one field anew, or leave it out, at some depth; in place."""
    target = start
    while target.DESCRIPTOR.fields:
        field = one_of(random, target.DESCRIPTOR.fields)
        inner = None if field.is_repeated or not field.message_type else field
        if inner is not None and random.random() < 0.8:
            target = getattr(target, inner.name)
            continue
        target.ClearField(field.name)
        if random.random() < 0.85:
            draw_field(random, target, field, 1)
        return


def draw_field(random: Random, target: Any, field: FieldDescriptor, depth: int) -> None:
    """Set a field of any kind."""
    if field.message_type and field.message_type.GetOptions().map_entry:
        _draw_map(random, getattr(target, field.name), field, depth)
    elif field.is_repeated:
        values = getattr(target, field.name)
        for _ in range(_few(random)):
            if field.message_type:
                values.add().CopyFrom(message(random, GetMessageClass(field.message_type), depth + 2))
            else:
                values.append(scalar(random, field))
    elif field.message_type:
        getattr(target, field.name).CopyFrom(message(random, GetMessageClass(field.message_type), depth + 1))
    else:
        setattr(target, field.name, scalar(random, field))


def _draw_map(random: Random, target: Any, field: FieldDescriptor, depth: int) -> None:
    value = field.message_type.fields_by_name["value"]
    for _ in range(_few(random)):
        key = one_of(random, KEYS)
        if value.message_type:
            target[key].CopyFrom(message(random, GetMessageClass(value.message_type), depth + 2))
        else:
            target[key] = scalar(random, value)


def _few(random: Random) -> int:
    return int(random.random() ** 2 * 4)


def scalar(random: Random, field: FieldDescriptor) -> Any:
    """Draw a value of a field's type, likely or not."""
    match field.cpp_type:
        case FieldDescriptor.CPPTYPE_STRING if field.type == FieldDescriptor.TYPE_BYTES:
            return random.randbytes(int(random.random() * 40))
        case FieldDescriptor.CPPTYPE_STRING:
            return text(random)
        case FieldDescriptor.CPPTYPE_BOOL:
            return random.random() < 0.5
        case FieldDescriptor.CPPTYPE_DOUBLE | FieldDescriptor.CPPTYPE_FLOAT:
            return one_of(random, REAL) if random.random() < 0.5 else random.uniform(-10, 100)
        case FieldDescriptor.CPPTYPE_INT64:
            return whole(random)
        case FieldDescriptor.CPPTYPE_UINT32 | FieldDescriptor.CPPTYPE_UINT64:
            return abs(whole(random)) % 2**32
        case FieldDescriptor.CPPTYPE_ENUM:
            return one_of(random, field.enum_type.values_by_number.keys() and [*field.enum_type.values_by_number, 99])
    return max(-(2**31), min(whole(random), 2**31 - 1))


def whole(random: Random) -> int:
    """Draw a whole number of 64 bits."""
    return one_of(random, WHOLE) if random.random() < 0.6 else random.getrandbits(int(random.random() * 63))


def text(random: Random) -> str:
    """Draw a text: a name, a word, or characters of any script."""
    chance = random.random()
    if chance < 0.45:
        return one_of(random, NAMES)
    if chance < 0.85:
        return one_of(random, WORDS)
    codes = (int(random.random() ** 4 * 0x10FFFF) for _ in range(int(random.random() * 20)))
    return "".join(chr(code) for code in codes if not 0xD800 <= code < 0xE000)
