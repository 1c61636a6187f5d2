"""Texts as they are compared: in the form that they share with all that people do not tell from them.

Exports pad texts with blanks, forms begin them with a capital, input methods write them in full width, and pages that
are copied from bring characters that nobody sees. Which of that does not count is for whoever compares to say.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from enum import StrEnum
from typing import Any


class Ignorable(StrEnum):
    """What need not count where two texts are compared."""

    CASE = "case"
    """Upper and lower case."""
    WIDTH = "width"
    """Letters, digits and signs of full and of half width; and accents that are written apart."""
    BLANKS = "blanks"
    """Blanks at the ends and how many there are inside; characters that nobody sees."""


Ignored = frozenset[Ignorable]
NOTHING: Ignored = frozenset()
EVERYTHING: Ignored = frozenset(Ignorable)


def normal_form(text: str, ignored: Collection[Ignorable] = EVERYTHING) -> str:
    r"""Return the form that a text shares with all that are the same but for what is ignored.

    Examples
    --------
    >>> normal_form("Ｅａｓｔ"), normal_form("east "), normal_form("ea\u200bst"), normal_form("  East   Side ")
    ('east', 'east', 'east', 'east side')
    >>> normal_form("Ｅａｓｔ ", [Ignorable.WIDTH])
    'East '
    """
    ascii_only = text.isascii()
    if Ignorable.BLANKS in ignored and not ascii_only:
        text = "".join(char for char in text if unicodedata.category(char) != "Cf")
    if Ignorable.WIDTH in ignored and not ascii_only:
        text = unicodedata.normalize("NFC", "".join(map(_of_usual_width, text)))
    if Ignorable.BLANKS in ignored:
        text = " ".join(text.split())
    return text.casefold() if Ignorable.CASE in ignored else text


def normal_value(value: Any, ignored: Ignored) -> Any:
    """Return a value with each of its texts in normal form; one that has none as it is.

    Examples
    --------
    >>> normal_value(("East", "ＷＥＳＴ"), EVERYTHING), normal_value(60, EVERYTHING)
    (('east', 'west'), 60)
    """
    if isinstance(value, tuple):
        return tuple([normal_form(text, ignored) for text in value])
    return normal_form(value, ignored) if isinstance(value, str) else value


def _of_usual_width(char: str) -> str:
    is_other = unicodedata.decomposition(char).startswith(("<wide>", "<narrow>"))
    return unicodedata.normalize("NFKC", char) if is_other else char
