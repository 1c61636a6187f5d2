"""How workforce records and publications are written down, in the store and for the digests in its log."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from hashlib import sha1
from typing import Any

import msgpack
from pydantic import TypeAdapter

from router.model.workforce import Pool, Rep, Territory
from rules.revisions import Publication

Record = Rep | Pool | Territory

_FORMS: dict[str, TypeAdapter[Any]] = {
    "rep": TypeAdapter(Rep),
    "pool": TypeAdapter(Pool),
    "territory": TypeAdapter(Territory),
}


def record_text(kind: str, record: Record | None) -> str:
    """Write a record as JSON; nothing for one that was deleted."""
    return "" if record is None else _FORMS[kind].dump_json(record).decode()


def record_from(kind: str, text: bytes) -> Any:
    """Read what ``record_text`` wrote; None for nothing."""
    return _FORMS[kind].validate_json(text) if text else None


def records_packed(records: Iterable[tuple[str, str]]) -> bytes:
    """Pack names, ``{kind}/{id}``, and texts of records: what a revision of the workforce is sent and hashed as."""
    packed: bytes = msgpack.packb([list(record) for record in records])
    return packed


def publication_text(publication: Publication) -> str:
    """Write a publication as JSON, without what the store gives it: revision and time."""
    content = asdict(publication)
    del content["revision"], content["at_ms"]
    return json.dumps(content, ensure_ascii=False)


def publication_from(revision: int, at_ms: int, text: bytes) -> Publication:
    """Read what ``publication_text`` wrote."""
    return Publication(revision=revision, at_ms=at_ms, **json.loads(text))


def digest(content: bytes) -> str:
    """Return the SHA-1 that the log keeps of what a change wrote."""
    return sha1(content, usedforsecurity=False).hexdigest()
