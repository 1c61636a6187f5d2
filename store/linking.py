"""Puts in front of a script what it uses of its libraries.

Whenever a script is called, Lua makes every function in it anew, used or not, and binds to each all local names from
outside that it uses: that takes longer than most of them do. So what is not used is left out, named numbers are written
in by value, and functions that most calls of a script do without are made only when they are wanted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

_DEFINITION = re.compile(r"local function (\w+)|local ([\w, ]+?) =")
"""What begins a part of a library, at the beginning of a line."""
_USE = re.compile(r"local function (use_\w+)\(\) end\n")
"""What begins a group: functions that a script may do without."""
_NUMBERS = re.compile(r"^local ([A-Z_]+(?:, [A-Z_]+)*) = (\d+(?:, \d+)*) *(?:--.*)?\n", re.MULTILINE)
"""A line that names numbers, in capitals."""
_WORD = re.compile(r"(?<![\w.'])\w+(?![\w'])")
"""What may be a name: no field of a table, and no text in quotes."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A definition of a library, without its comments; ``group`` names the function that makes it, if one does."""

    text: str
    names: tuple[str, ...]
    words: frozenset[str]
    group: str


@dataclass(slots=True, eq=False)
class _Place:
    """Where parts are made: in every call of the script or, if it is a group's, where its function ``use`` is called.

    Parameters
    ----------
    use, around, names
        Of a group, the place in which that function is, and which functions of it are called from outside.
    """

    use: str = ""
    around: _Place | None = None
    names: list[str] = field(default_factory=list)
    made: list[_Part | _Place] = field(default_factory=list)

    @property
    def way(self) -> list[_Place]:
        """The places that it is in, the outermost first, and itself."""
        return [*(self.around.way if self.around else ()), self]

    @property
    def text(self) -> str:
        """All that is made there; of a group in the function that makes it, once."""
        inside = "".join(
            one.text.removeprefix("local ") if isinstance(one, _Part) and one.names[0] in self.names else one.text
            for one in self.made
        )
        if not self.use:
            return inside
        names = ", ".join(self.names)
        return f"local {names}\nlocal function {self.use}()\nif {self.names[0]} then return end\n{inside}end\n"


def linked(libraries: Sequence[str], script: str) -> str:
    r"""Put in front of a script what it uses of its libraries.

    What stands in a library behind ``local function use_NAME() end``, up to the next of these, is a group of functions
    that a script may do without: where the script, or anything that it uses, calls that one, they are made only then,
    once, and are nil before; so whoever calls one of them calls that one first. What only a group uses is made with it.

    Raises
    ------
    ValueError
        If something else than functions stands in a group.

    Examples
    --------
    >>> library = "local ONE = 1\nlocal function f() return ONE end\nlocal function g() return f() end\nlocal h = 2\n"
    >>> print(linked([library], "return g()"))
    local function f() return 1 end
    local function g() return f() end
    return g()
    >>> group = "local function use_k() end\nlocal function k() return f() end\n"
    >>> print(linked([library + group], "use_k() return k()"))
    local k
    local function use_k()
    if k then return end
    local function f() return 1 end
    function k() return f() end
    end
    use_k() return k()
    """
    top, groups = _Place(), dict[str, _Place]()
    users = [(_words(script), top)]
    for part in reversed(_used(libraries, script)):
        if part.group:
            place = groups.setdefault(part.group, _Place(part.group))
            place.made.insert(0, part)
        elif group := groups.get(part.names[0]):
            outside = [(words, user) for words, user in users if user is not group]
            called = frozenset[str]().union(*(words for words, _ in outside))
            group.names = [name for one in group.made for name in one.names if name in called]
            group.around = place = _common(top, {*part.names, *group.names}, outside)
            place.made.insert(0, group)
        else:
            place = _common(top, part.names, users)
            place.made.insert(0, part)
        users.append((part.words, place))
    return _with_numbers_written_in(top.text + script)


def _used(libraries: Sequence[str], script: str) -> list[_Part]:
    """Return what a script uses of its libraries; in a group, where something calls what makes that."""
    used, parts = _words(script), list[_Part]()
    for part in reversed([part for library in libraries for part in _parts(library)]):
        if not used.isdisjoint(part.names):
            parts.insert(0, part)
            used |= part.words
    return [part if part.group in used else replace(part, group="") for part in parts]


def _common(top: _Place, names: Iterable[str], users: Iterable[tuple[frozenset[str], _Place]]) -> _Place:
    """Return the innermost place that all are in who use one of some names."""
    common = top
    ways = [place.way for words, place in users if not words.isdisjoint(names)]
    for level in zip(*ways, strict=False):
        if any(place is not level[0] for place in level):
            break
        common = level[0]
    return common


def _with_numbers_written_in(text: str) -> str:
    named = {
        name: number
        for names, numbers in _NUMBERS.findall(text)
        for name, number in zip(names.split(", "), numbers.split(", "), strict=True)
    }
    return _WORD.sub(lambda word: named.get(word[0], word[0]), _NUMBERS.sub("", text))


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))


@cache
def _parts(library: str) -> list[_Part]:
    """Take a library apart: each part begins with a definition; comments are left out."""
    texts = [""]
    for line in library.splitlines():
        if _DEFINITION.match(line):
            texts.append("")
        if line.strip() and not line.lstrip().startswith("--"):
            texts[-1] += line + "\n"
    parts, group = list[_Part](), ""
    for text in texts[1:]:
        use = _USE.match(text)
        if group and not text.startswith("local function "):
            raise ValueError(f"{group} makes functions, and nothing else: {text!r}")
        parts.append(_Part(text, _names(text), _words(text), "" if use else group))
        group = use[1] if use else group
    return parts


def _names(text: str) -> tuple[str, ...]:
    definition = _DEFINITION.match(text)
    assert definition is not None
    return tuple(next(filter(None, definition.groups())).split(", "))
