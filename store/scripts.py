"""Lua that Redis runs in one piece: read from its files, its libraries in front of it, called by its hash."""

from __future__ import annotations

import re
from asyncio import get_running_loop
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from contextvars import copy_context
from functools import cache, cached_property
from hashlib import sha1
from importlib.resources import files
from typing import Any, TypeVar
from weakref import WeakSet

from redis.exceptions import NoScriptError

from store.channel import ScriptChannel
from store.clients import RedisClient, channel_of
from store.translation import translated

Argument = str | bytes | int | float
_Answer = TypeVar("_Answer")

ScriptWatch = Callable[[str], AbstractContextManager[object]]
_watch: ScriptWatch = nullcontext


def watch_scripts(watch: ScriptWatch | None) -> None:
    """Have each call of a script of this process told, by its name, while it lasts; None: nobody listens."""
    global _watch  # noqa: PLW0603 (scripts are the module's, and so is who listens to them)
    _watch = watch or nullcontext


def lua(package: str, name: str) -> str:
    """Return the text of a package's ``scripts/{name}.lua``."""
    return files(package).joinpath("scripts", f"{name}.lua").read_text("utf-8")


_DEFINITION = re.compile(r"local function (\w+)|local ([\w, ]+?) =")
"""What begins a part of a library, at the beginning of a line."""
_USE = re.compile(r"local function use_\w+\(\) end\n")
"""What begins functions that a script may do without."""
_NUMBERS = re.compile(r"^local ([A-Z_]+(?:, [A-Z_]+)*) = (\d+(?:, \d+)*) *(?:--.*)?\n", re.MULTILINE)
"""A line that names numbers, in capitals."""
_WORD = re.compile(r"(?<![\w.'])\w+(?![\w'])")
"""What may be a name: no field of a table, and no text in quotes."""


def linked(libraries: Sequence[str], script: str) -> str:
    r"""Put in front of a script what it uses of its libraries.

    Whenever a script is called it makes every closure in it anew, used or not, and binds to it each local name from
    outside that it uses: what is left out costs nothing, and so do named numbers, which are written in by value.

    What stands in a library behind ``local function use_NAME() end``, up to the next of these, are functions that a
    script may do without: where it calls that one itself, they are made only then, once, and are nil before.

    Examples
    --------
    >>> library = "local ONE = 1\nlocal function f() return ONE end\nlocal function g() return f() end\nlocal h = 2\n"
    >>> print(linked([library], "return g()"))
    local function f() return 1 end
    local function g() return f() end
    return g()
    >>> print(linked(["local function use_f() end\nlocal function f() return 1 end\n"], "use_f() return f()"))
    local f
    local function use_f()
    if f then return end
    function f() return 1 end
    end
    use_f() return f()
    """
    text, used = script, _words(script)
    for library in reversed(libraries):
        parts = list[str]()
        for part, names, words in reversed(_parts(library)):
            if _USE.match(part):
                text = _made_when_used(part, parts, is_called=not _words(script).isdisjoint(names)) + text
                parts = []
            elif not used.isdisjoint(names):
                parts.insert(0, part)
                used |= words
        text = "".join(parts) + text
    return _with_numbers_written_in(text)


def _made_when_used(use: str, functions: Sequence[str], *, is_called: bool) -> str:
    """Return functions, to be made when that of another name is called; at once where nobody calls it."""
    if not is_called or not functions:
        return use * is_called + "".join(functions)
    names = [name for function in functions for name in _names(function)]
    made = "".join(function.removeprefix("local ") for function in functions)
    begin = use.removesuffix(" end\n")
    return f"local {', '.join(names)}\n{begin}\nif {names[0]} then return end\n{made}end\n"


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
def _parts(library: str) -> list[tuple[str, list[str], frozenset[str]]]:
    """Take a library apart: each part begins with a definition; comments are left out.

    Returns
    -------
    list
        Of each part its text, the names that it defines, and all words in it.
    """
    parts = [""]
    for line in library.splitlines():
        if _DEFINITION.match(line):
            parts.append("")
        if line.strip() and not line.lstrip().startswith("--"):
            parts[-1] += line + "\n"
    return [(part, _names(part), _words(part)) for part in parts[1:]]


def _names(part: str) -> list[str]:
    definition = _DEFINITION.match(part)
    assert definition is not None
    names: str = next(filter(None, definition.groups()))
    return names.split(", ")


_scripts: WeakSet[Script] = WeakSet()


def put_together_anew() -> None:
    """Have every script be put together again when it is next called: its libraries have changed."""
    for script in _scripts:
        script.forget()


class Script:
    """A script, read and put together when it is first called, by its hash; loaded where the server does not know it.

    Parameters
    ----------
    package, name
        Where it lies, see ``lua``.
    libraries
        Returns texts of which it uses something, in this order: a script sees the local names of all, a library of
        those before it.
    """

    def __init__(self, package: str, name: str, libraries: Callable[[], Sequence[str]] = tuple) -> None:
        self.name = name
        self._package = package
        self._libraries = libraries
        _scripts.add(self)

    def forget(self) -> None:
        """Forget its text."""
        for name in ("source", "sha1"):
            vars(self).pop(name, None)

    @cached_property
    def source(self) -> str:
        """Its text, with what it uses of its libraries in front."""
        return linked(self._libraries(), lua(self._package, self.name))

    @cached_property
    def sha1(self) -> str:
        """The hash of its text."""
        return sha1(self.source.encode(), usedforsecurity=False).hexdigest()

    async def __call__(self, redis: RedisClient, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """Run it; ``keys`` name what it touches, but for keys of their slot that it derives from the first of them.

        Raises
        ------
        StoreUnavailable
            If the server does not answer, or takes no writes now.
        """
        with translated(), _watch(self.name):
            try:
                return await redis.evalsha(self.sha1, len(keys), *keys, *arguments)
            except NoScriptError:
                return await redis.eval(self.source, len(keys), *keys, *arguments)

    def sent(
        self,
        redis: RedisClient,
        keys: Sequence[str],
        arguments: Sequence[Argument],
        read: Callable[[Any], _Answer],
    ) -> Awaitable[_Answer]:
        """Run it, straight where the client can: scripts sent one after the other are then carried out in this order.

        Parameters
        ----------
        read
            Makes of its reply what is awaited; what it raises is raised.

        Raises
        ------
        StoreUnavailable
            As when it is called.
        """
        if channel := channel_of(redis):
            return self._sent(channel, keys, arguments, read)
        return self._run(redis, keys, arguments, read)

    async def _run(
        self, redis: RedisClient, keys: Sequence[str], arguments: Sequence[Argument], read: Callable[[Any], _Answer]
    ) -> _Answer:
        return read(await self(redis, keys, arguments))

    def _sent(
        self, channel: ScriptChannel, keys: Sequence[str], arguments: Sequence[Argument], read: Callable[[Any], _Answer]
    ) -> Awaitable[_Answer]:
        answer = get_running_loop().create_future()
        watch, context = _watch(self.name), copy_context()

        def told(reply: Any) -> None:
            error = reply if isinstance(reply, Exception) else None
            context.run(watch.__exit__, type(error) if error else None, error, None)
            if answer.done():  # whoever asked has gone
                return
            try:
                with translated():
                    answer.set_result(read(_raised(reply)))
            except Exception as failure:
                answer.set_exception(self._failure(failure, keys))

        context.run(watch.__enter__)
        channel.send(self, keys, arguments, told)
        return answer

    def _failure(self, error: Exception, _: Sequence[str]) -> Exception:
        """Return what is raised instead of an exception, of a call with some keys."""
        return error


def _raised(reply: Any) -> Any:
    if isinstance(reply, Exception):
        raise reply
    return reply
