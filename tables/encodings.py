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
import math
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

CHANCE = 0.16
"""Share of the common characters among what GB 18030 makes of a text in another encoding."""

_COMMON = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都"
    "同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由"
    "问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真"
    "论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空"
    "决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识"
    "候带导争运笔商城州省县镇村街号室楼室园厂店铺部组团队编客户销售线索来源渠道线上下联络电话邮箱手机姓氏职位负责备注状态等级金额价格数量预算行业"
    "制造汽车融互联网医疗教育房地产零售批发餐饮旅游物流能源化软件硬咨询服务有限责任股份集控广深圳杭苏武汉重庆成都天津南京西安青岛大连厦门宁波长沙"
    "郑济哈尔滨福建浙江四川湖辽吉林黑龙河山陕甘宁夏新疆藏内蒙古云贵海香港澳门台湾华东北赵钱孙李周吴郑冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严金魏"
    "陶姜谢邹章潘葛范彭鲁韦马苗花方俞任袁柳史唐薛雷贺倪汤罗毕郝邬常乐于时傅齐康伍余顾孟黄穆萧尹姚邵汪毛狄伏成戴宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席"
    "季贾娄危郭梅林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯管卢莫房丁邓郁洪包石崔吉龚程强伟芳娜敏静丽军磊洋艳勇杰娟涛超秀霞刚桂英是否男女真假合计"
)
"""Common characters of Chinese, and those of places, trades and names."""

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
    head = next(chunks_of(file), b"")
    with_mark = marked(head)
    encoding = named or with_mark or "utf-8"
    misfit = first_misfit(chunks_of(file), encoding)
    if not misfit and encoding == "utf-8" and b"\x1b" in head:
        raise UnreadableTable.of("encoding", "holds escape sequences, as ISO-2022-JP does; say --encoding iso2022_jp")
    if not misfit:
        return "utf-8" if codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii") else encoding
    sample = b"\n".join(_wide_lines(chunks_of(file)))
    if named or with_mark:
        raise UnreadableTable.of(
            "--encoding" if named else "encoding", f"{encoding} does not fit: {misfit}; {_likeliest(sample)}"
        )
    if n_bad := _n_bad_in_utf8(sample):
        line = _line_of_misfit(chunks_of(file))
        raise UnreadableTable.of(
            "encoding", f"is UTF-8 with bad bytes, {n_bad:,} or more, first line {line}: {misfit}; mend them"
        )
    if is_everyday_chinese(chunks_of(file)) and (_sounds_chinese(sample) or not _has_rival(sample)):
        return "gb18030"
    raise UnreadableTable.of("encoding", f"is not UTF-8 ({misfit}) and does not tell what else; {_likeliest(sample)}")


def _n_bad_in_utf8(sample: bytes) -> int:
    """Count the bytes of a text that are no UTF-8; 0: most are none, and it is of another encoding."""
    wide = [char for char in sample.decode("utf-8", "replace") if char > "\x7f"]
    n_bad = wide.count("\ufffd")
    return max(1, n_bad) if n_bad < len(wide) - n_bad else 0


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
        except UnicodeError as error:  # of codecs that name no place
            return str(error)
        offset += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeError:
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


def _sounds_chinese(sample: bytes) -> bool:
    """Tell whether a text has more common characters than chance gives, by three standard deviations."""
    wide = [char for char in sample.decode("gb18030", "ignore") if "\u4e00" <= char <= "\u9fff"]
    n_common, n = sum(char in _COMMON for char in wide), len(wide)
    return n > 0 and n_common >= CHANCE * n + 3 * math.sqrt(CHANCE * (1 - CHANCE) * n)


def _has_rival(sample: bytes) -> bool:
    """Tell whether another encoding makes plausible words of a text, and other ones."""
    text = sample.decode("gb18030", "ignore")
    shares = _shares(sample, _RIVALS)
    return any(share >= PLAUSIBLE and sample.decode(encoding) != text for encoding, share in shares.items())


def _is_everyday(char: str) -> bool:
    raw = char.encode("gb2312", "ignore")
    return char in _COMMON or (len(raw) == 2 and (0xB0 <= raw[0] <= 0xD7 or raw[0] in (0xA1, 0xA3)))


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


def _is_thai(word: str) -> bool:
    return len(word) > 2 and all("\u0e01" <= char <= "\u0e5b" for char in word)


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
    "euc_jp": _of_characters(_is_kana_or_kanji),
    "cp1256": _of_words(_in_script("ARABIC")),
    "iso8859_6": _of_words(_in_script("ARABIC")),
    "cp1255": _of_words(_in_script("HEBREW")),
    "cp874": _of_words(_is_thai),
    "cp1254": _of_words(_latin("çğıöşüâîû")),
}
"""What everyday Chinese may really be, and how plausible it then is."""

_READINGS: dict[str, Callable[[str], float]] = {
    "cp1252": _of_words(_latin("äöüßéèêëàâáíìîïóòôúùûçñãõåæøœýÿ")),
    "cp1250": _of_words(_latin("ąćęłńóśźżáčďéěíňřšťúůýžőűăâîșțşţđäöüß")),
    **_RIVALS,
    "shift_jis": _of_characters(_is_kana_or_kanji),
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
