"""Scripts: libraries in front, called by hash, loaded where they are missing, told to whoever watches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha1
from typing import Any

import pytest
from redis.exceptions import NoScriptError, ReadOnlyError

from failures import StoreUnavailable
from store.scripts import Script, watch_scripts

QUEUE = "workqueue.adapters.redis"


class Server:
    """A server that knows the scripts it was given."""

    def __init__(self) -> None:
        self.loaded: dict[str, str] = {}
        self.calls: list[str] = []
        self.is_read_only = False

    async def evalsha(self, sha: str, n_keys: int, *keys_and_arguments: Any) -> list[Any]:
        self.calls.append("by hash")
        if self.is_read_only:
            raise ReadOnlyError("You can't write against a read only replica.")
        if sha not in self.loaded:
            raise NoScriptError("No matching script.")
        return [n_keys, *keys_and_arguments]

    async def eval(self, source: str, n_keys: int, *keys_and_arguments: Any) -> list[Any]:
        self.calls.append("by its text")
        self.loaded[sha1(source.encode()).hexdigest()] = source
        return [n_keys, *keys_and_arguments]


def test_the_libraries_stand_in_front_in_their_order() -> None:
    libraries = ["local one = 1\n", "-- Two.\nlocal two = one + 1\n\n", "local function begun() return two end\n"]

    script = Script(QUEUE, "redrive", lambda: libraries)

    assert script.source.startswith("local one = 1\nlocal two = one + 1\nlocal function begun() return two end\n--")


async def test_a_script_is_loaded_once_and_then_called_by_its_hash() -> None:
    server, script = Server(), Script(QUEUE, "note_progress")

    answers = [await script(server, ["k"], [1, b"two"]) for _ in range(2)]

    assert answers == [[1, "k", 1, b"two"]] * 2
    assert server.calls == ["by hash", "by its text", "by hash"]


async def test_a_script_that_a_store_cannot_run_now_is_unavailable() -> None:
    server = Server()
    server.is_read_only = True

    with pytest.raises(StoreUnavailable, match="takes no writes now"):
        await Script(QUEUE, "note_progress")(server, [], [])


async def test_whoever_watches_is_told_of_the_scripts_of_every_package_while_they_last() -> None:
    names: list[str] = []

    @contextmanager
    def watch(name: str) -> Iterator[None]:
        names.append(f"{name} begins")
        yield
        names.append(f"{name} ends")

    watch_scripts(watch)
    await Script(QUEUE, "note_progress")(Server(), [], [])
    await Script("router.adapters.redis", "complete")(Server(), [], [])
    watch_scripts(None)
    await Script(QUEUE, "note_progress")(Server(), [], [])

    assert names == ["note_progress begins", "note_progress ends", "complete begins", "complete ends"]
