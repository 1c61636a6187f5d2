"""``fairlead subscriptions``: which systems are told of changes by webhook.

Exit codes: 0 done; 1 the service refuses or does not answer, or a receiver did not take a test; 2 an option is not as
it must be.
"""

from __future__ import annotations

from typing import IO

import click

from fairlead.commands import connected, server_option, tenant_option
from fairlead.options import language_option
from fairlead.v1 import deliveries_pb2 as deliveries
from notifications.cli.secret_files import address_of, address_options, line_of, secret_option
from notifications.cli.telling import (
    HELP,
    Shown,
    acting_options,
    changing_options,
    etag_option,
    last,
    reading_options,
    say,
    tell_all,
    tell_one,
    tell_test,
)

_LEAST = "least"
ROLES = click.Choice([_LEAST, "rep", "manager", "service", "operator", "data-scientist"])
_url = address_options("--url", "url", "Where changes are sent, https://HOST/PATH. What stands in it may be a secret.")
_events = click.option(
    "--events",
    metavar="A,B",
    help="What is sent, separated by commas, e.g. decision,closed [default: all, also those to come].",
)
_role = click.option(
    "--role", type=ROLES, help="As whom it sees changes; least: as the role from which most is hidden [default: least]."
)


@click.group(context_settings=HELP)
def subscriptions() -> None:
    """Which systems are told of changes by webhook.

    Each change of a work item is sent as JSON, signed in the form of Standard Webhooks, in order per work item, until
    the receiver takes it. docs/deliveries.md says what a receiver must do.

    \b
      $ fairlead subscriptions create crm --url https://crm.example.com/fairlead
      $ fairlead subscriptions test crm               one change that never was
      $ fairlead subscriptions list                   how they stand
      $ fairlead deliveries list --subscription crm   what was told
    """


@subscriptions.command()
@click.argument("subscription")
@_url
@_events
@_role
@secret_option
@changing_options
def create(
    subscription: str, url: str | None, url_file: IO[str] | None, events: str | None, role: str | None,
    secret_file: IO[str] | None, dry_run: bool, language: str, as_json: bool, server: str, tenant: str,
) -> None:  # fmt: skip
    """Subscribe an address to what happens from now on.

    Without --secret-file a secret is made, and shown this once: give it to the receiver.

    \b
      $ fairlead subscriptions create crm --url https://crm.example.com/fairlead --events decision,closed
      $ fairlead subscriptions create crm --url-file url.txt --secret-file secret.txt --role manager

    url.txt and secret.txt hold address and secret in one line each, so that they are not in the shell's history.
    """
    address = address_of(url, url_file, "--url")
    if address is None:
        raise click.UsageError("--url or --url-file: one of both is needed")
    secret = line_of(secret_file, "--secret-file")
    with connected(server, tenant) as client:
        made = client.create_subscription(
            subscription,
            address,
            event_types=_listed(events),
            role=_role_of(role) or "",
            secret=secret or "",
            preview=dry_run,
        )
    _told(made, Shown(language), as_json=as_json, dry_run=dry_run)


@subscriptions.command()
@click.argument("subscription")
@reading_options
def show(subscription: str, language: str, as_json: bool, utc: bool, server: str, tenant: str) -> None:
    """Show one: where it sends what, and how it stands."""
    with connected(server, tenant) as client:
        found, shown = client.get_subscription(subscription), Shown.of(client, language, utc=utc)
    _told(found, shown, as_json=as_json)


@subscriptions.command("list")
@reading_options
def list_all(language: str, as_json: bool, utc: bool, server: str, tenant: str) -> None:
    """List subscriptions by id, and how they stand.

    A change that its receiver does not take is parked, and those of its work item behind it; after 3 days it is dead.
    One that is stalled takes nothing new, for 10,000 are parked: mend the receiver.
    """
    with connected(server, tenant) as client:
        found, shown = list(client.list_subscriptions()), Shown.of(client, language, utc=utc)
    tell_all("subscriptions", found, _table, shown, as_json=as_json)


@subscriptions.command()
@click.argument("subscription")
@_url
@_events
@_role
@secret_option
@click.option("--new-secret", is_flag=True, help="Have a secret made, and show it this once.")
@click.option("--retire-secrets", is_flag=True, help="Have only the newest secret sign from now on.")
@etag_option
@changing_options
def update(
    subscription: str, url: str | None, url_file: IO[str] | None, events: str | None, role: str | None,
    secret_file: IO[str] | None, new_secret: bool, retire_secrets: bool, etag: str, dry_run: bool, language: str,
    as_json: bool, server: str, tenant: str,
) -> None:  # fmt: skip
    """Change what is given, and nothing else.

    To change a secret: have another made, give it to the receiver, which knows both for a while, and retire the first.

    \b
      $ fairlead subscriptions update crm --new-secret
      $ fairlead subscriptions update crm --retire-secrets
      $ fairlead subscriptions update crm --events ""        all events again
    """
    secret = line_of(secret_file, "--secret-file")
    if new_secret and secret is not None:
        raise click.UsageError("--new-secret and --secret-file: allowed is one of both")
    if retire_secrets and (new_secret or secret is not None):
        raise click.UsageError(
            "--retire-secrets beside a new secret: the receiver does not know that yet; retire the one before it later"
        )
    with connected(server, tenant) as client:
        changed = client.update_subscription(
            subscription,
            url=address_of(url, url_file, "--url"),
            event_types=None if events is None else _listed(events),
            role=_role_of(role),
            secret="" if new_secret else secret,
            retire_secrets=retire_secrets,
            etag=etag,
            preview=dry_run,
        )
    _told(changed, Shown(language), as_json=as_json, dry_run=dry_run)


@subscriptions.command()
@click.argument("subscription")
@click.option("--yes", is_flag=True, help="Do not ask.")
@etag_option
@language_option
@server_option
@tenant_option
def delete(subscription: str, yes: bool, etag: str, language: str, server: str, tenant: str) -> None:
    """Delete one, with all that it has not delivered: nobody will be told of that."""
    with connected(server, tenant) as client:
        found = client.get_subscription(subscription)
        if not yes:
            click.confirm(f"delete {last(found.name)}, with {found.parked_count:,} parked?", abort=True)
        client.delete_subscription(subscription, etag=etag or ("" if yes else found.etag))
    click.echo(say("deleted", language, name=last(found.name)))


@subscriptions.command()
@click.argument("subscription")
@acting_options
def test(subscription: str, language: str, as_json: bool, server: str, tenant: str) -> None:
    """Send a change that never was, and say what the receiver answered; exit with 1 if it refused.

    Its `id` is 0 and its work item `test`, which no other change has.
    """
    with connected(server, tenant) as client:
        ended = client.test_subscription(subscription)
    tell_test(ended, language, as_json=as_json)


@subscriptions.command()
@click.argument("subscription")
@acting_options
def pause(subscription: str, language: str, as_json: bool, server: str, tenant: str) -> None:
    """Deliver nothing until it is resumed: changes wait in the log, none is lost."""
    with connected(server, tenant) as client:
        paused = client.pause_subscription(subscription)
    _told(paused, Shown(language), as_json=as_json)


@subscriptions.command()
@click.argument("subscription")
@acting_options
def resume(subscription: str, language: str, as_json: bool, server: str, tenant: str) -> None:
    """Go on where it was paused."""
    with connected(server, tenant) as client:
        resumed = client.resume_subscription(subscription)
    _told(resumed, Shown(language), as_json=as_json)


def _told(found: deliveries.Subscription, shown: Shown, *, as_json: bool, dry_run: bool = False) -> None:
    tell_one("subscription", found, _table, shown, as_json=as_json, dry_run=dry_run)
    if found.secret and not as_json:
        click.echo(shown.word("secret once", secret=found.secret))


def _table(found: list[deliveries.Subscription], shown: Shown) -> None:
    shown.table(
        found,
        {
            "id": lambda each: last(each.name),
            "address": lambda each: each.url or shown.word("cannot be sent"),
            "events": lambda each: ", ".join(each.event_types) or shown.word("all"),
            "role": lambda each: each.role,
            "state": lambda each: shown.word(each.State.Name(each.state).removeprefix("STATE_").lower()),
            "parked": lambda each: f"{each.parked_count:,}",
            "dead": lambda each: f"{each.dead_count:,}",
            "oldest": lambda each: shown.at(each, "oldest_undelivered_time"),
            "secrets": lambda each: str(each.secret_count),
        },
        right=("parked", "dead", "secrets"),
    )
    if not all(each.url for each in found):
        click.echo(shown.word("why not sent"))


def _role_of(role: str | None) -> str | None:
    return "" if role == _LEAST else role


def _listed(names: str | None) -> list[str]:
    return [name.strip() for name in (names or "").split(",") if name.strip()]
