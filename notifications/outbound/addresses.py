"""Where tenants may have something sent: nobody reaches inside. Pure.

References
----------
IANA, "IPv4 and IPv6 Special-Purpose Address Registries"; RFC 3056 (6to4); RFC 4380 (Teredo); RFC 6052 and RFC 8215
(NAT64); RFC 5214 (ISATAP).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from failures import shown

HTTPS_PORT = 443
MAX_URL_LENGTH = 2048
_MAX_HOST, _MAX_LABEL = 253, 63
_LABEL = re.compile("[a-z0-9_-]+")
NETWORKS = "FAIRLEAD_WEBHOOK_NETWORKS"

_WITHIN = f"within the networks alone that an operator names in {NETWORKS}"

Network = IPv4Network | IPv6Network
_Address = IPv4Address | IPv6Address

_NAT64 = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
_SITE_LOCAL = ip_network("fec0::/10")
_COMPATIBLE = ip_network("::/96")
"""What was once IPv4 within IPv6."""
_ISATAP = frozenset({0x0000_5EFE, 0x0200_5EFE})
"""What stands before the IPv4 address in the lower half of an address of RFC 5214."""
_INSIDE = tuple(
    map(
        ip_network,
        (
            "168.63.129.16/32",  # what Azure tells its machines by
            "192.0.0.0/24",  # 192.0.0.192 is Oracle's metadata
            "192.88.99.0/24",  # relays of 6to4
            "3fff::/20",  # documentation, RFC 9637
        ),
    )
)
"""What Python calls global, in some versions or in all, and which reaches inside or nowhere."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: over TLS or not, to which host and port, and with which path."""

    is_tls: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The value of the ``Host`` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (HTTPS_PORT if self.is_tls else 80) else f"{host}:{self.port}"


def networks_from(text: str) -> tuple[Network, ...]:
    """Read the networks that an operator allows, apart by commas or spaces.

    Raises
    ------
    ValueError
        Naming what is no network.

    Examples
    --------
    >>> networks_from("10.2.0.0/16, fd00::/8")
    (IPv4Network('10.2.0.0/16'), IPv6Network('fd00::/8'))
    """
    found = []
    for each in text.replace(",", " ").split():
        try:
            found.append(ip_network(each))
        except ValueError as error:
            raise ValueError(f"{NETWORKS}: {error}; allowed are networks, e.g. 10.2.0.0/16") from None
    return tuple(found)


def target_of(url: str, *, has_networks: bool = False) -> Target:
    """Read an address that a tenant gave.

    Parameters
    ----------
    has_networks
        Whether the operator allows networks: http and other ports may then be meant, which ``check_addresses`` allows
        within them alone.

    Raises
    ------
    ValueError
        Saying what it is and what is allowed, and nothing of what stands behind the host, which may be secret.
    """
    if len(url) > MAX_URL_LENGTH:
        raise ValueError(f"it has {len(url)} characters; allowed are {MAX_URL_LENGTH}")
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise ValueError("it holds a space, a backslash, or what is not printable ASCII: encode that with %")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("it is no address of the form https://HOST/PATH") from None
    if parts.scheme in ("http", "https") and "://" in url and not parts.hostname:
        raise ValueError("it names no host; allowed is https://HOST/PATH")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        scheme, colon, _ = url.partition("://")
        begins = shown(scheme) if colon and scheme.isalpha() else "no https://"  # what else stands there may be secret
        raise ValueError(f"it begins with {begins}; allowed is https://HOST/PATH")
    if parts.username is not None or parts.password is not None:
        raise ValueError("it holds a user or a password; allowed is https://HOST/PATH")
    if parts.fragment:
        raise ValueError("it has a part behind `#`, which no server would see")
    _check_host(parts.hostname)
    if port == 0:
        raise ValueError("it names port 0, which nobody listens on")
    is_tls = parts.scheme == "https"
    if not has_networks and (not is_tls or port not in (None, HTTPS_PORT)):
        raise ValueError(f"it is not https on port 443; http and other ports are allowed {_WITHIN}")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(is_tls, parts.hostname, port if port is not None else HTTPS_PORT if is_tls else 80, path)


def _check_host(host: str) -> None:
    """Insist on an address or a name that can be looked up."""
    if "%" in host:
        raise ValueError("its host holds %: a zone, or a sign that no name has")
    if ":" in host:
        return  # brackets around it: read as IPv6 already
    labels = host.removesuffix(".").split(".")
    if len(host) > _MAX_HOST or not all(1 <= len(label) <= _MAX_LABEL for label in labels):
        raise ValueError(f"its host has an empty part, one above {_MAX_LABEL} characters, or above {_MAX_HOST} in all")
    if not all(_LABEL.fullmatch(label) for label in labels):
        raise ValueError("its host holds a sign that no name has; allowed are a to z, 0 to 9, - and _")


def check_addresses(target: Target, addresses: Iterable[str], networks: Sequence[Network] = ()) -> list[str]:
    """Return the addresses of a host, every one of which may be connected to.

    Parameters
    ----------
    addresses
        All that the name of the host resolves to.
    networks
        Those that the operator allows.

    Raises
    ------
    ValueError
        If any may not, or there is none.
    """
    found = [address.partition("%")[0] for address in addresses]
    if not found:
        raise ValueError(f"{target.host} has no address")
    within = [_is_within(ip_address(address), networks) for address in found]
    if not all(inside or is_public(address) for address, inside in zip(found, within, strict=True)):
        raise ValueError(f"{target.host} is not public, or not all of its addresses are; that is allowed {_WITHIN}")
    if not all(within) and (not target.is_tls or target.port != HTTPS_PORT):
        raise ValueError(f"{target.host} is public: allowed there is https on port 443 alone")
    return found


def is_public(text: str) -> bool:
    """Say whether an address is one of the public internet, by itself and whatever address it carries within.

    Examples
    --------
    >>> [is_public(each) for each in ("8.8.8.8", "10.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2400:3200::1")]
    [True, False, False, False, True]
    """
    address = ip_address(text)
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        elif address.sixtofour is not None or address.teredo is not None or _carries_another(address):
            return False
    if any(address in network for network in _INSIDE if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _carries_another(address: IPv6Address) -> bool:
    if int(address) >> 32 & 0xFFFF_FFFF in _ISATAP:
        return True
    return any(address in network for network in (*_NAT64, _SITE_LOCAL, _COMPATIBLE))


def _is_within(address: _Address, networks: Sequence[Network]) -> bool:
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in network for network in networks if network.version == address.version)
