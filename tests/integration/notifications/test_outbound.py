"""The one way out, over real sockets, to receivers that do all that a receiver can do wrong."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from notifications.outbound.addresses import networks_from
from notifications.outbound.client import MAX_ANSWER_BYTES, AddressRefused, NotAnswered, Outbound
from tests.receivers import Received, Receiver, answers, response, sends

LOCAL = networks_from("127.0.0.0/8")
BODY = b'{"a": 1}'


@pytest.fixture
async def outbound() -> AsyncIterator[Outbound]:
    outbound = Outbound(LOCAL, timeout_s=0.4)
    yield outbound
    await outbound.close()


async def why(outbound: Outbound, url: str, *, keep_alive: bool = False) -> str:
    """Return why a request got no answer."""
    with pytest.raises(NotAnswered) as refused:
        await outbound.post(url, BODY, {}, keep_alive=keep_alive)
    return refused.value.why


async def test_a_request_arrives_as_it_was_sent(outbound: Outbound) -> None:
    async with Receiver() as receiver:
        answer = await outbound.post(receiver.url + "?a=b", BODY, {"X-A": "b"})

        (received,) = receiver.received
        assert (answer.status, received.path, received.body) == (200, "/hook?a=b", BODY)
        assert (received.headers["x-a"], received.headers["host"]) == ("b", f"127.0.0.1:{receiver.port}")


async def test_a_redirect_is_an_answer_and_is_not_followed(outbound: Outbound) -> None:
    async with Receiver() as inside:
        async with Receiver(answers(302, f"Location: {inside.url}\r\n")) as receiver:
            assert (await outbound.post(receiver.url, BODY, {})).status == 302

        assert inside.received == []


async def test_proxies_in_the_environment_are_not_used(outbound: Outbound, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Receiver() as proxy, Receiver() as receiver:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)

        await outbound.post(receiver.url, BODY, {})

        assert (len(proxy.received), len(receiver.received)) == (0, 1)


async def test_who_answers_slowly_is_left_and_their_connection_closed(outbound: Outbound) -> None:
    cancelled = asyncio.Event()

    async def never(_: Received) -> bytes | None:
        await cancelled.wait()
        return None

    async with Receiver(never) as receiver:
        assert await why(outbound, receiver.url, keep_alive=True) == "TIMEOUT"
        cancelled.set()


async def test_who_sends_a_byte_now_and_then_is_left_all_the_same(outbound: Outbound) -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with Receiver(speaks=drip) as receiver:
        assert await why(outbound, receiver.url) == "TIMEOUT"


async def test_of_an_endless_answer_no_more_is_read_than_is_allowed(outbound: Outbound) -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
            await writer.drain()

    async with Receiver(speaks=endless) as receiver:
        answer = await outbound.post(receiver.url, BODY, {}, keep_alive=True)

        assert (answer.status, len(answer.body)) == (200, MAX_ANSWER_BYTES)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "CONNECTION_LOST"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", "CONNECTION_LOST"),
        (b"HTTP/1.1 200 O", "CONNECTION_LOST"),
        (b"", "CONNECTION_LOST"),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "ANSWER_NOT_HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "ANSWER_NOT_HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "ANSWER_NOT_HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 40_000, "ANSWER_NOT_HTTP"),
    ],
)
async def test_an_answer_that_breaks_off_or_lies_is_none(outbound: Outbound, said: bytes, reason: str) -> None:
    async with Receiver(sends(said), closes=True) as receiver:
        assert await why(outbound, receiver.url) == reason


async def test_more_than_was_announced_is_left_and_the_connection_is_not_used_again(outbound: Outbound) -> None:
    lie = b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    async with Receiver(sends(lie)) as receiver:
        first = await outbound.post(receiver.url, BODY, {}, keep_alive=True)
        second = await outbound.post(receiver.url, BODY, {}, keep_alive=True)

        assert (first.status, second.status, receiver.connections) == (500, 500, 2)


async def test_a_connection_is_used_again_and_opened_again_where_its_peer_closed_it(outbound: Outbound) -> None:
    async with Receiver() as receiver:
        for _ in range(3):
            await outbound.post(receiver.url, BODY, {}, keep_alive=True)
        assert receiver.connections == 1

        await receiver.kill()
        await receiver.start()
        answer = await outbound.post(receiver.url, BODY, {}, keep_alive=True)

        assert (answer.status, receiver.connections, len(receiver.received)) == (200, 2, 4)


async def test_a_request_without_keep_alive_closes_its_connection(outbound: Outbound) -> None:
    async with Receiver() as receiver:
        for _ in range(2):
            await outbound.post(receiver.url, BODY, {})

        assert receiver.connections == 2
        assert receiver.received[0].headers["connection"] == "close"


async def test_who_does_not_listen_has_refused(outbound: Outbound) -> None:
    receiver = Receiver()
    await receiver.start()
    await receiver.kill()

    assert await why(outbound, receiver.url) == "CONNECTION_REFUSED"


async def test_a_name_that_nobody_knows_is_said_so(outbound: Outbound) -> None:
    assert await why(outbound, "https://no-such-name.invalid/") == "NAME_NOT_FOUND"
    assert await why(outbound, f"https://{'a' * 63}.invalid/") == "NAME_NOT_FOUND"


async def test_nothing_is_sent_inside_and_why_is_kept_from_what_is_shown(outbound: Outbound) -> None:
    async with Receiver() as receiver:
        closed = Outbound()
        for url in (receiver.url, f"https://127.0.0.1:{receiver.port}/", "https://localhost/", "https://10.0.0.1/"):
            with pytest.raises(AddressRefused) as refused:
                await closed.post(url, BODY, {})
            assert refused.value.why == "ADDRESS_REFUSED"
            with pytest.raises(ValueError, match=r"."):
                await closed.check(url)

        assert receiver.connections == 0


async def test_the_address_that_was_looked_at_is_the_one_that_is_connected_to() -> None:
    """A name that resolves to something public once, and inside ever after: what was looked at counts, once each."""
    async with Receiver() as inside:
        asked = []

        async def rebinding(host: str, port: int) -> list[str]:
            asked.append(host)
            return ["127.0.0.1"]

        allowed = Outbound(LOCAL, resolve=rebinding)
        answer = await allowed.post(f"http://changes.example:{inside.port}/", BODY, {})
        assert (answer.status, asked) == (200, ["changes.example"])
        assert inside.received[0].headers["host"] == f"changes.example:{inside.port}"

        refusing = Outbound(resolve=rebinding)
        with pytest.raises(AddressRefused):
            await refusing.post("https://changes.example/", BODY, {})
        assert (asked, inside.connections) == (["changes.example"] * 2, 1)
        await allowed.close()


async def test_a_name_with_one_private_address_among_public_ones_is_refused() -> None:
    async def both(_host: str, _port: int) -> list[str]:
        return ["8.8.8.8", "127.0.0.1"]

    with pytest.raises(AddressRefused):
        await Outbound(resolve=both).post("https://both.example/", BODY, {})


async def test_a_certificate_that_nobody_trusts_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    tls = await asyncio.to_thread(_untrusted, tmp_path)
    outbound = Outbound(LOCAL)
    async with Receiver(tls=tls) as receiver:
        assert await why(outbound, receiver.url) == "CERTIFICATE_NOT_TRUSTED"
        assert receiver.received == []


async def test_who_does_not_speak_tls_is_said_so(outbound: Outbound) -> None:
    async def plain(writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")

    async with Receiver(speaks=plain) as receiver:
        assert await why(outbound, receiver.url.replace("http:", "https:")) == "TLS_FAILED"


async def test_a_trusted_certificate_of_another_name_is_refused(tmp_path: Path) -> None:
    tls = await asyncio.to_thread(_untrusted, tmp_path)
    context = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))

    async def local(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    outbound = Outbound(LOCAL, resolve=local, context=context)
    async with Receiver(tls=tls) as receiver:
        assert (await outbound.post(f"https://crm.example:{receiver.port}/", BODY, {})).status == 200
        assert await why(outbound, f"https://other.example:{receiver.port}/") == "CERTIFICATE_NOT_TRUSTED"


async def test_informational_answers_are_passed_over(outbound: Outbound) -> None:
    said = b"HTTP/1.1 103 Early Hints\r\n\r\n" * 3 + response(204)
    async with Receiver(sends(said)) as receiver:
        assert (await outbound.post(receiver.url, BODY, {})).status == 204


def _untrusted(folder: Path) -> ssl.SSLContext:
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = (
        f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=crm.example "
        f"-addext subjectAltName=DNS:crm.example -keyout {key} -out {cert}"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context
