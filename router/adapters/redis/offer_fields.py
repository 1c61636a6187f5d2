"""Reads what ``scripts/offers.lua`` keeps: open offers, and how many reps have let lapse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgpack

from router.model.dispatch import StandingOffer


def lapses_from(fields: Mapping[bytes, bytes]) -> dict[str, int]:
    """Read how many offers in a row reps have let lapse."""
    return {rep.decode(): int(count) for rep, count in fields.items()}


def standing_from(fields: Mapping[bytes, bytes]) -> dict[str, StandingOffer | None]:
    """Read open offers, by work item; None: it cannot be read."""
    return {item_id.decode(): _offer(packed) for item_id, packed in fields.items()}


def _offer(packed: bytes) -> StandingOffer | None:
    try:
        number, rep, pool, kind, charge, entitled, counted, credit, lapses, audience, band = msgpack.unpackb(packed)
        used, since = credit
        return StandingOffer(
            number, rep, pool, kind, charge, tuple(_tuples(entitled, 2)), tuple(_tuples(counted, 3)), used, since,
            lapses, None if band == -1 else band, tuple(_tuples(audience, 2)),
        )  # fmt: skip
    except (ValueError, TypeError, msgpack.UnpackException):
        return None


def _tuples(flat: Iterable[Any], size: int) -> Iterable[tuple[Any, ...]]:
    parts = iter(flat)
    return zip(*[parts] * size, strict=True)
