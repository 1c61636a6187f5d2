"""Files that hold nothing, or something else: every command that loads who works, and when, says so and fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from service import main

NOWHERE = ("--server", "127.0.0.1:1")
TABLES = [("workforce", "load", f"--{kind}") for kind in ("reps", "pools", "territories")]
CALENDARS = ("calendars", "load")
GB18030 = "calendars:\n  a:\n    name: 上海\n".encode("gb18030")
WORKBOOK = b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00\xb4"


@pytest.mark.parametrize(
    ("command", "name", "content", "says"),
    [
        *(
            (command, "a.csv", b"", "found no header line: it is empty; allowed: names of columns")
            for command in TABLES
        ),
        *((command, "a.csv", b"id\n", "allowed: at least one line below the header") for command in TABLES),
        *((command, "a.csv", WORKBOOK, "is no text") for command in TABLES),
        (CALENDARS, "a.yaml", b"", "it is empty; allowed: calendars below a key `calendars`"),
        (CALENDARS, "a.yaml", b"\n\n", "it is empty; allowed: calendars below a key `calendars`"),
        (CALENDARS, "a.yaml", b"calendars: {}\n", "a.yaml:1:12 error: it is empty; at least one is expected"),
        (
            CALENDARS,
            "a.yaml",
            GB18030,
            "a.yaml:3:11 error: byte 0xc9 is not UTF-8: it may be GB18030 (GBK); save it as UTF-8",
        ),
        (CALENDARS, "a.yaml", WORKBOOK, "is not UTF-8"),
        (CALENDARS, "a.yaml", b"a" * (9 << 20), "allowed are 8,388,608"),
    ],
)
def test_what_holds_nothing_to_load_is_refused_before_a_service_is_asked(
    command: tuple[str, ...], name: str, content: bytes, says: str, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_bytes(content)

    done = CliRunner().invoke(main, (*command, str(file), *NOWHERE))

    assert (done.exit_code, says in done.output) == (2, True), done.output


@pytest.mark.parametrize("command", [*TABLES, CALENDARS, ("absences", "load")])
def test_a_folder_is_no_file(command: tuple[str, ...], tmp_path: Path) -> None:
    done = CliRunner().invoke(main, (*command, str(tmp_path), *NOWHERE))

    assert (done.exit_code, "is a directory" in done.output) == (2, True), done.output
