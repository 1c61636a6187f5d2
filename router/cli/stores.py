"""The store itself, for commands that read it behind the service's back."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import click

from gateway.auth.exposure import check_store, insecure_from
from router.adapters.redis.repositories import Stores
from router.cli.failing import InputFailed
from store.clients import client_for, open_servers
from store.embedded.orphans import socket_path
from store.embedded.server import EmbeddedServer, EmbeddedServerError


def checked_url(_context: click.Context, _option: click.Parameter, url: str | None) -> str | None:
    """Return the address of a store that may be talked to as it is named.

    Raises
    ------
    InputFailed
        If it cannot be read, or lies on another machine and connections to it are open.
    """
    if url:
        try:
            client_for(url)
            check_store(open_servers(url), insecure_from(os.environ))
        except ValueError as error:
            raise InputFailed(f"--redis-url: {error}") from None
    return url


def store_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which store: ``data`` and ``redis_url``."""
    command = click.option(
        "--redis-url",
        envvar="FAIRLEAD_REDIS_URL",
        callback=checked_url,
        help="A real server instead; also from FAIRLEAD_REDIS_URL.",
    )(command)
    return click.option(
        "--data",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder of the private server, whose service must be stopped; fairlead-data if nothing else is named.",
    )(command)


@contextmanager
def opened(named: Path | None, redis_url: str | None) -> Iterator[str]:
    """Yield the address of the store that the options say; a private one is started for as long as that takes.

    Raises
    ------
    InputFailed
        If the folder holds no data, or is in use.
    """
    if redis_url and named is None:
        yield redis_url
        return
    data = named or Path("fairlead-data")
    if not (data / "appendonlydir").is_dir():
        raise InputFailed(
            f"--data {data}: holds no data of a service; allowed: the folder `fairlead serve --data` uses"
        )
    server = EmbeddedServer(data)
    try:
        server.start()
    except EmbeddedServerError as error:
        raise InputFailed(
            f"{error}. The store is opened directly here, and a service that runs has it locked"
        ) from error
    try:
        yield server.url
    finally:
        server.stop()


def running_store(data: Path, allowed: str) -> str:
    """Return the address of the private store of a service that runs.

    Parameters
    ----------
    data
        The folder that the service uses.
    allowed
        What may be named instead, in words.

    Raises
    ------
    InputFailed
        If none runs with it.
    """
    socket = socket_path(data.absolute())
    if not socket.exists():
        raise InputFailed(f"--data {data.absolute()}: no service runs with it; allowed: {allowed}")
    return f"unix://{socket}"


@asynccontextmanager
async def connected_stores(url: str) -> AsyncIterator[Stores]:
    """Connect to a store, and let go of it."""
    stores = Stores.connect(url)
    try:
        yield stores
    finally:
        await stores.close()
