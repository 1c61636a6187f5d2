"""Does whoever is to be told hear of it? Judges subscriptions, channels, and the keys of their secrets. Pure but for a
look at the file of keys.
"""

from __future__ import annotations

import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from notifications.channels import Channel, ChannelKind
from notifications.deliveries import ReceiverStatus
from notifications.errors import KEY_FILE, NoSecretsKey, SecretUnreadable
from notifications.messages.mail_server import URL, MailServer
from notifications.secrets import SecretBox
from notifications.subscriptions import Subscription
from notifications.templates import template_faults
from router.process.definition.deadlines import NamedChannel
from router.process.definition.processes import Process
from serving.doctor.finding import Finding, bad, good, mind
from serving.templates import TEMPLATE_NAMES

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Receivers:
    """Who is told outside, of one tenant.

    Parameters
    ----------
    named
        By rep: the channels through which they are to be told.
    stalled
        Ids of the subscriptions that take nothing new.
    stepped
        By active process: the channels that steps of its deadlines tell.
    has_mail
        Whether the operator named a mail server.
    failing
        How those channels stand that took nothing when something was sent last.
    templates
        The tenant's own, by language; None: they cannot be read.
    has_zone
        Whether the tenant's clocks have a zone: not UTC, which nobody set.
    """

    subscriptions: Sequence[Subscription]
    channels: Sequence[Channel]
    named: Mapping[str, Sequence[str]]
    calendars: Collection[str]
    stalled: Collection[str] = ()
    stepped: Mapping[str, Collection[str]] = field(default_factory=dict)
    has_mail: bool = True
    failing: Mapping[str, ReceiverStatus] = field(default_factory=dict)
    templates: Mapping[str, Mapping[str, str] | None] = field(default_factory=dict)
    has_zone: bool = True


def judge_key_file(path: str) -> Iterator[Finding]:
    """Judge the file of keys; where none is named nothing is said."""
    if not path:
        return
    try:
        SecretBox.read(path)
        others = stat.S_IMODE(Path(path).stat().st_mode) & 0o077
    except (ValueError, OSError) as error:
        yield bad("secrets", str(error), "name the file that `fairlead channels new-key` made: serve does not start")
        return
    if others:
        yield mind("secrets", f"{path} may be read by others of this machine", f"take that away: chmod 600 {path}")
    else:
        yield good("secrets", f"{path} is for its owner alone")


def judge_mail(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Judge how the mail server is named; where it is as it must be, or is not named, nothing is said."""
    try:
        MailServer.read(environ)
    except ValueError as error:
        yield bad("mail", str(error), "correct the variable it names: serve does not start")


def channels_of(process: Process) -> frozenset[str]:
    """Return the channels that steps of a process's deadlines tell."""
    deadlines = (*process.deadlines, *(deadline for stage in process.stages for deadline in stage.deadlines))
    told = (who for deadline in deadlines for step in deadline.steps for who in step.to)
    return frozenset(who.channel for who in told if isinstance(who, NamedChannel))


def judge_receivers(tenant: str, receivers: Receivers, box: SecretBox) -> Iterator[Finding]:
    """Judge a tenant's subscriptions and channels; of those that are sound nothing is said."""
    yield from _unreadable(tenant, receivers, box)
    for each in receivers.stalled:
        yield bad("subscription", f"{tenant}/{each}: it takes nothing new, for 10,000 changes are parked", _STALLED)
    for name, reps in _missing(receivers, receivers.named):
        yield mind("channel", f"{tenant}: there is no {name}, which {_few(reps)} should be told through", _MISSING)
    for name, processes in _missing(receivers, receivers.stepped):
        yield mind("channel", f"{tenant}: there is no {name}, which steps of {_few(processes)} tell", _MISSING_IN_STEPS)
    for channel_id, status in receivers.failing.items():
        seen = f"it takes nothing, failed tries in a row: {status.failures}; the last ended as {status.outcome}"
        yield mind("channel", f"{tenant}/{channel_id}: {seen}", _FAILING.format(channel=channel_id))
    mails = [channel.id for channel in receivers.channels if channel.kind is ChannelKind.SMTP]
    if mails and not receivers.has_mail:
        yield bad("mail", f"{tenant}: {_few(mails)} would send mail, and {URL} is not set", _NO_MAIL)
    for channel in receivers.channels:
        if channel.calendar and channel.calendar not in receivers.calendars:
            seen = f"{tenant}/{channel.id}: there is no calendar {channel.calendar}, so it is never quiet"
            yield mind("channel", seen, "make that calendar, or name another: fairlead channels update")
    if receivers.channels and not receivers.has_zone:
        advice = f"say whose clocks people read: fairlead tenant set --time-zone ZONE --tenant {tenant}"
        yield mind("time zone", f"{tenant}: times in messages are UTC, for it has no time zone", advice)
    for language, texts in sorted(receivers.templates.items()):
        for what, fault in _left_out(texts):
            seen = f"{tenant}/{language}: {what} left out, and ours said: {fault}"
            yield mind("templates", seen, f"fairlead templates set FILE --speaks {language}")


def _left_out(texts: Mapping[str, str] | None) -> Iterator[tuple[str, str]]:
    if texts is None:
        yield "all are", "they cannot be read"
        return
    yield from ((f"{name!r} is", fault) for name, fault in template_faults(texts, TEMPLATE_NAMES))


_STALLED = "mend its receiver: fairlead deliveries list --state parked; it goes on by itself"
_FAILING = (
    "docs/channels.md says what that means; mend it, then: fairlead channels test {channel}, fairlead deliveries "
    "redrive --channel {channel}"
)
_MISSING = "make the channel, or take it off them: fairlead channels create, fairlead workforce load"
_MISSING_IN_STEPS = (
    "make the channel, or take it out of the process: fairlead channels create, fairlead process publish"
)
_NO_MAIL = f"name the mail server that serve uses in {URL}, or delete these channels"


def _missing(receivers: Receivers, named: Mapping[str, Collection[str]]) -> list[tuple[str, list[str]]]:
    """Return the channels that are named and not there, and by whom each is named."""
    there = {channel.id for channel in receivers.channels}
    missing: dict[str, list[str]] = {}
    for by, channels in named.items():
        for channel in channels:
            if channel not in there:
                missing.setdefault(channel, []).append(by)
    return sorted(missing.items())


def _unreadable(tenant: str, receivers: Receivers, box: SecretBox) -> Iterator[Finding]:
    sealed = {
        f"tenants/{tenant}/subscriptions/{each.id}": (each.url, *each.secrets) for each in receivers.subscriptions
    }
    sealed |= {
        f"tenants/{tenant}/channels/{each.id}": tuple(filter(None, (each.address, each.secret)))
        for each in receivers.channels
    }
    shut = [name for name, secrets in sealed.items() if not all(_opens(box, name, each) for each in secrets)]
    if shut:
        advice = f"put the key that was in use back into {KEY_FILE}, or set addresses and secrets anew"
        yield bad("secrets", f"no key opens those of {_few(shut)}", advice)


def _opens(box: SecretBox, name: str, sealed: str) -> bool:
    try:
        box.open(name, sealed)
    except (NoSecretsKey, SecretUnreadable):
        return False
    return True


def _few(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(sorted(names)[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
