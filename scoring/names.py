"""Whose model it is: names of models and versions, and where a tenant's own stand.

``models/{model}`` is everybody's, ``tenants/{tenant}/models/{model}`` one tenant's. A registry of a tenant is a folder
within the registry that all share, so one setting names them all; what stood there before tenants had models of their
own is everybody's, as it was.
"""

from __future__ import annotations

import hashlib
import re

from failures import InvalidInput, shown
from resource_names import tenant_of

NAME_PATTERN = r"^[a-z0-9][a-z0-9._-]{0,62}$"
"""Models and versions are named so: a folder on any file system, a segment of any URL."""

_PLAIN = re.compile(NAME_PATTERN)


def resource_name(tenant: str, model: str, version: str = "") -> str:
    """Write a model's name, or a version's; an empty tenant means everybody's.

    Examples
    --------
    >>> resource_name("acme", "churn", "v1")
    'tenants/acme/models/churn/versions/v1'
    >>> resource_name("", "churn")
    'models/churn'
    """
    owner = f"tenants/{tenant}/" if tenant else ""
    return f"{owner}models/{model}/versions/{version}" if version else f"{owner}models/{model}"


def checked_tenant(tenant: str, field: str) -> str:
    """Return a tenant's id, or an empty one, which means everybody.

    Raises
    ------
    InvalidInput
        If it is none.
    """
    return tenant_of(f"tenants/{tenant}", field) if tenant else ""


def model_of(name: str, field: str) -> tuple[str, str]:
    """Read a model's name: whose it is, empty for everybody's, and what it is called.

    Raises
    ------
    InvalidInput
        Naming the field, if it is not of that form.

    Examples
    --------
    >>> model_of("tenants/acme/models/churn", "name"), model_of("models/churn", "name")
    (('acme', 'churn'), ('', 'churn'))
    """
    match name.split("/"):
        case ["models", model]:
            return "", checked_name(model, field)
        case ["tenants", tenant, "models", model]:
            return tenant_of(f"tenants/{tenant}", field), checked_name(model, field)
    raise InvalidInput.of(field, f"{shown(name)}: must be models/{{model}} or tenants/{{tenant}}/models/{{model}}")


def version_of(name: str, field: str) -> tuple[str, str, str]:
    """Read a version's name: whose, of which model, and which.

    Raises
    ------
    InvalidInput
        If it is not of that form.
    """
    match name.rsplit("/", 2):
        case [model, "versions", version]:
            return *model_of(model, field), checked_name(version, field)
    raise InvalidInput.of(field, f"{shown(name)}: must end in models/{{model}}/versions/{{version}}")


def checked_name(name: str, field: str = "name") -> str:
    """Return what a model or version is called, refused if that is no name: it becomes a folder.

    Raises
    ------
    InvalidInput
        Naming the field.
    """
    if not _PLAIN.fullmatch(name) or ".." in name:
        raise InvalidInput.of(field, f"{shown(name)} is no name: up to 63 of a-z, 0-9, '.', '_' and '-'")
    return name


def folder_of(tenant: str) -> str:
    """Return the folder of what is a tenant's own; no model is called so.

    Tenants whose names a file system may confuse, by case or by script, are told apart by a hash.

    Examples
    --------
    >>> folder_of("acme")
    '@acme'
    >>> folder_of("ACME") == folder_of("Acme"), len(folder_of("华东"))
    (False, 34)
    """
    if _PLAIN.fullmatch(tenant):
        return f"@{tenant}"
    return f"@~{hashlib.sha256(tenant.encode()).hexdigest()[:32]}"


def registry_of(url: str, tenant: str) -> str:
    """Return where a tenant's registry is within everybody's, a folder or an fsspec URL; that itself for no tenant."""
    return f"{url.rstrip('/')}/{folder_of(tenant)}" if tenant else url
