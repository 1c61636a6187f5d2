"""Who tests pretend to be: keys, tokens and certificates, made once a session."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.settings import Security

ISSUER, AUDIENCE = "https://issuer.test", "fairlead-test"


@cache
def signing_key(kid: str = "one") -> ec.EllipticCurvePrivateKey:
    """Return a session's key of a name."""
    return ec.generate_private_key(ec.SECP256R1())


def public_entry(kid: str = "one") -> dict[str, Any]:
    """Return the public half of a key as a JWKS holds it."""
    entry: dict[str, Any] = jwt.algorithms.ECAlgorithm.to_jwk(signing_key(kid).public_key(), as_dict=True)
    return {**entry, "kid": kid, "alg": "ES256", "use": "sig"}


def write_jwks(path: Path, *kids: str) -> str:
    """Write a key set and return its name."""
    path.write_text(json.dumps({"keys": [public_entry(kid) for kid in kids or ("one",)]}), "utf-8")
    return str(path)


def token(sub: str = "somebody", roles: Any = (), tenants: Any = (), kid: str = "one", **other: Any) -> str:
    """Sign a token; ``other`` claims replace the usual ones, None leaves one out."""
    now = int(time.time())
    usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": sub, "iat": now, "exp": now + 600}
    claims = {**usual, "roles": roles, "tenants": tenants, **other}
    kept = {claim: value for claim, value in claims.items() if value is not None}
    return jwt.encode(kept, signing_key(kid), "ES256", headers={"kid": kid})


def bearer(*args: Any, **claims: Any) -> list[tuple[str, str]]:
    """Sign a token and return the metadata that shows it."""
    return [("authorization", f"Bearer {token(*args, **claims)}")]


def security(folder: Path, **other: Any) -> Security:
    """Return settings under which these tokens count."""
    return Security(jwks=write_jwks(folder / "jwks.json"), issuer=ISSUER, audience=AUDIENCE, **other)


@dataclass(frozen=True)
class Certificate:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    def write(self, folder: Path, name: str) -> tuple[str, str]:
        """Write both, PEM, and return their names."""
        paths = folder / f"{name}.pem", folder / f"{name}-key.pem"
        paths[0].write_bytes(self.pem)
        paths[1].write_bytes(self.key_pem)
        return str(paths[0]), str(paths[1])

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


@cache
def authority(name: str) -> Certificate:
    """Return a session's authority of a name."""
    return _signed(name, (), None)


def certificate(name: str, *uris: str, by: str = "authority") -> Certificate:
    """Let an authority sign a certificate for localhost, with URIs among its names."""
    return _signed(name, [x509.DNSName("localhost"), *map(x509.UniformResourceIdentifier, uris)], authority(by))


def _signed(name: str, others: Sequence[x509.GeneralName], by: Certificate | None) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder(by.certificate.subject if by else subject, subject, key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
    )
    if others:
        builder = builder.add_extension(x509.SubjectAlternativeName(others), critical=False)
    return Certificate(builder.sign(by.key if by else key, hashes.SHA256()), key)
