"""Yes and no, and several things in one cell."""

from __future__ import annotations

import re

import pyarrow as pa

YES = frozenset(
    {"true", "yes", "y", "t", "1", "1.0", "on", "是", "在职", "启用", "wahr", "ja", "vrai", "oui", "sí", "si", "☑", "✓"}
)
NO = frozenset({"false", "no", "n", "f", "0", "0.0", "off", "否", "离职", "停用", "falsch", "nein", "faux", "non", "☐"})
"""Words for true and for false, in lower case."""

SEPARATORS = ";；|｜、､，\n\r\t"
"""What parts the entries of a list: none of them stands inside a name."""
_SPLIT = re.compile(f"[{SEPARATORS}]")
DOUBTFUL = ",/[]<>"
"""What may part entries or stand inside a name (``Acme, Inc.``, ``IT/Telecom``), or comes of a list that a program
wrote (``["a"]``, ``a<br>b``): never split at, worth a warning."""


def truth(text: str) -> bool | None:
    """Read yes or no; None if it is neither.

    Examples
    --------
    >>> truth("是"), truth("No"), truth("maybe")
    (True, False, None)
    """
    word = text.translate(_NARROW).lower()
    return True if word in YES else False if word in NO else None


_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


def entries(text: str) -> list[str]:
    """Split a cell that holds a list.

    Examples
    --------
    >>> entries("制造业，汽车; Acme, Inc.")
    ['制造业', '汽车', 'Acme, Inc.']
    """
    return [entry for part in _SPLIT.split(text) if (entry := part.strip())]


def is_doubtful(entry: str) -> bool:
    """Tell whether an entry of a list may be several, or come of a list that a program wrote.

    Examples
    --------
    >>> is_doubtful("IT/Telecom"), is_doubtful("R&D")
    (True, False)
    """
    return any(char in entry for char in DOUBTFUL)


def read_truths(texts: pa.Array) -> pa.Array:
    """Read texts, trimmed and null where missing, as bools; null where one is neither yes nor no."""
    different = texts.dictionary_encode()
    return pa.array([truth(text) for text in different.dictionary.to_pylist()], pa.bool_()).take(different.indices)


def read_lists(texts: pa.Array) -> pa.Array:
    """Read texts, trimmed and null where missing, as lists of texts."""
    different = texts.dictionary_encode()
    return pa.array([entries(text) for text in different.dictionary.to_pylist()], pa.list_(pa.string())).take(
        different.indices
    )
