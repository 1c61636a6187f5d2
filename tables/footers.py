"""What stands below a table and is no row of it: lines of totals, and what exports say of themselves."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from missing_words import is_missing, trimmed
from tables.numbers import figure
from tables.records import Offsets
from tables.tidying import bytes_of

_WORDS = (
    "totals?", r"(?:grand|sum)[ -]totals?", r"sub[ -]?totals?", "total results?", "sums?", "averages?", "avg",
    "summen?", "(?:gesamt|zwischen|end)summe", "(?:gesamt|teil)?ergebnis", "gesamt", "insgesamt", "durchschnitt",
    "mittelwert",
    "somme", "total g[eé]n[eé]ral", "sous[ -]total", "moyenne",
    "suma", "suma total", "total general", "soma", "total geral", "promedio", "m[eé]dia aritm[eé]tica",
    "totale", "totale (?:generale|complessivo)", "(?:sub|eind)?totaal", "totalt", "summa", "(?:genel )?toplam",
    "итоги?", "итого", "общий итог", "всего", "сумма", "среднее",
    "[合总共小累]计", "[合總総共小累]計", "総合計", "汇总", "均值", "平均值?", "총?합계", "총계", "소계", "평균",
)  # fmt: skip
_BRACKETS = r"\s*[(（\[【](?:[^)）\]】]*\d[^)）\]】]*|[A-Z]{3}|[€$£¥元])[)）\]】]"
_TOTAL = rf"(?i)^(?:{'|'.join(_WORDS)})(?:{_BRACKETS})?\s*[:：]?$"
_COUNTED = re.compile(
    rf"(?:{'|'.join(_WORDS)})\s*[:：=]?\s*\d[\d.,']*\s*(?:rows?|records?|[条行个])?|"
    r"totals? (?:rows|records|number of \w+|count)\b.*",
    re.IGNORECASE,
)
_IS_TOTAL = re.compile(_TOTAL)
_SENTENCE = re.compile(
    r"confidential(?:\s+information\b.*|\s*[-–—:].*)?|copyright\s*(?:\(c\)|©|\d{4}).*|©.*|"
    r"generated (?:by|on|at)\b.*|report (?:generated|run|created)\b.*|exported (?:by|on|from|at)\b.*|source:.*|"
    r"printed (?:by|on|at)\b.*|created (?:by|on|at)\b.*|notes?:.*|as of .*|\* .*|"
    r"page \d+(?: of \d+)?|\(?[\d,]+ (?:rows?|records?)\b.*|filters? applied.*|applied filters.*|"
    r"no filters applied.*|end of (?:file|report).*|"
    r"stand:.*|stand vom .*|quelle:.*|seite \d+(?: (?:von|/) \d+)?|(?:erstellt|gedruckt|exportiert) (?:am|von|um)\b.*|"
    r"(?:hinweise?|anmerkung(?:en)?|vertraulich)\s*:.*|"
    r"共\s*\d+\s*[条行].*|导出(?:时间|人).*|打印(?:时间|人).*|制表.*|数据来源.*|备?注[:：].*",
    re.IGNORECASE | re.DOTALL,
)
"""What exports of CRMs, databases and spreadsheets write below a table."""


def is_total(cell: str) -> bool:
    """Tell whether a cell is nothing but a word for totals, with a colon or a count in brackets if need be.

    Examples
    --------
    >>> is_total("Summe:"), is_total("Grand Totals (3 records)"), is_total("合计"), is_total("Total Energies")
    (True, True, True, False)
    """
    return _IS_TOTAL.match(trimmed(cell)) is not None


def is_totals(cells: Sequence[str]) -> bool:
    """Tell whether a line is one of totals: a word for them, then numbers alone, and nothing in some column.

    Examples
    --------
    >>> is_totals(["Total", "", "80"]), is_totals(["Total", "West", ""]), is_totals(["Total", "2", "80"])
    (True, False, False)
    """
    first, *others = cells
    known = [cell for cell in others if not is_missing(cell)]
    return is_total(first) and len(known) < len(others) and all(figure(trimmed(cell)) is not None for cell in known)


def is_footer(cells: Sequence[str]) -> bool:
    """Tell whether a line that is too short is one that exports and reports end with.

    Examples
    --------
    >>> is_footer(["Grand Totals (1 records)"]), is_footer(["Total", "600"]), is_footer(["Total Energies", "West"])
    (True, True, False)
    """
    filled = [cell for cell in cells if cell.strip()]
    if not filled:
        return False
    first = trimmed(filled[0])
    alone = len(filled) == 1 and _COUNTED.fullmatch(first) is not None
    return alone or _SENTENCE.fullmatch(first) is not None or is_totals([*filled, ""])


def may_tell(texts: pa.Array, name: str) -> Offsets:
    """Return the places of texts that may be a word for totals, or a name: of those that do not end with a digit, as
    most ids do and no such word does, or that end as the name does.
    """
    characters, places = bytes_of(texts)
    if not len(characters):
        return np.empty(0, np.int64)
    last = characters[places[1:] - 1]
    likely = (last - np.uint8(ord("0")) > 9) | (last == name.encode()[-1])
    return np.flatnonzero(likely) if likely.any() else np.empty(0, np.int64)


def sentences_among(texts: pa.Array) -> Offsets:
    """Return the places of texts that exports write below a table, where they stand alone."""
    return np.array([place for place, text in enumerate(texts.to_pylist()) if is_footer([text])], np.int64)


def totals_among(texts: pa.Array) -> Offsets:
    """Return the places of texts that are nothing but a word for totals."""
    named = pc.match_substring_regex(texts, _TOTAL).fill_null(False)
    return np.flatnonzero(named.to_numpy(zero_copy_only=False))
