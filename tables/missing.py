"""What stands in a cell, or in an attribute, that has no value: one list of words, for rules and training alike."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

MISSING_WORDS = ("", "n/a", "#n/a", "na", "null", "nan", "none", "-", "--", "?", "unknown", "无", "空")
"""Texts that mean "not known", in lower case; upper and lower case are one, and blanks around them do not count."""

_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
_BLANKS = " \t\r\n\v\f\u00a0\u2002\u2003\u2007\u2009\u202f\u3000" + _INVISIBLE
_UNTIDY = np.isin(np.arange(256), [*range(0x21), ord("="), 0x7F, 0xC2, 0xE2, 0xE3, 0xEF])
"""Bytes that a text may begin with which is to be trimmed."""
_UNTIDY_END = np.isin(np.arange(256), [char.encode()[-1] for char in _BLANKS])
"""Bytes that it may end with; letters of other scripts may, too."""
SPELLINGS = sorted(
    {spelling for word in MISSING_WORDS for spelling in (word, word.upper(), word.title(), word.capitalize())} | {"NaN"}
)
"""The same words as they are written."""
_SPELLINGS = pa.array(SPELLINGS)
_LONGEST_BYTES = max(len(word.encode()) for word in SPELLINGS)


def trimmed(text: str) -> str:
    """Take blanks off both ends, invisible ones too, and Excel's ``="0012"`` off a text that it keeps as text.

    Examples
    --------
    >>> trimmed(" East\u3000"), trimmed('="0012"')
    ('East', '0012')
    """
    text = text.strip(_BLANKS)
    return text[2:-1] if len(text) > 2 and text.startswith('="') and text.endswith('"') else text


def is_missing(text: str) -> bool:
    """Tell whether a text means "not known".

    Examples
    --------
    >>> is_missing("N/A"), is_missing(" "), is_missing("0")
    (True, True, False)
    """
    return text.strip(_BLANKS).lower() in MISSING_WORDS


def without_missing(texts: pa.Array) -> pa.Array:
    """Trim texts and put null where they mean "not known"."""
    texts = tidied(texts)
    if not _may_be_missing(texts):
        return texts
    missing = pc.is_in(texts, _SPELLINGS, skip_nulls=True)
    return pc.if_else(missing, pa.scalar(None, pa.string()), texts) if pc.any(missing).as_py() else texts


def in_dictionary(change: Callable[[pa.Array], pa.Array], values: pa.Array) -> pa.Array:
    """Change texts; of a dictionary, those that it holds, each once."""
    if not pa.types.is_dictionary(values.type):
        return change(values)
    changed = change(values.dictionary)
    return values if changed is values.dictionary else pa.DictionaryArray.from_arrays(values.indices, changed)


def tidied(texts: pa.Array) -> pa.Array:
    """Trim texts; what then means "not known" and had blanks around it becomes null."""
    if _may_be_untidy(texts):
        different = texts.dictionary_encode()
        tidy = [None if is_missing(text) else trimmed(text) for text in different.dictionary.to_pylist()]
        return pa.array(tidy, pa.string()).take(different.indices)
    return texts


def _may_be_untidy(texts: pa.Array) -> bool:
    """Tell by their bytes whether a text may have blanks around it."""
    characters, places = _bytes_of(texts)
    if _is_tidy(characters[places[0] : places[-1]].tobytes()):
        return False
    begin, end = places[:-1], places[1:]
    filled = end > begin
    if not filled.all():
        begin, end = begin[filled], end[filled]
    return bool(_UNTIDY[characters[begin]].any() or _UNTIDY_END[characters[end - 1]].any())


def _is_tidy(data: bytes) -> bool:
    """Tell whether there is no blank and no formula in any text: a few fast searches, and what most columns are."""
    return data.isascii() and not any(blank in data for blank in (b" ", b"=", b"\t", b"\n", b"\r", b"\v", b"\f"))


def _may_be_missing(texts: pa.Array) -> bool:
    """Tell by their lengths whether a text may be a word for "not known"."""
    _, places = _bytes_of(texts)
    return bool((np.diff(places) <= _LONGEST_BYTES).any())


def _bytes_of(texts: pa.Array) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    """Return the bytes of all texts, and where each begins and the last ends."""
    _, offsets, data = texts.buffers()
    if data is None or not len(texts):
        return np.empty(0, np.uint8), np.zeros(1, np.int32)
    places = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return np.frombuffer(data, np.uint8), places
