"""A tenant's own templates of messages, and what may stand in one. Values only.

Filled in by `string.Template`, which knows names and nothing else: no attributes, no calls, no formats.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from string import Template

MAX_LENGTH = 500
"""Characters of a template."""
TemplateNames = Mapping[str, frozenset[str]]
"""Every template there is, by name: what is filled in there."""
_MAY_BE_EMPTY = "footer"


@dataclass(frozen=True, slots=True)
class Templates:
    """A tenant's own templates of a language.

    Parameters
    ----------
    id
        The language, ``en`` or ``zh``.
    texts
        By name of the template; of those that are not here the repository's hold.
    """

    id: str
    texts: Mapping[str, str]


def template_fault(name: str, text: object, names: TemplateNames) -> str | None:
    """Say why a template cannot be taken, and what is allowed; None: it can be.

    Examples
    --------
    >>> names = {"given": frozenset({"item"})}
    >>> template_fault("given", "$owner: yours", names)
    '$owner is not filled in there; allowed are $item'
    >>> template_fault("given", "$item: yours, {0} for $$5", names)
    >>> template_fault("givn", "$item: yours", names)
    'there is no such template; did you mean given? allowed are given'
    """
    if name not in names:
        return f"there is no such template{_meant(name, names)} allowed are {', '.join(names)}"
    if not isinstance(text, str) or len(text) > MAX_LENGTH:
        return f"it is no text of up to {MAX_LENGTH} characters"
    if not text.isprintable():
        return "it holds a line break or another control character; allowed is one printable line"
    if not text.strip() and name != _MAY_BE_EMPTY:
        return f"it is empty: allowed is that of {_MAY_BE_EMPTY} alone; leave it out to have the repository's"
    return _unfilled(Template(text), names[name])


def template_faults(texts: Mapping[str, str], names: TemplateNames) -> Iterator[tuple[str, str]]:
    """Yield the names of templates that cannot be taken, with what is wrong."""
    for name, text in texts.items():
        if fault := template_fault(name, text, names):
            yield name, fault


def _meant(name: str, names: TemplateNames) -> str:
    """Say which template was probably meant, before all of them: they are many, and an answer is cut at its end."""
    spaced = {each.replace("_", " "): each for each in names}
    near = get_close_matches(name.replace("_", " ").strip(), spaced, n=1)
    return f"; did you mean {spaced[near[0]]}?" if near else ";"


def _unfilled(template: Template, filled: frozenset[str]) -> str | None:
    allowed = ", ".join(f"${each}" for each in sorted(filled)) or "none"
    if not template.is_valid():
        return f"a $ stands before no name; write $$ for the sign itself; names allowed are {allowed}"
    if unknown := sorted(set(template.get_identifiers()) - filled):
        return f"${unknown[0]} is not filled in there; allowed are {allowed}"
    return None
