"""Reads who left from words: all spellings of one word are one, and what is neither yes nor no is never a no.

One word are ``YES``, ``" yes"`` and ``ＹＥＳ``, as are ``1``, ``1.0`` and ``01``: case, blanks, width and the form of a
number say nothing. What a word means is asked in this order: what the caller said, yes or no in the forms below, "not
known"; whatever is left is named with its count, and refused until the caller says who left *and* who stayed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from missing_words import MISSING_WORDS
from scoring.model.encoding import category_text
from scoring.model.logistic import FloatArray
from tables.numbers import figure
from training.data.rows import IntArray
from training.errors import InvalidInput
from training.sentences import Sentence

YES = frozenset({"yes", "y", "true", "t", "1", "是"})
NO = frozenset({"no", "n", "false", "f", "0", "否"})


class Meaning(StrEnum):
    """What a word says of a customer."""

    LEFT = "left"
    STAYED = "stayed"
    MISSING = "not known"
    NEITHER = "neither"


_TOLD = {
    Meaning.LEFT: "left: {spellings}",
    Meaning.STAYED: "stayed: {spellings}",
    Meaning.MISSING: "not known: {spellings}",
    Meaning.NEITHER: "neither: {spellings}",
}


@dataclass(frozen=True, eq=False)
class OutcomeColumn:
    """What became of the customers, and how it was read.

    Parameters
    ----------
    churned
        1.0 left, 0.0 stayed, NaN not known or neither, shape (n_rows,).
    spellings
        By meaning, how often each spelling stands in the column, the most frequent first.
    """

    churned: FloatArray
    spellings: Mapping[Meaning, Mapping[str, int]]

    @property
    def in_words(self) -> Sentence:
        """Who counts as what, with counts."""
        known = [meaning for meaning in Meaning if meaning in self.spellings]
        told = (Sentence(_TOLD[meaning], spellings=counted(self.spellings[meaning])) for meaning in known)
        return Sentence("{meanings}", "; ", meanings=tuple(told))


def counted(spellings: Mapping[str, int], limit: int = 10) -> Sentence:
    """Write spellings with their counts; blanks around one are shown by quotes.

    Examples
    --------
    >>> counted({"No": 1447, " yes": 74, "": 2})
    "No 1,447, ' yes' 74, empty 2"
    """
    shown = tuple(_shown(text, n) for text, n in list(spellings.items())[:limit])
    more = len(spellings) - limit
    return Sentence("{shown} and {more:,} more" if more > 0 else "{shown}", shown=shown, more=more)


def _shown(text: str, n: int) -> Sentence:
    if not text.strip():
        return Sentence("empty {n:,}", n=n)
    printable = text == text.strip() and text.isprintable()
    return Sentence("{text} {n:,}", text=text[:64] if printable else repr(text[:64]), n=n)


def word_of(value: object) -> str:
    """Return what all spellings of a word share.

    Examples
    --------
    >>> word_of(" ＹＥＳ "), word_of("1.0"), word_of(True), word_of("Not  yet"), word_of(None)
    ('yes', '1', 'true', 'not yet', '')
    """
    wide = "" if value is None or value != value else category_text(value)
    text = " ".join(unicodedata.normalize("NFKC", wide).casefold().replace("\u200b", "").replace("\ufeff", "").split())
    number = None if (read := figure(text)) is None or read.mark else read.by_point
    return text if number is None else category_text(number)


MISSING = frozenset(word_of(text) for text in MISSING_WORDS)


def read_outcome(values: pa.ChunkedArray, name: str, positive: str = "", negative: Sequence[str] = ()) -> OutcomeColumn:
    """Read who left and who stayed.

    Parameters
    ----------
    positive
        The word that means "left"; empty: yes, true or 1.
    negative
        The words that mean "stayed", and whatever is then neither is left out; empty: no, false or 0, or the one other
        word beside ``positive``.

    Raises
    ------
    InvalidInput
        If nobody left or stayed, a word that was named is not there, or one is neither.

    Examples
    --------
    >>> outcome = read_outcome(pa.chunked_array([["Yes", "No", "", " yes"]]), "Churn")
    >>> outcome.churned.tolist(), outcome.in_words
    ([1.0, 0.0, nan, 1.0], "left: Yes 1, ' yes' 1; stayed: No 1; not known: empty 1")
    """
    array = values.combine_chunks().dictionary_encode()
    written = [*array.dictionary.to_pylist(), None]
    codes: IntArray = pc.fill_null(array.indices, len(written) - 1).to_numpy(zero_copy_only=False)
    counts = np.bincount(codes, minlength=len(written))
    met = [word_of(value) for value, n in zip(written, counts, strict=True) if n]
    told = _Told.of(set(met), positive, negative)
    meanings = [told.meaning(word_of(value)) for value in written]
    outcome = OutcomeColumn(
        np.array([_CHURNED[each] for each in meanings])[codes], _spellings(written, counts, meanings)
    )
    if problem := told.problem(outcome):
        raise InvalidInput.of(name, f"{problem}; found are {_found(outcome)}")
    return outcome


_CHURNED = {Meaning.LEFT: 1.0, Meaning.STAYED: 0.0, Meaning.MISSING: np.nan, Meaning.NEITHER: np.nan}


def _spellings(
    written: Sequence[object], counts: IntArray, meanings: Sequence[Meaning]
) -> dict[Meaning, dict[str, int]]:
    found: dict[Meaning, dict[str, int]] = {}
    for place in np.argsort(-counts, kind="stable").tolist():
        if counts[place]:
            texts, value = found.setdefault(meanings[place], {}), written[place]
            text = value if isinstance(value, str) else "" if value is None else category_text(value)
            texts[text] = texts.get(text, 0) + int(counts[place])
    return found


def _found(outcome: OutcomeColumn) -> str:
    return counted({text: n for texts in outcome.spellings.values() for text, n in texts.items()})


@dataclass(frozen=True)
class _Told:
    """Which words mean that a customer left, and which that they stayed.

    Parameters
    ----------
    absent
        What was named and is not in the column.
    is_closed
        Whether it was said who stayed, so that what is neither may be left out.
    """

    left: AbstractSet[str]
    stayed: AbstractSet[str]
    absent: Sequence[str]
    is_closed: bool

    @classmethod
    def of(cls, words: AbstractSet[str], positive: str, negative: Sequence[str]) -> _Told:
        said = {word_of(text) for text in negative}
        known = words - MISSING - said
        left = _family(word_of(positive)) & words if positive else YES & known
        stayed = said or _others(known - left, is_told=bool(positive))
        absent = [text for text in (positive, *negative) if text and word_of(text) not in words]
        return cls(left, stayed, absent, bool(said))

    def meaning(self, word: str) -> Meaning:
        if word in self.left:
            return Meaning.LEFT
        if word in self.stayed:
            return Meaning.STAYED
        return Meaning.MISSING if word in MISSING else Meaning.NEITHER

    def problem(self, outcome: OutcomeColumn) -> str:
        """Say what cannot be understood; empty: nothing."""
        if self.absent:
            return f"{self.absent[0]!r} is not among its values"
        if not self.left:
            return "say with --positive which value means that the customer left"
        if (neither := outcome.spellings.get(Meaning.NEITHER)) and not self.is_closed:
            which = f"neither said to have left nor to have stayed: {counted(neither)}"
            return f"{which}; say with --negative which values mean that the customer stayed, to leave out the others"
        return "" if self.stayed else "no value means that the customer stayed"


def _family(word: str) -> AbstractSet[str]:
    return next((family for family in (YES, NO) if word in family), frozenset({word}))


def _others(words: AbstractSet[str], *, is_told: bool) -> AbstractSet[str]:
    """Return who stayed: who is said to, or, where it is told who left, whoever the one other word is about."""
    one = is_told and bool(words) and words <= _family(min(words))
    return words if one else NO & words
