from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.mail_addresses import check_mail_address
from notifications.messages.mail import written_mail
from notifications.messages.mail_server import MailServer
from notifications.messages.texts import Digest, Text

AT = 1_790_000_000_000
FROM = {"FAIRLEAD_SMTP_FROM": "fairlead@example.org"}


def digest(title: str, *messages: Text) -> Digest:
    return Digest("0" * 32, lambda _: title, messages, "below", str)


@given(st.text(), st.text(), st.text())
def test_no_title_begins_a_header_of_its_own(title: str, heading: str, line: str) -> None:
    mail = written_mail("a@example.org", "b@example.org", digest(title, Text(heading, (line,))), AT)

    read = message_from_bytes(mail.as_bytes(), policy=default)
    assert read.keys() == [
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
    ]  # fmt: skip
    assert read["To"] == "b@example.org"


@pytest.mark.parametrize(
    "title",
    [
        "=?utf-8?q?Evil=0D=0ABcc:_all=40example.org?=",
        "A ==?utf-8?b?RXZpbA0KQmNjOiBhbGxAZXhhbXBsZS5vcmc=?=",
        "=?utf-8?q?=0D=0A=0D=0Aanother_body?=",
        "x" * 199 + "=?utf-8?q?=0D=0ABcc:_all?=",
    ],
)
def test_no_title_begins_a_header_where_it_is_decoded(title: str) -> None:
    mail = written_mail("a@example.org", "b@example.org", digest(title, Text("heading")), AT)

    read = message_from_bytes(mail.as_bytes(), policy=default)
    assert "Bcc" not in read
    assert read["Subject"] == title.replace("=?", "=？")[:200]


def test_a_mail_says_the_same_in_plain_text_and_html_and_executes_nothing() -> None:
    mail = written_mail(
        "a@example.org", "b@example.org", digest("one", Text("<b>首次响应</b>", ("by <i>noon</i>",))), AT
    )

    plain, html = (part.get_content().replace("\r\n", "\n") for part in mail.iter_parts())
    assert plain == "<b>首次响应</b>\n  by <i>noon</i>\n\nbelow\n"
    assert "<strong>&lt;b&gt;首次响应&lt;/b&gt;</strong><br>by &lt;i&gt;noon&lt;/i&gt;" in html


def test_a_mail_passes_a_server_that_takes_seven_bits() -> None:
    mail = written_mail("a@example.org", "b@example.org", digest("首次响应", Text("李娜", ("🕒 到期",))), AT)

    assert mail.as_bytes().isascii()


def test_the_same_digest_is_the_same_mail() -> None:
    first, again = (written_mail("a@example.org", "b@example.org", digest("one", Text("a")), AT) for _ in "12")

    assert first["Message-ID"] == again["Message-ID"] == f"<{'0' * 32}@example.org>"


@pytest.mark.parametrize(
    "address",
    [
        "", "li.na", "li.na@", "@example.org", "li na@example.org", "li.na@example.org\r\nBcc: x@example.org",
        "a@b@c.org", "a@example.org,b@example.org", "<a@example.org>", "Li Na <a@example.org>", '"a b"@example.org',
        "a..b@example.org", ".a@example.org", "a@-example.org", "a@example..org", "a@" + "x" * 64 + ".org",
        "x" * 65 + "@example.org", "李娜@example.org", "a@[127.0.0.1]", "a@" + "b." * 130 + "org", "a@example.org\x00",
        "=?utf-8?q?b?=@example.org", "a=?utf-8?q?=0D=0ABcc=3Ab=40x?=@example.org",
    ],
)  # fmt: skip
def test_what_is_no_plain_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="it is no mail address; allowed is one"):
        check_mail_address(address)


@pytest.mark.parametrize("address", ["li.na@example.org", "a+b@x.cn", "o'neil@mail.example.co.uk", "root@localhost"])
def test_plain_addresses_are_taken(address: str) -> None:
    check_mail_address(address)


@pytest.mark.parametrize(
    ("url", "port", "is_tls", "needs_starttls"),
    [
        ("smtp://mail.example.org", 587, False, True),
        ("smtps://mail.example.org", 465, True, False),
        ("smtp+insecure://127.0.0.1:2525", 2525, False, False),
    ],
)
def test_a_server_is_used_as_its_url_says(url: str, port: int, *, is_tls: bool, needs_starttls: bool) -> None:
    server = MailServer.read({**FROM, "FAIRLEAD_SMTP_URL": url})

    assert server is not None
    assert (server.port, server.is_tls, server.needs_starttls) == (port, is_tls, needs_starttls)


def test_a_password_comes_from_its_file_and_is_shown_by_nothing(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("hunter2\n", "utf-8")

    server = MailServer.read(
        {
            **FROM,
            "FAIRLEAD_SMTP_URL": "smtp://li%40na@mail.example.org:25",
            "FAIRLEAD_SMTP_PASSWORD_FILE": str(tmp_path / "password"),
        }
    )

    assert server is not None
    assert (server.user, server.password, server.port) == ("li@na", "hunter2", 25)
    assert "hunter2" not in repr(server)


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        (FROM, "FAIRLEAD_SMTP_FROM is set and FAIRLEAD_SMTP_URL is not: allowed are both or none"),
        ({"FAIRLEAD_SMTP_URL": "smtp://h"}, "FAIRLEAD_SMTP_FROM is ''"),
        (
            {**FROM, "FAIRLEAD_SMTP_URL": "http://h"},
            "FAIRLEAD_SMTP_URL is 'http://h'; allowed are smtp://USER@HOST:587",
        ),
        (
            {**FROM, "FAIRLEAD_SMTP_URL": "smtp://u:secret@h"},
            "FAIRLEAD_SMTP_URL holds a password: put that into a file",
        ),
        ({**FROM, "FAIRLEAD_SMTP_URL": "smtp://h:99999"}, "FAIRLEAD_SMTP_URL is no URL"),
        ({**FROM, "FAIRLEAD_SMTP_URL": "smtp://h/x"}, "FAIRLEAD_SMTP_URL is 'smtp://h/x'"),
        ({**FROM, "FAIRLEAD_SMTP_URL": "smtp://u@h"}, "FAIRLEAD_SMTP_URL names a user only where"),
        (
            {**FROM, "FAIRLEAD_SMTP_URL": "smtp://u@h", "FAIRLEAD_SMTP_PASSWORD_FILE": "/nowhere"},
            "FAIRLEAD_SMTP_PASSWORD_FILE is '/nowhere', which cannot be read",
        ),
    ],
)
def test_settings_that_do_not_go_together_are_refused_by_name(environ: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=r"is |are |holds |names ") as refused:
        MailServer.read(environ)

    assert said in str(refused.value)
    assert "secret" not in str(refused.value)


def test_without_settings_there_is_no_mail() -> None:
    assert MailServer.read({}) is None
