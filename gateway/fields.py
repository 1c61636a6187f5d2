"""Fields of requests that every service has: names, texts, numbers, instants, request ids, pages.

Each is refused by name where it is not as it must be.

References
----------
AIP-122 (names), AIP-155 (request ids) and AIP-158 (pages), https://google.aip.dev.
"""

from __future__ import annotations

import binascii
import math
import re
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from failures import InvalidInput, shown
from resource_names import check_id

MAX_LAST_PART = 256
"""Characters of the last part of a name; the longest that Fairlead makes has 129."""
MAX_REQUEST_ID = 128
_MARK = re.compile("[0-9a-f]{16}")
DEFAULT_PAGE = 50
MAX_PAGE = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PAGE_BYTES = 3_500_000
"""Of a page: clients take 4 MiB by default, and hidden values may be longer than those they stand for."""


def name_of(name: str, collection: str, field: str = "name") -> tuple[str, str]:
    """Read ``tenants/{tenant}/{collection}/{id}`` into tenant and id.

    Raises
    ------
    InvalidInput
        If it is not of that form.
    """
    parts = name.split("/")
    if len(parts) != 4 or parts[0] != "tenants" or parts[2] != collection or check_id(parts[1]) or not parts[3]:
        raise InvalidInput.of(field, f"{shown(name)}: must be tenants/{{tenant}}/{collection}/{{id}}")
    return parts[1], text(parts[3], MAX_LAST_PART, field)


def reference(name: str, collection: str, tenant: str, field: str) -> str:
    """Read a reference to a resource of the same tenant: its full name, or its id alone.

    Raises
    ------
    InvalidInput
        If it is neither.
    """
    if "/" not in name:
        return text(name, MAX_LAST_PART, field)
    of_tenant, record_id = name_of(name, collection, field)
    if of_tenant != tenant:
        raise InvalidInput.of(field, f"{shown(name)}: must belong to tenants/{tenant}")
    return record_id


def number_of(name: str, collection: str) -> tuple[str, int]:
    """Read ``tenants/{tenant}/{collection}/{number}``.

    Raises
    ------
    InvalidInput
        If it is not of that form.
    """
    tenant, record_id = name_of(name, collection)
    if not is_number(record_id):
        raise InvalidInput.of("name", f"{shown(name)}: must be tenants/{{tenant}}/{collection}/{{number}}")
    return tenant, int(record_id)


def text(value: str, longest: int, field: str) -> str:
    """Check a text.

    Raises
    ------
    InvalidInput
        If it is too long or holds control characters.
    """
    if len(value) > longest:
        raise InvalidInput.of(field, f"{len(value)} characters: at most {longest}")
    if not value.isprintable() and any(ord(char) < 32 for char in value):  # the first alone is what nearly all pay
        raise InvalidInput.of(field, f"{shown(value)}: must not hold control characters")
    return value


def request_id(request: Any) -> str:
    """Read what makes a request repeatable; empty where it carries none."""
    return text(request.request_id, MAX_REQUEST_ID, "request_id")


def finite(value: float, least: float, most: float, field: str) -> float:
    """Check a number's range, both ends included.

    Raises
    ------
    InvalidInput
        If it is outside, infinite or not a number.
    """
    if not math.isfinite(value) or not least <= value <= most:
        raise InvalidInput.of(field, f"{value:,.15g}: must be {least:,.15g} to {most:,.15g}")
    return value


def instant(stamp: Timestamp, field: str) -> datetime:
    """Read an instant.

    Raises
    ------
    InvalidInput
        If a date cannot say it.
    """
    seconds, nanos = stamp.seconds, stamp.nanos
    if not 0 <= nanos < 1_000_000_000:
        raise InvalidInput.of(field, f"nanos {nanos}: must be 0 to 999999999")
    try:
        return _EPOCH + timedelta(0, seconds, nanos // 1000)  # `ToDatetime` does the same, and takes twice as long
    except OverflowError:
        raise InvalidInput.of(field, f"{seconds} s: must lie in the years 1 to 9999") from None


def timestamp(microseconds: int) -> Timestamp:
    """Write an instant, in microseconds since 1970."""
    return Timestamp(seconds=microseconds // 1_000_000, nanos=microseconds % 1_000_000 * 1000)


def page_size(size: int) -> int:
    """Read a page size.

    Raises
    ------
    InvalidInput
        If it is negative; over the most it is cut (AIP-158).
    """
    if size < 0:
        raise InvalidInput.of("page_size", f"{size}: must be 0 to {MAX_PAGE}")
    return min(size or DEFAULT_PAGE, MAX_PAGE)


class PageRoom:
    """What room a page has left; at least one message fits, however large."""

    def __init__(self) -> None:
        self._bytes = 0

    def takes(self, message: Message) -> bool:
        """Tell whether the next message still fits, and if so give it its room."""
        is_first, size = not self._bytes, message.ByteSize()
        self._bytes += size
        return is_first or self._bytes <= PAGE_BYTES


def page_token(place: str | int | None, filter_text: str = "") -> str:
    """Write where the next page begins, in a list with this filter; empty for none."""
    mark = _mark(filter_text)
    return urlsafe_b64encode((f"{place}~{mark}" if mark else str(place)).encode()).decode() if place else ""


def page_place(token: str, is_place: Callable[[str], object] = bool) -> str:
    """Read where a page begins; empty for the first one.

    Raises
    ------
    InvalidInput
        If this server never wrote it: it does not decode, or to nothing that is a place.
    """
    try:
        place = b64decode(token.encode(), b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        place = ""
    if token and not (place and is_place(place)):
        raise InvalidInput.of("page_token", f"{shown(token)}: must be the next_page_token of an earlier page")
    return place


def page_key(token: str, is_key: Callable[[str], object], filter_text: str = "", of: str = "filter") -> str:
    """Read the text behind which a page begins, in a list with this filter; empty for the first page.

    Parameters
    ----------
    of
        What ``filter_text`` is made of, as the request calls it.

    Raises
    ------
    InvalidInput
        If this server never wrote it, or for another filter.
    """
    key, mark = _parted(page_place(token, lambda place: is_key(_parted(place)[0])))
    if token and mark != _mark(filter_text):
        fault = f"is of a list with another {of}: repeat that of the page before, or leave the token out"
        raise InvalidInput.of("page_token", f"{shown(token)}: {fault}")
    return key


def page_number(token: str, filter_text: str = "", of: str = "filter") -> int:
    """Read the number behind which a page begins; 0 for the first page; as ``page_key``."""
    return int(page_key(token, is_number, filter_text, of) or 0)


def _parted(place: str) -> tuple[str, str]:
    """Return what ``page_token`` put together: a place, and the mark of its filter."""
    key, _, mark = place.rpartition("~")
    return (key, mark) if _MARK.fullmatch(mark) else (place, "")


def _mark(filter_text: str) -> str:
    """Return what tells a filter from others."""
    return blake2b(filter_text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest() if filter_text else ""


def is_number(written: str) -> bool:
    """Tell whether a text is a number that Fairlead wrote, of at most 15 digits."""
    return written.isascii() and written.isdigit() and len(written) <= 15
