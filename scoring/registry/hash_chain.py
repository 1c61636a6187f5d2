"""Was a model's journal altered? Each entry holds the hash of the one before it, which is made again here.

The newest entry has nobody behind it to vouch for it: its hash is the model's etag, which is to be noted elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from pydantic import ValidationError

from scoring.errors import RegistryUnavailable
from scoring.registry.journal import Entry
from scoring.registry.ports import ModelStorage


def breaks(storage: ModelStorage, model: str) -> Iterator[str]:
    """Yield in words where a journal does not hold together."""
    before = ""
    for number in range(1, storage.last_entry(model) + 1):
        try:
            data = storage.read_entry(model, number)
            entry = Entry.model_validate_json(data)
        except RegistryUnavailable:
            yield f"entry {number} is missing"
            return
        except ValidationError as error:
            yield f"entry {number} cannot be read: {error.errors()[0]['msg']}"
            return
        if entry.number != number:
            yield f"entry {number} says that it is entry {entry.number}"
        if entry.before != before:
            yield f"entry {number}: the entry before it had the hash {entry.before!r}, and has {before!r}"
        before = hashlib.sha256(data).hexdigest()
