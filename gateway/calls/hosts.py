"""Where servicers are put: one server, or several that answer alike."""

from __future__ import annotations

from typing import Protocol

from google.protobuf.descriptor import ServiceDescriptor


class Host(Protocol):
    """Serves methods to clients."""

    def serve(self, servicer: object, service: ServiceDescriptor) -> None:
        """Serve all methods of a service, which the servicer names as the contract does."""


class Hosts:
    """Several at once.

    Parameters
    ----------
    hosts
        Each serves what this is told to serve.
    """

    def __init__(self, *hosts: Host) -> None:
        self._hosts = hosts

    def serve(self, servicer: object, service: ServiceDescriptor) -> None:
        """Have each serve it."""
        for host in self._hosts:
            host.serve(servicer, service)
