"""Between messages and values: how a pool hands out its work."""

from __future__ import annotations

from typing import Any

from google.protobuf.duration_pb2 import Duration

from fairlead.v1 import dispatch_pb2 as dispatch
from fairlead.v1 import workforce_pb2 as workforce
from gateway import fields
from router.model.dispatch import PUSH, Dispatch, DispatchClock, DispatchMode
from router.model.errors import InvalidInput
from router.model.workforce import MICROS

MIN_TIMEOUT_MS = 1_000
MAX_TIMEOUT_S = 30 * 24 * 3600
MAX_OFFERS_OPEN = 100
MAX_LAPSES = 100
MAX_BROADCAST_BAND = 1000
"""In lead units."""
_MODES: dict[int, DispatchMode] = {
    dispatch.DISPATCH_UNSPECIFIED: DispatchMode.PUSH,
    **{dispatch.Dispatch.Value(f"DISPATCH_{mode}"): mode for mode in DispatchMode},
}
_CLOCKS: dict[int, DispatchClock] = {
    dispatch.DispatchPolicy.CLOCK_UNSPECIFIED: DispatchClock.WALL,
    **{dispatch.DispatchPolicy.Clock.Value(f"CLOCK_{clock}"): clock for clock in DispatchClock},
}


def dispatch_of(message: workforce.Pool, at: str) -> Dispatch | None:
    """Read how a pool hands out its work; None: as ``PUSH`` does.

    Raises
    ------
    InvalidInput
        If a part of it is outside its limits.
    """
    sent, at = message.dispatch, f"{at}.dispatch"
    read = Dispatch(
        _one_of(_MODES, dispatch.Dispatch, sent.mode, f"{at}.mode"),
        _timeout_ms(sent, at),
        _one_of(_CLOCKS, dispatch.DispatchPolicy.Clock, sent.clock, f"{at}.clock"),
        _whole(sent.offers_open, MAX_OFFERS_OPEN, f"{at}.offers_open") or 1,
        _whole(sent.lapses_until_away, MAX_LAPSES, f"{at}.lapses_until_away"),
        _band(sent, at),
    )
    return None if read == PUSH else read


def _one_of(values: dict[int, Any], enum: Any, number: int, at: str) -> Any:
    if number not in values:
        raise InvalidInput.of(at, f"{number}: must be one of {', '.join(enum.keys()[1:])}")
    return values[number]


def _timeout_ms(sent: dispatch.DispatchPolicy, at: str) -> int:
    if not sent.HasField("timeout"):
        return 0
    seconds = sent.timeout.seconds + sent.timeout.nanos / 1e9
    timeout_ms = round(fields.finite(seconds, 0, MAX_TIMEOUT_S, f"{at}.timeout") * 1000)
    if timeout_ms < MIN_TIMEOUT_MS:
        raise InvalidInput.of(f"{at}.timeout", f"{seconds:.15g}s: must be 1s to {MAX_TIMEOUT_S}s, or absent")
    return timeout_ms


def _whole(number: int, most: int, at: str) -> int:
    if not 0 <= number <= most:
        raise InvalidInput.of(at, f"{number}: must be 0 to {most}")
    return number


def _band(sent: dispatch.DispatchPolicy, at: str) -> int | None:
    if not sent.HasField("broadcast_band"):
        return None
    return round(fields.finite(sent.broadcast_band, 0, MAX_BROADCAST_BAND, f"{at}.broadcast_band") * MICROS)


def dispatch_message(policy: Dispatch | None) -> dispatch.DispatchPolicy | None:
    """Write how a pool hands out its work; nothing where that is as ``PUSH`` does."""
    if policy is None:
        return None
    message = dispatch.DispatchPolicy(
        mode=f"DISPATCH_{policy.mode}",
        clock=f"CLOCK_{policy.clock}",
        offers_open=policy.offers_open,
        lapses_until_away=policy.lapses_until_away,
        broadcast_band=None if policy.broadcast_band is None else policy.broadcast_band / MICROS,
    )
    if policy.timeout_ms:
        timeout = Duration()
        timeout.FromMilliseconds(policy.timeout_ms)
        message.timeout.CopyFrom(timeout)
    return message
