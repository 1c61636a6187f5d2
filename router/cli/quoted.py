"""Texts that a cell would not give back as they are: ``json:`` and a text of JSON.

Who reads a table takes ``NA`` for "not known", blanks and quotes off both ends, a line of ``[kg]`` for one of units,
and a last line ``Total`` for no row; a spreadsheet calculates what begins with ``=``. So written, they stand.
"""

from __future__ import annotations

import json

from missing_words import BLANKS, CELL_WORDS, folded, trimmed
from tables.footers import is_footer, is_total

_MARK = "json:"
_FORMULA = "=+-@"
"""What a spreadsheet takes for the beginning of a formula."""


def quoted(text: str) -> str:
    r"""Write a text so that `unquoted` gives it back from a cell.

    Examples
    --------
    >>> quoted("Ann, Bo"), quoted("NA"), quoted("=1+1"), quoted("")
    ('Ann, Bo', 'json:"NA"', 'json:"=1+1"', '')
    """
    return f"{_MARK}{json.dumps(text, ensure_ascii=False)}" if text and not _is_plain(text) else text


def unquoted(text: str) -> str:
    r"""Read a text out of a cell.

    Examples
    --------
    >>> unquoted('json:"NA"'), unquoted("NA"), unquoted("json: x")
    ('NA', 'NA', 'json: x')
    """
    if not text.startswith(f'{_MARK}"'):
        return text
    try:
        read = json.loads(text.removeprefix(_MARK))
    except ValueError:
        return text
    return read if isinstance(read, str) else text


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet would calculate a text."""
    return text.startswith(tuple(_FORMULA))


def _is_plain(text: str) -> bool:
    return (
        text.isprintable()
        and text == trimmed(text) == text.strip(BLANKS)
        and folded(text) not in CELL_WORDS
        and not text.startswith(_MARK)
        and text[0] not in f"\"'[#{_FORMULA}"
        and not (is_total(text) or is_footer([text]))
    )
