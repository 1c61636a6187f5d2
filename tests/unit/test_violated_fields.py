"""Every field that a refusal names is a field of what was asked.

Twice, for neither way sees all: every method is asked with each of its fields spoilt in turn, and what it names must be
in its request; and every path that stands in the code must be in some request of the services that the code is of.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from fairlead.v1 import routing_pb2
from tests.field_paths import names_a_field, paths_of
from tests.fuzzing.asking import Violation
from tests.fuzzing.callers import ROOT
from tests.fuzzing.eager import EagerLoop
from tests.fuzzing.seeds import PARENT, seeds_of
from tests.fuzzing.world import World
from tests.methods import METHODS

HERE = Path(__file__).parents[2]
SERVED_BY = {
    "notifications": "fairlead.v1.DeliveryService/",
    "router": "fairlead.v1.",
    "operations": "",
    "scoring": "fairlead.v1.",
    "training": "fairlead.v1.ModelService/TrainModel",
}
TEXTS = (
    *("", "x" * 3_000, "\x01", "../x", "_w==", PARENT, f"{PARENT}/reps/a b", f"{PARENT}/pools/a b"),
    *(f"{PARENT}/territories/a b", f"{PARENT}/decisions/x"),
    *("models/../versions/x", "models/churn/versions/..", "models/churn/versions/A"),
)
"""What some field of text or other must not be."""
VALUES: dict[int, tuple[Any, ...]] = {
    FieldDescriptor.CPPTYPE_INT32: (-1, 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-1, 2**62),
    FieldDescriptor.CPPTYPE_UINT32: (2**32 - 1,),
    FieldDescriptor.CPPTYPE_UINT64: (2**63,),
    FieldDescriptor.CPPTYPE_DOUBLE: (-1.0, 1e300, float("nan")),
    FieldDescriptor.CPPTYPE_FLOAT: (-1.0, float("nan")),
    FieldDescriptor.CPPTYPE_ENUM: (0, 1, 2, 99),
    FieldDescriptor.CPPTYPE_BOOL: (True, False),
    FieldDescriptor.CPPTYPE_STRING: TEXTS,
}
MANY = 1_001
UNREADABLE = b"\xff"
READERS = ("gateway/fields.py", "resource_names.py")
"""What every package reads fields by."""
OF_FILES = {"cli", "adapters", "batch"}
"""Rooms and modules whose violations are of files and options, which no client sends."""


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("customer.health_evaluations[3].health", True),
        ("customer.features.anything at all", True),
        ("customer.history", False),
        ("customer[0]", False),
        ("customer.id.x", False),
        ("", False),
    ],
)
def test_a_path_is_looked_up_in_the_message(path: str, is_one: bool) -> None:
    kind = METHODS["fairlead.v1.ScoringService/ScoreCustomer"].input_type

    assert names_a_field(kind, path) is is_one


@pytest.mark.parametrize(
    ("switched", "every"),
    [(False, 9), *(pytest.param(switched, 1, marks=pytest.mark.long) for switched in (False, True))],
)
def test_no_refusal_names_a_field_that_was_not_asked_for(switched: bool, every: int, tmp_path: Path) -> None:
    world, loop = World(tmp_path), EagerLoop()
    loop.run(world.begin())

    named, wrong = set(), set()
    for name, method in METHODS.items():
        for request in (*islice(spoilt_requests(name, method.input_type, switched), 0, None, every), UNREADABLE):
            try:
                loop.run(world.ask(name, ROOT, [request]))
            except Violation as violation:
                wrong.add(f"{name}: {violation}")
            named |= {(name, path) for path in world.server.violated}

    assert not wrong
    assert len(named) > 150
    world.close()


def spoilt_requests(name: str, kind: Descriptor, switched: bool) -> Iterator[bytes]:
    """Yield requests that are understood but for one field, with every switch on or as they are."""
    for seed in seeds_of(name):
        request: Any = GetMessageClass(kind).FromString(seed)
        for field in kind.fields if switched else ():
            if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL and not field.is_repeated:
                setattr(request, field.name, True)
        yield from (each.SerializeToString() for each in spoilt(request, request))


def spoilt(whole: Message, part: Any, depth: int = 0) -> Iterator[Message]:
    """Yield the whole with each field of a part of it spoilt in turn; it is the same message each time."""
    for field in part.DESCRIPTOR.fields:
        before = type(part).FromString(part.SerializeToString())
        for _ in _changes(part, field):
            yield whole
            part.CopyFrom(before)
        for inner in _inner(part, field) if depth < 4 else ():
            yield from spoilt(whole, inner, depth + 1)
        part.CopyFrom(before)


def _changes(part: Any, field: FieldDescriptor) -> Iterator[None]:
    """Change a field, and wait until that was looked at."""
    part.ClearField(field.name)
    yield
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        values = field.message_type.fields_by_name["value"]
        if values.message_type is not None:
            getattr(part, field.name)["?"].list_value.values.add().struct_value.fields["x"].number_value = 1
            yield
            return
        for value in VALUES[values.cpp_type]:
            getattr(part, field.name)["?"] = value
            yield
        return
    if field.message_type is not None:
        if field.is_repeated:
            for _ in range(MANY):
                getattr(part, field.name).add()
        else:
            getattr(part, field.name).SetInParent()
        yield
        return
    for value in (b"",) if field.type == FieldDescriptor.TYPE_BYTES else VALUES[field.cpp_type]:
        if field.is_repeated:
            getattr(part, field.name).extend([value] * MANY)
        else:
            setattr(part, field.name, value)
        yield


def _inner(part: Any, field: FieldDescriptor) -> list[Any]:
    """Return the messages within a field, made where there are none."""
    if field.message_type is None or field.message_type.GetOptions().map_entry:
        return []
    value = getattr(part, field.name)
    if field.is_repeated:
        return [value[0] if value else value.add()]
    return [value]


@pytest.mark.parametrize("package", SERVED_BY)
def test_every_path_in_the_code_is_one_of_the_contract(package: str) -> None:
    kinds = [method.input_type for name, method in METHODS.items() if name.startswith(SERVED_BY[package])]
    kinds.append(routing_pb2.ImportedWorkItem.DESCRIPTOR)  # each of an import has an answer of its own
    paths = {path for kind in kinds for path in paths_of(kind)}
    plain = set(map(re.escape, paths))

    unknown = [
        f"{place}: {pattern}"
        for place, pattern in patterns_in(package)
        if pattern not in plain and not any(map(re.compile(pattern).fullmatch, paths))
    ]

    assert not unknown


def patterns_in(package: str) -> Iterator[tuple[str, str]]:
    """Yield place and pattern of every text that is handed on as the field of a violation."""
    trees = {path: ast.parse(path.read_text("utf-8")) for path in sorted((HERE / package).rglob("*.py"))}
    takers = _takers([*trees.values(), *(ast.parse((HERE / path).read_text("utf-8")) for path in READERS)])
    for path, tree in trees.items():
        if OF_FILES & set(path.relative_to(HERE / package).parts):
            continue
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            place = takers.get(_called(call))
            texts = [call.args[place]] if place is not None and len(call.args) > place else []
            texts += [keyword.value for keyword in call.keywords if keyword.arg == "field" and place is not None]
            yield from (
                (f"{path.relative_to(HERE)}:{call.lineno}", pattern) for pattern in map(_pattern, texts) if pattern
            )


def _takers(trees: Iterable[ast.Module]) -> dict[str, int]:
    """Return the place of the parameter ``field`` of every function and error that has one."""
    takers = {"Violation": 0, "InvalidInput": 0, "InvalidInput.of": 0}
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name != "__init__":
            names = [argument.arg for argument in node.args.args if argument.arg not in ("self", "cls")]
            if "field" in names:
                takers[node.name] = names.index("field")
    return takers


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Attribute(value=ast.Name(id="InvalidInput"), attr="of"):
            return "InvalidInput.of"
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def _pattern(text: ast.expr) -> str:
    """Return the paths that a text stands for as a pattern, empty where it is no text but a parameter."""
    match text:
        case ast.Constant(value=str(path)):
            return "" if path.startswith("--") else re.escape(path)  # an option of a command
        case ast.JoinedStr(values=parts):
            return "".join(
                re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".*"
                for part in parts
                if isinstance(part, ast.Constant | ast.FormattedValue)
            )
    return ""
