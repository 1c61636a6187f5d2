"""Tokens: what is believed, for how long, and what is not."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from failures import Unauthenticated
from gateway.auth.jwks import KeyRing, parsed
from gateway.auth.principals import Principal, Role
from gateway.auth.tokens import LEEWAY_S, REMEMBERED_S, Tokens
from gateway.calls.call import Call, Method
from gateway.errors import KeysUnavailable
from tests.identities import AUDIENCE, ISSUER, public_entry, signing_key, token, write_jwks

SOMEWHERE = Method("made.up/Call", (), "")


class Shown:
    """A context that shows an authorization header."""

    def __init__(self, header: str) -> None:
        self._header = header

    def invocation_metadata(self) -> tuple[tuple[str, str], ...]:
        return (("authorization", self._header),) if self._header else ()


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, at: float) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


def call_with(header: str) -> Call:
    context: Any = Shown(header)
    return Call(SOMEWHERE, None, context)


@pytest.fixture
def jwks(tmp_path: Path) -> Path:
    return Path(write_jwks(tmp_path / "jwks.json"))


@pytest.fixture
def identify(jwks: Path) -> Callable[[str], Any]:
    return lambda header: Tokens(KeyRing(str(jwks)), ISSUER, AUDIENCE).identify(call_with(header))


async def test_a_valid_token_says_who_calls(identify: Callable[[str], Any]) -> None:
    shown = token("anna", ["manager", "unheard-of"], ["acme", "beta"])

    principal = await identify(f"Bearer {shown}")

    assert principal == Principal("anna", frozenset({Role.MANAGER}), frozenset({"acme", "beta"}))


async def test_no_token_says_nothing(identify: Callable[[str], Any]) -> None:
    assert await identify("") is None


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer ", "Bearer a.b.c", "Bearer " + "x" * 9_000])
async def test_what_is_no_token_is_refused(identify: Callable[[str], Any], header: str) -> None:
    with pytest.raises(Unauthenticated):
        await identify(header)


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1},
        {"exp": None},
        {"exp": "soon"},
        {"exp": True},
        {"exp": float("inf")},
        {"exp": float("nan")},
        {"exp": 10**400},
        {"nbf": 2**40},
        {"nbf": -(10**400)},
        {"iss": "https://elsewhere.test"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"sub": ""},
        {"sub": None},
        {"sub": "x" * 300},
        {"sub": "two\nlines"},
        {"roles": 7},
        {"tenants": [7]},
        {"rep": ["li-na"]},
    ],
    ids=str,
)
async def test_a_signed_token_that_says_the_wrong_things_is_refused(
    identify: Callable[[str], Any], claims: dict[str, Any]
) -> None:
    shown = token(**claims)

    with pytest.raises(Unauthenticated) as refusal:
        await identify(f"Bearer {shown}")

    assert shown not in str(refusal.value)


@pytest.mark.parametrize("header", [{"alg": []}, {"alg": {}}, {"alg": "ES256", "kid": []}, {}, [], None])
async def test_a_header_of_another_form_is_refused(identify: Callable[[str], Any], header: object) -> None:
    written = base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")

    with pytest.raises(Unauthenticated):
        await identify(f"Bearer {written}.e30.AAAA")


async def test_a_signature_that_is_not_the_keys_is_refused(identify: Callable[[str], Any]) -> None:
    body, _, _ = token("anna", ["manager"], ["*"]).rpartition(".")
    _, _, signature = token("anna", ["rep"], ["acme"]).rpartition(".")

    with pytest.raises(Unauthenticated, match="not valid"):
        await identify(f"Bearer {body}.{signature}")


async def test_a_key_that_is_not_known_is_refused(identify: Callable[[str], Any]) -> None:
    with pytest.raises(Unauthenticated, match="not known"):
        await identify(f"Bearer {token(kid='unknown')}")


async def test_an_unsigned_token_is_refused(identify: Callable[[str], Any]) -> None:
    claims = jwt.decode(token("anna", ["manager"], ["*"]), options={"verify_signature": False})
    unsigned = jwt.encode(claims, "", "none", headers={"kid": "one"})

    with pytest.raises(Unauthenticated, match="algorithm"):
        await identify(f"Bearer {unsigned}")


async def test_the_public_key_is_no_shared_secret(identify: Callable[[str], Any]) -> None:
    public = signing_key().public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )  # fmt: skip
    header, claims = ({"alg": "HS256", "kid": "one"}, {"sub": "anna"})
    forged = ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims)
    )
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(forged.encode(), public)

    with pytest.raises(Unauthenticated, match="algorithm"):
        await identify(f"Bearer {forged}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}")


async def test_a_token_counts_until_it_expires_though_it_is_remembered(jwks: Path) -> None:
    clock = Clock(1_000_000.0)
    tokens = Tokens(KeyRing(str(jwks)), ISSUER, AUDIENCE, now=clock)
    call = call_with(f"Bearer {token(exp=1_000_010)}")
    assert await tokens.identify(call)

    clock.at += 10 + LEEWAY_S - 1
    assert await tokens.identify(call)

    clock.at += 2
    with pytest.raises(Unauthenticated, match="expired"):
        await tokens.identify(call)


async def test_a_key_taken_away_stops_counting_within_a_minute(jwks: Path) -> None:
    clock = Clock(1_000_000.0)
    tokens = Tokens(KeyRing(str(jwks)), ISSUER, AUDIENCE, now=clock)
    call = call_with(f"Bearer {token(exp=2_000_000)}")
    await tokens.identify(call)

    write_jwks(jwks, "two")
    clock.at += REMEMBERED_S + 1

    with pytest.raises(Unauthenticated, match="not known"):
        await tokens.identify(call)
    assert await tokens.identify(call_with(f"Bearer {token(kid='two', exp=2_000_000)}"))


async def test_an_address_is_asked_again_for_an_unknown_key_but_not_at_every_call() -> None:
    clock, addresses = Clock(0.0), list[str]()

    def fetch(source: str) -> bytes:
        addresses.append(source)
        return _set("one")

    ring = KeyRing("https://issuer.test/keys", now=clock, fetch=fetch)
    for _ in range(5):
        with pytest.raises(Unauthenticated):
            await ring.find("two")

    assert len(addresses) == 1
    clock.at += 11
    with pytest.raises(Unauthenticated):
        await ring.find("two")
    assert len(addresses) == 2


async def test_known_keys_count_while_the_address_does_not_answer() -> None:
    clock, down = Clock(0.0), list[bool]()

    def fetch(_: str) -> bytes:
        if down:
            raise ValueError("no answer")
        return _set("one")

    ring = KeyRing("https://issuer.test/keys", now=clock, fetch=fetch)
    ring.load()
    down.append(True)
    clock.at += 3600

    assert (await ring.find("one")).key_id == "one"
    clock.at += 3600
    with pytest.raises(KeysUnavailable):
        await ring.find("two")


def _set(kid: str) -> bytes:
    return json.dumps({"keys": [public_entry(kid)]}).encode()


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b"", "no JSON Web Key Set"),
        (b"[]", "no JSON Web Key Set"),
        (b'{"keys": []}', "no key of use"),
        (b'{"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "one"}]}', "holds a secret"),
        (json.dumps({"keys": [{**public_entry(), "d": "c2VjcmV0"}]}).encode(), "holds a secret"),
        (json.dumps({"keys": [{**public_entry(), "use": "enc"}]}).encode(), "no key of use"),
        (json.dumps({"keys": [{**public_entry(), "alg": "HS256"}]}).encode(), "no JSON Web Key Set"),
    ],
)
def test_a_key_set_that_could_sign_is_refused(document: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parsed(document)


def test_rsa_keys_count_too() -> None:
    key = rsa.generate_private_key(65537, 2048).public_key()
    entry = {**jwt.algorithms.RSAAlgorithm.to_jwk(key, as_dict=True), "kid": "rsa"}

    assert parsed(json.dumps({"keys": [entry]}).encode())["rsa"].algorithm_name == "RS256"
