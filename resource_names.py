"""What an id may look like, and the name of whose everything is.

One rule for tenants, reps, pools, territories, rules and whatever else people name themselves. Imports nothing of ours
but `failures`, so that everything may import it.

References
----------
AIP-122, https://google.aip.dev/122.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from failures import InvalidInput, shown

MAX_ID_LENGTH = 64
"""Characters of an id, at most."""
_PLAIN = re.compile(rf"[A-Za-z0-9_.\-]{{1,{MAX_ID_LENGTH}}}")
"""The usual case, decided fast."""


def check_id(text: str) -> str | None:
    """Say what is wrong with an id; None means nothing is.

    Letters of every script are allowed with the marks that belong to them (vowel signs, accents), but a mark has to
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
        return f"{text!r} begins with a combining mark; {allowed}"
    wrong = next((char for char in text if not _may_stand(char)), None)
    return None if wrong is None else f"{text!r} holds {wrong!r}; {allowed}"


def _may_stand(char: str) -> bool:
    return char in "-_." or unicodedata.category(char) in _LETTERS_AND_DIGITS


_LETTERS_AND_DIGITS = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd"})


@lru_cache(4096)
def tenant_of(parent: str, field: str = "parent") -> str:
    """Read ``tenants/{tenant}``.

    Raises
    ------
    InvalidInput
        If it is not of that form.
    """
    parts = parent.split("/")
    if len(parts) != 2 or parts[0] != "tenants" or check_id(parts[1]):
        raise InvalidInput.of(field, f"{shown(parent)}: must be tenants/{{tenant}}, e.g. tenants/default")
    return parts[1]
