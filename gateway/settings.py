"""What an operator can choose about who calls, and what is refused: to be open off the machine, unless by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import grpc

from gateway.auth.exposure import insecure_from, is_address, is_loopback
from gateway.auth.guard import Authenticator, Authorizer
from gateway.auth.tls import CertificateFiles
from gateway.rate_limits import Limit

_FASTEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Security:
    """What an operator can choose.

    Parameters
    ----------
    tls_cert, tls_key
        Files, PEM; empty: connections are open.
    client_ca
        File, PEM: who may sign clients' certificates; empty: clients need none.
    principals
        File that names the holders of clients' certificates.
    jwks
        File or ``https://`` address of the keys that tokens are signed with.
    issuer, audience
        What tokens must say.
    principal_calls_per_s, tenant_calls_per_s
        How many calls they may make; 0: as many as they like.
    personal
        Fields that are personal whatever a rule set says.
    insecure
        What was asked for by name, see `gateway.auth.exposure`.
    """

    tls_cert: str = ""
    tls_key: str = ""
    client_ca: str = ""
    principals: str = ""
    jwks: str = ""
    issuer: str = ""
    audience: str = ""
    principal_calls_per_s: float = 0.0
    tenant_calls_per_s: float = 0.0
    personal: frozenset[str] = frozenset()
    insecure: frozenset[str] = frozenset()

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """Read the environment.

        Raises
        ------
        ValueError
            Naming the variable, the value found and the values allowed.
        """
        named = {name: environ.get(variable, "") for name, variable in _FILES.items()}
        _check_together(named)
        if "://" in named["jwks"] and not _is_safe(named["jwks"]):
            raise ValueError(f"FAIRLEAD_JWKS is {named['jwks']!r}; allowed are a file and an https:// address")
        rates = [_rate(environ, f"FAIRLEAD_{whose}_CALLS_PER_S") for whose in ("PRINCIPAL", "TENANT")]
        personal = personal_from(environ)
        insecure = insecure_from(environ)
        return cls(
            **named, principal_calls_per_s=rates[0], tenant_calls_per_s=rates[1], personal=personal, insecure=insecure
        )

    def check_listen(self, listen: str, named: str = "") -> None:
        """Refuse what is no address, and to be reached from elsewhere unless calls are encrypted and callers known.

        Parameters
        ----------
        named
            What the operator wrote; empty: ``--listen`` with the address.

        Raises
        ------
        ValueError
            Saying what is allowed, or what to set.
        """
        named = named or f"--listen {listen}"
        if not is_address(listen):
            raise ValueError(f"{named}: must be HOST:PORT, e.g. 127.0.0.1:50051, the port from 0 to 65535")
        if is_loopback(listen):
            return
        if not self.tls_cert and "no-tls" not in self.insecure:
            raise ValueError(
                f"{named} can be reached from other machines, and calls are not encrypted: set "
                "FAIRLEAD_TLS_CERT and FAIRLEAD_TLS_KEY, or FAIRLEAD_INSECURE=no-tls if something before it encrypts"
            )
        if not self.knows_callers and "no-auth" not in self.insecure:
            raise ValueError(
                f"{named} can be reached from other machines, and callers are not asked who they are: set "
                "FAIRLEAD_JWKS, or FAIRLEAD_TLS_CLIENT_CA and FAIRLEAD_PRINCIPALS, or FAIRLEAD_INSECURE=no-auth if "
                "everybody who can reach it may do everything"
            )

    @property
    def knows_callers(self) -> bool:
        """Whether callers are asked who they are."""
        return bool(self.jwks or self.principals)

    @property
    def described(self) -> str:
        """Tell an operator in a few words."""
        callers = "callers are known" if self.knows_callers else "anybody may call"
        return f"{'encrypted' if self.tls_cert else 'not encrypted'}, {callers}"

    def authorizer(self) -> Authorizer | None:
        """Make what decides who comes in; None if everybody may, as often as they like.

        Raises
        ------
        ValueError
            If keys or principals cannot be read.
        """
        identities: list[Authenticator] = []
        if self.jwks:
            from gateway.auth.jwks import KeyRing  # cryptography: only who asks for tokens waits for it
            from gateway.auth.tokens import Tokens

            keys = KeyRing(self.jwks)
            keys.load()
            identities.append(Tokens(keys, self.issuer, self.audience))
        if self.principals:
            from gateway.auth.client_certificates import Certificates, read_principals

            identities.append(Certificates(read_principals(Path(self.principals))))
        per_principal = Limit(self.principal_calls_per_s, "principal") if self.principal_calls_per_s else None
        per_tenant = Limit(self.tenant_calls_per_s, "tenant") if self.tenant_calls_per_s else None
        return Authorizer(identities, per_principal, per_tenant) if identities or per_tenant else None

    def credentials(self) -> grpc.ServerCredentials | None:
        """Make what the port is opened with; None: it is open.

        Raises
        ------
        ValueError
            If a file cannot be read.
        """
        files = self.certificate_files()
        return files.credentials() if files else None

    def certificate_files(self) -> CertificateFiles | None:
        """Return the files that connections are encrypted by; None: they are open.

        Raises
        ------
        ValueError
            If one cannot be read.
        """
        return CertificateFiles(self.tls_cert, self.tls_key, self.client_ca) if self.tls_cert else None


def personal_from(environ: Mapping[str, str]) -> frozenset[str]:
    """Read which fields are personal whatever a rule set says."""
    return frozenset(environ.get("FAIRLEAD_PERSONAL_FIELDS", "").replace(",", " ").split())


OPEN = Security()
"""Anybody may call, unencrypted: for this machine alone."""

_FILES = {
    "tls_cert": "FAIRLEAD_TLS_CERT",
    "tls_key": "FAIRLEAD_TLS_KEY",
    "client_ca": "FAIRLEAD_TLS_CLIENT_CA",
    "principals": "FAIRLEAD_PRINCIPALS",
    "jwks": "FAIRLEAD_JWKS",
    "issuer": "FAIRLEAD_TOKEN_ISSUER",
    "audience": "FAIRLEAD_TOKEN_AUDIENCE",
}
VARIABLES = (
    *_FILES.values(),
    "FAIRLEAD_PRINCIPAL_CALLS_PER_S",
    "FAIRLEAD_TENANT_CALLS_PER_S",
    "FAIRLEAD_PERSONAL_FIELDS",
    "FAIRLEAD_INSECURE",
)
"""All that is read here."""
_NEEDS = {
    "tls_cert": ("tls_key",),
    "tls_key": ("tls_cert",),
    "client_ca": ("tls_cert",),
    "principals": ("client_ca",),
    "jwks": ("issuer", "audience"),
    "issuer": ("jwks",),
    "audience": ("jwks",),
}
"""What makes no sense alone, and beside what it does."""


def _check_together(named: Mapping[str, str]) -> None:
    for name, needed in _NEEDS.items():
        missing = [_FILES[other] for other in needed if not named[other]]
        if named[name] and missing:
            raise ValueError(f"{_FILES[name]} is {named[name]!r}; allowed only with {' and '.join(missing)}")
    if named["client_ca"] and not (named["principals"] or named["jwks"]):
        raise ValueError(
            f"FAIRLEAD_TLS_CLIENT_CA is {named['client_ca']!r}; allowed only with FAIRLEAD_PRINCIPALS, "
            "which says who holds the certificates, or FAIRLEAD_JWKS"
        )


def _rate(environ: Mapping[str, str], variable: str) -> float:
    text = environ.get(variable, "")
    try:
        rate = float(text) if text else 0.0
    except ValueError:
        rate = -1.0
    if not (rate == 0 or 1e-3 <= rate <= _FASTEST):
        raise ValueError(f"{variable} is {text!r}; allowed are 0.001 to {_FASTEST} calls a second, or 0: no limit")
    return rate


def _is_safe(address: str) -> bool:
    scheme, _, rest = address.partition("://")
    return scheme == "https" or (scheme == "http" and is_loopback(rest.partition("/")[0]))
