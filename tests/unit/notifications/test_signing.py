"""Signatures, as another library verifies them."""

from __future__ import annotations

import time
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from notifications.secrets import new_signing_secret, signing_key
from notifications.signing import signed_headers


def test_another_library_verifies_what_is_signed_with_any_of_its_secrets() -> None:
    older, newer, stranger, body = (
        new_signing_secret(),
        new_signing_secret(),
        new_signing_secret(),
        '{"id": "7", "名": "王"}'.encode(),
    )

    headers = signed_headers("acme-7-crm", int(time.time()), body, [signing_key(newer), signing_key(older)])

    for secret in (older, newer):
        assert Webhook(secret).verify(body, headers)["id"] == "7"
    with pytest.raises(WebhookVerificationError):
        Webhook(stranger).verify(body, headers)


def test_another_library_refuses_another_body_and_a_stale_instant() -> None:
    secret, body = new_signing_secret(), b'{"id": 1}'
    now_s = int(time.time())

    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(b'{"id": 2}', signed_headers("a-1-b", now_s, body, [signing_key(secret)]))
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, signed_headers("a-1-b", now_s - 3600, body, [signing_key(secret)]))


@given(st.binary(min_size=24, max_size=64), st.binary(max_size=200).map(b64encode))
def test_every_secret_of_the_form_signs(key: bytes, content: bytes) -> None:
    secret, body = "whsec_" + b64encode(key).decode(), b'{"c": "' + content + b'"}'

    assert Webhook(secret).verify(body, signed_headers("a-1-b", int(time.time()), body, [signing_key(secret)]))


@pytest.mark.parametrize(
    "secret",
    ["", "whsec_", "whsec_c2hvcnQ=", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3", "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3!",
     "whsec_" + b64encode(b"x" * 23).decode(), "whsec_" + b64encode(b"x" * 65).decode(), "whsec_ÄÄÄÄ",
     "whsec_MDEyMzQ1Njc4OWFiY2Rl\nZjAxMjM0NTY3"],
)  # fmt: skip
def test_a_secret_of_another_form_is_refused_and_not_repeated(secret: str) -> None:
    with pytest.raises(ValueError, match="24 to 64 bytes in base64") as refused:
        signing_key(secret)

    assert not secret.removeprefix("whsec_") or secret.removeprefix("whsec_") not in str(refused.value)
