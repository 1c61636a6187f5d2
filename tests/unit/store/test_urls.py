"""Where a store is: what is encrypted, what is refused, and that no password is ever shown."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from redis.asyncio.connection import SSLConnection

import service
from serving.settings import Settings, without_password
from store.clients import client_for, open_servers

SECRET = "s3cret"
ABROAD = [
    f"redis://:{SECRET}@store.example:6379/0",
    f"redis://me:{SECRET}@10.0.0.7",
    f"redis+sentinel://:{SECRET}@127.0.0.1:26379,watch.example:26379/main?sentinel_password={SECRET}",
    f"redis+cluster://:{SECRET}@10.0.0.7:6379",
]
HERE_OR_ENCRYPTED = [
    "redis://127.0.0.1:6379",
    "redis://localhost",
    "redis://[::1]:6379",
    "redis+cluster://127.0.0.1:7000,127.0.0.1:7001",
    "unix:///run/valkey.sock",
    "rediss://store.example",
    "rediss+sentinel://watch.example/main",
    "rediss+cluster://10.0.0.7",
]
UNREADABLE = [
    f"redis://:1/{SECRET}@host",
    f"redis://:{SECRET}/more@host:6379",
    f"redis://:{SECRET}?more@host:6379",
    f"redis+sentinel://:{SECRET}/more@host:26379/main",
    f"redis+sentinel://:{SECRET}@host/main?{SECRET}=1",
    f"redis+cluster://:{SECRET}#more@host:6379",
    f"http://:{SECRET}@host",
]


def read(url: str, **environ: str) -> Settings:
    return Settings.read({"FAIRLEAD_REDIS_URL": url, **environ}, listen="127.0.0.1:0", data=Path("unused"))


@pytest.mark.parametrize("url", ABROAD)
def test_a_store_on_another_machine_is_talked_to_openly_only_by_name(url: str) -> None:
    with pytest.raises(ValueError, match=r"on other machines.*FAIRLEAD_INSECURE=open-store") as refused:
        read(url)

    assert SECRET not in str(refused.value)
    assert read(url, FAIRLEAD_INSECURE="open-store").redis_url == url


@pytest.mark.parametrize("url", HERE_OR_ENCRYPTED)
def test_a_store_here_or_by_tls_needs_no_leave(url: str) -> None:
    assert read(url).redis_url == url


@pytest.mark.parametrize("url", [*ABROAD, *UNREADABLE])
@pytest.mark.parametrize("command", ["serve", "work", "verify", "audit verify"])
def test_a_password_is_never_shown(command: str, url: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        done = CliRunner().invoke(service.main, command.split(), env={"FAIRLEAD_REDIS_URL": url})

    assert done.exit_code in (1, 2)
    assert SECRET not in done.output + caplog.text + repr(done.exception)


@pytest.mark.parametrize("url", [*ABROAD, f"redis://host?password={SECRET}", f"unix://me:{SECRET}@/run/x.sock"])
def test_an_address_is_shown_without_its_password(url: str) -> None:
    assert SECRET not in without_password(url)


def test_sentinels_are_asked_over_tls_too() -> None:
    client: Any = client_for("rediss+sentinel://watch.example/main?sentinel_password=x")

    pool = client.connection_pool
    assert open_servers("rediss+sentinel://watch.example/main") == []
    assert {sentinel.connection_pool.connection_class for sentinel in pool.sentinel_manager.sentinels} == {
        SSLConnection
    }
