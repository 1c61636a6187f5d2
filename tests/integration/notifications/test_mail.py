"""Mail through a real server, with STARTTLS, over real sockets."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword

from notifications.attempts import AttemptStatus, DeliveryAttempt
from notifications.messages.mail import Mailer
from notifications.messages.mail_server import MailServer
from notifications.messages.texts import Digest, Text
from tests.identities import authority, certificate

AT_MS = 1_790_000_000_000
DIGEST = Digest("0" * 32, "{} 条消息".format, (Text("李娜：首次响应", ("中午到期",)), Text("T-2")), "below", str)


@dataclass
class Mailbox:
    """What a server took, and how it answers instead."""

    taken: list[Envelope] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)

    async def handle_MAIL(self, _: Any, __: Any, envelope: Envelope, address: str, ___: Any) -> str:  # noqa: N802
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(self, _: Any, __: Any, envelope: Envelope, address: str, ___: Any) -> str:  # noqa: N802
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, _: Any, __: Any, envelope: Envelope) -> str:  # noqa: N802
        self.taken.append(envelope)
        return self.answers.get("DATA", "250 OK")


def contexts(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return the context of a server for localhost, and that of who trusts it."""
    of_server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    of_server.load_cert_chain(*certificate("mail", by="mail-authority").write(folder, "mail"))
    return of_server, ssl.create_default_context(cadata=authority("mail-authority").pem.decode())


@asynccontextmanager
async def running(mailbox: Mailbox, **options: Any) -> AsyncIterator[int]:
    """Run a server and yield its port."""
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: SMTP(mailbox, **options), "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1]


def server(port: int, **other: Any) -> MailServer:
    """Return settings for a server on this machine."""
    made = MailServer("localhost", port, is_tls=False, needs_starttls=True, sender="fairlead@example.org")
    return replace(made, **other)


async def test_a_mail_arrives_by_starttls_in_plain_text_and_html(tmp_path: Path) -> None:
    theirs, ours = contexts(tmp_path)
    async with running(box := Mailbox(), tls_context=theirs, require_starttls=True) as port:
        attempt = await Mailer(server(port), ours).send("li.na@example.org", DIGEST, AT_MS)

    (envelope,) = box.taken
    mail: Any = message_from_bytes(envelope.original_content or b"", policy=default)
    assert attempt == DeliveryAttempt(AttemptStatus.DELIVERED, "250")
    assert (envelope.mail_from, envelope.rcpt_tos) == ("fairlead@example.org", ["li.na@example.org"])
    assert (mail["Subject"], mail["To"]) == ("2 条消息", "li.na@example.org")
    plain, html = (part.get_content() for part in mail.iter_parts())
    assert plain.splitlines() == ["李娜：首次响应", "  中午到期", "", "T-2", "", "below"]
    assert "<strong>李娜：首次响应</strong><br>中午到期" in html


async def test_nothing_is_sent_where_starttls_is_not_offered() -> None:
    async with running(box := Mailbox()) as port:
        attempt = await Mailer(server(port)).send("li.na@example.org", DIGEST, AT_MS)

    assert attempt == DeliveryAttempt(AttemptStatus.RETRY, "STARTTLS_NOT_OFFERED")
    assert not box.taken


async def test_a_server_that_answers_too_late_is_tried_again_and_takes_nothing() -> None:
    async def dally(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.close()

    ended = asyncio.Event()
    async with await asyncio.start_server(dally, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        attempt = await Mailer(server(port), whole_s=0.05).send("li.na@example.org", DIGEST, AT_MS)
        ended.set()

    assert attempt == DeliveryAttempt(AttemptStatus.RETRY, "TIMEOUT")


@pytest.mark.parametrize("start", [b"220 ", b"\x16\x03\x03\x40\x00"])
async def test_a_server_that_says_a_little_for_ever_is_left_when_the_try_is_over(start: bytes) -> None:
    async def pour(writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            writer.write(b"2")
            await asyncio.sleep(0.01)

    async def dribble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        pouring = asyncio.create_task(pour(writer))
        await reader.read()  # until the other side is gone
        pouring.cancel()
        writer.close()
        left.set()

    left = asyncio.Event()
    async with await asyncio.start_server(dribble, "127.0.0.1", 0) as listening:
        mail = server(listening.sockets[0].getsockname()[1], is_tls=start[0] == 0x16)
        attempt = await Mailer(mail, whole_s=0.05).send("li.na@example.org", DIGEST, AT_MS)
        await left.wait()

    assert attempt == DeliveryAttempt(AttemptStatus.RETRY, "TIMEOUT")


async def test_nothing_is_sent_to_a_server_that_nobody_vouches_for(tmp_path: Path) -> None:
    theirs, _ = contexts(tmp_path)
    async with running(box := Mailbox(), tls_context=theirs) as port:
        attempt = await Mailer(server(port)).send("li.na@example.org", DIGEST, AT_MS)

    assert attempt == DeliveryAttempt(AttemptStatus.RETRY, "TLS_FAILED")
    assert not box.taken


async def test_a_server_that_is_insecure_by_name_is_sent_to_in_the_open() -> None:
    async with running(box := Mailbox()) as port:
        attempt = await Mailer(server(port, needs_starttls=False)).send("li.na@example.org", DIGEST, AT_MS)

    assert attempt.status is AttemptStatus.DELIVERED
    assert len(box.taken) == 1


@pytest.mark.parametrize(
    ("password", "attempt"),
    [
        ("hunter2", DeliveryAttempt(AttemptStatus.DELIVERED, "250")),
        ("other", DeliveryAttempt(AttemptStatus.RETRY, "LOGIN_REFUSED")),
    ],
)
async def test_a_user_logs_in(tmp_path: Path, password: str, attempt: DeliveryAttempt) -> None:
    def check(_: SMTP, __: Any, ___: Any, ____: str, login: LoginPassword) -> AuthResult:
        return AuthResult(success=login == LoginPassword(b"robot", b"hunter2"), handled=False)

    theirs, ours = contexts(tmp_path)
    async with running(Mailbox(), tls_context=theirs, authenticator=check, auth_required=True) as port:
        mailer = Mailer(server(port, user="robot", password=password), ours)

        assert await mailer.send("li.na@example.org", DIGEST, AT_MS) == attempt


@pytest.mark.parametrize(
    ("answers", "attempt"),
    [
        ({"RCPT": "550 no such user"}, DeliveryAttempt(AttemptStatus.REFUSED, "SMTP_550")),
        ({"RCPT": "450 greylisted"}, DeliveryAttempt(AttemptStatus.RETRY, "SMTP_450")),
        ({"DATA": "552 too much mail data"}, DeliveryAttempt(AttemptStatus.REFUSED, "SMTP_552")),
        ({"DATA": "451 try later"}, DeliveryAttempt(AttemptStatus.RETRY, "SMTP_451")),
        (
            {"MAIL": "553 sender not allowed"},
            DeliveryAttempt(AttemptStatus.RETRY, "SMTP_553"),
        ),  # the operator's to mend
    ],
)
async def test_codes_say_whether_to_try_again(answers: dict[str, str], attempt: DeliveryAttempt) -> None:
    async with running(Mailbox(answers=answers)) as port:
        assert await Mailer(server(port, needs_starttls=False)).send("li.na@example.org", DIGEST, AT_MS) == attempt


async def test_where_nobody_answers_it_is_tried_again() -> None:
    async with running(Mailbox()) as port:
        pass

    attempt = await Mailer(server(port)).send("li.na@example.org", DIGEST, AT_MS)

    assert attempt == DeliveryAttempt(AttemptStatus.RETRY, "NOT_CONNECTED")


async def test_an_address_that_is_none_reaches_no_server() -> None:
    async with running(box := Mailbox()) as port:
        mailer = Mailer(server(port, needs_starttls=False))
        attempt = await mailer.send("a@example.org>\r\nRCPT TO:<b@example.org", DIGEST, AT_MS)

    assert attempt == DeliveryAttempt(AttemptStatus.REFUSED, "ADDRESS_REFUSED")
    assert not box.taken
