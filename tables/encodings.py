"""Which encoding a file has. Taken unasked: UTF-8, UTF-16 with a byte order mark, and GB 18030 where it is sure.

Nearly any bytes can be read as GB 18030, and what comes out is Chinese of a kind. It is believed where all bytes fit,
at least 99 % of the wide characters are of everyday use (level 1 of GB 2312 [1]_, or punctuation), more of them are
common than chance gives, and the same bytes make no plausible words in another encoding. All else is refused, with the
likeliest readings side by side.

References
----------
.. [1] GB/T 2312-1980: level 1 holds 3,755 characters in the order of their sounds, level 2 those less used.
"""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tables.errors import UnreadableTable
from tables.files import chunks_of, format_of
from tables.readings import ALPHABETIC, EAST_ASIAN, PLAUSIBLE, READINGS, UNLIKELY, likeliest, looks_right, rivals
from tables.scripts import CHINESE, is_glued

CERTAIN = 0.99
"""Share of the wide characters that must be of everyday use."""
CHANCE = 0.24
"""Share of the common characters among what GB 18030 makes of a text in another encoding."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE_UNITS = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_SAMPLE_BYTES = 1 << 16
_AROUND_BYTES = 1 << 12
_ESCAPES = re.compile(rb"\x1b(?:\$[@AB]|\$[()][A-G@]|\([BHIJ])")
_SEPARATORS = re.compile(r"[,;\t|\r\n]")
_WITH_BAD = re.compile(r"\S*\ufffd\S*")
_IN_ASCII = {
    b"\x1b": [(_ESCAPES, encoding) for encoding in ("iso2022_jp", "iso2022_kr", "iso2022_jp_2", "iso2022_jp_ext")],
    b"~": [(re.compile(rb"~\{(?:[\x21-\x77][\x21-\x7e])+~\}"), "hz")],
    b"+": [(re.compile(rb"\+[A-Za-z0-9+/]{3,}[-,;|\t\r\n\"]"), "utf_7")],
}
"""Encodings that are written in ASCII, with their signs, by a byte that these have."""


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
    head = next(chunks_of(file), b"")
    with_mark = marked(head)
    encoding = named or with_mark or "utf-8"
    place = "--encoding" if named else "encoding"
    look = _Look()
    if not (misfit := first_misfit(look.passing(chunks_of(file)), encoding)):
        if look.dressed_as and encoding == "utf-8" and not named:
            raise UnreadableTable.of(
                "encoding", f"is ASCII with signs of {look.dressed_as}; say --encoding {look.dressed_as}"
            )
        if look.is_wide and not named and not with_mark:
            _check_lone_letters(chunks_of(file))
        return "utf-8" if codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii") else encoding
    if kind := format_of(head):
        raise UnreadableTable.of(str(file), f"is no text, but {kind}: {misfit}")
    if not with_mark and (units := _without_mark(head[:_SAMPLE_BYTES], encoding)):
        raise UnreadableTable.of(place, f"{misfit}: {units} without its mark; say --encoding {units}")
    if misfit.endswith("0x00"):
        raise UnreadableTable.of(place, f"{misfit}, which no text holds; allowed: a text without it")
    sample = b"".join(_wide_lines(chunks_of(file)))
    chinese = not named and not with_mark and _is_chinese(sample) and is_everyday_chinese(chunks_of(file))
    if not chinese and encoding == "utf-8" and (n_bad := _n_bad_in_utf8(sample)):
        line = _line_of_misfit(chunks_of(file))
        raise UnreadableTable.of(
            place, f"is UTF-8 with bad bytes, {n_bad:,} or more, first line {line}: {misfit}; write them anew as UTF-8"
        )
    if chinese:
        return "gb18030"
    told = (
        f"{encoding} does not fit: {misfit}"
        if named or with_mark
        else f"is not UTF-8 ({misfit}) and does not tell what else"
    )
    raise UnreadableTable.of(place, f"{told}; {likeliest(sample)}")


def _check_lone_letters(chunks: Iterable[bytes]) -> None:
    """Refuse a text whose cells that are not ASCII are each one letter of two bytes, and in GB 18030 one common
    character, as U+016E and 女 are.
    """
    cells = [
        cell.strip(' "') for line in _wide_lines(chunks) for cell in _SEPARATORS.split(line.decode("utf-8", "ignore"))
    ]
    wide = [cell for cell in cells if not cell.isascii()]
    alone = wide and all(len(cell) == 1 and cell < "\u0800" for cell in wide)
    if alone and all(cell.encode().decode("gb18030") in CHINESE for cell in wide):
        raise UnreadableTable.of(
            "encoding",
            f"as utf-8 it holds {wide[0]!r}, as gb18030 it holds {wide[0].encode().decode('gb18030')!r}, "
            "and no cell of more characters; say by --encoding which is right",
        )


def _n_bad_in_utf8(sample: bytes) -> int:
    """Count the bytes of a text that are no UTF-8; 0: it is of another encoding.

    By chance, too, some bytes are UTF-8. It is UTF-8 where ten times as many characters are as bytes are not, or as
    many, and they make words.
    """
    text = sample.decode("utf-8", "replace")
    wide = [char for char in text if char > "\x7f"]
    n_bad = wide.count("\ufffd") or 1
    n_good = len(wide) - wide.count("\ufffd")
    if n_good < 10 * n_bad and (n_good < n_bad or not looks_right(_WITH_BAD.sub(" ", text))):
        return 0
    return n_bad


def _line_of_misfit(chunks: Iterable[bytes]) -> int:
    """Return the line, from 1, with the first byte that is no UTF-8."""
    decoder, n_lines = codecs.getincrementaldecoder("utf-8")(), 0
    for chunk in chunks:
        try:
            n_lines += decoder.decode(chunk).count("\n")
        except UnicodeDecodeError as error:
            return n_lines + error.object.count(b"\n", 0, error.start) + 1
    return n_lines + 1


def marked(head: bytes) -> str:
    """Return the encoding that a byte order mark tells; empty: there is none."""
    return next((encoding for mark, encoding in _MARKS if head.startswith(mark)), "")


def _without_mark(head: bytes, tried: str) -> str:
    """Return the encoding in units of two or four bytes that makes a text with line breaks; empty: none other does."""
    if b"\0" not in head or codecs.lookup(tried).name in _WIDE_UNITS:
        return ""
    return next((encoding for encoding in _WIDE_UNITS if _is_printable(head, encoding)), "")


def _is_printable(head: bytes, encoding: str) -> bool:
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeError:
        return False
    return any(char in text for char in "\r\n") and all(
        char.isprintable() or char in "\t\r\n\u3000\xa0\ufeff" for char in text
    )


def first_misfit(chunks: Iterable[bytes], encoding: str) -> str:
    """Say which byte does not fit an encoding, or is 0x00; empty: all do."""
    decoder, offset, n_lines = codecs.getincrementaldecoder(encoding)(), 0, 0
    is_utf_8 = encoding == "utf-8"
    for chunk in chunks:
        try:
            text = "" if is_utf_8 and chunk.isascii() and not decoder.getstate()[0] else decoder.decode(chunk)
        except UnicodeDecodeError as error:
            place = offset + error.start - (len(error.object) - len(chunk))
            return f"byte {place:,} is 0x{error.object[error.start]:02X}"
        except UnicodeError as error:  # of codecs that name no place
            return str(error)
        if is_utf_8 and (place := chunk.find(b"\0")) >= 0:
            return f"byte {offset + place:,} is 0x00"
        if not is_utf_8 and "\0" in text:
            return f"line {n_lines + text.count(chr(10), 0, text.index(chr(0))) + 1:,} holds 0x00"
        offset, n_lines = offset + len(chunk), n_lines + (0 if is_utf_8 else text.count("\n"))
    try:
        decoder.decode(b"", final=True)
    except UnicodeError:
        return "the last character is cut off"
    return ""


@dataclass(slots=True)
class _Look:
    """What is seen of chunks that pass: the encoding in ASCII whose signs they hold, and whether all are ASCII."""

    dressed_as: str = ""
    is_wide: bool = False

    def passing(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Pass chunks on."""
        for chunk in chunks:
            signs = [pair for byte, pairs in _IN_ASCII.items() if byte in chunk for pair in pairs]
            for sign, encoding in signs if not self.dressed_as else ():
                if _is_in(encoding, sign, chunk):
                    self.dressed_as = encoding
                    break
            self.is_wide = self.is_wide or not chunk.isascii()
            yield chunk


def _is_in(encoding: str, sign: re.Pattern[bytes], chunk: bytes) -> bool:
    """Tell whether the lines around a sign look right in its encoding."""
    found = sign.search(chunk)
    if not found:
        return False
    lines = chunk[chunk.rfind(b"\n", 0, found.start()) + 1 : found.end() + _AROUND_BYTES]
    try:
        text = lines[: lines.rfind(b"\n") + 1 or None].decode(encoding)
    except UnicodeError:
        return False
    return looks_right(text)


def is_everyday_chinese(chunks: Iterable[bytes]) -> bool:
    """Tell whether bytes are GB 18030, and nearly all its wide characters of everyday use."""
    decoder, wide, everyday = codecs.getincrementaldecoder("gb18030")(), 0, 0
    try:
        for chunk in chunks:
            if b"\0" in chunk:
                return False
            text = decoder.decode(chunk)
            characters = [char for char in text if char > "\x7f"]
            wide, everyday = wide + len(characters), everyday + sum(map(_is_everyday, characters))
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return everyday >= CERTAIN * wide


def _is_chinese(sample: bytes) -> bool:
    """Tell whether a text is likelier Chinese than anything else; one character is too little to tell."""
    text = sample.decode("gb18030", "ignore")
    ideographs = {char for char in text if "\u4e00" <= char <= "\u9fff"}
    n, n_common = len(ideographs), len(ideographs & CHINESE)
    if is_glued(text) or n == 1 or 2 * n_common < n:
        return False
    sounds = n_common >= min(n, CHANCE * n + 3 * math.sqrt(CHANCE * (1 - CHANCE) * n))
    east_asian = rivals(sample, EAST_ASIAN) if n else 0.0
    alphabetic = rivals(sample, ALPHABETIC) if n < 3 or not sounds else 0.0
    if sounds:
        return east_asian < READINGS["gb18030"](text) and alphabetic < PLAUSIBLE
    return max(east_asian, alphabetic) < UNLIKELY


def _is_everyday(char: str) -> bool:
    raw = char.encode("gb2312", "ignore")
    return char in CHINESE or (len(raw) == 2 and (0xB0 <= raw[0] <= 0xD7 or raw[0] in (0xA1, 0xA3)))


def _wide_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the first lines that are not ASCII, whole."""
    size, rest = 0, b""
    for chunk in chunks:
        if chunk.isascii() and rest.isascii():
            rest = chunk[max(chunk.rfind(b"\n"), chunk.rfind(b"\r")) + 1 :]
            continue
        lines = (rest + chunk).splitlines(keepends=True)
        rest = lines.pop()
        for line in lines:
            if not line.isascii():
                yield line
                size += len(line)
            if size > _SAMPLE_BYTES:
                return
    if not rest.isascii():
        yield rest
