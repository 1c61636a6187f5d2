"""Mail: what a digest is as one, and handing it in.

A header is one line whatever a title holds, and the address is one that ``check_mail_address`` let through.

References
----------
RFC 5322 (form), RFC 5321 (codes: 4xx may pass later, 5xx will not), RFC 3207 (STARTTLS), RFC 3834 (Auto-Submitted).
"""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from notifications.attempts import AttemptStatus, DeliveryAttempt
from notifications.mail_addresses import check_mail_address
from notifications.messages.mail_connection import Ending, MailConnection, TlsMailConnection
from notifications.messages.mail_server import MailServer
from notifications.messages.texts import Digest, one_line

WHOLE_S = 30.0
"""For a whole try, in seconds: no thread of one goes on for longer, but to look up the server's name."""
LIMIT = 200
"""Messages in one mail."""
_MAX_SUBJECT = 200
_SEVEN_BIT = SMTP.clone(cte_type="7bit")
"""For servers that never said that they take eight bits (RFC 6152): nobody asks them."""
_PERMANENT = 500


class Mailer:
    """Hands mails in.

    Parameters
    ----------
    server
        Where.
    context
        Whose certificates are trusted; None: as this machine does.
    whole_s
        How long a try may take, in seconds.
    """

    def __init__(self, server: MailServer, context: ssl.SSLContext | None = None, whole_s: float = WHOLE_S) -> None:
        self._server = server
        self._whole_s = whole_s
        self._context = context

    async def send(self, address: str, digest: Digest, at_ms: int) -> DeliveryAttempt:
        """Send a digest as a mail of an instant, in milliseconds since 1970."""
        try:
            check_mail_address(address)
        except ValueError:
            return DeliveryAttempt(AttemptStatus.REFUSED, "ADDRESS_REFUSED")
        written = written_mail(self._server.sender, address, digest, at_ms)
        ending = Ending()
        handing_in = asyncio.to_thread(self._hand_in, address, written, ending)
        try:
            return await asyncio.wait_for(handing_in, self._whole_s)
        except TimeoutError:
            return DeliveryAttempt(AttemptStatus.RETRY, "TIMEOUT")
        finally:
            ending.end()

    def _hand_in(self, address: str, mail: EmailMessage, ending: Ending) -> DeliveryAttempt:
        """Hand a mail in; not where the try is over by the time the server is ready for it."""
        try:
            with self._connected(ending) as smtp:
                if refusal := self._prepare(smtp):
                    return refusal
                if ending.is_over:
                    return DeliveryAttempt(AttemptStatus.RETRY, "TIMEOUT")
                smtp.send_message(mail, self._server.sender, [address])
                return DeliveryAttempt(AttemptStatus.DELIVERED, "250")
        except smtplib.SMTPRecipientsRefused as error:
            return _of_code(error.recipients[address][0])
        except smtplib.SMTPDataError as error:
            return _of_code(error.smtp_code)
        except smtplib.SMTPAuthenticationError:
            # the operator's fault, and nobody's whom the mail is for
            return DeliveryAttempt(AttemptStatus.RETRY, "LOGIN_REFUSED")
        except smtplib.SMTPResponseException as error:
            return DeliveryAttempt(AttemptStatus.RETRY, f"SMTP_{error.smtp_code}")
        except smtplib.SMTPException:
            return DeliveryAttempt(AttemptStatus.RETRY, "ANSWER_NOT_SMTP")
        except ssl.SSLError:
            return DeliveryAttempt(AttemptStatus.RETRY, "TLS_FAILED")
        except TimeoutError:
            return DeliveryAttempt(AttemptStatus.RETRY, "TIMEOUT")
        except OSError:
            return DeliveryAttempt(AttemptStatus.RETRY, "NOT_CONNECTED")
        finally:
            ending.release()

    def _connected(self, ending: Ending) -> smtplib.SMTP:
        server = self._server
        if server.is_tls:
            return TlsMailConnection(server.host, server.port, ending, self._tls())
        return MailConnection(server.host, server.port, ending)

    def _prepare(self, smtp: smtplib.SMTP) -> DeliveryAttempt | None:
        """Go over to TLS and log in, as the server is to be used; return how the try ended, if it did."""
        smtp.ehlo_or_helo_if_needed()
        if self._server.needs_starttls:
            if not smtp.has_extn("starttls"):
                return DeliveryAttempt(AttemptStatus.RETRY, "STARTTLS_NOT_OFFERED")
            smtp.starttls(context=self._tls())
            smtp.ehlo()
        if self._server.user:
            smtp.login(self._server.user, self._server.password)
        return None

    def _tls(self) -> ssl.SSLContext:
        return self._context or ssl.create_default_context()


def written_mail(sender: str, address: str, digest: Digest, at_ms: int) -> EmailMessage:
    """Write a digest as a mail: plain text, and the same as HTML."""
    shown = digest.first(LIMIT)
    mail = EmailMessage(policy=_SEVEN_BIT)
    mail["From"] = sender
    mail["To"] = address
    mail["Subject"] = _unencoded(one_line(shown.title))[:_MAX_SUBJECT]
    mail["Date"] = format_datetime(datetime.fromtimestamp(at_ms / 1000, UTC))
    mail["Message-ID"] = f"<{digest.id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(_plain(shown))
    mail.add_alternative(_html(shown), subtype="html")
    return mail


def _unencoded(title: str) -> str:
    """Return a title in which nothing is read as an encoded word (RFC 2047): decoded, that may hold line breaks."""
    return title.replace("=?", "=？")


def _plain(digest: Digest) -> str:
    messages = ["\n".join([message.title, *(f"  {line}" for line in message.lines)]) for message in digest.messages]
    return "\n\n".join([*messages, *digest.below]) + "\n"


def _html(digest: Digest) -> str:
    blocks = [
        f"<p><strong>{escape(message.title)}</strong>{''.join(f'<br>{escape(line)}' for line in message.lines)}</p>"
        for message in digest.messages
    ]
    below = [f"<p><small>{escape(line)}</small></p>" for line in digest.below]
    return "\n".join(["<!DOCTYPE html>", "<html><body>", *blocks, *below, "</body></html>", ""])


def _of_code(code: int) -> DeliveryAttempt:
    return DeliveryAttempt(AttemptStatus.REFUSED if code >= _PERMANENT else AttemptStatus.RETRY, f"SMTP_{code}")
