"""Files of secrets and addresses, and options that stand beside each other: read as people write them, or refused."""

from __future__ import annotations

import io

import click
import pytest
from click.testing import CliRunner

from notifications.cli.deliveries import deliveries
from notifications.cli.secret_files import line_of
from notifications.cli.subscriptions import subscriptions


@pytest.mark.parametrize("held", ["s3cr3t", "s3cr3t\n", " s3cr3t \r\n\r\n \n", "\ufeffs3cr3t\n"])
def test_a_line_is_read_whatever_is_blank_around_it(held: str) -> None:
    assert line_of(io.StringIO(held), "--secret-file") == "s3cr3t"


@pytest.mark.parametrize("held", ["", "\n\n", "\ufeff", "one\ntwo\n", "\none\n"])
def test_what_holds_no_single_line_is_refused(held: str) -> None:
    with pytest.raises(click.BadParameter, match="allowed is one, not empty"):
        line_of(io.StringIO(held), "--secret-file")


@pytest.mark.parametrize("command", ["list", "redrive"])
def test_a_subscription_beside_a_channel_is_told_by_both_options(command: str) -> None:
    done = CliRunner().invoke(deliveries, [command, "--subscription", "a", "--channel", "b"])

    assert (done.exit_code, "--subscription and --channel: allowed is one of both" in done.output) == (2, True)


@pytest.mark.parametrize("beside", [["--new-secret"], ["--secret-file", "-"]])
def test_secrets_are_not_retired_beside_a_new_one(beside: list[str]) -> None:
    done = CliRunner().invoke(subscriptions, ["update", "crm", "--retire-secrets", *beside], input="s3cr3t")

    assert (done.exit_code, "--retire-secrets beside a new secret" in done.output) == (2, True)
