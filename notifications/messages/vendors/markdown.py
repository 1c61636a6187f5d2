"""Markdown as the robots of 企业微信 and 钉钉 show it: both know a part of it, and no escapes."""

from __future__ import annotations

from notifications.messages.texts import Digest, Text

_PLAIN = str.maketrans(
    {"<": "＜", ">": "＞", "[": "［", "]": "］", "*": "＊", "`": "｀", "_": "＿", "#": "＃", "@": "＠"}
)
"""Signs with a meaning → their full width, which has none: a name mentions nobody and links to nothing."""


def plain(text: str) -> str:
    """Return a text that no robot reads markup in.

    Examples
    --------
    >>> plain("<@all> [here](https://evil.example)")
    '＜＠all＞ ［here］(https://evil.example)'
    """
    return text.translate(_PLAIN)


def markdown(digest: Digest) -> str:
    """Write a digest: its title, and each message as a bold line above its lines."""
    blocks = [f"### {plain(digest.title)}"] if len(digest.messages) > 1 else []
    blocks += map(_block, digest.messages)
    return "\n\n".join([*blocks, *map(plain, digest.below)])


def _block(message: Text) -> str:
    return "\n".join([f"**{plain(message.title)}**", *(f"> {plain(line)}" for line in message.lines)])
