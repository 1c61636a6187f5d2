"""Which encoding a file has: taken only where it is sure, and else refused with two readings to choose from."""

from __future__ import annotations

from pathlib import Path

import pytest

from tables.encodings import encoding_of
from tables.errors import UnreadableTable


def written(folder: Path, text: str, encoding: str) -> Path:
    file = folder / "any.csv"
    file.write_bytes(f"id,region\r\n{text}\r\n".encode(encoding))
    return file


@pytest.mark.parametrize(
    ("text", "encoding", "taken"),
    [
        ("1,East", "ascii", "utf-8"),
        ("1,Köln", "utf-8", "utf-8"),
        ("1,上海", "utf-8-sig", "utf-8"),
        ("1,Ünal", "utf-16", "utf-16"),
        ("1,上海", "gb18030", "gb18030"),
        ("1,北京", "gbk", "gb18030"),
        ("1,广州\n2,制造业", "gbk", "gb18030"),
        ("1,Finance、Software", "gbk", "gb18030"),
    ],
)
def test_what_is_sure_is_taken(tmp_path: Path, text: str, encoding: str, taken: str) -> None:
    assert encoding_of(written(tmp_path, text, encoding)) == taken


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("1,Köln\n2,Düsseldorf", "cp1252"),
        ("1,台北", "big5"),
        ("1,서울\n2,부산", "euc_kr"),
        ("1,東京", "shift_jis"),
        ("1,Москва\n2,Казань", "cp1251"),
        ("1,МОСКВА", "cp1251"),
        ("1,東京\n2,大阪", "euc_jp"),
    ],
)
def test_what_is_not_sure_is_refused_with_the_likeliest_option(tmp_path: Path, text: str, encoding: str) -> None:
    file = written(tmp_path, text, encoding)

    with pytest.raises(UnreadableTable) as refused:
        encoding_of(file)

    assert f"say --encoding {encoding}" in str(refused.value)
    assert text.split(",")[1].split("\n")[0] in str(refused.value)
    assert encoding_of(file, encoding) == encoding


def test_bytes_that_do_not_fit_what_is_said_are_named_with_their_place(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTable, match="--encoding: utf-8 does not fit: byte 14 is 0xF6"):
        encoding_of(written(tmp_path, "1,Köln", "cp1252"), "utf-8")


def test_rare_characters_alone_are_no_everyday_chinese(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTable, match="does not tell what else"):
        encoding_of(written(tmp_path, "1,鑫淼焱垚犇猋", "gb18030"))


def test_a_misfit_in_a_later_chunk_is_found(tmp_path: Path) -> None:
    file = tmp_path / "large.csv"
    file.write_bytes(b"id\n" + b"East\n" * 2_000_000 + b"K\xf6ln\n")

    with pytest.raises(UnreadableTable, match="byte 10,000,004 is 0xF6"):
        encoding_of(file)


@pytest.mark.parametrize("words", [("Málaga", "Córdoba", "León"), ("Köln", "Müller", "Weiß"), ("上海", "制造业")])
@pytest.mark.parametrize("bad", [b"Le\xf3n", b"M\xfcnchen", b"\xe4\xb8"])
def test_utf_8_with_a_bad_byte_is_nothing_else(tmp_path: Path, words: tuple[str, ...], bad: bytes) -> None:
    file = tmp_path / "leads.csv"
    lines = [f"{number},{word}" for number in range(30) for word in words]
    file.write_bytes("\n".join(["id,city", *lines, "999,"]).encode() + bad + b"\n1000,Bonn\n")

    with pytest.raises(UnreadableTable, match=f"is UTF-8 with bad bytes, 1 or more, first line {len(lines) + 2}: byte"):
        encoding_of(file)


@pytest.mark.parametrize("codec", ["utf-16", "utf-32"])
def test_a_text_without_the_mark_of_its_encoding_is_refused(tmp_path: Path, codec: str) -> None:
    file = tmp_path / "leads.csv"
    file.write_bytes(b"id,v\n1,2\n")

    with pytest.raises(UnreadableTable, match="does not fit"):
        encoding_of(file, codec)


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("1,الرياض", "cp1256"), ("1,القاهرة\n2,جدة", "iso8859_6"), ("1,บริษัท", "cp874"), ("1,Öğretmen", "cp1254"),
        ("1,שלום", "cp1255"), ("1,東京\n2,大阪", "iso2022_jp"),
    ],
)  # fmt: skip
def test_a_few_words_of_another_script_are_not_taken_for_chinese(tmp_path: Path, text: str, codec: str) -> None:
    file = written(tmp_path, text, codec)

    with pytest.raises(UnreadableTable, match="--encoding"):
        encoding_of(file)


@pytest.mark.parametrize("text", ["1,上海", "1,北京\n2,王芳", "1,制造业", "1,张伟,深圳\n2,李娜,杭州", "1,客户"])
def test_a_few_words_of_chinese_are_taken(tmp_path: Path, text: str) -> None:
    assert encoding_of(written(tmp_path, text, "gbk")) == "gb18030"
