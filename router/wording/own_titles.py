"""Titles and lines of messages in a tenant's own words, and ours in the form that theirs have: ``$names``.

Filled in by `string.Template`, which knows names and nothing else, and as `Phrase.say` spaces what it fills in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Formatter, Template

from fairlead.wording import joined
from router.wording.languages import Language
from router.wording.message_phrases import MESSAGE_LINES, MESSAGE_TITLES
from router.wording.phrases import Phrase

_FILLED = re.compile(r"\{(\w+)\}")
_MARK = "\0"
"""Stands around names while they are looked for: no template holds a control character."""


def _names(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name)


_LINES = {f"line {key}": phrase for key, phrase in MESSAGE_LINES.items()}
TITLE_NAMES, LINE_NAMES = (
    {key: _names(phrase.en) | _names(phrase.zh) for key, phrase in phrases.items()}
    for phrases in (MESSAGE_TITLES, _LINES)
)
"""By key of ``MESSAGE_TITLES``, and of ``MESSAGE_LINES`` behind ``line``: what is filled in there."""


def title_templates(language: Language) -> dict[str, str]:
    """Return our titles as templates, by key.

    Examples
    --------
    >>> title_templates(Language.EN)["given"], title_templates(Language.ZH)["taken"]
    ('$item is yours now', '$item不再由您负责')
    """
    return _templates(MESSAGE_TITLES, language)


def line_templates(language: Language) -> dict[str, str]:
    """Return our lines as templates, by key behind ``line``.

    Examples
    --------
    >>> line_templates(Language.EN)["line due"]
    'Due $when.'
    """
    return _templates(_LINES, language)


def _templates(phrases: Mapping[str, Phrase], language: Language) -> dict[str, str]:
    return {key: _FILLED.sub(r"$\1", getattr(each, language).replace("$", "$$")) for key, each in phrases.items()}


def own_title(template: str, language: Language, facts: Mapping[str, object]) -> str:
    """Fill in a tenant's own title or line.

    Examples
    --------
    >>> own_title("给$owner：$item（$$5）", Language.ZH, {"owner": "li-na", "item": "crm~L-1"})
    '给 li-na：crm~L-1（$5）'
    """
    marked = Template(template).substitute({name: f"{_MARK}{name}{_MARK}" for name in facts})
    said = ""
    for place, part in enumerate(marked.split(_MARK)):
        filled = str(facts[part]) if place % 2 else part
        said = joined(said, filled) if language is Language.ZH else said + filled
    return said
