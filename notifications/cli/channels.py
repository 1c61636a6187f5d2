"""``fairlead channels``: through what people are told.

Exit codes: 0 done; 1 the service refuses or does not answer, or a test did not arrive; 2 an option is not as it must
be.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO

import click

from fairlead.commands import connected, server_option, tenant_option
from fairlead.options import language_option
from fairlead.v1 import deliveries_pb2 as deliveries
from notifications.cli.channel_users import in_words, users_of
from notifications.cli.kinds import CHANNELS, called
from notifications.cli.outcomes import outcome_text
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

KINDS = click.Choice(["wecom", "dingtalk", "feishu", "slack", "teams", "smtp"], case_sensitive=False)
_address = address_options(
    "--address",
    "address",
    "The webhook as the vendor's console shows it: it holds a secret. Of smtp a mail address.",
)
_speaks = click.option("--speaks", type=click.Choice(["en", "zh"]), help="Language of its messages [default: en].")
_calendar = click.option(
    "--calendar", help="Outside its hours the channel is quiet, but for what ignores that [default: never quiet]."
)


@click.group(context_settings=HELP)
def channels() -> None:
    """Through what people are told: 企业微信, 钉钉, 飞书, Slack, Teams and mail.

    Name a rep's channels in order with `fairlead workforce`. docs/channels.md says what to click in each vendor's
    console.

    \b
      $ fairlead channels new-key secrets.key        before the first: what secrets are kept with
      $ fairlead channels create east-bot --kind feishu --address-file hook.txt --secret-file sign.txt --speaks zh
      $ fairlead channels test east-bot
      $ fairlead channels list
    """


@channels.command("new-key")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def new_key(file: Path) -> None:
    """Put a new key into FILE, before those that it holds, readable by you alone.

    Start every server with FAIRLEAD_SECRETS_KEY_FILE=FILE. The first key encrypts, all decrypt: an older one may be
    taken out once everything was set anew. Without its key a secret is lost: keep the file as you keep passwords, and
    not beside backups of the store.

    \b
      $ fairlead channels new-key secrets.key
      $ FAIRLEAD_SECRETS_KEY_FILE=secrets.key fairlead serve
    """
    from notifications.secrets import write_new_key

    try:
        write_new_key(file)
    except (ValueError, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{file}: a new key stands first")


@channels.command()
@click.argument("channel")
@click.option("--kind", type=KINDS, required=True, help="What takes its messages; cannot be changed.")
@_address
@secret_option
@_speaks
@_calendar
@changing_options
def create(
    channel: str, kind: str, address: str | None, address_file: IO[str] | None, secret_file: IO[str] | None,
    speaks: str | None, calendar: str | None, dry_run: bool, language: str, as_json: bool, server: str, tenant: str,
) -> None:  # fmt: skip
    """Make a way to tell people something.

    \b
      $ fairlead channels create east-bot --kind feishu --address-file hook.txt --secret-file sign.txt --speaks zh
      $ fairlead channels create li-na-mail --kind smtp --address li.na@example.com --calendar shanghai

    hook.txt and sign.txt hold the address and the secret in one line each, so that they are not in the shell's history.
    """
    where = address_of(address, address_file, "--address")
    if where is None:
        raise click.UsageError("--address or --address-file: one of both is needed")
    secret = line_of(secret_file, "--secret-file")
    with connected(server, tenant) as client:
        made = client.create_channel(
            channel,
            kind.upper(),
            where,
            secret=secret or "",
            language=speaks or "",
            calendar=calendar or "",
            preview=dry_run,
        )
    _told(made, Shown(language), as_json=as_json, dry_run=dry_run)


@channels.command()
@click.argument("channel")
@reading_options
def show(channel: str, language: str, as_json: bool, utc: bool, server: str, tenant: str) -> None:
    """Show one: where it sends, in which language, and what waits."""
    with connected(server, tenant) as client:
        found, shown = client.get_channel(channel), Shown.of(client, language, utc=utc)
    _told(found, shown, as_json=as_json)


@channels.command("list")
@reading_options
def list_all(language: str, as_json: bool, utc: bool, server: str, tenant: str) -> None:
    """List channels by id, how many messages wait or are parked, and how the last try ended."""
    with connected(server, tenant) as client:
        found, shown = list(client.list_channels()), Shown.of(client, language, utc=utc)
    tell_all("channels", found, _table, shown, as_json=as_json)


@channels.command()
@click.argument("channel")
@_address
@secret_option
@click.option("--no-secret", is_flag=True, help="Take its secret away.")
@_speaks
@_calendar
@etag_option
@changing_options
def update(
    channel: str, address: str | None, address_file: IO[str] | None, secret_file: IO[str] | None, no_secret: bool,
    speaks: str | None, calendar: str | None, etag: str, dry_run: bool, language: str, as_json: bool, server: str,
    tenant: str,
) -> None:  # fmt: skip
    """Change what is given, and nothing else; `--calendar ""`: never quiet.

    What waits for it, for quiet hours to end or for another try, is looked at at once.
    """
    secret = line_of(secret_file, "--secret-file")
    if no_secret and secret is not None:
        raise click.UsageError("--no-secret and --secret-file: allowed is one of both")
    with connected(server, tenant) as client:
        changed = client.update_channel(
            channel,
            address=address_of(address, address_file, "--address"),
            secret="" if no_secret else secret,
            language=speaks,
            calendar=calendar,
            etag=etag,
            preview=dry_run,
        )
    _told(changed, Shown(language), as_json=as_json, dry_run=dry_run)


@channels.command()
@click.argument("channel")
@click.option("--yes", is_flag=True, help="Do not ask.")
@etag_option
@language_option
@server_option
@tenant_option
def delete(channel: str, yes: bool, etag: str, language: str, server: str, tenant: str) -> None:
    """Delete one: what waits for it goes to the next channel of its rep, and is unreachable where there is none.

    What was told through it stays listed. Before it asks it names the reps and the steps of processes that name the
    channel.
    """
    with connected(server, tenant) as client:
        found = client.get_channel(channel)
        if not yes:
            name, count = last(found.name), f"{found.waiting_count:,}"
            if users := users_of(client, name):
                click.echo(say("used by", language, name=name, users=in_words(users, language)))
            click.confirm(say("delete channel", language, name=name, count=count), abort=True)
        client.delete_channel(channel, etag=etag or ("" if yes else found.etag))
    click.echo(say("deleted", language, name=last(found.name)))


@channels.command()
@click.argument("channel")
@acting_options
def test(channel: str, language: str, as_json: bool, server: str, tenant: str) -> None:
    """Send a message that says that it is a test, and say what became of it; exit with 1 if it did not arrive."""
    with connected(server, tenant) as client:
        ended = client.test_channel(channel)
    tell_test(ended, language, as_json=as_json)


def _told(found: deliveries.Channel, shown: Shown, *, as_json: bool, dry_run: bool = False) -> None:
    tell_one("channel", found, _table, shown, as_json=as_json, dry_run=dry_run)


def _table(found: list[deliveries.Channel], shown: Shown) -> None:
    shown.table(
        found,
        {
            "id": lambda each: last(each.name),
            "kind": lambda each: called(_kind(each), CHANNELS, shown.language),
            "address": lambda each: each.address or shown.word("cannot be sent"),
            "secret": lambda each: shown.word("yes" if each.has_secret else "no"),
            "language": lambda each: each.language_code and shown.word(each.language_code),
            "quiet outside": lambda each: last(each.calendar),
            "waiting or parked": lambda each: f"{each.waiting_count:,}",
            "last try": lambda each: shown.at(each, "last_attempt_time"),
            "outcome": lambda each: outcome_text(each.last_outcome, shown.language),
        },
        right=("waiting or parked",),
    )
    for each in found:
        if each.failure_count:
            click.echo(_takes_nothing(each, shown))
    if not all(each.address for each in found):
        click.echo(shown.word("why not sent"))


def _kind(channel: deliveries.Channel) -> str:
    return channel.Kind.Name(channel.kind).removeprefix("KIND_").lower()


def _takes_nothing(channel: deliveries.Channel, shown: Shown) -> str:
    name = last(channel.name)
    return shown.word(
        "takes nothing",
        name=name,
        tries=f"{channel.failure_count:,}",
        outcome=outcome_text(channel.last_outcome, shown.language),
        page="docs/zh/channels.md" if shown.language == "zh" else "docs/channels.md",
        command=f"fairlead deliveries redrive --channel {name}",
    )
