"""What is said to people, and as much of it as a channel takes. Values and pure functions."""

from __future__ import annotations

from collections.abc import Callable, Sized
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

Written = TypeVar("Written", bound=Sized)

_CUT = "…"
_JOINERS = "\u200c\u200d"
_FIRST_IDEOGRAPH, _LAST_IDEOGRAPH = "\U00020000", "\U0003fffd"
"""Planes 2 and 3 of Unicode, which have nothing else, and more from version to version."""


class Text(NamedTuple):
    """What one message says: a title, and lines below it, none of which may be."""

    title: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Digest:
    """What a channel is sent at once.

    Parameters
    ----------
    id
        The same however often it is sent.
    titled
        Titles the whole, by how many of its messages stand in it.
    messages
        What is said, the most urgent first; the title of each says whom it is for.
    footer
        The line below all; empty: there is none.
    more
        Says of a number of messages that they follow.
    beyond
        How many there are beside ``messages``.
    """

    id: str
    titled: Callable[[int], str]
    messages: tuple[Text, ...]
    footer: str
    more: Callable[[int], str]
    beyond: int = 0

    @property
    def title(self) -> str:
        """What a list of messages shows of it."""
        return self.titled(len(self.messages))

    @property
    def below(self) -> tuple[str, ...]:
        """The lines below the messages."""
        more = (self.more(self.beyond),) if self.beyond else ()
        return (*more, self.footer) if self.footer else more

    def first(self, count: int) -> Digest:
        """Return it with the first of its messages alone, saying how many more there are."""
        left_out = max(0, len(self.messages) - count)
        return replace(self, messages=self.messages[:count], beyond=self.beyond + left_out)


def fitting(
    digest: Digest, write: Callable[[Digest], Written], limit: int, size: Callable[[Written], int] = len
) -> tuple[Written, int]:
    """Write as much of a digest as fits.

    Parameters
    ----------
    write
        Makes a text of it, or what else is sent.
    limit
        How large that may be.
    size
        How large it is.

    Returns
    -------
    tuple
        What was written: all of it, or as many of its messages from the first on as fit; of the first alone as many
        lines as fit, and of its title what fits. And how many of its messages stand there.
    """
    if shown := _most(len(digest.messages), lambda count: size(write(digest.first(count))) <= limit):
        return write(digest.first(shown)), shown
    if not digest.messages:
        return write(digest), 0
    return write(_shortened(digest.first(1), lambda shorter: size(write(shorter)) <= limit)), 1


def _shortened(digest: Digest, fits: Callable[[Digest], bool]) -> Digest:
    """Return a digest of one message with fewer lines, or a shorter title, so that it fits."""
    (title, lines) = digest.messages[0]

    def with_lines(count: int) -> Digest:
        return replace(digest, messages=(Text(title, (*lines[:count], _CUT)),))

    def with_title(length: int) -> Digest:
        whole = digest.title[:length]
        return replace(digest, titled=lambda _: whole, messages=(Text(title[:length] + _CUT),))

    if fits(with_lines(0)):
        return with_lines(_most(len(lines), lambda count: fits(with_lines(count))))
    return with_title(_most(len(title), lambda length: fits(with_title(length))))


def _most(most: int, fits: Callable[[int], bool]) -> int:
    """Return the largest number up to one that fits, where none fits above one that does not; 0 is not asked."""
    least = 0
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if fits(middle) else (least, middle - 1)
    return least


def utf8_size(text: str) -> int:
    """Return how many bytes a text takes."""
    return len(text.encode())


def one_line(text: str) -> str:
    r"""Return a text without line breaks and control characters: whoever wrote it cannot begin a line of their own.

    Examples
    --------
    >>> one_line("Anna\r\nBcc: all@example.org")
    'Anna Bcc: all@example.org'
    """
    return " ".join("".join(each if _may_stand(each) else " " for each in text).split())


def _may_stand(char: str) -> bool:
    """Tell what is printed: joiners of Persian names and emoji too, and ideographs that Python is too old for."""
    return char.isprintable() or char in _JOINERS or _FIRST_IDEOGRAPH <= char <= _LAST_IDEOGRAPH
