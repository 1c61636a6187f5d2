"""What an id may look like: one rule for reps, pools, territories, rules and whatever else people name themselves."""

from __future__ import annotations

import re
import unicodedata

MAX_ID_LENGTH = 64
"""Characters of an id, at most."""
_PLAIN = re.compile(rf"[A-Za-z0-9_.\-]{{1,{MAX_ID_LENGTH}}}")
"""The usual case, decided fast."""


def check_id(text: str) -> str | None:
    """Say what is wrong with an id; None means nothing is.

    Letters of every script are allowed with the event_hashes that belong to them (vowel signs, accents), but a event_hash has to
    follow something: alone it would merge with whatever stands before it on a screen.

    Examples
    --------
    >>> check_id("华东-1") is None
    True
    >>> check_id("a b")
    "'a b' holds ' '; allowed are 1 to 64 letters of any script, digits, '-', '_' and '.'"
    """
    if _PLAIN.fullmatch(text):
        return None
    allowed = f"allowed are 1 to {MAX_ID_LENGTH} letters of any script, digits, '-', '_' and '.'"
    if not text:
        return f"it is empty; {allowed}"
    if len(text) > MAX_ID_LENGTH:
        return f"{text[:20]!r}… has {len(text)} characters; {allowed}"
    if unicodedata.category(text[0])[0] == "M":
        return f"{text!r} begins with a combining event_hash; {allowed}"
    wrong = next((char for char in text if not _may_stand(char)), None)
    return None if wrong is None else f"{text!r} holds {wrong!r}; {allowed}"


def _may_stand(char: str) -> bool:
    return char in "-_." or unicodedata.category(char) in _LETTERS_AND_DIGITS


_LETTERS_AND_DIGITS = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd"})
