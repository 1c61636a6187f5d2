"""Paths that callers name: below a folder of the operator's, or the tenant's own within; never outside."""

from __future__ import annotations

from pathlib import Path

from failures import shown
from scoring.errors import InvalidInput
from scoring.names import folder_of


def home_of(folder: Path, tenant: str) -> Path:
    """Return a tenant's own folder within another, or that itself for no tenant."""
    return (folder / folder_of(tenant) if tenant else folder).resolve()


def where(tenant: str) -> str:
    """Say where that is, as callers know it."""
    return f"below {folder_of(tenant)} in the server's folder" if tenant else "below the server's folder"


def inside(folder: Path, tenant: str, path: str, field: str) -> Path:
    """Return what a path below a tenant's own folder names, whether it is there or not.

    Raises
    ------
    InvalidInput
        If it is empty, absolute, or leads outside.
    """
    home = home_of(folder, tenant)
    try:
        target = (home / path).resolve()
        target.exists()  # raises if the name is too long
        allowed = bool(path) and not Path(path).is_absolute() and target.is_relative_to(home)
    except (OSError, RuntimeError, ValueError):  # too long, a loop of links, a zero byte
        allowed = False
    if not allowed:
        raise InvalidInput.of(field, f"{shown(path)}: must be a path {where(tenant)}, without a leading slash")
    return target
