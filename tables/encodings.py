"""Which encoding a file has. Taken unasked: UTF-8, UTF-16 with a byte order mark, and GB 18030 where it is sure.

Nearly any bytes can be read as GB 18030, and what comes out is Chinese of a kind. It is believed where all bytes fit,
at least 99 % of the wide characters are of everyday use (level 1 of GB 2312 [1]_, or punctuation), and the same bytes
make no plausible words in another script. All else is refused, with the two likeliest readings side by side.

References
----------
.. [1] GB/T 2312-1980: level 1 holds 3,755 characters in the order of their sounds, level 2 those less used.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tables.errors import UnreadableTable
from tables.files import chunks_of

CERTAIN = 0.99
"""Share of the wide characters that must be of everyday use."""
PLAUSIBLE = 0.85
"""Share of the words that must be well formed for another reading to stand against it."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_BYTES = 1 << 16
_WORD = re.compile(r"[A-Za-z\x80-\U0010ffff]+")
_CELL = re.compile(r"[^,;\t|\"\r\n]*[^\x00-\x7f][^,;\t|\"\r\n]*")


def encoding_of(file: Path, named: str = "") -> str:
    """Tell the encoding of a file.

    Parameters
    ----------
    named
        What somebody says that it is; the bytes then have to fit.

    Raises
    ------
    UnreadableTable
        If they do not, or the file does not tell.
    """
    with_mark = marked(next(chunks_of(file), b""))
    encoding = named or with_mark or "utf-8"
    misfit = first_misfit(chunks_of(file), encoding)
    if not misfit:
        return "utf-8" if codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii") else encoding
    sample = b"\n".join(_wide_lines(chunks_of(file)))
    if named or with_mark:
        raise UnreadableTable.of(
            "--encoding" if named else "encoding", f"{encoding} does not fit: {misfit}; {_likeliest(sample)}"
        )
    if is_everyday_chinese(chunks_of(file)) and not any(
        share >= PLAUSIBLE for share in _shares(sample, _RIVALS).values()
    ):
        return "gb18030"
    raise UnreadableTable.of("encoding", f"is not UTF-8 ({misfit}) and does not tell what else; {_likeliest(sample)}")


def marked(head: bytes) -> str:
    """Return the encoding that a byte order mark tells; empty: there is none."""
    return next((encoding for mark, encoding in _MARKS if head.startswith(mark)), "")


def first_misfit(chunks: Iterable[bytes], encoding: str) -> str:
    """Say which byte does not fit an encoding; empty: all do."""
    decoder, offset = codecs.getincrementaldecoder(encoding)(), 0
    for chunk in chunks:
        try:
            if not (encoding == "utf-8" and chunk.isascii() and not decoder.getstate()[0]):
                decoder.decode(chunk)
        except UnicodeDecodeError as error:
            place = offset + error.start - (len(error.object) - len(chunk))
            return f"byte {place:,} is 0x{error.object[error.start]:02X}"
        offset += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "the last character is cut off"
    return ""


def is_everyday_chinese(chunks: Iterable[bytes]) -> bool:
    """Tell whether bytes are GB 18030, and nearly all its wide characters of everyday use."""
    decoder, wide, everyday = codecs.getincrementaldecoder("gb18030")(), 0, 0
    try:
        for chunk in chunks:
            text = decoder.decode(chunk)
            characters = [char for char in text if char > "\x7f"]
            wide, everyday = wide + len(characters), everyday + sum(map(_is_everyday, characters))
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return everyday >= CERTAIN * wide


def _is_everyday(char: str) -> bool:
    raw = char.encode("gb2312", "ignore")
    return len(raw) == 2 and (0xB0 <= raw[0] <= 0xD7 or raw[0] in (0xA1, 0xA3))


def _wide_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        for line in chunk.splitlines():
            if not line.isascii():
                yield line
                size += len(line)
            if size > _SAMPLE_BYTES:
                return


def _of_words(fits: Callable[[str], bool]) -> Callable[[str], float]:
    """Share of the words with wide characters that fit."""

    def share(text: str) -> float:
        words = [word for word in _WORD.findall(text) if not word.isascii()]
        return sum(map(fits, words)) / len(words) if words else 0.0

    return share


def _of_characters(fits: Callable[[str], bool]) -> Callable[[str], float]:
    """Share of the wide characters that fit."""

    def share(text: str) -> float:
        characters = [char for char in text if char > "\x7f"]
        return sum(map(fits, characters)) / len(characters) if characters else 0.0

    return share


def _in_script(script: str) -> Callable[[str], bool]:
    """Tell whether a word is of one script, and written small, large or with a capital."""

    def fits(word: str) -> bool:
        of_script = all(unicodedata.name(char, "").startswith(script) for char in word)
        return (
            of_script
            and word.isalpha()
            and (word == word.lower() or word == word.upper() or word == word.capitalize())
            and len(word) > 1
        )

    return fits


def _latin(accents: str) -> Callable[[str], bool]:
    def fits(word: str) -> bool:
        wide = [char for char in word if char > "\x7f"]
        return all(char.lower() in accents for char in wide) and (2 * len(wide) <= len(word) or len(word) == 1)

    return fits


def _is_simple_hangul(char: str) -> bool:
    """Tell whether a syllable begins and ends plainly, as most of those in use do."""
    code = ord(char) - 0xAC00
    if not 0 <= code < 11_172:
        return False
    initial, vowel, final = code // 588, code % 588 // 28, code % 28
    return initial not in (1, 4, 8, 10, 13) and vowel not in (3, 10, 15) and final in (0, 1, 4, 7, 8, 16, 17, 19, 21)


def _is_kana_or_kanji(char: str) -> bool:
    raw = char.encode("euc_jp", "ignore")
    return len(raw) == 2 and (raw[0] in (0xA1, 0xA3, 0xA4, 0xA5) or 0xB0 <= raw[0] <= 0xCF)


def _is_big5_level_1(char: str) -> bool:
    raw = char.encode("big5", "ignore")
    return len(raw) == 2 and 0xA1 <= raw[0] <= 0xC6


_RIVALS: dict[str, Callable[[str], float]] = {
    "euc_kr": _of_characters(_is_simple_hangul),
    "cp1251": _of_words(_in_script("CYRILLIC")),
    "koi8_r": _of_words(_in_script("CYRILLIC")),
    "cp1253": _of_words(_in_script("GREEK")),
}
"""What everyday Chinese may really be, and how plausible it then is."""

_READINGS: dict[str, Callable[[str], float]] = {
    "cp1252": _of_words(_latin("äöüßéèêëàâáíìîïóòôúùûçñãõåæøœýÿ")),
    "cp1250": _of_words(_latin("ąćęłńóśźżáčďéěíňřšťúůýžőűăâîșțşţđäöüß")),
    **_RIVALS,
    "shift_jis": _of_characters(_is_kana_or_kanji),
    "euc_jp": _of_characters(_is_kana_or_kanji),
    "big5": _of_characters(_is_big5_level_1),
    "gb18030": _of_characters(_is_everyday),
}


def _shares(sample: bytes, readings: dict[str, Callable[[str], float]]) -> dict[str, float]:
    shares = {}
    for encoding, share in readings.items():
        try:
            shares[encoding] = share(sample.decode(encoding))
        except UnicodeDecodeError:
            continue
    return shares


def _likeliest(sample: bytes) -> str:
    """Show the two likeliest readings and the option that says one."""
    shares = _shares(sample, _READINGS)
    best = sorted(shares, key=lambda encoding: -shares[encoding])[:2]
    readings = [f"as {encoding} it holds {_first_cell(sample, encoding)!r}" for encoding in best]
    return f"{', '.join(readings)}; say --encoding {best[0]}" if best else "say --encoding with its name"


def _first_cell(sample: bytes, encoding: str) -> str:
    found = _CELL.search(sample.decode(encoding))
    return found[0].strip()[:40] if found else ""
