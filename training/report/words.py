"""The report's words in English and Chinese.

A sentence is written once, in English, where it is found out (`training.sentences`) or on the page; here is Chinese.
Names of columns, values and figures stay as they are in both.
"""

from __future__ import annotations

from typing import Any, Literal

from scoring.model.wording import spaced
from training.report.chinese import CHINESE
from training.sentences import Sentence

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
_SEPARATORS = {", ": "、", "; ": "；"}


class ReportWords:
    """Says the report's sentences in one language.

    Examples
    --------
    >>> left = Sentence("{n:,} left, at least {least} are needed", n=1_869, least=100)
    >>> ReportWords("en").say(left), ReportWords("zh").say(left)
    ('1,869 left, at least 100 are needed', '流失 1,869 人，至少需要 100 人')
    >>> ReportWords("zh")("{n:,} rows", n=40), ReportWords("zh").say("tenure")
    ('40 行', 'tenure')
    """

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, template: str, **values: Any) -> str:
        """Say a sentence of the page, with its values."""
        return self.say(Sentence(template, **values))

    def say(self, text: str) -> str:
        """Say what was found out; a text that is no phrase is a name, and stays."""
        if self.language == "en" or not isinstance(text, Sentence):
            return text
        values = {name: self._value(value, text.separator) for name, value in text.values.items()}
        return spaced(CHINESE.get(text.template, text.template).format(**values))

    def _value(self, value: Any, separator: str) -> Any:
        if isinstance(value, tuple):
            return _SEPARATORS[separator].join(map(self.say, value))
        return self.say(value) if isinstance(value, str) else value
