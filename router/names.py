"""Ids: the last part of a resource's name."""

from __future__ import annotations

import re

MAX_ID_LENGTH = 64
_ID = re.compile(r"[^\W_][\w.\-]*", re.UNICODE)


def check_id(text: str) -> str | None:
    """Say what is wrong with an id; None if nothing is.

    Examples
    --------
    >>> check_id("华东-1")
    >>> check_id("a/b")
    "must be 1 to 64 letters (of any script), digits, '-', '_' or '.', beginning with a letter or digit"
    """
    if len(text) <= MAX_ID_LENGTH and _ID.fullmatch(text):
        return None
    return f"must be 1 to {MAX_ID_LENGTH} letters (of any script), digits, '-', '_' or '.', beginning with a letter or digit"
