"""Comments are read off the contract's files as its compiler reads them."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from fairlead.contract import proto_files
from gateway.http.openapi.comments import read_comments

TEXT = """\
// A licence.

/* Says what
 * the file is. */
syntax = "proto3";

// Is no declaration.
option java_package = "made; { // \\" ";

package made.v1;

// Looks after things.
//
// In all
// methods: - is no list.
// - but this
// - and this is.
service Things {
  // Asks [for one][made.v1.Thing].
  rpc Ask(Thing) returns (stream Thing) {
    option (google.api.http) = {
      // Of no declaration.
      post: "/v1/things"
      body: "*"
    };
  }
  // Begs.
  rpc Beg(Thing) returns (Thing);
}

// Came before.

message Thing {
  // Names it.
  string name = 1 [deprecated = true, (odd) = {a: 1, b: [2]}]; // Of the line before.
  /* Counts.
     Twice. */ map<string, int64> counts = 2; // No.
  reserved 3 to 5;
  string bare = 6;
  // Either.
  oneof either {
    // The first.
    string first = 7;
    // The second.
    Inner message = 8;
  }
  // Is inside.
  message Inner {}
  // Has colours.
  enum Colour {
    // None.
    COLOUR_UNSPECIFIED = 0;
    COLOUR_RED = -1;
  }
}
// Ends.
"""


def test_what_stands_above_a_declaration_is_said_of_it_and_nothing_else() -> None:
    assert read_comments([TEXT]) == {
        "made.v1.Things": "Looks after things.\n\nIn all methods: - is no list.\n- but this\n- and this is.",
        "made.v1.Things.Ask": "Asks for one.",
        "made.v1.Things.Beg": "Begs.",
        "made.v1.Thing.name": "Names it.",
        "made.v1.Thing.counts": "Counts. Twice.",
        "made.v1.Thing.either": "Either.",
        "made.v1.Thing.first": "The first.",
        "made.v1.Thing.message": "The second.",
        "made.v1.Thing.Inner": "Is inside.",
        "made.v1.Thing.Colour": "Has colours.",
        "made.v1.Thing.Colour.COLOUR_UNSPECIFIED": "None.",
    }


@pytest.mark.long  # starts the compiler
def test_of_every_declaration_the_compiler_finds_the_same(tmp_path: Path) -> None:
    texts = proto_files()
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    out = tmp_path / "all.binpb"
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{tmp_path}", "--include_source_info", f"-o{out}"]
    subprocess.run([*command, *texts], check=True)

    found = {
        name: comment
        for file in FileDescriptorSet.FromString(out.read_bytes()).file
        for location in file.source_code_info.location
        if location.leading_comments and (name := _named(file, list(location.path)))
        for comment in [_words(location.leading_comments)]
    }

    assert len(found) > 2_000
    assert {name: _words(comment) for name, comment in read_comments(texts.values()).items()} == found


def _words(text: str) -> list[str]:
    return re.sub(r"\[([^\]\[]+)\]\[[\w.]*\]", r"\1", text).split()


def _named(file: Any, path: list[int]) -> str:
    """Return the full name of what a path of the compiler leads to; empty: it is none of ours."""
    names, here = [file.package], file
    for number, index in zip(path[::2], path[1::2], strict=len(path) % 2 == 0):
        field = here.DESCRIPTOR.fields_by_number[number]
        if field.name not in (
            "message_type",
            "enum_type",
            "service",
            "method",
            "field",
            "nested_type",
            "value",
            "oneof_decl",
        ):
            return ""
        here = getattr(here, field.name)[index]
        names.append(here.name)
    return ".".join(names) if path and len(path) % 2 == 0 else ""


def test_whatever_a_file_holds_it_is_read_to_its_end() -> None:
    pieces = (
        "message A {",
        "}",
        "}}",
        "[",
        "]",
        ";",
        "= 1;",
        "// a\n",
        "/* b",
        "*/",
        '"',
        "package",
        "rpc",
        "\n\n",
        "é",
    )

    def texts(depth: int) -> Iterator[str]:
        yield from pieces
        if depth:
            yield from (f"{piece} {more}" for piece in pieces for more in texts(depth - 1))

    for text in texts(1):
        read_comments([text])
