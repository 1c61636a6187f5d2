"""Prints what the contract says of each of its declarations, which the generated code does not carry:
``python -m tests.http_comments > gateway/http/openapi/comments.json``.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

from fairlead.contract import proto_files

_DECLARED = frozenset(
    {"message_type", "enum_type", "service", "method", "field", "nested_type", "value", "oneof_decl"}
)  # fmt: skip
"""Fields of descriptors that hold declarations with names."""
_REFERENCE = re.compile(r"\[([^\]\[]+)\]\[[\w.]*\]")
"""How Google's comments refer to a declaration."""
_OWN_LINE = re.compile(r"\s|[-*] |\d+[.)] ")
"""What begins a line that does not continue the one above it."""


def comments() -> Mapping[str, str]:
    """Have the compiler read the contract and what it imports; return the comments by the full names of declarations.

    That of a method is ``package.Service.Method``, of an enum's value ``package.Enum.VALUE``.
    """
    found = {name: flowing(said) for file in _compiled().file for name, said in comments_of(file)}
    return dict(sorted(found.items()))


def comments_of(file: FileDescriptorProto) -> Iterator[tuple[str, str]]:
    """Yield of each declaration in a file its full name and what stands above it."""
    for location in file.source_code_info.location:
        if location.leading_comments and (name := _name_at(file, list(location.path))):
            yield name, location.leading_comments


def flowing(comment: str) -> str:
    """Join the lines of each paragraph."""
    joined = ""
    for line in (line.removeprefix(" ").rstrip() for line in comment.splitlines()):
        continues = joined and line and not joined.endswith("\n") and not _OWN_LINE.match(line)
        joined += f"{' ' if continues else chr(10)}{line}"
    return re.sub(r"\n{3,}", "\n\n", _REFERENCE.sub(r"\1", joined)).strip()


def _compiled() -> FileDescriptorSet:
    with tempfile.TemporaryDirectory() as folder:
        texts = proto_files()
        for name, text in texts.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        out = Path(folder, "contract.binpb")
        protoc = [sys.executable, "-m", "grpc_tools.protoc", f"-I{folder}", "--include_source_info", f"-o{out}"]
        subprocess.run([*protoc, *texts], check=True)
        return FileDescriptorSet.FromString(out.read_bytes())


def _name_at(file: FileDescriptorProto, path: list[int]) -> str:
    """Return the full name of what the compiler's path leads to; empty: nothing that has one."""
    if not path or len(path) % 2:
        return ""
    here: Any = file
    names = [file.package]
    for number, index in zip(path[::2], path[1::2], strict=True):
        field = here.DESCRIPTOR.fields_by_number[number].name
        if field not in _DECLARED:
            return ""
        here = getattr(here, field)[index]
        names.append(here.name)
    return ".".join(names)


def written(found: Mapping[str, str]) -> str:
    """Write them as they are kept."""
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    print(written(comments()), end="")
