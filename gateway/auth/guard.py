"""Who comes in: identity, then role and tenant, then rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from failures import PermissionDenied, Unauthenticated
from gateway.auth.permissions import GRANTS, Grant, Scope
from gateway.auth.principals import ALL_TENANTS, Principal, Role
from gateway.calls.call import Call
from gateway.errors import UnnamedTenant
from gateway.rate_limits import Limit

_NOBODY_MAY = Grant(Scope.SERVER, frozenset())


class Authenticator(Protocol):
    """A way to show who one is."""

    async def identify(self, call: Call) -> Principal | None:
        """Return who calls; None if they do not show it this way."""


class Authorizer:
    """Decides who comes in.

    Parameters
    ----------
    identities
        How callers may show who they are, the first that they use counts; none: they are not asked.
    per_principal, per_tenant
        How many calls they may make; None: as many as they like.
    grants
        Who may call what.
    """

    def __init__(
        self,
        identities: Sequence[Authenticator],
        per_principal: Limit | None = None,
        per_tenant: Limit | None = None,
        grants: Mapping[str, Grant] = GRANTS,
    ) -> None:
        self._identities = tuple(identities)
        self._per_principal = per_principal
        self._per_tenant = per_tenant
        self._grants = grants

    async def admit(self, call: Call) -> None:
        """Find out who calls, and whether they may call this at all."""
        grant = self._grants.get(call.method, _NOBODY_MAY)
        if not self._identities or self._is_open(call):
            return
        principal = await self._identified(call)
        call.principal = principal
        roles = principal.roles & grant.roles
        is_rep = grant.own and Role.REP in principal.roles and bool(principal.rep)
        if roles == {Role.MANAGER} and principal.pools is not None:
            if grant.by_pool:
                call.only_pools, call.own_rep = principal.pools, principal.rep if is_rep else ""
                return
            roles = frozenset()
        if not roles:
            if not is_rep:
                raise PermissionDenied(f"{principal.name} may not call {call.method}: {_wanted(grant, principal)}")
            call.only_rep = principal.rep

    def enter(self, call: Call) -> None:
        """Check that what the request is about is the caller's."""
        tenant = call.tenant
        if call.principal is not None:
            self._check(call, call.principal, tenant)
            if self._per_principal is not None:
                self._per_principal.take(call.principal.name, call.size)
        if self._per_tenant is not None and tenant and not self._is_open(call):  # strangers must not use it up
            self._per_tenant.take(tenant, call.size)

    def _is_open(self, call: Call) -> bool:
        return self._grants.get(call.method, _NOBODY_MAY).scope is Scope.OPEN

    async def _identified(self, call: Call) -> Principal:
        for identity in self._identities:
            principal = await identity.identify(call)
            if principal is not None:
                return principal
        raise Unauthenticated("the call shows neither a token nor a certificate that says who makes it")

    def _check(self, call: Call, principal: Principal, tenant: str) -> None:
        scope = self._grants[call.method].scope
        if tenant:
            if not principal.may_touch(tenant):
                raise PermissionDenied(f"{principal.name} may not touch tenants/{tenant[:80]}")
        elif scope is Scope.SERVER and ALL_TENANTS not in principal.tenants:
            raise PermissionDenied(f"{call.method} is about what all tenants share: it takes tenants *")
        elif scope is Scope.TENANT or (scope is Scope.TENANT_OR_NONE and call.resource):
            raise UnnamedTenant(call.resource_field, call.resource)


def _wanted(grant: Grant, principal: Principal) -> str:
    if principal.pools is not None and Role.MANAGER in principal.roles & grant.roles:
        return f"it is about more than the pools that they see alone: {', '.join(sorted(principal.pools)) or 'none'}"
    roles = sorted(grant.roles) + (["rep"] if grant.own else [])
    return f"it takes a role of {', '.join(roles)}" if roles else "nobody may"
