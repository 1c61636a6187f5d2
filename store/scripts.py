"""Lua that Redis runs in one piece: read from its files, its libraries in front of it, called by its hash."""

from __future__ import annotations

from asyncio import get_running_loop
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from contextvars import copy_context
from functools import cached_property
from hashlib import sha1
from importlib.resources import files
from typing import Any, TypeVar
from weakref import WeakSet

from redis.exceptions import NoScriptError

from store.channel import ScriptChannel
from store.clients import RedisClient, channel_of
from store.linking import linked
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
