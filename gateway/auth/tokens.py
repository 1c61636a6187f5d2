"""Bearer tokens: who calls, shown by a signed JWT.

Checked are the signature (asymmetric algorithms only, and only the key's own), issuer, audience, expiry and start. What
was verified holds for up to a minute without being verified again, and never beyond its expiry: a signature costs as
much as a routed lead.

References
----------
RFC 7519, "JSON Web Token (JWT)"; RFC 8725, "JSON Web Token Best Current Practices".
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import jwt

from failures import Unauthenticated
from gateway.auth.jwks import ALGORITHMS, KeyRing
from gateway.auth.principals import Principal, principal_of
from gateway.calls.call import Call

REMEMBERED_S = 60.0
LEEWAY_S = 30.0
"""How far clocks may differ."""
_LATEST_S = 253_402_300_799
_MOST_REMEMBERED = 10_000
_LONGEST = 8_192
_CHECKS: Any = {"require": ["exp", "iss", "aud", "sub"], "verify_exp": False, "verify_nbf": False, "verify_iat": False}
"""Times are left to us: the library reads a clock of its own, which tests could not move."""


class Tokens:
    """Tells principals by their tokens.

    Parameters
    ----------
    keys
        What tokens are signed with.
    issuer, audience
        What ``iss`` and ``aud`` must say.
    now
        A clock in seconds since 1970.
    """

    def __init__(self, keys: KeyRing, issuer: str, audience: str, now: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._now = now
        self._verified: dict[str, tuple[Principal, float]] = {}

    async def identify(self, call: Call) -> Principal | None:
        """Return who calls; None if they show no token.

        Raises
        ------
        Unauthenticated
            If the token is not valid.
        KeysUnavailable
            If it cannot be verified now.
        """
        header = call.header("authorization")
        if not header:
            return None
        principal, until = self._verified.get(header, (None, 0.0))
        if principal is not None and self._now() < until:
            return principal
        principal, until = await self._verify(header)
        if len(self._verified) >= _MOST_REMEMBERED:
            self._verified.clear()
        self._verified[header] = principal, min(until, self._now() + REMEMBERED_S)
        return principal

    async def _verify(self, header: str) -> tuple[Principal, float]:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or len(token) > _LONGEST:
            raise Unauthenticated("authorization must be Bearer, a blank and a token")
        try:
            claims = await self._claims(token)
            name, rep, pools = claims["sub"], claims.get("rep", ""), claims.get("pools")
            principal = principal_of(name, claims.get("roles", []), claims.get("tenants", []), rep, pools)
        except jwt.PyJWTError as error:
            raise Unauthenticated(f"the token is not valid: {error}") from None
        except ValueError as error:
            raise Unauthenticated(f"the token is signed but cannot be read: {error}") from None
        until = claims["exp"] + LEEWAY_S
        return replace(principal, until=until), until

    async def _claims(self, token: str) -> Mapping[str, Any]:
        header = jwt.get_unverified_header(token)
        if str(header.get("alg")) not in ALGORITHMS:  # a stranger wrote it, and need not have written a text
            raise Unauthenticated(f"the token's algorithm must be one of {', '.join(sorted(ALGORITHMS))}")
        key = await self._keys.find(header.get("kid", ""))
        claims = jwt.decode(
            token, key, [key.algorithm_name], audience=self._audience, issuer=self._issuer, leeway=LEEWAY_S,
            options=_CHECKS,
        )  # fmt: skip
        self._check_time(claims)
        return claims

    def _check_time(self, claims: Mapping[str, Any]) -> None:
        """Check expiry and start."""
        for name, sign in (("exp", 1), ("nbf", -1)):
            instant = claims.get(name, 0 if name == "nbf" else None)
            if isinstance(instant, bool) or not isinstance(instant, int | float) or not 0 <= instant <= _LATEST_S:
                raise Unauthenticated(f"the token's {name} must be seconds since 1970, before the year 10000")
            if sign * (self._now() - instant) > LEEWAY_S:
                raise Unauthenticated("the token has expired" if name == "exp" else "the token is not valid yet")
