"""Reads a definition from YAML; every mistake is named with its path, line and column."""

from __future__ import annotations

import yaml
from pydantic import ValidationError

from training.errors import InvalidDefinition, Violation
from training.snapshots.definition import Definition


def read_definition(text: str | bytes) -> Definition:
    """Read a definition from YAML.

    Raises
    ------
    InvalidDefinition
        With one violation per place, each with line and column.
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise InvalidDefinition.of(place, str(getattr(error, "problem", error))) from None
    except (ValueError, RecursionError) as error:  # a date that is none; nested too deep
        raise InvalidDefinition.of("", f"is not YAML: {error}") from None
    try:
        return Definition.model_validate(document)
    except ValidationError as error:
        raise InvalidDefinition(
            [_violation(root, problem["loc"], problem["msg"]) for problem in error.errors()]
        ) from None


def _violation(root: yaml.Node | None, path: tuple[str | int, ...], message: str) -> Violation:
    """Name the place by its path and by where it stands in the file."""
    node = root
    for step in path:
        child = _child(node, step)
        if child is None:
            break
        node = child
    named = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
    where = f" (line {node.start_mark.line + 1}, column {node.start_mark.column + 1})" if node is not None else ""
    return Violation(f"{named}{where}", message)


def _child(node: yaml.Node | None, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        child: yaml.Node = node.value[step]
        return child
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    return None
