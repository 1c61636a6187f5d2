"""Reading fields of requests.

Names, pages, texts and free attributes, each refused by name where it is not as it must be.
"""

from __future__ import annotations

import binascii
import math
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from google.protobuf.struct_pb2 import Struct, Value

from fairlead.v1.decisions_pb2 import DECISION_VIEW_FULL, DecisionView
from router.model.errors import InvalidInput
from router.model.ids import check_id

MAX_REQUEST_ID = 128
MAX_NOTE = 512
MAX_DISPLAY_NAME = 256
MAX_LAST_PART = 256
"""Characters of the last part of a name; the longest that Fairlead makes has 129."""
START = "start"
"""Token of a watch that begins with the first change ever."""
DEFAULT_PAGE = 50
MAX_PAGE = 1000
_LONGEST_SHOWN = 80
_VIEWS = frozenset(DecisionView.values())


@lru_cache(4096)
def tenant_of(parent: str, field: str = "parent") -> str:
    """Read ``tenants/{tenant}``.

    Raises
    ------
    InvalidInput
        If it is not of that form.
    """
    parts = parent.split("/")
    if len(parts) != 2 or parts[0] != "tenants" or check_id(parts[1]):
        raise InvalidInput.of(field, f"{shown(parent)}: must be tenants/{{tenant}}, e.g. tenants/default")
    return parts[1]


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
    if not record_id.isascii() or not record_id.isdigit() or len(record_id) > 15:
        raise InvalidInput.of("name", f"{shown(name)}: must be tenants/{{tenant}}/{collection}/{{number}}")
    return tenant, int(record_id)


def etag_number(etag: str) -> int | None:
    """Read the etag of a work item or rule set, a number; None if none is given, -1 for one that never was."""
    if not etag:
        return None
    return int(etag) if etag.isascii() and etag.isdigit() and len(etag) <= 15 else -1


def text(value: str, longest: int, field: str) -> str:
    """Check a text's length.

    Raises
    ------
    InvalidInput
        If it is too long or holds control characters.
    """
    if len(value) > longest:
        raise InvalidInput.of(field, f"{len(value)} characters: at most {longest}")
    if any(ord(char) < 32 for char in value):
        raise InvalidInput.of(field, f"{shown(value)}: must not hold control characters")
    return value


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


def page_token(position: str | int | None) -> str:
    """Write where the next page begins; empty for none."""
    return urlsafe_b64encode(str(position).encode()).decode() if position else ""


def page_position(token: str) -> str:
    """Read where a page begins.

    Raises
    ------
    InvalidInput
        If this server never wrote it.
    """
    try:
        position = b64decode(token.encode(), b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        position = " "
    if position and check_id(position):
        raise InvalidInput.of("page_token", f"{shown(token)}: must be the next_page_token of an earlier page")
    return position


def page_number(token: str) -> int:
    """Read the event number where a page begins; 0 for the first page.

    Raises
    ------
    InvalidInput
        If this server never wrote it.
    """
    position = page_position(token)
    if position and not (position.isascii() and position.isdigit() and len(position) <= 15):
        raise InvalidInput.of("page_token", f"{shown(token)}: must be the next_page_token of an earlier page")
    return int(position or 0)


def resume_token(number: int) -> str:
    """Write behind which event a watch goes on."""
    return page_token(number) or START


def resume_number(token: str) -> int | None:
    """Read behind which event a watch goes on: 0 for the very first, None for whatever is the last.

    Raises
    ------
    InvalidInput
        If this server never wrote it.
    """
    if token in ("", START):
        return 0 if token else None
    try:
        return page_number(token)
    except InvalidInput:
        fault = f"{shown(token)}: must be the resume_token of an earlier change, {START!r}, or absent"
        raise InvalidInput.of("resume_token", fault) from None


def wants_full(view: int) -> bool:
    """Read how much of a decision is to come back.

    Raises
    ------
    InvalidInput
        If there is no such view.
    """
    if view not in _VIEWS:
        raise InvalidInput.of("view", f"{view}: must be one of {', '.join(DecisionView.keys()[1:])}")
    return view == DECISION_VIEW_FULL


def plain(struct: Struct) -> dict[str, Any]:
    """Turn a Struct into plain values."""
    return {name: _plain(value) for name, value in struct.fields.items()}


def _plain(value: Value) -> Any:
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value
        case "number_value":
            return value.number_value
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [_plain(entry) for entry in value.list_value.values]
        case "struct_value":
            return plain(value.struct_value)
    return None


def struct(values: Mapping[str, Any]) -> Struct:
    """Turn plain values into a Struct."""
    message = Struct()
    message.update({name: list(value) if isinstance(value, tuple) else value for name, value in values.items()})
    return message


def finite(value: float, least: float, most: float, field: str) -> float:
    """Check a number's range, both ends included.

    Raises
    ------
    InvalidInput
        If it is outside, infinite or not a number.
    """
    if not math.isfinite(value) or not least <= value <= most:
        raise InvalidInput.of(field, f"{value:g}: must be {least:g} to {most:g}")
    return value


def shown(value: object) -> str:
    """Show a value in an error, shortened."""
    written = repr(value)
    return written if len(written) <= _LONGEST_SHOWN else written[: _LONGEST_SHOWN - 1] + "…"
