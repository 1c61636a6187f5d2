"""Serves the document of what is served, and a page that people read it by and try calls on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files

from google.protobuf.descriptor import ServiceDescriptor

from gateway.http.openapi.document import comments, document, examples
from gateway.http.resources import PublicResource

DOCUMENT = "/openapi.json"
PAGE = "/docs"
_MEDIA_TYPES = {
    "html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8",
    "png": "image/png",
}  # fmt: skip
_GUARD = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
        b" connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
"""The page has nothing from elsewhere, is nobody's frame, and calls this address alone."""


class OpenApiHost:
    """Describes the services that it is told of.

    Attributes
    ----------
    resources
        By their paths.
    """

    def __init__(self) -> None:
        self._services = list[ServiceDescriptor]()
        self._document = PublicResource("application/json", self._written)
        self.resources: Mapping[str, PublicResource] = {
            DOCUMENT: self._document,
            PAGE: _file("docs.html"),
            **{
                f"{PAGE}/{name}": _file(name)
                for name in ("docs.js", "swagger-ui-bundle.js", "swagger-ui.css", "favicon.png")
            },
        }

    def serve(self, servicer: object, service: ServiceDescriptor) -> None:  # noqa: ARG002 (as every host)
        """Describe all methods of a service."""
        self._services.append(service)
        self._document.forget()

    def _written(self) -> bytes:
        described = document(self._services, comments(), examples())
        return json.dumps(described, ensure_ascii=False, separators=(",", ":")).encode()


def _file(name: str) -> PublicResource:
    path = files("gateway.http.openapi").joinpath("page", name)
    return PublicResource(_MEDIA_TYPES[name.rpartition(".")[2]], path.read_bytes, _GUARD)
