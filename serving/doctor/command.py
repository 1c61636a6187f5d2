"""``fairlead doctor``: is everything as it should be, and if not, what is to be done?

Exit codes: 0 all checks passed; 1 something must be put right.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from failures import Failure, StoreUnavailable, StoreUnsuitable
from gateway.auth.exposure import check_metrics, check_store, insecure_from
from gateway.settings import Security
from notifications.adapters.redis.outbox import RedisOutbox
from notifications.adapters.redis.records import channels_on, subscriptions_on, templates_on, tenants_of_records
from notifications.adapters.redis.webhooks import RedisDeliveries
from notifications.channels import LANGUAGES
from notifications.errors import KEY_FILE
from notifications.messages.mail_server import URL
from notifications.secrets import SecretBox
from router.adapters.durable_rules import selection as engines
from router.adapters.redis.format import FORMAT
from router.adapters.redis.repositories import Stores
from router.cli.consoles import console_for
from router.cli.stores import connected_stores
from router.model.calendars import TenantSettings
from router.model.errors import FormatMismatch
from router.model.workforce import WorkforceRecords
from router.process.revisions.cache import ProcessCache
from router.rules.codec import loads
from scoring.services import ScoringServices
from serving.doctor import host
from serving.doctor.calendars import judge_calendars
from serving.doctor.deliveries import Receivers, channels_of, judge_key_file, judge_mail, judge_receivers
from serving.doctor.finding import Finding, Severity, bad, good, mind
from serving.doctor.pools import judge_pools
from serving.doctor.recusal import judge_recusal
from serving.doctor.store import judge, timers
from serving.upgrading import UpgradeLines
from store import diagnostics
from store.clients import open_servers
from store.clock import SimulatedClock, simulated
from store.embedded.orphans import answers, socket_path
from telemetry.watch import TelemetrySettings

_SIGNS = {Severity.GOOD: ("✓", "green"), Severity.MIND: ("!", "yellow"), Severity.BAD: ("✗", "red")}


@click.command()
@click.option("--listen", default="127.0.0.1:50051", show_default=True, metavar="HOST:PORT", help="As for serve.")
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), default=Path("fairlead-data"), help="As for serve."
)
def doctor(listen: str, data: Path) -> None:
    """Check the set-up, and say what to do.

    Reads the options and variables that `fairlead serve` would, and changes nothing, but for a key that it writes and
    takes away to try the store out. It may run beside a service.
    """
    answers = list(findings(os.environ, listen, data))
    show(answers, console_for(sys.stdout))
    sys.exit(1 if any(finding.severity is Severity.BAD for finding in answers) else 0)


def findings(environ: Mapping[str, str], listen: str, data: Path) -> Iterator[Finding]:
    """Look at everything, the plain things first."""
    yield host.python()
    yield from _rule_engine(environ)
    yield host.disk(data)
    yield from judge_key_file(environ.get(KEY_FILE, ""))
    yield from judge_mail(environ)
    yield from _store(environ, data)
    yield host.port(listen)
    yield from _access(environ, listen)
    yield from _telemetry(environ)
    yield _models(environ, data)


def _rule_engine(environ: Mapping[str, str]) -> Iterator[Finding]:
    try:
        yield host.rule_engine(engines.choice_from(environ))
    except ValueError as error:
        yield bad("rule engine", str(error), "set it to one of these")


def _store(environ: Mapping[str, str], data: Path) -> Iterator[Finding]:
    url = environ.get("FAIRLEAD_REDIS_URL", "")
    if not url:
        yield host.private_store(data)
        path = socket_path(data.absolute())
        if not answers(path):
            return  # it runs with the service alone
        url = f"unix://{path}"
    try:
        check_store(open_servers(url), insecure_from(environ))
        yield from _told(url, is_private=not environ.get("FAIRLEAD_REDIS_URL"))
        yield asyncio.run(_writes(url))
        form = asyncio.run(_format(url))
        yield form
        if form.severity is Severity.GOOD:  # else what it holds cannot be read
            yield from asyncio.run(_timed(url))
            yield from asyncio.run(_told_outside(url, _box(environ), has_mail=bool(environ.get(URL))))
    except StoreUnsuitable as error:
        yield bad("store", error.description, "let its operator put it right: serve does not start")
    except (StoreUnavailable, ValueError) as error:
        yield bad("store", str(error), "start it, or correct FAIRLEAD_REDIS_URL")


def _told(url: str, *, is_private: bool) -> Iterator[Finding]:
    try:
        for facts in asyncio.run(diagnostics.ask(url)):
            yield from judge(facts, is_private=is_private)
    except StoreUnsuitable as error:
        yield mind("store", error.description, "its version, memory, files and clock are not known until it tells")


async def _writes(url: str) -> Finding:
    async with connected_stores(url) as stores:
        await stores.check()
    return good("rights", "scripts run, and write under fairlead:*")


async def _format(url: str) -> Finding:
    async with connected_stores(url) as stores:
        try:
            is_older = await stores.is_older(UpgradeLines())
        except FormatMismatch as error:
            return bad("format", str(error), "name another store, or install the version that wrote this one")
    if is_older:
        return mind("format", "an older one", f"back it up; serve brings it to format {FORMAT} when it starts")
    return good("format", str(FORMAT))


async def _timed(url: str) -> list[Finding]:
    """Judge what depends on the time, as the store's scripts read it."""
    async with connected_stores(url) as stores:
        clock, tenants = SimulatedClock(stores.redis), await _tenants(stores)
        is_simulated = await clock.is_there()
        at_us = (await clock.read())[0] if is_simulated else await clock.real_us()
        with simulated() if is_simulated else nullcontext():
            at_work = await stores.rule_sets.tenants()
            found = [timers([await stores.timers.timer_status(tenant) for tenant in at_work])]
        for tenant in tenants:
            record = await stores.workforce.read(tenant)
            found += judge_calendars(tenant, record.calendars.values(), _date_of(at_us))
            found += judge_pools(tenant, record)
            if publication := await stores.rule_sets.publication(tenant):
                found += judge_recusal(tenant, loads(publication.stored), record)
    return found


def _box(environ: Mapping[str, str]) -> SecretBox:
    try:
        return SecretBox.read(environ.get(KEY_FILE, ""))
    except ValueError:  # what is wrong with it is a finding already
        return SecretBox()


async def _told_outside(url: str, box: SecretBox, *, has_mail: bool) -> list[Finding]:
    """Judge who is told outside."""
    found: list[Finding] = []
    async with connected_stores(url) as stores:
        for tenant in await _tenants(stores):
            receivers = await _receivers(stores, tenant, await stores.workforce.read(tenant))
            found += judge_receivers(tenant, replace(receivers, has_mail=has_mail), box)
    return found


async def _tenants(stores: Stores) -> list[str]:
    """Return every tenant of whom anything is kept, those too that never published rules."""
    return sorted({*await stores.tenants(), *await tenants_of_records(stores.redis)})


async def _templates(stores: Stores, tenant: str, language: str) -> Mapping[str, str] | None:
    try:
        kept = await templates_on(stores.redis).get(tenant, language)
        return dict(kept.record.texts) if kept else {}
    except (ValueError, TypeError):
        return None


async def _receivers(stores: Stores, tenant: str, workforce: WorkforceRecords) -> Receivers:
    subscriptions = [each.record for each in (await subscriptions_on(stores.redis).all(tenant)).values()]
    channels = [each.record for each in (await channels_on(stores.redis).all(tenant)).values()]
    kept = RedisDeliveries(stores.redis)
    places = {each.id: await kept.place(tenant, each.id) for each in subscriptions}
    stalled = [each for each, place in places.items() if place is not None and place.is_full]
    named = {rep.id: rep.channels for rep in workforce.reps.values() if rep.channels and rep.active}
    active = (await ProcessCache(stores.processes).newest(tenant)).active
    stepped = {process.id: channels_of(process) for process in active.values()}
    outbox = RedisOutbox(stores.redis)
    standing = {each.id: await outbox.standing(tenant, each.id) for each in channels}
    failing = {channel: status for channel, status in standing.items() if status.failures}
    templates = {language: await _templates(stores, tenant, language) for language in LANGUAGES}
    return Receivers(
        subscriptions,
        channels,
        named,
        workforce.calendars.keys(),
        stalled,
        stepped,
        failing=failing,
        templates=templates,
        has_zone=workforce.settings.time_zone != TenantSettings().time_zone,
    )


def _date_of(at_us: int) -> date:
    return datetime.fromtimestamp(at_us // 1_000_000, UTC).date()


def _access(environ: Mapping[str, str], listen: str) -> Iterator[Finding]:
    try:
        security = Security.read(environ)
        security.check_listen(listen)
        security.credentials()
    except ValueError as error:
        yield bad("access", str(error), "correct the variable it names")
        return
    if security.tls_cert:
        yield host.certificate(security.tls_cert)
    yield good("access", security.described)


def _telemetry(environ: Mapping[str, str]) -> Iterator[Finding]:
    try:
        wanted = TelemetrySettings.read(environ)
        check_metrics(wanted.metrics, insecure_from(environ))
    except ValueError as error:
        yield bad("telemetry", str(error), "correct the variable it names")
        return
    if wanted.metrics:
        yield host.port(wanted.metrics, "metrics port")


def _models(environ: Mapping[str, str], data: Path) -> Finding:
    registry = environ.get("FAIRLEAD_MODELS", str(data / "models"))
    model = environ.get("FAIRLEAD_MODEL", "churn")
    try:
        parts = ScoringServices(registry, model, environ.get("FAIRLEAD_HEALTH_PROFILES", ""))
        shared = parts.registries("")
        if model not in shared.models():
            return mind("models", f"no {model} in {registry}", "train and promote one: fairlead train --help")
        version = shared.resolve(model, "champion")
        shared.load(model, version)
    except (Failure, ValueError) as error:
        return bad("models", f"{registry}: {error}", "correct it, or promote another: fairlead models --help")
    return good("models", f"{model} {version} serves, from {registry}")


def show(findings: list[Finding], console: Console) -> None:
    """Print what was found, and how many things there are to do."""
    table = Table("", "what", "found", "to do", box=box.SIMPLE_HEAD, pad_edge=False)
    for finding in findings:
        sign, style = _SIGNS[finding.severity]
        table.add_row(Text(sign, style=style), finding.subject, Text(finding.seen), Text(finding.advice))
    console.print(table)
    wrong = sum(finding.severity is Severity.BAD for finding in findings)
    console.print(f"{wrong} to put right" if wrong else "all checks passed")
