"""Prints docs/paths.md, the path of every method: ``python -m tests.paths_page > docs/paths.md``."""

from __future__ import annotations

from gateway.grpc.standard_services import HEALTH, REFLECTION
from gateway.http.routes import routes_of
from tests.methods import SERVICES

_HEAD = """# Paths

How each method is called by [HTTP](http.md). `*` is one id; what stands between braces is the field of the request that
the path is the value of. GET and DELETE take further fields from the query, the others from the body.

| method | path |
|---|---|
"""


def page() -> str:
    """Write the page."""
    services = [service for service in SERVICES if service not in (HEALTH, REFLECTION)]
    rows = [
        f"| `{each.method.containing_service.name}.{each.method.name}` | `{each}` |\n" for each in routes_of(services)
    ]
    return _HEAD + "".join(rows)


if __name__ == "__main__":
    print(page(), end="")
