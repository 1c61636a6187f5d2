"""What stands in a cell, or in an attribute, that has no value: one list of words, for rules and training alike."""

from __future__ import annotations

MISSING_WORDS = ("", "n/a", "#n/a", "na", "null", "nan", "none", "-", "--", "?", "unknown", "无", "空")
"""Texts that mean "not known", in lower case; upper and lower case are one, and blanks around them do not count."""

CELL_WORDS = (*MISSING_WORDS, "n.a.", "(null)", "–", "—", "#nv", "#n/d", "#н/д", "#i/t", "#n/b", "#yok")
"""Texts that mean it in a file's cell: also what programs write, and a sheet's ``#N/A`` in other languages. Rules have
the first list, which rule sets and their schema are published with.
"""

DIRECTIONS = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Marks of the direction of writing, which Windows pastes around a text: no part of it where it comes from a file."""

INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
BLANKS = " \t\r\n\v\f\u00a0\u2002\u2003\u2007\u2009\u202f\u3000" + INVISIBLE
"""What is blank around a text, invisible characters too."""

SPELLINGS = sorted(
    {spelling for word in CELL_WORDS for spelling in (word, word.upper(), word.title(), word.capitalize())} | {"NaN"}
)
"""The words of a cell as they are written."""


def trimmed(text: str) -> str:
    """Take blanks and marks of direction off both ends, and Excel's ``="0012"`` off a text that it keeps as text.

    Examples
    --------
    >>> trimmed(" East\u3000"), trimmed('="0012"')
    ('East', '0012')
    """
    text = text.strip(BLANKS + DIRECTIONS)
    return text[2:-1] if len(text) > 2 and text.startswith('="') and text.endswith('"') else text


def folded(text: str) -> str:
    """Return what the spellings of a word share: no blanks around it, lower case.

    Examples
    --------
    >>> folded(" N/A")
    'n/a'
    """
    return text.strip(BLANKS).lower()


def is_missing(text: str) -> bool:
    """Tell whether a text means "not known".

    Examples
    --------
    >>> is_missing("N/A"), is_missing(" "), is_missing("0")
    (True, True, False)
    """
    return folded(text) in MISSING_WORDS
