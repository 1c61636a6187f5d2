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
        ("1,Köln\n2,Düsseldorf", "cp1252"), ("1,서울\n2,부산", "euc_kr"), ("1,서울특별시\n2,부산", "johab"),
        ("1,Москва\n2,Санкт-Петербург\n3,Самара", "cp1251"), ("1,東京\n2,大阪", "euc_jp"), ("1,製造業\n2,資訊", "big5"),
        ("1,Příbram\n2,Plzeň\n3,České Budějovice", "cp852"),
        ("1,เชียงใหม่\n2,ชลบุรี", "cp874"), ("1,الرياض\n2,مكة المكرمة\n3,جدة", "cp1256"),
    ],
)  # fmt: skip
def test_what_is_likely_alone_is_refused_with_its_option(tmp_path: Path, text: str, encoding: str) -> None:
    file = written(tmp_path, text, encoding)

    with pytest.raises(UnreadableTable) as refused:
        encoding_of(file)

    assert f"as {encoding} it holds '" in str(refused.value)
    assert str(refused.value).endswith(f"; say --encoding {encoding}")
    assert encoding_of(file, encoding) == encoding


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("1,台北", "big5"), ("1,東京", "shift_jis"), ("1,МОСКВА", "cp1251"),
        ("1,Fűzfő\n2,Őrség", "cp1250"), ("1,Straße", "mac_roman"), ("1,Öğretmen", "cp1254"),
        ("1,שלום", "cp1255"), ("1,شركة", "iso8859_6"), ("1,Zürich", "cp850"), ("1,Šiauliai", "cp1257"),
    ],
)  # fmt: skip
def test_of_several_likely_readings_none_is_advised(tmp_path: Path, text: str, encoding: str) -> None:
    file = written(tmp_path, text, encoding)

    with pytest.raises(UnreadableTable) as refused:
        encoding_of(file)

    assert f"as {encoding} it holds '{text.split(',')[1].split(chr(10))[0]}'" in str(refused.value)
    assert str(refused.value).endswith("; say by --encoding which is right, or another")


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


@pytest.mark.parametrize("codec", ["utf-16", "utf-32", "utf-16-le", "cp424"])
def test_ascii_that_is_said_to_be_what_does_not_fit_needs_no_option(tmp_path: Path, codec: str) -> None:
    file = tmp_path / "leads.csv"
    file.write_bytes(b"id,v\n1,J\n")

    with pytest.raises(UnreadableTable, match=r"does not fit.*all of it is ASCII; leave --encoding out"):
        encoding_of(file, codec)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le"])
@pytest.mark.parametrize("text", ["id,v\n1,2\n", "id,v\n1,Köln\n", "编号,城市\n1,上海\n"])
@pytest.mark.parametrize("named", ["", "utf-16", "cp1252"])
def test_units_of_two_bytes_are_told_without_their_mark(tmp_path: Path, text: str, codec: str, named: str) -> None:
    file = tmp_path / "leads.csv"
    file.write_bytes(text.encode(codec))

    with pytest.raises(UnreadableTable, match=f"without its mark; say --encoding {codec}"):
        encoding_of(file, named)

    assert encoding_of(file, codec) == codec


@pytest.mark.parametrize(
    ("beginning", "kind"),
    [(b"PK\x03\x04", "a workbook or an archive"), (b"PAR1", "Parquet"), (b"\x1f\x8b", "packed"), (b"%PDF", "a PDF")],
)
@pytest.mark.parametrize("named", ["", "cp1252"])
def test_what_is_no_text_is_called_by_its_name(tmp_path: Path, beginning: bytes, kind: str, named: str) -> None:
    file = tmp_path / "leads.csv"
    file.write_bytes(beginning + bytes(range(256)))

    with pytest.raises(UnreadableTable, match=f"is no text, but {kind}"):
        encoding_of(file, named)


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("1,東京\n2,大阪", "iso2022_jp"),
        ("1,서울", "iso2022_kr"),
        ("1,上海\n2,北京", "hz"),
        ("1,Köln", "utf_7"),
        ("1,東京", "utf_7"),
    ],
)
def test_an_encoding_in_ascii_is_told_by_its_signs_wherever_they_stand(tmp_path: Path, text: str, codec: str) -> None:
    file = tmp_path / "leads.csv"
    file.write_bytes(b"id\n" + b"1,Bonn\n" * 1_500_000 + f"id\n{text}\n".encode(codec))

    with pytest.raises(UnreadableTable, match=f"signs of {codec}; say --encoding {codec}"):
        encoding_of(file)


@pytest.mark.parametrize("text", ["1,\x1b[31mred\x1b[0m", "1,~{x~}", "1,R+D-x", "1,+4915112345678,x", "1,ü\x1b[0m"])
def test_what_only_resembles_such_signs_is_text(tmp_path: Path, text: str) -> None:
    assert encoding_of(written(tmp_path, text, "utf-8")) == "utf-8"


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "cp1252", "utf-16"])
@pytest.mark.parametrize("n_lines", [1, 20_000, 2_000_000])
def test_a_zero_byte_is_refused_wherever_it_stands(tmp_path: Path, codec: str, n_lines: int) -> None:
    file = tmp_path / "leads.csv"
    file.write_bytes(("id,v\n1,上海\n" if codec == "gb18030" else "id,v\n").encode(codec))
    with file.open("ab") as stream:
        stream.write(("a,bcd\n" * n_lines + "x\0y,b\n").encode("utf-16-le" if codec == "utf-16" else codec))

    with pytest.raises(UnreadableTable, match="0x00, which no text holds"):
        encoding_of(file, codec if codec in ("cp1252", "gb18030") else "")


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        ("1,광주", "euc_kr"), ("1,女/個人", "euc_jp"), ("1,МОСКВА", "cp1251"), ("1,ÖĞRETMEN", "cp1254"),
        ("1,高雄", "big5"),
        ("1,الرياض", "cp1256"), ("1,القاهرة\n2,جدة", "iso8859_6"), ("1,บริษัท", "cp874"), ("1,Öğretmen", "cp1254"),
        ("1,שלום", "cp1255"), ("1,東京\n2,大阪", "iso2022_jp"),
        ("1,運輸", "euc_jp"), ("1,不動産\n2,神戸", "euc_jp"), ("1,제주", "cp949"), ("1,운송", "euc_kr"),
        ("1,การศึกษา\n2,บริษัท", "cp874"),
    ],
)  # fmt: skip
def test_a_few_words_of_another_script_are_not_taken_for_chinese(tmp_path: Path, text: str, codec: str) -> None:
    file = written(tmp_path, text, codec)

    with pytest.raises(UnreadableTable, match="--encoding"):
        encoding_of(file)


@pytest.mark.parametrize("text", ["1,女\n2,女", "1,元\n2,学"])
def test_what_could_be_letters_of_utf_8_or_chinese_is_refused_with_both(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnreadableTable, match=f"as utf-8 it holds '.', as gb18030 it holds '{text[2]}'.*--encoding"):
        encoding_of(written(tmp_path, text, "gbk"))


@pytest.mark.parametrize("text", ["1,é\n2,ß", "1,Ů\n2,Ůn", "1,女\n2,女"])
def test_letters_of_utf_8_are_letters(tmp_path: Path, text: str) -> None:
    assert encoding_of(written(tmp_path, text, "utf-8")) == "utf-8"


@pytest.mark.parametrize(
    "text",
    [
        "1,上海", "1,北京\n2,王芳", "1,制造业", "1,张伟,深圳\n2,李娜,杭州", "1,客户", "1,男\n2,女\n3,女\n4,女",
        "1,王婷", "1,武汉", "1,苏州", "1,华为", "1,信息技术", "1,互联网", "1,慕容雪", "1,\u3000Acme",
    ],
)  # fmt: skip
def test_a_few_words_of_chinese_are_taken(tmp_path: Path, text: str) -> None:
    assert encoding_of(written(tmp_path, text, "gbk")) == "gb18030"
