"""``fairlead token``: keys and tokens to try roles with, where no identity provider is at hand."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import click
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.auth.principals import Role
from resource_names import check_id

PRIVATE, PUBLIC = "signing-key.pem", "jwks.json"
_SERVER_SETTINGS = """Give these to fairlead serve:
  FAIRLEAD_JWKS={jwks}
  FAIRLEAD_TOKEN_ISSUER=fairlead-token
  FAIRLEAD_TOKEN_AUDIENCE=fairlead"""


@click.group()
def token() -> None:
    """Make keys and tokens to try roles with; in earnest an identity provider does."""


@token.command("keys")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--force",
    is_flag=True,
    help="Replace the keys that FOLDER holds, which rotates: within a minute, the tokens they signed are refused.",
)
def make_keys(folder: Path, force: bool) -> None:
    """Make a signing key and its public half in FOLDER, which must hold none."""
    if not force and (held := [name for name in (PRIVATE, PUBLIC) if (folder / name).exists()]):
        raise click.ClickException(
            f"{folder} holds {' and '.join(held)} already: name another folder, or replace them with --force, "
            "which ends the tokens they signed"
        )
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    entry = {**_public(key), "kid": uuid4().hex, "use": "sig", "alg": "ES256"}
    _write_secret(folder / PRIVATE, pem)
    (folder / PUBLIC).write_text(json.dumps({"keys": [entry]}, indent=1), "utf-8")
    click.echo(_SERVER_SETTINGS.format(jwks=folder / PUBLIC))


def _public(key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    public: dict[str, Any] = jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return public


def _write_secret(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, never for an instant otherwise."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


@token.command("mint")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--name", default="dev", show_default=True, help="Who it says they are.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([str(role) for role in Role]),
    help="What; repeatable.",
)
@click.option("--tenant", "tenants", multiple=True, default=["default"], help="Whose data; repeatable, * for all.")
@click.option("--rep", default="", help="The id of the rep that they are.")
@click.option("--pool", "pools", multiple=True, help="Of a manager: the pool, by id, that they see alone; repeatable.")
@click.option("--hours", default=1.0, show_default=True, help="How long it is valid.")
def mint(
    folder: Path,
    name: str,
    roles: Sequence[str],
    tenants: Sequence[str],
    rep: str,
    pools: Sequence[str],
    hours: float,
) -> None:
    """Print a token signed with the key in FOLDER.

    \b
      $ fairlead token keys dev
      $ export FAIRLEAD_TOKEN=$(fairlead token mint dev --role manager)
    """
    if pools and Role.MANAGER not in roles:
        raise click.UsageError("--pool limits what a manager sees: it needs --role manager")
    for fault in filter(None, map(check_id, pools)):
        raise click.BadParameter(f"{fault}: a pool's id is wanted, and the option once for each", param_hint="--pool")
    try:
        key, published = (folder / PRIVATE).read_text("ascii"), json.loads((folder / PUBLIC).read_text("utf-8"))
    except OSError as error:
        raise click.ClickException(f"{folder} holds no keys: make them with `fairlead token keys {folder}`") from error
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": "fairlead-token", "aud": "fairlead", "sub": name, "iat": now, "exp": now + int(hours * 3600),
        "roles": list(roles), "tenants": list(tenants), "rep": rep,
    }  # fmt: skip
    if pools:
        claims["pools"] = list(pools)
    click.echo(jwt.encode(claims, key, "ES256", headers={"kid": published["keys"][0]["kid"]}))
