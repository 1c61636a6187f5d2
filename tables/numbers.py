"""Numbers as people write them: with thousands, currency, percent, an accountant's brackets, a decimal point or comma.

One text may be a number in two ways: ``1.000`` is one or a thousand. What it is, its column tells: `Decimals` notes
what each text could be, and only where some text can be read in one way alone does the column have that way.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

POINT, COMMA = ".", ","

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0xFFE5: "¥",
    0xFFE1: "£",
    0x3000: " ",
    **dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2212, 0xFE63), "-"),
}
_CURRENCY = (
    r"US\$|HK\$|NT\$|R\$|A\$|C\$|[$€£¥₩₹₽₺₫₴฿]|USD|EUR|GBP|CNY|RMB|JPY|CHF|HKD|TWD|KRW|INR|SEK|NOK|DKK|PLN|kr|zł|元"
)
_GAPS = "'’ \u00a0\u202f\u2009"
"""What parts thousands whichever the decimal sign is."""
_WRITTEN = re.compile(
    rf"(?P<open>\()?(?P<sign>[+-])?\s?(?P<before>{_CURRENCY})?\s?(?P<inner>[+-])?"
    rf"(?P<figure>[0-9.,](?:[0-9.,{_GAPS}]*[0-9.,])?(?:[eE][+-]?[0-9]{{1,3}})?)"
    rf"(?P<dashes>--?|—)?\s?(?P<times>[万萬亿億])?(?P<after>{_CURRENCY}|%)?(?P<trailing>-)?(?P<close>\))?"
)
_TIMES = {None: 1.0, "万": 1e4, "萬": 1e4, "亿": 1e8, "億": 1e8}
_INDIAN = "[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}"
"""Thousands in hundreds of thousands, as in India: 7,00,000."""
_GROUPS = rf"[1-9][0-9]{{{{0,2}}}}(?:(?P<gap>[{{0}}{_GAPS}])[0-9]{{{{3}}}})(?:(?P=gap)[0-9]{{{{3}}}})*"
_FIGURES = {
    decimal: re.compile(
        rf"(?:{_GROUPS.format(thousands)}|{_INDIAN if decimal == POINT else '[0-9]+'}|[0-9]+)"
        rf"(?:[{decimal}][0-9]*)?(?:[eE][+-]?[0-9]+)?|[{decimal}][0-9]+"
    )
    for decimal, thousands in ((POINT, COMMA), (COMMA, "."))
}
ANY_WAY = f"^(?:{_WRITTEN.pattern})$"
MAY_BE_WIDE = r"^[-+($€¥ ]{0,3}[0-9.,]*[￥￡＄＋－（．，０-９\x{2010}-\x{2013}\x{2212}\x{FE63}]"
"""How texts begin that may be numbers in other glyphs, which `figure` folds."""
_LEDGER = r"^[0-9][0-9.,' ]* ?(?i:cr|dr)\.?$"
"""A balance on the side of a ledger, of which the sign depends on whose it is."""
_PLAIN = r"^-?[0-9]{1,25}(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?$"
_OF_THREE = r"^-?[1-9][0-9]{0,2}\.[0-9]{3}$"
"""Plain numbers that a decimal comma would read otherwise."""


class Figure(NamedTuple):
    """A text as a number.

    Parameters
    ----------
    by_point, by_comma
        Its value if the decimal sign is a point, or a comma; None: then it is none.
    mark
        Its currency, or ``%``; empty: it has neither.
    """

    by_point: float | None
    by_comma: float | None
    mark: str = ""

    def value(self, decimal: str) -> float | None:
        """Return the value by a decimal sign."""
        return self.by_point if decimal == POINT else self.by_comma


def figure(text: str) -> Figure | None:
    """Read a trimmed text as a number; None if it is none in any way.

    Percents keep the figure that is written: ``70 %`` is 70.

    Examples
    --------
    >>> tuple(figure("1,020.50")), tuple(figure("(5.50)")), tuple(figure("€ 1.000"))
    ((1020.5, None, ''), (-5.5, None, ''), (1.0, 1000.0, '€'))
    >>> figure("1_0"), figure("inf")
    (None, None)
    >>> tuple(figure("5,-")), tuple(figure("1.5万"))
    ((None, 5.0, ''), (15000.0, None, ''))
    """
    written = _WRITTEN.fullmatch(text.translate(_FULL_WIDTH))
    if written is None or bool(written["open"]) != bool(written["close"]):
        return None
    dashes = written["dashes"]
    if dashes and written["figure"].endswith((".", ",")):
        dashes = None if not written["trailing"] else "--"  # no cents: 5,-
    if dashes not in (None, "-"):
        return None
    signs = [sign for sign in (written["open"], written["sign"], written["inner"], dashes, written["trailing"]) if sign]
    if len(signs) > 1 or (written["before"] and written["after"]):
        return None
    factor = (-1.0 if signs and signs[0] != "+" else 1.0) * _TIMES[written["times"]]
    by_point, by_comma = (_value(written["figure"], decimal, factor) for decimal in (POINT, COMMA))
    if by_point is None and by_comma is None:
        return None
    return Figure(by_point, by_comma, written["before"] or written["after"] or "")


def _value(written: str, decimal: str, factor: float) -> float | None:
    if not _FIGURES[decimal].fullmatch(written):
        return None
    thousands = COMMA if decimal == POINT else "."
    plain = re.sub(rf"[{thousands}{_GAPS}]", "", written).replace(COMMA, ".")
    value = float(plain) * factor
    return value if math.isfinite(value) else None


@dataclass(slots=True)
class Decimals:
    """What the texts of a column could be as numbers.

    Parameters
    ----------
    n_numbers
        Texts that are a number in some way.
    only
        By decimal sign: texts that are a number by it alone, and the first of them.
    either
        The first text that both signs read, each otherwise.
    marks
        Currencies and percent signs, each with its first text; the empty one: a number without.
    """

    n_numbers: int = 0
    only: dict[str, tuple[int, str]] = field(default_factory=lambda: {POINT: (0, ""), COMMA: (0, "")})
    either: str = ""
    marks: dict[str, str] = field(default_factory=dict)
    leading_zero: bool = False

    def see(self, texts: pa.Array) -> None:
        """Note texts, trimmed and without null."""
        plain = pc.match_substring_regex(texts, _PLAIN)
        if pc.all(plain).as_py() is not False:
            self._see_plain(texts)
            return
        self._see_plain(texts.filter(plain))
        rest = texts.filter(pc.invert(plain))
        for text in rest.filter(pc.match_substring_regex(rest, f"{ANY_WAY}|{MAY_BE_WIDE}")).to_pylist():
            self._see_one(text)

    def _see_plain(self, texts: pa.Array) -> None:
        if not len(texts):
            return
        self.n_numbers += len(texts)
        self.marks.setdefault("", texts[0].as_py())
        self.leading_zero = self.leading_zero or bool(pc.any(pc.match_substring_regex(texts, "^-?0[0-9]")).as_py())
        if self.only[POINT][0] and self.either:
            return
        broken = texts.filter(pc.match_substring(texts, "."))
        of_three = pc.match_substring_regex(broken, _OF_THREE)
        alone, either = broken.filter(pc.invert(of_three)), broken.filter(of_three)
        if len(alone):
            self._note_only(POINT, alone[0].as_py(), len(alone))
        if len(either):
            self.either = self.either or either[0].as_py()

    def _see_one(self, text: str) -> None:
        read = figure(text)
        if read is None:
            return
        self.n_numbers += 1
        self.marks.setdefault(read.mark, text)
        if read.by_comma is None:
            self._note_only(POINT, text, 1)
        elif read.by_point is None:
            self._note_only(COMMA, text, 1)
        elif read.by_point != read.by_comma:
            self.either = self.either or text

    def _note_only(self, decimal: str, text: str, count: int) -> None:
        before, first = self.only[decimal]
        self.only[decimal] = before + count, first or text

    @property
    def is_settled(self) -> bool:
        """Whether a text has told which sign is the decimal one."""
        return bool(self.only[POINT][0] or self.only[COMMA][0])

    def decimal(self) -> str:
        """Return the sign that reads more texts, which only those decide that one sign alone reads; empty: there are
        texts that need one, and none does, or both signs have such.
        """
        by_point, by_comma = self.only[POINT][0], self.only[COMMA][0]
        if by_point and by_comma and self.either:
            return ""
        if by_point or by_comma:
            return POINT if by_point >= by_comma else COMMA
        return "" if self.either else POINT


def read_numbers(texts: pa.Array, decimal: str) -> pa.Array:
    """Read texts, trimmed and null where missing, as float64; null where one is no number."""
    if decimal == POINT and (numbers := plain_numbers(texts)) is not None:
        return numbers
    different = texts.dictionary_encode()
    values = [figure(text) for text in different.dictionary.to_pylist()]
    return pa.array([None if value is None else value.value(decimal) for value in values], pa.float64()).take(
        different.indices
    )


def n_of_ledger(texts: pa.Array) -> int:
    """Count texts that are a number with CR or DR: of an amount, but nobody can tell its sign.

    Examples
    --------
    >>> n_of_ledger(pa.array(["7 CR", "1,200.50 Dr", "7", None]))
    2
    """
    return pc.sum(pc.match_substring_regex(texts, _LEDGER)).as_py() or 0


def plain_numbers(texts: pa.Array, kind: pa.DataType | None = None) -> pa.Array | None:
    """Read texts as Arrow reads numbers, at once; None if one is not plain and finite."""
    try:
        numbers = pc.cast(texts, kind or pa.float64())
    except pa.ArrowInvalid:
        return None
    return numbers if kind is not None or pc.all(pc.is_finite(numbers)).as_py() is not False else None
