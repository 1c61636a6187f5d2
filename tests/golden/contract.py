"""``python -m tests.golden.contract FILE``: write down what clients and operators hold on to, for `contract.json`.

Messages, enums and methods are read off the generated code; commands off click; reasons, figures and settings off the
texts of the code itself, so that whatever the code is cut into, what it must say is found.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import click
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FileDescriptor
from google.protobuf.descriptor_pb2 import DescriptorProto
from google.protobuf.descriptor_pb2 import FieldDescriptorProto as Field

import service
from tests.golden.calls import MODULES

Json = dict[str, Any]


def _nested(messages: Iterable[Descriptor]) -> Iterator[Descriptor]:
    for message in messages:
        yield message
        yield from _nested(message.nested_types)


FILES: list[FileDescriptor] = [module.DESCRIPTOR for module in MODULES]
MESSAGES = [message for file in FILES for message in _nested(file.message_types_by_name.values())]
ROOT = Path(__file__).parents[2]
_NOT_OURS = {"tests", "benchmarks", "build", "dist"}


def contract() -> Json:
    """Return what this tree offers."""
    enums = [enum for file in FILES for enum in file.enum_types_by_name.values()]
    enums += [enum for message in MESSAGES for enum in message.enum_types_by_name.values()]
    return {
        "messages": described_messages(),
        "enums": {enum.full_name: _values(enum) for enum in enums},
        "methods": {name: shape for file in FILES for name, shape in _methods(file)},
        "reasons": _reasons(),
        "metrics": _said(re.compile(r"fairlead_[a-z_]+"), holding="fairlead_", whole=True),
        "settings": _said(re.compile(r"FAIRLEAD_[A-Z_]*[A-Z]"), holding="FAIRLEAD_", whole=False),
        "commands": _commands(service.main, ()),
    }


def described_messages() -> Json:
    """Return the fields of every message, by its full name."""
    return {message.full_name: _fields(message) for message in MESSAGES}


def _fields(message: Descriptor) -> Json:
    """Return number, type, how often it may come, and whether its absence can be seen, by a field's name."""
    described = DescriptorProto()
    message.CopyToProto(described)  # type: ignore[no-untyped-call]
    return {field.name: _field(field) for field in described.field}


def _field(field: Field) -> str:
    of_type = field.type_name or Field.Type.Name(field.type)
    seen = " proto3_optional" if field.proto3_optional else ""
    return f"{field.number} {of_type} {Field.Label.Name(field.label)}{seen}"


def _values(enum: EnumDescriptor) -> dict[str, int]:
    return {value.name: value.number for value in enum.values}


def _methods(file: FileDescriptor) -> Iterator[tuple[str, str]]:
    for offered in file.services_by_name.values():
        for method in offered.methods:
            asked = ("stream " if method.client_streaming else "") + method.input_type.full_name
            answered = ("stream " if method.server_streaming else "") + method.output_type.full_name
            yield f"{offered.full_name}/{method.name}", f"{asked} → {answered}"


# -------------------------------------------------------------------------------------------------------- commands


def _commands(command: click.Command, path: tuple[str, ...]) -> Json:
    """Return arguments, options and choices of a command and of all below it, by its words."""
    found = {" ".join(path): {_name(parameter): _takes(parameter) for parameter in command.params}}
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            found |= _commands(below, (*path, name))
    return found


def _name(parameter: click.Parameter) -> str:
    return "/".join(sorted(parameter.opts)) if isinstance(parameter, click.Option) else f"<{parameter.name}>"


def _takes(parameter: click.Parameter) -> Json:
    choices = list(parameter.type.choices) if isinstance(parameter.type, click.Choice) else []
    is_flag = isinstance(parameter, click.Option) and parameter.is_flag
    return {
        "required": parameter.required, "is_flag": is_flag, "multiple": parameter.multiple,
        "envvar": parameter.envvar or "", "choices": choices,
    }  # fmt: skip


# ------------------------------------------------------------------------------------------------------------ code


def _nodes(*, holding: str) -> Iterator[ast.AST]:
    """Read the code that is shipped, the generated one left out, of the files that hold a text."""
    for place in sorted(ROOT.iterdir()):
        if place.name in _NOT_OURS or place.name.startswith("."):
            continue
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place] if place.suffix == ".py" else []:
            text = file.read_text("utf-8")
            if holding in text and "_pb2" not in file.name:
                yield from ast.walk(ast.parse(text))


def _said(pattern: re.Pattern[str], *, holding: str, whole: bool) -> list[str]:
    find: Callable[[str], Iterable[str]] = (
        (lambda text: [text] if pattern.fullmatch(text) else []) if whole else pattern.findall
    )
    nodes = _nodes(holding=holding)
    texts = (node.value for node in nodes if isinstance(node, ast.Constant) and type(node.value) is str)
    return sorted({name for text in texts for name in find(text)})


def _reasons() -> list[str]:
    """Return the constant reasons of errors, as classes assign them."""
    return sorted(
        {
            node.value.value
            for node in _nodes(holding="reason")
            if isinstance(node, ast.Assign | ast.AnnAssign) and _assigned(node) == ["reason"]
            if isinstance(node.value, ast.Constant) and type(node.value.value) is str and node.value.value.isupper()
        }
    )


def _assigned(node: ast.Assign | ast.AnnAssign) -> list[str]:
    """Return the names that a statement gives a value, annotated or not."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [ast.unparse(target) for target in targets]


def kept(folder: Path) -> Json:
    """Read what was written down."""
    found: Json = json.loads((folder / "contract.json").read_text("utf-8"))
    return found


def fields(folder: Path | None = None) -> set[tuple[str, str]]:
    """Return all fields, each with the full name of its message: those written down in a folder, or this tree's."""
    messages = kept(folder)["messages"] if folder else described_messages()
    return {(message, name) for message, names in messages.items() for name in names}


def missing(kept: Any, offered: Any, place: str = "") -> Iterator[str]:
    """Say what was offered once and is not any more, or is another."""
    if isinstance(kept, dict) and isinstance(offered, dict):
        for name, value in kept.items():
            if name in offered:
                yield from missing(value, offered[name], f"{place} {name}")
            else:
                yield f"{place} {name}: is gone"
    elif isinstance(kept, list) and place.endswith(("reasons", "metrics", "settings", "choices")):
        yield from (f"{place} {name}: is gone" for name in kept if name not in offered)
    elif kept != offered and (kept or not place.endswith(" envvar")):  # a variable for an option that had none is new
        yield f"{place}: was {kept}, is {offered}"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(contract(), ensure_ascii=False, indent=1) + "\n", "utf-8")
