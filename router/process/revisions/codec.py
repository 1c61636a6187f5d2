"""A process as compact JSON and back: what is stored at publication and loaded by every server.

Reading trusts its input: only what ``dumps`` has written is stored.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from router.process.definition.processes import Process

FORMAT = 1
"""Raised when the layout or its meaning changes; an unknown one is refused rather than misread."""
_FORM: TypeAdapter[Process] = TypeAdapter(Process)
_GIVEN_BY_STORE = {"revision", "event", "by_id", "standing"}
"""What the store says of a publication, or follows from the rest."""


def dumps(process: Process) -> str:
    """Write a process as JSON."""
    content: dict[str, Any] = _FORM.dump_python(process, mode="json", exclude=_GIVEN_BY_STORE, exclude_defaults=True)
    content["kinds"] = sorted(content["kinds"])  # a set has no order, and equal processes are to be equal texts
    return json.dumps({"format": FORMAT, **content}, ensure_ascii=False, separators=(",", ":"))


def loads(text: str, revision: int = 0, event: int = 0) -> Process:
    """Read what ``dumps`` wrote, of a revision and the event that published it.

    Raises
    ------
    ValueError
        If it is of another format.
    """
    content = json.loads(text)
    if (found := content.pop("format", None)) != FORMAT:
        raise ValueError(f"stored process has format {found!r}; this version reads {FORMAT}")
    return _FORM.validate_python({**content, "revision": revision, "event": event}, strict=False)
