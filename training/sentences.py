"""Sentences of a report that can be told in another language: English texts that remember what they were made of.

Whoever finds something out says it in English, once; the report's page tells it in Chinese (`training.report.words`).
"""

from __future__ import annotations

from typing import Any, Self


class Sentence(str):
    """An English text, with its template and the values in it.

    Parameters
    ----------
    template
        As of `str.format`, its places named. Another language's may have other places: ``values`` may hold more.
    separator
        Between the parts of a value that is a tuple.
    values
        Numbers, names, other sentences, or tuples of these.

    Examples
    --------
    >>> left = Sentence("{n:,} left, at least {least} are needed", n=1_869, least=100)
    >>> left, left.template
    ('1,869 left, at least 100 are needed', '{n:,} left, at least {least} are needed')
    """

    template: str
    separator: str
    values: dict[str, Any]

    def __new__(cls, template: str, separator: str = ", ", **values: Any) -> Self:
        """Make the English text."""
        flat = {name: separator.join(value) if isinstance(value, tuple) else value for name, value in values.items()}
        phrase = super().__new__(cls, template.format(**flat))
        phrase.template, phrase.separator, phrase.values = template, separator, values
        return phrase

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        return self
