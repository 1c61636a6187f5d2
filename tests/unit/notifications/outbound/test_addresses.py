"""Where tenants may have something sent: the table of what may not be, as the machine's own resolver reads it."""

from __future__ import annotations

import inspect
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.outbound import addresses as addresses_module
from notifications.outbound.addresses import MAX_URL_LENGTH, check_addresses, is_public, networks_from, target_of

INSIDE = (
    "https://127.0.0.1/", "https://127.1/", "https://127.0.1/", "https://127.255.255.254/", "https://2130706433/",
    "https://0x7f000001/", "https://0x7f.1/", "https://0177.0.0.1/", "https://017700000001/", "https://0/",
    "https://0.0.0.0/", "https://10.0.0.1/", "https://10.1/", "https://172.16.0.1/", "https://172.31.255.255/",
    "https://192.168.1.1/", "https://3232235777/", "https://169.254.169.254/", "https://169.254.43518/",
    "https://2852039166/", "https://0xa9fea9fe/", "https://0251.0376.0251.0376/", "https://100.100.100.200/",
    "https://100.64.0.1/", "https://168.63.129.16/", "https://192.0.0.192/", "https://192.0.2.1/",
    "https://192.88.99.1/", "https://198.18.0.1/", "https://203.0.113.9/", "https://224.0.0.1/",
    "https://239.255.255.250/", "https://240.0.0.1/", "https://255.255.255.255/", "https://localhost/",
    "https://localhost./", "https://LOCALHOST/", "https://[::1]/", "https://[::]/", "https://[::127.0.0.1]/",
    "https://[::ffff:10.0.0.1]/", "https://[::ffff:a9fe:a9fe]/", "https://[::ffff:0:10.0.0.1]/",
    "https://[2002:a00:1::1]/", "https://[2001:0:5ef5:79fd::1]/", "https://[64:ff9b::a9fe:a9fe]/",
    "https://[64:ff9b:1::a00:1]/", "https://[fe80::1]/", "https://[fec0::1]/",
    "https://[fc00::1]/", "https://[fd00:ec2::254]/", "https://[ff02::1]/", "https://[2001:db8::1]/",
    "https://[3fff::1]/", "https://[100::1]/", "https://[5f00::1]/", "https://[2001:4860:0:0:0:5efe:a00:1]/",
)  # fmt: skip
"""What reaches inside, or nobody, however it is written."""
UNREADABLE = (
    "http://8.8.8.8/", "https://8.8.8.8:8443/", "https://8.8.8.8:80/", "https://8.8.8.8:0/", "https://8.8.8.8:x/",
    "https://8.8.8.8:65536/", "ftp://8.8.8.8/", "file:///etc/passwd", "gopher://8.8.8.8/", "//8.8.8.8/", "8.8.8.8",
    "https:///path", "https://", "", "https://me@8.8.8.8/", "https://me:secret@8.8.8.8/", "https://@8.8.8.8/",
    "https://8.8.8.8#x@10.0.0.1/", "https://8.8.8.8/#x", "https://8.8.8.8\\@10.0.0.1/", "https://8.8.8.8 /",
    " https://8.8.8.8/", "https://8.8.8.8/a\r\nX-Y: z", "https://8.8.8.8/\nHost: x", "https://8.8.8.8/a b",
    "https://8.8.8.8/\x00", "https://8.8.8.8/\t", "https://8.8.8.8/ä", "https://例子.中国/", "https://⑧.8.8.8/",
    "https://[8.8.8.8/", "https://[zz]/", "javascript:alert(1)", "https:8.8.8.8",
    "hooks.example/secret?to=https://8.8.8.8/", "secret-1://8.8.8.8/", "?secret://x",
    "https://[fe80::1%25lo]/", "https://[2400:3200::1%25eth0]/",
    "https://a..b/", "https://.a/", "https://a.b../", "https://" + "a" * 64 + ".example/", "https://a%2eb/",
    "https://a$b.example/", "https://" + "a." * 127 + "example/", "https://8.8.8.8/" + "a" * 2048,
)  # fmt: skip
"""What is no address of the one form that is allowed."""
NETWORKS = networks_from("127.0.0.0/8 fd00::/8")


def resolved(host: str, port: int) -> list[str]:
    """Return what this machine's resolver makes of a host, without asking anybody else."""
    return [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@pytest.mark.parametrize("url", INSIDE)
def test_what_reaches_inside_is_refused_however_it_is_written(url: str) -> None:
    target = target_of(url)
    try:
        addresses = resolved(target.host, target.port)
    except OSError:
        return  # a resolver that does not read it sends nothing there either

    with pytest.raises(ValueError, match=r"is not public.* FAIRLEAD_WEBHOOK_NETWORKS|has no address"):
        check_addresses(target, addresses)


@pytest.mark.parametrize("url", UNREADABLE)
def test_what_has_not_the_one_form_is_refused_and_what_stands_in_it_is_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        target_of(url)

    assert "secret" not in str(refused.value)
    assert "passwd" not in str(refused.value)


def test_the_tables_have_more_than_forty_rows_and_none_twice() -> None:
    assert len(set(INSIDE)) == len(INSIDE) > 40
    assert len(set(UNREADABLE)) == len(UNREADABLE)


@pytest.mark.parametrize("url", ["https://8.8.8.8/", "https://8.8.8.8:443/a?b=c", "https://[2400:3200::1]/hook"])
def test_a_public_address_over_https_is_allowed(url: str) -> None:
    target = target_of(url)

    assert check_addresses(target, resolved(target.host, target.port))
    assert (target.is_tls, target.port) == (True, 443)


@pytest.mark.parametrize(
    ("guard", "removed", "addresses"),
    [
        ("not all(inside or is_public(address) for", "not all(True for", ["10.0.0.1"]),
        ("not all(inside or is_public(address) for", "not any(inside or is_public(address) for", ["8.8.8.8", "::1"]),
        ("return address.is_global and", "return", ["169.254.169.254"]),
        ("and not address.is_multicast", "", ["224.0.0.1"]),
        ("any(address in network for network in _INSIDE if network.version == address.version)", "False",
         ["168.63.129.16"]),
        ("address = address.ipv4_mapped", "return True", ["::ffff:10.0.0.1"]),
        ("or _carries_another(address)", "", ["2001:4860::5efe:a00:1"]),
        ("address.sixtofour is not None or", "", ["2002:a00:1::1"]),
    ],
)  # fmt: skip
def test_without_each_part_of_the_guard_an_address_inside_is_let_through(
    guard: str, removed: str, addresses: list[str]
) -> None:
    source = inspect.getsource(addresses_module)
    assert guard in source
    without = ModuleType(addresses_module.__name__)

    exec(source.replace(guard, removed), vars(without))

    with pytest.raises(ValueError, match="is not public"):
        check_addresses(target_of("https://a.example/"), addresses)
    assert without.check_addresses(without.target_of("https://a.example/"), addresses) == addresses


def test_a_name_with_one_public_and_one_private_address_is_refused() -> None:
    target = target_of("https://both.example/")

    with pytest.raises(ValueError, match="not all of its addresses are"):
        check_addresses(target, ["8.8.8.8", "10.0.0.1"])


def test_http_and_other_ports_are_allowed_within_the_networks_of_the_operator_alone() -> None:
    inside = target_of("http://127.0.0.1:8080/hook", has_networks=True)
    outside = target_of("http://8.8.8.8:8080/hook", has_networks=True)

    assert check_addresses(inside, ["127.0.0.1"], NETWORKS) == ["127.0.0.1"]
    assert check_addresses(inside, ["::ffff:127.0.0.1"], NETWORKS) == ["::ffff:127.0.0.1"]
    with pytest.raises(ValueError, match="https on port 443 alone"):
        check_addresses(outside, ["8.8.8.8"], NETWORKS)
    with pytest.raises(ValueError, match="https on port 443 alone"):
        check_addresses(target_of("https://8.8.8.8:8443/", has_networks=True), ["8.8.8.8"], NETWORKS)
    with pytest.raises(ValueError, match="is not public"):
        check_addresses(inside, ["10.0.0.1"], NETWORKS)


@pytest.mark.parametrize("url", ["https:///path", "https://", "http://:443/"])
def test_an_address_without_a_host_is_told_so(url: str) -> None:
    with pytest.raises(ValueError, match="it names no host"):
        target_of(url, has_networks=True)


def test_nobody_listens_on_port_0_in_networks_either() -> None:
    with pytest.raises(ValueError, match="port 0"):
        target_of("http://127.0.0.1:0/", has_networks=True)


def test_a_network_that_is_none_is_refused_by_the_name_of_the_setting() -> None:
    with pytest.raises(ValueError, match=r"FAIRLEAD_WEBHOOK_NETWORKS: .*10\.0\.0\.1/8"):
        networks_from("10.0.0.1/8")


def test_the_longest_address_is_allowed_and_one_character_more_is_not() -> None:
    longest = "https://8.8.8.8/" + "a" * (MAX_URL_LENGTH - 16)

    assert target_of(longest).host == "8.8.8.8"
    with pytest.raises(ValueError, match="2049 characters"):
        target_of(longest + "a")


@given(st.ip_addresses(v=4))
def test_an_address_is_public_only_if_it_is_within_ipv6_too(address: IPv4Address) -> None:
    assert is_public(str(address)) == is_public(f"::ffff:{address}")
    if not is_public(str(address)):
        return
    assert address.is_global
    assert not address.is_private
    assert not address.is_multicast


@given(st.ip_addresses(v=4))
def test_no_address_that_carries_another_is_public(address: IPv4Address) -> None:
    number = int(address)
    carriers = [
        0x64_FF9B << 96 | number,
        0x64_FF9B_0001 << 80 | number,
        0x2002 << 112 | number << 80 | 1,
        0x2001_0000 << 96 | number,
        0x2001_4860 << 96 | 0x5EFE << 32 | number,
        number,
    ]

    assert [str(IPv6Address(carrier)) for carrier in carriers if is_public(str(IPv6Address(carrier)))] == []


@given(st.ip_addresses(v=6))
def test_a_public_address_of_ipv6_is_one_of_global_unicast(address: IPv6Address) -> None:
    if address.ipv4_mapped is None and is_public(str(address)):
        assert int(address) >> 125 == 0b001


@given(st.text(max_size=200) | st.from_regex(r"https?://[^/]{0,20}(:\d{0,6})?/[^ ]{0,20}"), st.booleans())
def test_whatever_is_read_has_a_host_a_port_and_a_path_without_white_space(text: str, has_networks: bool) -> None:
    try:
        target = target_of(text, has_networks=has_networks)
    except ValueError:
        return

    assert target.host
    assert 0 <= target.port <= 65535
    assert target.path.startswith("/")
    assert not any(each.isspace() or not each.isprintable() for each in target.path + target.authority)


@given(st.ip_addresses())
def test_all_that_may_be_connected_to_is_public_without_networks(address: IPv4Address | IPv6Address) -> None:
    target = target_of("https://any.example/")
    try:
        found = check_addresses(target, [str(address)])
    except ValueError:
        return

    assert all(is_public(each) and ip_address(each) == address for each in found)
