"""Put a document into its form and say, in the document's own terms, where it does not fit.

The models report a location and an error type; here they become line, column, path, the value found and what is
allowed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from rules.document import Document, read
from rules.forms import CONDITION_FORMS, Form
from rules.problems import MAX_PROBLEMS, Problem, shown
from rules.spelling import hint, hint_among

FormType = TypeVar("FormType", bound=Form)
Location = Sequence[str | int]
Parts = dict[str, type[Form]]
"""The forms within a document by the key that they stand under, or by their tag."""

_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
_QUOTED = re.compile(r"'([^']+)'")
_BOUNDS = {"greater_than_equal": "at least {ge}", "less_than_equal": "at most {le}", "greater_than": "more than {gt}"}


_KINDS = {
    "walk": "this is a walk: see `fairlead process walk`",
    "process": "this is a process: see `fairlead process check`",
    "default": "this is a rule set: see `fairlead rules check`",
}
"""What people write, by a key that it cannot be without and that nothing else has."""


def fit(source: str | bytes, form: type[FormType], parts: Parts) -> tuple[Document, FormType | None, list[Problem]]:
    """Read a document and put it into a form; the form is None if there is a problem."""
    document = read(source)
    if document.problem:
        return document, None, [document.problem]
    if not isinstance(document.tree, dict):
        found = "it is empty" if document.tree is None else f"found {shown(document.tree)}"
        return document, None, [document.problem_at([], f"{found}; a mapping is expected")]
    if other := _other_kind(document.tree, form):
        return document, None, [document.problem_at([other], _KINDS[other], of_key=True)]
    try:
        return document, form.model_validate(document.tree), []
    except ValidationError as error:
        errors = error.errors(include_url=False)[: MAX_PROBLEMS + 1]
        return document, None, [_problem(document, detail, parts | {"": form}) for detail in errors]


def _other_kind(tree: Mapping[str, object], form: type[Form]) -> str:
    """Return the key by which a document is of another kind than its form; empty where nothing tells."""
    keys = {field.alias or name for name, field in form.model_fields.items()}
    if any(key in tree for key in _KINDS if key in keys):
        return ""
    return next((key for key in _KINDS if key in tree and key not in keys), "")


def _problem(document: Document, error: Mapping[str, Any], parts: Parts) -> Problem:
    path = _path_in_document(document, error["loc"])
    of_key = error["type"] == "extra_forbidden" or error["loc"][-1] == "[key]"
    return document.problem_at(path, _message(error, parts), of_key=of_key)


def _path_in_document(document: Document, location: Location) -> list[str | int]:
    """Drop the steps of a location that are the models' own: names of variants, the index of a list written as a
    single.
    """
    node: Any = document.tree
    path: list[str | int] = []
    for position, step in enumerate(location):
        last = position == len(location) - 1
        if isinstance(node, Mapping) and step in node:
            node = node[str(step)]
        elif isinstance(node, list) and isinstance(step, int) and step < len(node):
            node = node[step]
        elif not (last and isinstance(node, Mapping)) or _is_models_own(step):
            continue
        path.append(step)
    return path


def _is_models_own(step: str | int) -> bool:
    return isinstance(step, int) or step == "[key]" or step.startswith(("<", "list[", "dict[", "function-"))


def _message(error: Mapping[str, Any], parts: Parts) -> str:
    kind, value, context = error["type"], shown(error["input"]), error.get("ctx", {})
    if kind == "missing":
        return f"{error['loc'][-1]} is missing"
    if kind == "extra_forbidden":
        key, allowed = error["loc"][-1], _allowed_keys(error["loc"][:-1], parts)
        return f"unknown key {shown(key)}; allowed are {', '.join(allowed)}{_meant(key, allowed)}"
    if kind in _EXPECTED:
        return f"found {value}; {_EXPECTED[kind]} is expected{hint(error['input'])}"
    if kind in ("literal_error", "enum"):
        meant = _meant(error["input"], _QUOTED.findall(context["expected"]))
        return f"found {value}; allowed are {context['expected']}{meant}"
    if kind in ("too_long", "string_too_long"):
        count = context.get("actual_length", len(error["input"]))
        return f"found {count:,} entries or characters; at most {context['max_length']:,} are allowed"
    if kind in ("too_short", "string_too_short"):
        return "it is empty; at least one is expected"
    if kind in _BOUNDS:
        return f"found {value}; {_BOUNDS[kind].format(**context)} is allowed"
    return str(context["error"]) if kind == "value_error" else f"found {value}; {error['msg']}"


def _meant(text: object, allowed: Sequence[str]) -> str:
    """Say which word was probably meant by one that is not allowed."""
    return hint(text) or (hint_among(text, allowed) if isinstance(text, str) else "")


def _allowed_keys(location: Location, parts: Parts) -> list[str]:
    keys = [step for step in location if isinstance(step, str)]
    if keys[:1] == ["fields"]:  # what follows is the name of a field, no key of ours
        keys = ["fields"]
    forms = CONDITION_FORMS | parts
    form = forms[next((key for key in reversed(keys) if key in forms), "")]  # what follows it is somebody's name
    return [field.alias or name for name, field in form.model_fields.items()]
