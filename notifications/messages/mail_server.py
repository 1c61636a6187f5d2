"""The operator's mail server, as settings name it.

::

    smtp://user@mail.example.org:587        STARTTLS, without which nothing is sent
    smtps://user@mail.example.org           TLS from the first byte, port 465
    smtp+insecure://127.0.0.1:2525          neither: for a server on this machine, or in a network that one trusts
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from notifications.mail_addresses import check_mail_address

URL, PASSWORD_FILE, FROM = "FAIRLEAD_SMTP_URL", "FAIRLEAD_SMTP_PASSWORD_FILE", "FAIRLEAD_SMTP_FROM"
_PORTS = {"smtp": 587, "smtps": 465, "smtp+insecure": 25}
_FORMS = "smtp://USER@HOST:587, smtps://USER@HOST or smtp+insecure://HOST:25"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in.

    Parameters
    ----------
    is_tls, needs_starttls
        Whether it speaks TLS from the first byte, or is asked to go over to it; neither: it is insecure by name.
    user
        Empty: nobody logs in.
    sender
        Whom mails are from.
    """

    host: str
    port: int
    is_tls: bool
    needs_starttls: bool
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> MailServer | None:
        """Read the environment; None: there is no mail.

        Raises
        ------
        ValueError
            Naming the variable, and what is allowed; a password is not repeated.
        """
        url = environ.get(URL, "")
        if not url:
            for name in (PASSWORD_FILE, FROM):
                if environ.get(name):
                    raise ValueError(f"{name} is set and {URL} is not: allowed are both or none")
            return None
        scheme, host, port, user = _parts(url)
        sender = environ.get(FROM, "")
        try:
            check_mail_address(sender)
        except ValueError as error:
            raise ValueError(f"{FROM} is {sender!r}: {error}") from None
        password = _password(environ.get(PASSWORD_FILE, ""))
        if bool(user) != bool(password):
            raise ValueError(
                f"{URL} names a user only where {PASSWORD_FILE} names their password, and the other way round"
            )
        return cls(host, port, scheme == "smtps", scheme == "smtp", sender, user, password)


def _parts(url: str) -> tuple[str, str, int, str]:
    """Return scheme, host, port and user of a URL."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(f"{URL} is no URL; allowed are {_FORMS}") from None
    if parts.password is not None:
        raise ValueError(f"{URL} holds a password: put that into a file, and name it in {PASSWORD_FILE}")
    is_bare = parts.path in ("", "/") and not parts.query and not parts.fragment
    if parts.scheme not in _PORTS or not parts.hostname or not is_bare:
        raise ValueError(f"{URL} is {url!r}; allowed are {_FORMS}")
    return parts.scheme, parts.hostname, port or _PORTS[parts.scheme], unquote(parts.username or "")


def _password(path: str) -> str:
    if not path:
        return ""
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ValueError(f"{PASSWORD_FILE} is {path!r}, which cannot be read: {why}") from None
