"""Secrets while they are kept: opened by their keys alone, for whom they are of alone, and repeated by nothing."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.errors import NoSecretsKey, SecretUnreadable
from notifications.secrets import SecretBox, signing_key, write_new_key

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


def test_a_mark_that_editors_put_before_a_text_is_no_part_of_a_key(tmp_path: Path) -> None:
    (tmp_path / "marked").write_text(FIRST, "utf-8-sig")
    sealed = box(tmp_path, FIRST).seal(NAME, "s3cr3t")

    assert SecretBox.read(str(tmp_path / "marked")).open(NAME, sealed) == "s3cr3t"
    write_new_key(tmp_path / "marked")
    assert SecretBox.read(str(tmp_path / "marked")).open(NAME, sealed) == "s3cr3t"


def test_what_is_too_short_for_a_key_is_named_as_the_command_calls_it(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("s3cr3t")

    with pytest.raises(ValueError, match=r"^FILE: line 1 of .*fewer than 32 bytes"):
        write_new_key(tmp_path / "keys")


@given(key=st.binary(min_size=24, max_size=64))
def test_what_signs_is_read_in_every_form_of_base64(key: bytes) -> None:
    forms = [b64encode(key).decode(), urlsafe_b64encode(key).decode(), b64encode(key).decode().rstrip("=")]

    assert [signing_key(f"whsec_{form}") for form in forms] == [key] * 3


@pytest.mark.parametrize(
    "text", ["whsec_", "whsec_" + "A" * 33, "whsec_" + "A" * 31 + "!", "A" * 32, "whsec_" + "ä" * 32]
)
def test_what_is_no_base64_signs_nothing(text: str) -> None:
    with pytest.raises(ValueError, match="24 to 64 bytes in base64"):
        signing_key(text)
