"""What a command says where the service fails: the message, or the code where there is none."""

from __future__ import annotations

import click
import grpc
import pytest
from click.testing import CliRunner

from fairlead.client import FairleadClient
from fairlead.commands import ServiceFailed
from fairlead.errors import FairleadError, Violation

NAMELESS, AGELESS = Violation("name", "required"), Violation("age", "must be above 0")


@pytest.mark.parametrize(
    ("message", "violations", "said"),
    [
        ("no such rep", (), "no such rep"),
        ("", (), "UNAVAILABLE"),
        ("name: required", (NAMELESS,), "name: required"),
        ("name: required; age: must be above 0", (NAMELESS, AGELESS), "name: required\nage: must be above 0"),
        ("2 fields", (NAMELESS, AGELESS), "2 fields\n  name: required\n  age: must be above 0"),
    ],
)
def test_a_failure_is_told_by_its_message_and_by_its_violations_where_they_are_several(
    message: str, violations: tuple[Violation, ...], said: str
) -> None:
    error = FairleadError(grpc.StatusCode.UNAVAILABLE, "REASON", message, violations)

    assert ServiceFailed(error).message == said


@pytest.mark.parametrize(
    ("address", "said"),
    [("http://127.0.0.1:50051", "127.0.0.1:50051"), ("HTTPS://leads.example:443/", "leads.example:443")],
)
def test_an_address_of_the_web_is_none_of_a_service(address: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"is no address of a service: write HOST:PORT, such as {said}$"):
        FairleadClient(address)


@pytest.mark.parametrize("address", ["https://mo:Hush77@leads:443", "mo:Hush77@leads:443", "http://Hush77@leads:443/"])
def test_a_login_in_an_address_is_not_repeated(address: str) -> None:
    with pytest.raises(ValueError, match=r"write HOST:PORT, such as leads:443$") as refused:
        FairleadClient(address)

    assert "Hush77" not in str(refused.value)


@pytest.mark.parametrize("host", ["leads", "127.0.0.1", "leads.example"])
def test_an_address_without_a_port_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match=f"names no port: write HOST:PORT, such as {host}:50051$"):
        FairleadClient(host)


def test_a_field_is_called_as_the_option_that_was_typed() -> None:
    violations = [Violation("until_time", "too late"), Violation("revision", "-1"), Violation("attributes.rep", "bad")]
    message = "; ".join(f"{each.field}: {each.description}" for each in violations)

    @click.command()
    @click.option("--until")
    @click.option("--to", "revision")
    @click.option("--rep")
    def pause(until: str, revision: str, rep: str) -> None:
        raise ServiceFailed(FairleadError(grpc.StatusCode.INVALID_ARGUMENT, "REASON", message, violations))

    assert CliRunner().invoke(pause).output == "Error: --until: too late\n--to: -1\nattributes.rep: bad\n"
