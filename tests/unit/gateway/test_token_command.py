"""``fairlead token``: what it mints is believed by a server with the settings that it prints."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from failures import Unauthenticated
from gateway.auth.jwks import KeyRing
from gateway.auth.principals import Principal, Role
from gateway.auth.tokens import Tokens
from gateway.cli import PRIVATE, PUBLIC, token
from tests.unit.gateway.auth.test_tokens import call_with


def run(*arguments: str) -> str:
    result = CliRunner().invoke(token, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def printed(settings: str) -> dict[str, str]:
    """Read the settings that ``token keys`` prints."""
    return dict(line.strip().split("=", 1) for line in settings.splitlines()[1:])


def tokens(folder: Path) -> Tokens:
    output = printed(run("keys", str(folder)))
    return Tokens(KeyRing(output["FAIRLEAD_JWKS"]), output["FAIRLEAD_TOKEN_ISSUER"], output["FAIRLEAD_TOKEN_AUDIENCE"])


@pytest.mark.parametrize("role", list(Role))
async def test_a_minted_token_says_who_calls(tmp_path: Path, role: Role) -> None:
    believed = tokens(tmp_path / "dev")

    minted = run("mint", str(tmp_path / "dev"), "--name", "li", "--role", role.value, "--rep", "li-na").strip()

    principal = await believed.identify(call_with(f"Bearer {minted}"))
    assert principal == Principal("li", frozenset({role}), frozenset({"default"}), "li-na")


async def test_a_manager_may_be_given_the_pools_that_they_see_alone(tmp_path: Path) -> None:
    believed, pools = tokens(tmp_path), ("--pool", "east", "--pool", "west")

    minted = [run("mint", str(tmp_path), "--role", "manager", *given).strip() for given in (pools, ())]

    seen = [await believed.identify(call_with(f"Bearer {each}")) for each in minted]
    assert [each.pools for each in seen if each] == [{"east", "west"}, None]


@pytest.mark.parametrize("pool", ["", "east,west", "tenants/default/pools/east"])
def test_what_is_no_pool_of_a_manager_is_refused(tmp_path: Path, pool: str) -> None:
    run("keys", str(tmp_path))

    for arguments, said in (
        (("--role", "manager", "--pool", pool), "--pool"),
        (("--role", "operator", "--pool", "east"), "manager"),
    ):
        ended = CliRunner().invoke(token, ["mint", str(tmp_path), *arguments])
        assert (ended.exit_code, said in ended.output) == (2, True)


async def test_keys_made_again_take_the_old_tokens_with_them(tmp_path: Path) -> None:
    believed = tokens(tmp_path)
    minted = run("mint", str(tmp_path), "--role", "manager").strip()
    run("keys", str(tmp_path), "--force")

    with pytest.raises(Unauthenticated):
        await believed.identify(call_with(f"Bearer {minted}"))


@pytest.mark.parametrize("held", [PRIVATE, PUBLIC])
def test_keys_that_are_there_are_not_replaced_unless_it_is_said(tmp_path: Path, held: str) -> None:
    (tmp_path / held).write_text("in use", "utf-8")

    refused = CliRunner().invoke(token, ["keys", str(tmp_path)])

    assert refused.exit_code == 1
    assert f"{tmp_path} holds {held} already" in refused.output
    assert "--force" in refused.output
    assert {file.name: file.read_text("utf-8") for file in tmp_path.iterdir()} == {held: "in use"}


def test_only_its_owner_may_read_the_signing_key(tmp_path: Path) -> None:
    run("keys", str(tmp_path))

    assert stat.S_IMODE((tmp_path / PRIVATE).stat().st_mode) == 0o600


def test_without_keys_it_says_how_to_make_them(tmp_path: Path) -> None:
    result = CliRunner().invoke(token, ["mint", str(tmp_path), "--role", "rep"])

    assert result.exit_code == 1
    assert f"fairlead token keys {tmp_path}" in result.output
