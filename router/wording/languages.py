"""Which language somebody asks for.

References
----------
RFC 5646 (BCP 47), "Tags for Identifying Languages".
"""

from __future__ import annotations

import re
from enum import StrEnum

from failures import InvalidInput, shown


class Language(StrEnum):
    """A language that everything is told in."""

    EN = "en"
    ZH = "zh"


_TAG = re.compile(r"([a-z]{2,8})(-[a-z0-9]{1,8})*", re.IGNORECASE)
_MAX_TAG = 35
"""Characters that a tag may need, by RFC 5646, 4.4.1."""


def language_of(code: str) -> Language:
    """Read a tag; region and script make no difference, and none means English.

    Raises
    ------
    InvalidInput
        If it is no tag, or one of another language.

    Examples
    --------
    >>> language_of(""), language_of("zh-Hans-CN"), language_of("en-GB")
    (<Language.EN: 'en'>, <Language.ZH: 'zh'>, <Language.EN: 'en'>)
    """
    if not code:
        return Language.EN
    tag = _TAG.fullmatch(code) if len(code) <= _MAX_TAG else None
    try:
        return Language(tag[1].lower() if tag else "")
    except ValueError:
        allowed = ", ".join(Language)
        raise InvalidInput.of(
            "language_code", f"{shown(code)}: must be one of {allowed}, with or without a region, e.g. zh-CN"
        ) from None
