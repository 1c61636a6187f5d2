"""Where Prometheus may ask: the setting, read without the library that answers."""

from __future__ import annotations

from collections.abc import Mapping

VARIABLE = "FAIRLEAD_METRICS"


class CannotServeMetrics(Exception):
    """The port cannot be had."""


def address_from(environ: Mapping[str, str]) -> str:
    """Read the setting: ``HOST:PORT`` or ``PORT``, which is one of 127.0.0.1; empty: no metrics.

    Raises
    ------
    ValueError
        Naming the variable, the value found and the values allowed.
    """
    value = environ.get(VARIABLE, "")
    host, _, port = value.rpartition(":")
    if value and not (port.isdecimal() and int(port) < 65536):
        raise ValueError(f"{VARIABLE} is {value!r}; allowed is a port, or host:port")
    return f"{host or '127.0.0.1'}:{port}" if value else ""


def moved(address: str, number: int) -> str:
    """Return the address of one process among several: each has the next port."""
    host, _, port = address.rpartition(":")
    return f"{host}:{int(port) + number}"
