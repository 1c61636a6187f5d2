"""``fairlead caps``: how much of each is used, and other ones for a rep or a pool.

Exit codes: 0 done; 1 the service refuses, or cannot be reached; 2 an option, or a cap, is not as it must be.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

import click
from google.protobuf.json_format import MessageToDict
from rich import box
from rich.table import Table

from fairlead.client import FairleadClient
from fairlead.commands import connected, server_option, tenant_option
from fairlead.options import json_option, language_option, together, utc_option
from fairlead.v1 import caps_pb2 as messages
from router.cli.cap_cells import ALLOWED, caps_of, words_of
from router.cli.clocks import Clock
from router.cli.consoles import console_for
from router.cli.labels import folding, label
from router.cli.lists import HELP
from router.cli.whom import pool_called, rep_called
from router.cli.words import last
from router.wording.languages import Language
from router.wording.phrases import WINDOWS

HELD = (messages.Cap.MEASURE_OPEN, messages.Cap.MEASURE_UNWORKED)


@click.group(context_settings=HELP)
def caps() -> None:
    """How much reps and pools may get or hold, and how much of it is used."""


_holder_options = together(
    click.option("--rep", default="", help="Of this rep, by id or display name."),
    click.option("--pool", default="", help="Of this pool, by id or display name."),
)
"""Whose caps are meant."""


@caps.command("list")
@_holder_options
@language_option
@json_option
@utc_option
@server_option
@tenant_option
def list_command(rep: str, pool: str, language: str, as_json: bool, utc: bool, server: str, tenant: str) -> None:
    """Show what is used of each cap, and when one that is reached lifts; with --rep or --pool, of theirs alone.

    \b
      $ fairlead caps list --pool east
      $ fairlead caps list --language zh
    """
    with connected(server, tenant) as client:
        rep, pool = _called(client, rep, pool, Language(language))
        listed, clock = list(_of(client.list_cap_uses(), rep, pool)), Clock.of(client, utc=utc)
    if as_json:
        documents = [MessageToDict(each, preserving_proto_field_name=True) for each in listed]
        click.echo(json.dumps({"cap_uses": documents}, ensure_ascii=False, indent=2))
        return
    say = partial(label, language=Language(language))
    headings = [say(key) for key in ("whose", "cap", "counted rep", "limit", "used", "lifts")]
    title = say("caps", count=len(listed), zone=clock.zone)
    table = Table(*folding(headings), title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for use in listed:
        table.add_row(*_cells(use, clock, Language(language)))
    console_for(sys.stdout).print(table)


def _called(client: FairleadClient, rep: str, pool: str, language: Language = Language.EN) -> tuple[str, str]:
    """Return the ids of whom the options mean."""
    return rep_called(client, rep, "--rep", language), pool_called(client, pool, "--pool", language)


def _of(uses: Iterable[messages.CapUse], rep: str, pool: str) -> Iterator[messages.CapUse]:
    wanted = {f"reps/{last(rep)}" if rep else "", f"pools/{last(pool)}" if pool else ""} - {""}
    return (use for use in uses if not wanted or use.holder.partition("/")[2].partition("/")[2] in wanted)


def _cells(use: messages.CapUse, clock: Clock, language: Language) -> list[str]:
    kind = "whose pool" if "/pools/" in use.holder else "whose rep"
    return [
        label(kind, language, name=last(use.holder)),
        use.cap.id,
        last(use.rep) or label("whole pool", language),
        _limit(use.cap, language),
        f"{use.used:.15g}/{use.cap.limit:.15g}",
        _lifts(use, clock, language),
    ]


def _limit(cap: messages.Cap, language: Language) -> str:
    """Say in words what a cap limits.

    Examples
    --------
    >>> _limit(caps_of("a:COUNT 20 DAY LEAD EVEN")[0], Language.EN), _limit(caps_of("a:OPEN 3")[0], Language.ZH)
    ('daily 20 work items, LEAD, evenly', '在手 3 条')
    """
    measure = messages.Cap.Measure.Name(cap.measure)
    window = messages.Cap.Window.Name(cap.window).removeprefix("WINDOW_") if cap.window else ""
    length = (
        label("minutes", language, count=cap.rolling_duration.seconds // 60) if cap.rolling_duration.seconds else ""
    )
    begins = WINDOWS[window].say(language) if window else ""
    parts = [f"{begins}{length}{label(measure, language, limit=f'{cap.limit:.15g}')}", *cap.kinds]
    parts += [label("evenly", language)] if cap.pace == messages.Cap.PACE_EVEN else []
    return label("comma", language).join(parts)


def _lifts(use: messages.CapUse, clock: Clock, language: Language) -> str:
    if not use.reached:
        return ""
    if use.HasField("lift_time"):
        return clock.shown(use.lift_time, "minutes")
    is_held = use.cap.measure in HELD and use.cap.limit
    return label(f"lifts {messages.Cap.Measure.Name(use.cap.measure)}" if is_held else "lifts never", language)


class _Holder(NamedTuple):
    """Whose caps are changed: what to call them, how to get them, and how to set them."""

    name: str
    get: Callable[[FairleadClient], Any]
    set: Callable[..., Any]


def _holder(client: FairleadClient, rep: str, pool: str) -> _Holder:
    rep, pool = _called(client, rep, pool)
    if rep:
        return _Holder(
            f"rep {rep}", lambda c: c.get_rep(rep), lambda c, listed, etag: c.set_rep_caps(rep, listed, etag=etag)
        )
    return _Holder(
        f"pool {pool}", lambda c: c.get_pool(pool), lambda c, listed, etag: c.set_pool_caps(pool, listed, etag=etag)
    )


def _check_holder(rep: str, pool: str) -> None:
    if bool(rep) is bool(pool):
        raise click.UsageError("say whose cap it is: --rep or --pool")


@caps.command("set")
@click.argument("cap")
@click.argument("words", nargs=-1, required=True)
@_holder_options
@server_option
@tenant_option
def set_command(cap: str, words: tuple[str, ...], rep: str, pool: str, server: str, tenant: str) -> None:
    """Give a rep or pool a CAP, or another under its id; WORDS say what it limits, in any order.

    A measure (OPEN, UNWORKED, COUNT, UNITS, VALUE), a limit, and if need be a window (HOUR, DAY, WEEK, MONTH, ROLLING
    24h), POOL, EVEN, kinds of work such as LEAD. What was counted is kept as long as id and measure stay.

    \b
      $ fairlead caps set daily COUNT 20 DAY --pool east
      pool east: daily COUNT 20 DAY
      $ fairlead caps set in-hand UNWORKED 10 --rep li-na
    """
    _check_holder(rep, pool)
    try:
        (made,) = caps_of(f"{cap}:{' '.join(words)}")
    except ValueError as error:
        raise click.UsageError(f"found {error}; allowed: {ALLOWED}") from None
    with connected(server, tenant) as client:
        holder = _holder(client, rep, pool)
        present = holder.get(client)
        listed = [made if each.id == made.id else each for each in present.caps]
        holder.set(client, listed if made in listed else [*listed, made], present.etag)
    click.echo(f"{holder.name}: {made.id} {words_of(made)}")


@caps.command("remove")
@click.argument("cap")
@_holder_options
@server_option
@tenant_option
def remove_command(cap: str, rep: str, pool: str, server: str, tenant: str) -> None:
    """Take a CAP from a rep or pool.

    \b
      $ fairlead caps remove daily --pool east
      pool east: daily removed
    """
    _check_holder(rep, pool)
    with connected(server, tenant) as client:
        holder = _holder(client, rep, pool)
        present = holder.get(client)
        kept = [each for each in present.caps if each.id != cap]
        if len(kept) == len(present.caps):
            there = ", ".join(each.id for each in kept) or "none"
            raise click.ClickException(f"{holder.name} has no cap {cap!r}; there are: {there}")
        holder.set(client, kept, present.etag)
    click.echo(f"{holder.name}: {cap} removed")
