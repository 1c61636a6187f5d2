"""Put a document into its form and say, in the document's own terms, where it does not fit.

The models report a location and an error type; here they become line, column, path, the value found and what is
allowed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from rules.document import Document, read
from rules.forms import CONDITION_FORMS, Form
from rules.problems import MAX_PROBLEMS, Problem, shown
from rules.spelling import hint

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
_BOUNDS = {"greater_than_equal": "at least {ge}", "less_than_equal": "at most {le}", "greater_than": "more than {gt}"}


def fit(source: str | bytes, form: type[FormType], parts: Parts) -> tuple[Document, FormType | None, list[Problem]]:
    """Read a document and put it into a form; the form is None if there is a problem."""
    document = read(source)
    if document.problem:
        return document, None, [document.problem]
    if not isinstance(document.tree, dict):
        return document, None, [document.problem_at([], f"found {shown(document.tree)}; a mapping is expected")]
    try:
        return document, form.model_validate(document.tree), []
    except ValidationError as error:
        errors = error.errors(include_url=False)[: MAX_PROBLEMS + 1]
        return document, None, [_problem(document, detail, parts | {"": form}) for detail in errors]


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
        allowed = ", ".join(_allowed_keys(error["loc"][:-1], parts))
        return f"unknown key {shown(error['loc'][-1])}; allowed are {allowed}{hint(error['loc'][-1])}"
    if kind in _EXPECTED:
        return f"found {value}; {_EXPECTED[kind]} is expected{hint(error['input'])}"
    if kind in ("literal_error", "enum"):
        return f"found {value}; allowed are {context['expected']}{hint(error['input'])}"
    if kind in ("too_long", "string_too_long"):
        count = context.get("actual_length", len(error["input"]))
        return f"found {count:,} entries or characters; at most {context['max_length']:,} are allowed"
    if kind in ("too_short", "string_too_short"):
        return "it is empty; at least one is expected"
    if kind in _BOUNDS:
        return f"found {value}; {_BOUNDS[kind].format(**context)} is allowed"
    return str(context["error"]) if kind == "value_error" else f"found {value}; {error['msg']}"


def _allowed_keys(location: Location, parts: Parts) -> list[str]:
    keys = [step for step in location if isinstance(step, str)]
    if keys[:1] == ["fields"]:  # what follows is the name of a field, no key of ours
        keys = ["fields"]
    forms = CONDITION_FORMS | parts
    form = forms[next((key for key in reversed(keys) if key in forms), "")]  # what follows it is somebody's name
    return [field.alias or name for name, field in form.model_fields.items()]
