"""Something that happened. A value."""

from __future__ import annotations

from typing import NamedTuple


class Occurrence(NamedTuple):
    """Something that happened to a work item: by which event, and when, in milliseconds since 1970."""

    event: int
    at_ms: int
