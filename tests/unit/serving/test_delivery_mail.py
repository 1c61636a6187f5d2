from __future__ import annotations

import pytest

from serving.delivery_settings import DeliverySettings


def test_the_mail_server_is_one_of_the_settings_of_deliveries() -> None:
    environ = {"FAIRLEAD_SMTP_URL": "smtp://mail.example.org", "FAIRLEAD_SMTP_FROM": "fairlead@example.org"}

    mail = DeliverySettings.read(environ).mail

    assert mail is not None
    assert (mail.host, mail.port, mail.sender) == ("mail.example.org", 587, "fairlead@example.org")
    assert DeliverySettings.read({}).mail is None


def test_a_mail_server_that_cannot_be_is_refused_by_its_variable() -> None:
    with pytest.raises(ValueError, match=r"FAIRLEAD_SMTP_URL is 'http://mail'; allowed are smtp://"):
        DeliverySettings.read({"FAIRLEAD_SMTP_URL": "http://mail"})
