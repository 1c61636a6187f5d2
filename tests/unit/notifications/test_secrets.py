"""Secrets while they are kept: opened by their keys alone, for whom they are of alone, and repeated by nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.errors import NoSecretsKey, SecretUnreadable
from notifications.secrets import SecretBox, write_new_key

NAME = "tenants/acme/channels/east"


def box(folder: Path, *keys: str) -> SecretBox:
    (folder / "keys").write_text("\n".join(keys))
    return SecretBox.read(str(folder / "keys"))


FIRST, SECOND = "1" * 32, "2" * 32


@given(secret=st.text(max_size=200))
def test_what_is_sealed_is_opened_and_shows_nothing(secret: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    sealing = box(tmp_path_factory.getbasetemp(), FIRST)

    sealed = sealing.seal(NAME, secret)

    assert sealing.open(NAME, sealed) == secret
    assert sealed.isascii()
    assert sealed != sealing.seal(NAME, secret)


def test_a_secret_is_opened_for_whom_it_is_of_alone(tmp_path: Path) -> None:
    sealing = box(tmp_path, FIRST)

    with pytest.raises(SecretUnreadable):
        sealing.open("tenants/acme/channels/west", sealing.seal(NAME, "s3cr3t"))


def test_a_new_key_stands_before_the_old_one_which_goes_on_opening(tmp_path: Path) -> None:
    kept = box(tmp_path, FIRST).seal(NAME, "s3cr3t")

    rotated = box(tmp_path, SECOND, FIRST)

    assert rotated.open(NAME, kept) == "s3cr3t"
    assert box(tmp_path, SECOND).open(NAME, rotated.seal(NAME, "new")) == "new"
    with pytest.raises(SecretUnreadable):
        box(tmp_path, SECOND).open(NAME, kept)


def test_what_was_altered_is_not_opened(tmp_path: Path) -> None:
    sealing = box(tmp_path, FIRST)
    sealed = sealing.seal(NAME, "s3cr3t")

    for altered in ("", "x", sealed[:-4], sealed[:40] + ("A" if sealed[40] != "A" else "B") + sealed[41:]):
        with pytest.raises(SecretUnreadable):
            sealing.open(NAME, altered)


def test_without_a_key_nothing_is_sealed_or_opened() -> None:
    nothing = SecretBox.read("")

    assert not nothing.can_keep
    with pytest.raises(NoSecretsKey, match="FAIRLEAD_SECRETS_KEY_FILE"):
        nothing.seal(NAME, "s3cr3t")
    with pytest.raises(NoSecretsKey, match="FAIRLEAD_SECRETS_KEY_FILE"):
        nothing.open(NAME, "x")


@pytest.mark.parametrize("content", ["", "\n\n", "s3cr3t", f"{FIRST}\ns3cr3t", "\n".join([FIRST] * 17)])
def test_a_file_that_holds_no_keys_is_refused_by_name_and_not_repeated(tmp_path: Path, content: str) -> None:
    with pytest.raises(ValueError, match="FAIRLEAD_SECRETS_KEY_FILE: ") as refusal:
        box(tmp_path, content)

    assert "s3cr3t" not in str(refusal.value)


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"FAIRLEAD_SECRETS_KEY_FILE: .*cannot be read"):
        SecretBox.read(str(tmp_path / "nowhere"))


def test_bytes_that_are_no_text_are_one_key_and_get_no_second(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_bytes(bytes(range(128, 168)))

    assert SecretBox.read(str(file)).can_keep
    with pytest.raises(ValueError, match="no second key"):
        write_new_key(file)
