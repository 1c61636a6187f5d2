"""Does whoever is to be told hear of it? Judges subscriptions, channels, and the keys of their secrets. Pure but for a
look at the file of keys.
"""

from __future__ import annotations

import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from notifications.channels import Channel
from notifications.errors import KEY_FILE, NoSecretsKey, SecretUnreadable
from notifications.secrets import SecretBox
from notifications.subscriptions import Subscription
from serving.doctor.finding import Finding, bad, good, mind

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
    """

    subscriptions: Sequence[Subscription]
    channels: Sequence[Channel]
    named: Mapping[str, Sequence[str]]
    calendars: Collection[str]
    stalled: Collection[str] = ()


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


def judge_receivers(tenant: str, receivers: Receivers, box: SecretBox) -> Iterator[Finding]:
    """Judge a tenant's subscriptions and channels; of those that are sound nothing is said."""
    yield from _unreadable(tenant, receivers, box)
    for each in receivers.stalled:
        yield bad("subscription", f"{tenant}/{each}: it takes nothing new, for 10,000 changes are parked", _STALLED)
    there = {channel.id for channel in receivers.channels}
    missing: dict[str, list[str]] = {}
    for rep, named in receivers.named.items():
        for name in named:
            if name not in there:
                missing.setdefault(name, []).append(rep)
    for name, reps in sorted(missing.items()):
        yield mind("channel", f"{tenant}: there is no {name}, which {_few(reps)} should be told through", _MISSING)
    for channel in receivers.channels:
        if channel.calendar and channel.calendar not in receivers.calendars:
            seen = f"{tenant}/{channel.id}: there is no calendar {channel.calendar}, so it is never quiet"
            yield mind("channel", seen, "make that calendar, or name another: fairlead channels update")


_STALLED = "mend its receiver: fairlead deliveries list --state parked; it goes on by itself"
_MISSING = "make the channel, or take it off them: fairlead channels create, fairlead workforce load"


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
