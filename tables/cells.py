"""Cells that hold no value: a spreadsheet's errors, and ids that it has thrown digits of away."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from tables.tidying import may_hold

_ERROR = (
    r"^(?:#[¡¿]?\p{Lu}[\p{Lu}_ ]*(?:/0)?[!?]|##+|#GETTING_DATA|"
    r"#HIÁNYZIK|#NENÍ_K_DISPOZICI|Err:5[0-9]{2})$"
)
"""What a spreadsheet writes where a formula failed, in all its languages, or a column is too narrow: no value."""
_DIGITS_LOST = r"^[+-]?[0-9](?:[.,][0-9]+[Ee]\+?|[Ee]\+)[0-9]+$"
"""How spreadsheets and programs write large numbers; without a decimal sign, ``1E5`` may be an id."""


def without_errors(texts: pa.Array) -> pa.Array:
    """Leave texts as they are; a spreadsheet's error is none."""
    return _without(texts, _ERROR) if may_hold(texts, "#") or may_hold(texts, ":") else texts


def with_all_digits(texts: pa.Array) -> pa.Array:
    """Leave ids as they are; ``1.38E+10`` is none, a spreadsheet has thrown its digits away."""
    return _without(without_errors(texts), _DIGITS_LOST)


def _without(texts: pa.Array, pattern: str) -> pa.Array:
    found = pc.match_substring_regex(texts, pattern)
    return pc.if_else(found, pa.scalar(None, pa.string()), texts) if pc.any(found).as_py() else texts


def are_errors(texts: list[str]) -> list[bool]:
    """Tell which texts are a spreadsheet's error.

    Examples
    --------
    >>> are_errors(["#DIV/0!", "#¡REF!", "#WERT!", "########", "#1", "East"])
    [True, True, True, True, False, False]
    """
    found: list[bool] = pc.match_substring_regex(pa.array(texts, pa.string()), _ERROR).to_pylist()
    return found


@dataclass(slots=True)
class IdSpellings:
    """Ids of one column, as far as they tell that one may stand there in two spellings: ``12`` and ``12.0``, ``0012``.

    Parameters
    ----------
    shortest
        The shortest id of digits alone that does not begin with 0.
    padded, broken
        The longest that begins with 0, and the first that ends in ``.0``.
    """

    shortest: str = ""
    padded: str = ""
    broken: str = ""

    def see(self, ids: pa.Array) -> None:
        """Look at a batch of ids; what most columns lack is told by a fast look."""
        if not len(ids) or not pa.types.is_string(ids.type):
            return
        self.padded = max(self.padded, _longest(ids.filter(pc.starts_with(ids, "0")), "^0[0-9]+$"), key=len)
        if not self.broken:
            self.broken = _longest(ids.filter(pc.ends_with(ids, ".0")), r"^[0-9]+\.0$")
        shorter = ids.filter(pc.less(pc.binary_length(ids), len(self.shortest))) if self.shortest else ids
        for text in shorter.filter(pc.match_substring_regex(shorter, "^[1-9][0-9]*$")).to_pylist():
            self.shortest = min(self.shortest or text, text, key=len)

    @property
    def note(self) -> str:
        """What to say of them; empty: nothing."""
        other = self.broken or (self.padded if len(self.padded) > len(self.shortest) else "")
        if not other or not self.shortest:
            return ""
        return f"ids are written both as {self.shortest!r} and as {other!r}: taken for different ones"


def _longest(ids: pa.Array, pattern: str) -> str:
    if not len(ids):
        return ""
    return max(ids.filter(pc.match_substring_regex(ids, pattern)).to_pylist(), key=len, default="")
