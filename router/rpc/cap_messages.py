"""Between messages and values: caps."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, TypeVar

from fairlead.v1 import caps_pb2 as messages
from gateway import fields
from router.model.caps import Cap, CapMeasure, CapPace, CapScope, CapWindow
from router.model.errors import InvalidInput
from router.model.workforce import MICROS
from router.rpc.messages import check_kind_name
from router.workforce.caps import MAX_LIMIT, MAX_VALUE_LIMIT

Word = TypeVar("Word", bound=StrEnum)


def caps(sent: Iterable[messages.Cap], at: str) -> tuple[Cap, ...]:
    """Read caps; whether each means something is for ``router.workforce.caps`` to say.

    Raises
    ------
    InvalidInput
        If a field is not as the contract says.
    """
    return tuple(_cap(message, f"{at}[{place}]") for place, message in enumerate(sent))


def _cap(message: messages.Cap, at: str) -> Cap:
    measure = _word(messages.Cap.Measure, CapMeasure, message.measure, f"{at}.measure")
    return Cap(
        id=message.id,
        measure=measure,
        scope=_word(messages.Cap.Scope, CapScope, message.scope or messages.Cap.SCOPE_REP, f"{at}.scope"),
        kinds=tuple(dict.fromkeys(check_kind_name(name, f"{at}.kinds") for name in message.kinds)),
        window=_window(message.window, f"{at}.window"),
        rolling_ms=message.rolling_duration.ToMilliseconds(),
        pace=_word(messages.Cap.Pace, CapPace, message.pace or messages.Cap.PACE_ANY, f"{at}.pace"),
        limit=_limit(message, measure, f"{at}.limit"),
    )


def _limit(message: messages.Cap, measure: CapMeasure, field: str) -> int:
    if not message.HasField("limit"):
        raise InvalidInput.of(field, "is missing: say how much there may be; 0 lets nobody have anything")
    limit = message.limit
    if measure is CapMeasure.VALUE:
        return round(fields.finite(limit, 0, MAX_VALUE_LIMIT, field) * MICROS)
    if fields.finite(limit, 0, MAX_LIMIT, field) % 1:
        raise InvalidInput.of(field, f"{limit:,.15g}: must be a whole number, as {measure} counts in whole ones")
    return int(limit)


def _window(number: int, field: str) -> CapWindow:
    return _word(messages.Cap.Window, CapWindow, number, field) if number else CapWindow.NONE


def _word(of: Any, words: type[Word], number: int, field: str) -> Word:
    """Read a value of one of the contract's enums, whose name stands in front of each."""
    name, allowed = of.DESCRIPTOR.values_by_number.get(number), of.DESCRIPTOR.values[1:]
    if name is None or not number:
        fault = f"{number}: must be one of {', '.join(value.name for value in allowed)}"
        raise InvalidInput.of(field, fault)
    return words(name.name.partition("_")[2])


def cap_message(cap: Cap) -> messages.Cap:
    """Write a cap."""
    message = messages.Cap(
        id=cap.id,
        scope=f"SCOPE_{cap.scope}",
        kinds=[str(kind) for kind in cap.kinds],
        measure=f"MEASURE_{cap.measure}",
        limit=cap.limit / MICROS if cap.measure is CapMeasure.VALUE else cap.limit,
        pace=f"PACE_{cap.pace}",
        window=f"WINDOW_{cap.window}" if cap.window is not CapWindow.NONE else None,
    )
    if cap.rolling_ms:
        message.rolling_duration.FromMilliseconds(cap.rolling_ms)
    return message
