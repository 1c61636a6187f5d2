"""Where Prometheus may ask: what the setting may say, and which port each of several processes has."""

from __future__ import annotations

import pytest

from telemetry.metrics_address import address_from, moved


@pytest.mark.parametrize(
    ("value", "address"),
    [("", ""), ("9100", "127.0.0.1:9100"), ("0.0.0.0:0", "0.0.0.0:0"), ("[::1]:65535", "[::1]:65535")],
)
def test_a_port_or_an_address_is_read(value: str, address: str) -> None:
    assert address_from({"FAIRLEAD_METRICS": value}) == address


@pytest.mark.parametrize("value", ["65536", "here", "host:", "host:-1", "host:1.5"])
def test_anything_else_is_refused_by_name(value: str) -> None:
    with pytest.raises(ValueError, match=f"FAIRLEAD_METRICS is '{value}'"):
        address_from({"FAIRLEAD_METRICS": value})


def test_each_process_has_the_next_port() -> None:
    assert [moved("[::1]:9100", number) for number in range(2)] == ["[::1]:9100", "[::1]:9101"]
