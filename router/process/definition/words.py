"""Texts that processes hold, in both languages. Values only."""

from __future__ import annotations

from typing import NamedTuple


class Bilingual(NamedTuple):
    """A text in both languages; where one is left out the other stands for both."""

    en: str = ""
    zh: str = ""


NO_WORDS = Bilingual()
