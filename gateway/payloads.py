"""What others post, as fields by name: forms and JSON, one object or a list of them.

Senders differ in how they nest things, and mean the same. So every value has one name: ``phone``; ``contact.phone``
inside an object; in a list of objects that have a name and a value each, as advertising platforms write the answers of
their forms, that name: ``field_data.phone_number``; in any other list its place: ``answers.0.text``.

References
----------
https://url.spec.whatwg.org/#application/x-www-form-urlencoded; RFC 8259.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from failures import InvalidInput, shown
from gateway.errors import RequestTooLarge, UnreadableJson
from gateway.json_values import read_value

Scalar = str | float | bool
Fields = Mapping[str, Scalar | Sequence[Scalar]]
"""By name; a list stands where the sender gave several values."""

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
MAX_PAYLOAD_BYTES = 1_000_000
MAX_LEAD_BYTES = 64 * 1024
MAX_LEADS = 1_000
MAX_FIELDS = 1_000
_UTF_8 = dict.fromkeys(("", "utf-8", "utf8"), "utf-8")
_CHARSETS = _UTF_8 | dict.fromkeys(("gbk", "gb2312", "gb18030"), "gb18030")
_EXACT = 2**53
_NAMES, _VALUES = ("name", "key"), ("value", "values")


def payload_fields(content_type: str, data: bytes) -> list[Fields]:
    """Return the fields of each object of a payload.

    Parameters
    ----------
    content_type
        As the sender says, with its charset: UTF-8, of forms GBK too.

    Raises
    ------
    RequestTooLarge
        If the payload is.
    InvalidInput
        If it is of another kind, or one of its leads too large; saying what is taken.
    UnreadableJson
        If it is neither a form nor JSON of objects.
    """
    if len(data) > MAX_PAYLOAD_BYTES:
        raise RequestTooLarge(len(data), MAX_PAYLOAD_BYTES)
    kind, _, parameters = content_type.partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    match kind.strip().lower():
        case "application/x-www-form-urlencoded" if charset in _CHARSETS:
            return [_form(data, _CHARSETS[charset])]
        case "application/json" if charset in _UTF_8:
            return _objects(read_value(data))
    allowed = f"{FORM} in UTF-8 or GBK, or {JSON} in UTF-8"
    hint = "; of a page: new URLSearchParams(new FormData(form))" if "multipart" in kind else ""
    raise InvalidInput.of("payload.content_type", f"found {shown(content_type[:80])}: must be {allowed}{hint}")


def _form(data: bytes, charset: str) -> Fields:
    _check_lead(len(data))
    try:
        pairs = parse_qsl(
            data.decode(charset),
            keep_blank_values=True,
            encoding=charset,
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except UnicodeDecodeError:
        raise UnreadableJson.of("payload.data", f"the form is not in {charset}") from None
    except ValueError:
        raise UnreadableJson.of("payload.data", f"the form has over {MAX_FIELDS:,} fields") from None
    return _named(pairs)


def _objects(value: Any) -> list[Fields]:
    values = value if isinstance(value, list) else [value]
    if not 0 < len(values) <= MAX_LEADS:
        raise UnreadableJson.of("payload.data", f"a list of {len(values):,}: must be 1 to {MAX_LEADS:,} objects")
    for place, each in enumerate(values):
        if not isinstance(each, dict):
            raise UnreadableJson.of("payload.data", f"found {shown(each)} at place {place}: must be an object")
    return [_named(_flat(each, "")) for each in values]


def _flat(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Yield each value below one, with its name."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _flat(each, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        named = [_answer(each) for each in value]
        if all(named):
            for key, each in filter(None, named):
                yield from _flat(each, f"{name}.{key}")
        elif any(isinstance(each, dict | list) for each in value):
            for place, each in enumerate(value):
                yield from _flat(each, f"{name}.{place}")
        else:
            yield from ((name, each) for each in value if each is not None)
    elif value is not None:
        yield name, value


def _answer(value: Any) -> tuple[str, Any] | None:
    """Return the name and the value of an object that is made of them; None: it is not."""
    if not isinstance(value, dict):
        return None
    name = next((value[key] for key in _NAMES if isinstance(value.get(key), str)), None)
    found = next((value[key] for key in _VALUES if key in value), None)
    return None if name is None or not any(key in value for key in _VALUES) else (name, found)


def _exact(value: Scalar) -> Scalar:
    """Return a number that no double holds as a text: an id, which must not become another."""
    is_long = isinstance(value, int) and not isinstance(value, bool) and abs(value) > _EXACT
    return str(value) if is_long else value


def _named(pairs: Sequence[tuple[str, Scalar]] | Iterator[tuple[str, Scalar]]) -> Fields:
    """Gather values by name, several of one name in a list."""
    gathered: dict[str, list[Scalar]] = {}
    n_bytes = 0
    for name, value in pairs:
        gathered.setdefault(name, []).append(_exact(value))
        n_bytes += len(name.encode("utf-8", "surrogatepass")) + len(str(value).encode("utf-8", "surrogatepass"))
        _check_lead(n_bytes)
    if len(gathered) > MAX_FIELDS:
        raise UnreadableJson.of("payload.data", f"a lead of {len(gathered):,} fields: at most {MAX_FIELDS:,}")
    return {name: values[0] if len(values) == 1 else values for name, values in gathered.items()}


def _check_lead(n_bytes: int) -> None:
    if n_bytes > MAX_LEAD_BYTES:
        raise InvalidInput.of("payload.data", f"a lead of over {MAX_LEAD_BYTES:,} bytes: at most {MAX_LEAD_BYTES:,}")
