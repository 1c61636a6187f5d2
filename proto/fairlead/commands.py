"""How a command reaches a service: the options that say which one, and a client whose failures are messages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from fairlead.access import Access
from fairlead.client import FairleadClient, FairleadError
from fairlead.retries import Retries

DEFAULT_SERVER = "127.0.0.1:50051"
SERVER_VARIABLE = "FAIRLEAD_SERVER"
"""Names the service for commands that are not told which."""
_REFUSED = "Connection refused"
_PATIENCE_S = 5.0
"""A person waits in front of it: shorter than a program's."""

tenant_option = click.option("--tenant", default="default", show_default=True, help="Whose leads, reps and rules.")
address_option = click.option(
    "--server",
    envvar=SERVER_VARIABLE,
    default=DEFAULT_SERVER,
    show_default=True,
    metavar="HOST:PORT",
    help=f"Where the service listens.  [{SERVER_VARIABLE}]",
)
_ACCESS = "fairlead.access"


def _note(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    ctx.meta.setdefault(_ACCESS, {})[param.name] = value or ""


def access_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how to show oneself; `connected` reads them, the command need not."""
    for name, variable, text in _ACCESS_OPTIONS:
        add = click.option(name, envvar=variable, callback=_note, expose_value=False, metavar="FILE", help=text)
        command = add(command)
    return click.option(
        "--token", envvar="FAIRLEAD_TOKEN", callback=_note, expose_value=False, help="Bearer token.  [FAIRLEAD_TOKEN]"
    )(command)


_ACCESS_OPTIONS = (
    ("--key", "FAIRLEAD_CLIENT_KEY", "Your key, PEM, for mutual TLS.  [FAIRLEAD_CLIENT_KEY]"),
    ("--certificate", "FAIRLEAD_CLIENT_CERT", "Your certificate, PEM, for mutual TLS.  [FAIRLEAD_CLIENT_CERT]"),
    ("--tls-ca", "FAIRLEAD_TLS_CA", "Use TLS; who may sign for the service, PEM, or system.  [FAIRLEAD_TLS_CA]"),
)


def server_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which service, and how to show oneself to it."""
    return address_option(access_options(command))


class ServiceFailed(click.ClickException):
    """The service cannot be reached, or refused; exit code 1."""

    def __init__(self, error: FairleadError) -> None:
        super().__init__("\n".join(map(_with_option, _lines(error))))


def _with_option(line: str) -> str:
    """Return what is said of a field as said of the option, or argument, of the command that is run: that is what was
    typed; as it is where no option is called so.
    """
    context = click.get_current_context(silent=True)
    field, colon, said = line.partition(": ")
    wanted = (field, field.removesuffix("_time"))
    for parameter in context.command.params if context and colon else ():
        if parameter.name in wanted:
            return (
                f"{parameter.opts[0] if isinstance(parameter, click.Option) else parameter.human_readable_name}: {said}"
            )
    return line


def _lines(error: FairleadError) -> list[str]:
    """Return what a failure says, each violation once: where the message lists them it is taken apart, for it has them
    whole and the details need not.

    Examples
    --------
    >>> from grpc import StatusCode
    >>> from fairlead.errors import Violation
    >>> violations = [Violation("name", "'': req…"), Violation("age", "-1")]
    >>> _lines(FairleadError(StatusCode.INVALID_ARGUMENT, "", "name: '': required; age: -1", violations))
    ["name: '': required", 'age: -1']
    >>> _lines(FairleadError(StatusCode.INVALID_ARGUMENT, "", "2 fields", violations))
    ['2 fields', "  name: '': req…", '  age: -1']
    """
    message = error.message or error.code.name
    details = [f"{violation.field}: {violation.description}" for violation in error.violations]
    if len(details) < 2:
        return [message]  # a single one is what the message says
    pattern = "; ".join(f"({re.escape(each.removesuffix('…'))}.*)" for each in details)
    listed = re.fullmatch(pattern, message, re.DOTALL)
    return list(listed.groups()) if listed else [message, *(f"  {each}" for each in details)]


@contextmanager
def connected(server: str, tenant: str, access: Access | None = None) -> Iterator[FairleadClient]:
    """Connect to a service; its failures end the command with a message.

    Parameters
    ----------
    access
        How to show oneself; None: as the command's options say.

    Raises
    ------
    ServiceFailed
        If a call fails.
    """
    retries = Retries(patience_s=_PATIENCE_S)
    try:
        client = FairleadClient(server, tenant, access=access or _access(), timeout_s=60.0, retries=retries)
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
    with client:
        try:
            client.reach()
            yield client
        except FairleadError as error:
            raise ServiceFailed(_with_advice(error, server)) from error


def _access() -> Access:
    context = click.get_current_context(silent=True)
    return Access(**context.meta.get(_ACCESS, {})) if context else Access()


def _with_advice(error: FairleadError, server: str) -> FairleadError:
    if error.code.name == "UNAUTHENTICATED":
        return FairleadError(error.code, "", f"{error.message}: name a token with --token or FAIRLEAD_TOKEN")
    if error.reason or error.code.name != "UNAVAILABLE":
        return error
    why = "" if _REFUSED in error.message else f" ({error.message.rpartition('last error: ')[2]})"
    text = f"no service answers at {server}{why}: start one with `fairlead serve`, or name another with --server"
    return FairleadError(error.code, "", text)
