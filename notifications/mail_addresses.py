"""What a mail address may be: one, of the plain form, so that nothing else can stand in it."""

from __future__ import annotations

import re

_MAX_ADDRESS = 254
_ADDRESS = re.compile(
    r"(?!.*=\?)"  # what is read as an encoded word, RFC 2047, and says another address
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64}(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,64})*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)


def check_mail_address(address: str) -> None:
    """Insist on one mail address of the plain form, as RFC 5321 has it without quotes.

    Raises
    ------
    ValueError
        Saying what is allowed, and not what was found, which may be personal.
    """
    if len(address) > _MAX_ADDRESS or not _ADDRESS.fullmatch(address) or address.index("@") > 64:
        raise ValueError("it is no mail address; allowed is one, NAME@HOST, of up to 254 ASCII characters")
