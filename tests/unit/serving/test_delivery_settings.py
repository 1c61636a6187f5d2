"""What an operator can choose of deliveries."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest

from notifications.secrets import write_new_key
from serving.delivery_settings import DeliverySettings


def test_what_is_set_is_read_and_shows_no_key(tmp_path: Path) -> None:
    write_new_key(tmp_path / "keys")

    settings = DeliverySettings.read(
        {
            "FAIRLEAD_SECRETS_KEY_FILE": str(tmp_path / "keys"),
            "FAIRLEAD_WEBHOOK_NETWORKS": "127.0.0.0/8, 10.2.0.0/16",
            "FAIRLEAD_DELIVERY_FIRST_RETRY_S": "7",
        }
    )

    assert settings.secrets.can_keep
    assert settings.networks == (ip_network("127.0.0.0/8"), ip_network("10.2.0.0/16"))
    assert settings.first_retry_s == 7
    assert (tmp_path / "keys").read_text("utf-8").strip() not in repr(settings)


def test_without_any_there_is_no_key_no_network_and_five_seconds() -> None:
    settings = DeliverySettings.read({})

    assert (settings.secrets.can_keep, settings.networks, settings.first_retry_s) == (False, (), 5)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FAIRLEAD_DELIVERY_FIRST_RETRY_S", "0"),
        ("FAIRLEAD_DELIVERY_FIRST_RETRY_S", "86401"),
        ("FAIRLEAD_DELIVERY_FIRST_RETRY_S", "soon"),
        ("FAIRLEAD_WEBHOOK_NETWORKS", "10.0.0.1/8"),
        ("FAIRLEAD_WEBHOOK_NETWORKS", "everything"),
        ("FAIRLEAD_SECRETS_KEY_FILE", "/no/such/file"),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_its_setting(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        DeliverySettings.read({name: value})
