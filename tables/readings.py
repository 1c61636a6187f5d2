"""What a text may be in other encodings: which of them make words of it, and what it then holds."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tables.scripts import CHINESE, HANGUL, JAPANESE, THAI, TRADITIONAL, Measure, alphabet, common, latin

PLAUSIBLE = 0.85
"""Share of a text that must look right for a reading to be likely."""
UNLIKELY = 0.52
_MOST_SHOWN = 6
_LINES_LOOKED_AT = 200
_CELL = re.compile(r"[^,;\t|\"\r\n]*[^\x00-\x7f][^,;\t|\"\r\n]*")

_CYRILLIC = alphabet("абвгдежзийклмнопрстуфхцчшщъыьэюяёєіїґў", vowels="аеёиоуыэюяіїє", rare="ъщцфэёєґў")
_GREEK = alphabet("αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ", vowels="αεηιουωάέήίόύώϊϋΐΰ", rare="άέήίόύώϊϋΐΰψ", finals="ς")
_ARABIC = alphabet("ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي", rare="ءآؤئذظغضط", finals="ةى")
_HEBREW = alphabet("אבגדהוזחטיךכלםמןנסעףפץצקרשת", finals="ךםןףץ")
_WESTERN = latin("äöüßéèêëàâáíìîïóòôúùûçñãõåæøœýÿðþšž")
_CENTRAL = latin("ąćęłńóśźżáčďéěíňřšťúůýžőűăâîșțşţđäöüßçëôĺľŕ")

READINGS: dict[str, Measure] = {
    "cp1252": _WESTERN, "cp1250": _CENTRAL, "cp1251": _CYRILLIC, "cp1253": _GREEK, "cp1254": latin("çğıi̇öşüâîûéèä"),
    "cp1255": _HEBREW, "cp1256": _ARABIC, "cp1257": latin("āčēģīķļņšūžąęėįųõäöüß"), "cp874": THAI,
    "shift_jis": common(JAPANESE), "cp932": common(JAPANESE), "euc_jp": common(JAPANESE),
    "euc_kr": common(HANGUL), "cp949": common(HANGUL), "johab": common(HANGUL),
    "big5": common(TRADITIONAL), "big5hkscs": common(TRADITIONAL), "gb18030": common(CHINESE),
    "koi8_r": _CYRILLIC, "koi8_u": _CYRILLIC, "cp866": _CYRILLIC, "iso8859_5": _CYRILLIC, "mac_cyrillic": _CYRILLIC,
    "cp737": _GREEK, "iso8859_6": _ARABIC, "cp720": _ARABIC, "cp862": _HEBREW,
    "cp850": _WESTERN, "mac_roman": _WESTERN, "iso8859_2": _CENTRAL, "cp852": _CENTRAL, "mac_latin2": _CENTRAL,
}  # fmt: skip
"""Encodings in use, and how far a text looks right; where two make the same of it, the first speaks for both."""
EAST_ASIAN = ("shift_jis", "cp932", "euc_jp", "euc_kr", "cp949", "johab", "big5", "big5hkscs", "gb18030")
_OF_OLD = (
    "iso8859_2", "iso8859_5", "koi8_u", "mac_cyrillic", "cp737", "cp720", "cp862", "cp850", "mac_roman",
    "cp852", "mac_latin2",
)  # fmt: skip
ALPHABETIC = tuple(name for name in READINGS if name not in (*EAST_ASIAN, *_OF_OLD))
"""Those still in use."""


def looks(sample: bytes) -> dict[str, float]:
    """Measure the readings of a text, each one once, by the name under which it looks best."""
    best: dict[str, tuple[float, str]] = {}
    for encoding, measure in READINGS.items():
        text = _read(sample, encoding)
        if text is not None and (share := measure(text)) > best.get(text, (-1.0, ""))[0]:
            best[text] = (share, encoding)
    return {encoding: share for share, encoding in best.values()}


def rivals(sample: bytes, encodings: Iterable[str]) -> float:
    """Return how far a text that looks Chinese looks right in other encodings, at best; marks are the same in some."""
    text = _read(sample, "gb18030")
    texts = {name: _read(sample, name) for name in encodings}
    return max((READINGS[name](other) for name, other in texts.items() if other not in (None, text)), default=0.0)


def looks_right(text: str) -> bool:
    """Tell whether a text that is read looks right in any script."""
    return any(measure(text) >= PLAUSIBLE for measure in set(READINGS.values()))


def likeliest(sample: bytes) -> str:
    """Show the likeliest readings side by side, and the option; with a name where only one is likely."""
    if not sample:
        return "all of it is ASCII; leave --encoding out"
    shares = looks(sample)
    best = sorted(shares, key=lambda encoding: -shares[encoding])
    if not best:
        return "say --encoding with its name"
    doubtful = shares[best[0]] < UNLIKELY
    shown = [name for place, name in enumerate(best) if place < 2 or doubtful or shares[name] >= UNLIKELY]
    alone = shares[best[0]] >= PLAUSIBLE and all(shares[encoding] < UNLIKELY for encoding in best[1:])
    told = ", ".join(_cells(sample, shown[:_MOST_SHOWN]))
    return f"{told}; say --encoding {best[0]}" if alone else f"{told}; say by --encoding which is right, or another"


def _cells(sample: bytes, encodings: list[str]) -> list[str]:
    """Show a cell that is another in as many encodings as can be."""
    lines = [line for line in sample.splitlines()[:_LINES_LOOKED_AT] if not line.isascii()]
    shown = max(
        ([_cell(line, encoding) for encoding in encodings] for line in lines), key=lambda cells: len(set(cells))
    )
    return [f"as {encoding} it holds {cell!r}" for encoding, cell in zip(encodings, shown, strict=True)]


def _cell(line: bytes, encoding: str) -> str:
    found = _CELL.search(line.decode(encoding, "replace"))
    return found[0].strip()[:40] if found else ""


def _read(sample: bytes, encoding: str) -> str | None:
    try:
        return sample.decode(encoding)
    except UnicodeError:
        return None
