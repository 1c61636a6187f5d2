"""Columns of texts, trimmed, and null where they mean "not known"."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from missing_words import BLANKS, CELL_WORDS, DIRECTIONS, SPELLINGS, folded, trimmed

_UNTIDY = np.isin(np.arange(256), [*range(0x21), ord("="), 0x7F, 0xC2, 0xE2, 0xE3, 0xEF])
"""Bytes that a text may begin with which is to be trimmed."""
_UNTIDY_END = np.isin(np.arange(256), [char.encode()[-1] for char in BLANKS + DIRECTIONS])
"""Bytes that it may end with; letters of other scripts may, too."""

_SPELLINGS = pa.array(SPELLINGS)
_PIECE_BYTES = 1 << 16
_LONGEST_BYTES = max(len(word.encode()) for word in SPELLINGS)


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
    if changed is values.dictionary:
        return values
    indices = values.indices
    if changed.null_count:  # so that a null is one of the column, and not a text of the dictionary
        indices = pc.if_else(changed.is_null().take(indices), pa.scalar(None, indices.type), indices)
    return pa.DictionaryArray.from_arrays(indices, changed)


def tidied(texts: pa.Array) -> pa.Array:
    """Trim texts; what then means "not known" and had blanks around it becomes null."""
    if _may_be_untidy(texts):
        different = texts.dictionary_encode()
        tidy = [None if folded(text) in CELL_WORDS else text for text in map(trimmed, different.dictionary.to_pylist())]
        return pa.array(tidy, pa.string()).take(different.indices)
    return texts


def is_wrapped(text: str) -> bool:
    """Tell whether one pair of quotes stands around all of a trimmed text; those inside are doubled.

    Examples
    --------
    >>> is_wrapped("'East'"), is_wrapped('"East"'), is_wrapped('"a" or "b"'), is_wrapped("O'Neil")
    (True, True, False, False)
    """
    return len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" and text[0] not in _inside(text)


def _inside(text: str) -> str:
    return text[1:-1].replace(text[0] * 2, "")


def unwrapped(text: str) -> str:
    """Take the quotes off a trimmed text that stand around all of it."""
    return trimmed(text[1:-1].replace(text[0] * 2, text[0])) if is_wrapped(text) else text


def without_quotes(texts: pa.Array) -> pa.Array:
    """Take the quotes off trimmed texts that stand around all of each; null where one then means "not known"."""
    different = texts.dictionary_encode()
    known = [text if text is None else unwrapped(text) for text in different.dictionary.to_pylist()]
    return without_missing(pa.array(known, pa.string()).take(different.indices))


def _may_be_untidy(texts: pa.Array) -> bool:
    """Tell by their bytes whether a text may have blanks around it."""
    characters, places = bytes_of(texts)
    if _is_tidy(characters[places[0] : places[-1]]):
        return False
    begin, end = places[:-1], places[1:]
    filled = end > begin
    if not filled.all():
        begin, end = begin[filled], end[filled]
    return bool(_UNTIDY[characters[begin]].any() or _UNTIDY_END[characters[end - 1]].any())


def _is_tidy(characters: npt.NDArray[np.uint8]) -> bool:
    """Tell whether there is no blank and no formula in any text: a few fast looks, and what most columns are."""
    if not len(characters):
        return True
    return bool(characters.min() > ord(" ") and characters.max() < 0x7F) and not _holds(characters, b"=")


def is_ascii(texts: pa.Array) -> bool:
    """Tell whether all texts are of ASCII, the cheapest look at whether they are UTF-8."""
    characters, places = bytes_of(texts)
    held = characters[places[0] : places[-1]]
    return not len(held) or int(held.max()) < 0x80


def may_hold(texts: pa.Array, character: str) -> bool:
    """Tell whether an ASCII character may stand in a text."""
    characters, places = bytes_of(texts)
    return _holds(characters[places[0] : places[-1]], character.encode())


def _holds(characters: npt.NDArray[np.uint8], character: bytes) -> bool:
    """Search piece by piece: fresh memory for a copy of all would cost more than the search."""
    pieces = (characters[start : start + _PIECE_BYTES] for start in range(0, len(characters), _PIECE_BYTES))
    return any(character in piece.tobytes() for piece in pieces)


def _may_be_missing(texts: pa.Array) -> bool:
    """Tell by their lengths whether a text may be a word for "not known"."""
    _, places = bytes_of(texts)
    return len(texts) > 0 and bool((places[1:] - places[:-1]).min() <= _LONGEST_BYTES)


def bytes_of(texts: pa.Array) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    """Return the bytes of all texts, and where each begins and the last ends."""
    _, offsets, data = texts.buffers()
    if data is None or not len(texts):
        return np.empty(0, np.uint8), np.zeros(1, np.int32)
    places = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return np.frombuffer(data, np.uint8), places
