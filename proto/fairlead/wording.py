"""How what is filled in stands in a sentence for people: counts in English, names and figures in Chinese."""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Formatter

_CHINESE = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_MEETS = re.compile(
    rf"[{_CHINESE}](?:[^\W{_CHINESE}]|[-+\u2212~<=#$@/.\"'(\[{{])|(?:[^\W{_CHINESE}]|[%>.\"')\]}}])[{_CHINESE}]"
)
"""A Chinese character beside what is none, as it begins or as it ends."""


def counted(count: int, noun: str, plural: str = "") -> str:
    """Say how many there are in English; ``plural`` where it is more than the noun with an s.

    Examples
    --------
    >>> counted(1, "rule"), counted(0, "rule"), counted(1200, "entry", "entries")
    ('1 rule', '0 rules', '1,200 entries')
    """
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"


def filled(template: str, facts: Mapping[str, object]) -> str:
    """Fill in a Chinese text, with the spaces of ``joined``: no template holds them.

    Examples
    --------
    >>> filled("{name}已删除", {"name": "east-bot"}), filled("{name}已删除", {"name": "东区"})
    ('east-bot 已删除', '东区已删除')
    """
    text = ""
    for before, name, form, _ in Formatter().parse(template):
        text = joined(text, before)
        if name is not None:
            text = joined(text, format(facts[name], form or ""))
    return text


def joined(left: str, right: str) -> str:
    """Join two parts of a Chinese text, with a space where a Chinese character meets what is none.

    Examples
    --------
    >>> joined("用时", "12") + joined("", "毫秒"), joined("分配池", "“东区”")
    ('用时 12毫秒', '分配池“东区”')
    """
    border = left[-1:] + right[:1]
    return f"{left} {right}" if _MEETS.fullmatch(border) else left + right
