"""Where a store is: what is encrypted, what is refused, and that no password is ever shown."""

from __future__ import annotations

import logging
import string
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio.connection import SSLConnection

import service
from serving.settings import Settings
from store.clients import SCHEMES, channel_of, client_for, open_servers, shown_address

SECRET = "s3cret"
SPOKEN = set(string.ascii_letters + string.digits + string.punctuation + string.whitespace + "…") - set(
    "QXZ%#/?@[]^~`$!"
)
"""Characters of refusals and of addresses: what is drawn from the others alone cannot stand there by chance."""
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
    f"redis://:Top/{SECRET}@host:6379",
    f"redis://:{SECRET}[x@host",
    f"redis://:{SECRET}\u2100@host",
    f":{SECRET}@host:6379",
    f"redis://host/0?password=a@{SECRET}",
    f"redis+sentinel://host/main?sentinel_password=a@{SECRET}",
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
@pytest.mark.parametrize("command", ["serve", "work", "verify", "audit verify", "doctor"])
def test_a_password_is_never_shown(command: str, url: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        done = CliRunner().invoke(service.main, command.split(), env={"FAIRLEAD_REDIS_URL": url})

    assert done.exit_code in (1, 2)
    assert SECRET not in done.output + caplog.text + repr(done.exception)


@pytest.mark.parametrize("url", [*ABROAD, f"redis://host?password={SECRET}", f"unix://me:{SECRET}@/run/x.sock"])
def test_an_address_is_shown_without_its_password(url: str) -> None:
    assert SECRET not in shown_address(url)


@pytest.mark.parametrize(
    ("url", "replicas", "is_straight"),
    [
        ("redis://host:6379/1", 0, True),
        ("redis://host", 2, True),
        ("rediss://me:x@host", 0, True),
        ("unix:///run/store.sock", 1, True),
        ("redis+sentinel://host/main", 1, False),
        ("rediss+sentinel://host/main", 0, False),
        ("redis+cluster://host", 0, False),
        ("rediss+cluster://host", 0, False),
    ],
)
def test_where_the_address_is_one_server_scripts_go_straight_to_it(url: str, replicas: int, is_straight: bool) -> None:
    assert (channel_of(client_for(url, replicas)) is not None) is is_straight


def test_sentinels_are_asked_over_tls_too() -> None:
    client: Any = client_for("rediss+sentinel://watch.example/main?sentinel_password=x")

    pool = client.connection_pool
    assert open_servers("rediss+sentinel://watch.example/main") == []
    assert {sentinel.connection_pool.connection_class for sentinel in pool.sentinel_manager.sentinels} == {
        SSLConnection
    }


@given(
    st.text(min_size=4, max_size=12).filter(lambda text: not SPOKEN & set(text) and text.strip()),
    st.sampled_from([*SCHEMES, "http://", ""]),
    st.sampled_from([
        ":{}@host:6379/0", "me:{}@host", ":{}@one.example:1,[::1]:2/main", "host/main?sentinel_password={}",
        "host/0?password=a@{}", ":To/p{}@host", ":x#{}@host,host", ":a@b{}@host", ":{}", "host:{}", "@{}@host/@x",
        "host/{}@", ":{}@",
    ]),
    st.booleans(),
)  # fmt: skip
def test_nothing_but_servers_is_shown_whatever_the_form(secret: str, scheme: str, form: str, is_quoted: bool) -> None:
    url = scheme + form.format(quote(secret, safe="") if is_quoted else secret)
    hidden = {secret, quote(secret, safe="")}
    told = shown_address(url)
    for ask in (read, client_for, open_servers):
        try:
            ask(url)
        except ValueError as refused:
            told += str(refused)

    assert not any(text in told for text in hidden)


@pytest.mark.parametrize("url", ["redis://host/zero", "rediss://host/-1", "redis://host/0/1", "redis://host/٣"])
def test_a_database_is_a_number(url: str) -> None:
    with pytest.raises(ValueError, match="no number of a database"):
        client_for(url)
