"""How tries end is listed in the docs: each word that the code says, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from notifications.errors import NoSecretsKey, SecretUnreadable
from notifications.messages.vendors import slack
from notifications.outbound.client import HttpResponse
from tests.conftest import ROOT

SAYING = ("messages/vendors", "messages/mail.py", "messages/sending.py", "outbound/client.py", "webhooks")
_WORD = re.compile(r"[A-Z]+(?:_[A-Z]+)+|[A-Z]+_|TIMEOUT")
_LISTED = re.compile(r"^\| ((?:`\w+`[ a-z,、等]*)+) \|", re.MULTILINE)
_NUMBERED = re.compile(r"(?<=_)\d+$")


def sources() -> Iterator[Path]:
    """Yield the modules that try."""
    for place in SAYING:
        path = ROOT / "notifications" / place
        yield from [path] if path.is_file() else sorted(path.glob("*.py"))


def words_of(source: Path) -> set[str]:
    """Return the words in capitals that a module has, but for the names that it exports."""
    tree = ast.parse(source.read_text("utf-8"))
    exported = {
        part for node in tree.body if isinstance(node, ast.Assign) for part in ast.walk(node.value)
        if isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__"
    }  # fmt: skip
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node not in exported]
    return {text.value for text in texts if isinstance(text.value, str) and _WORD.fullmatch(text.value)}


def words_of_slack() -> set[str]:
    """Return those of Slack's words that are repeated."""
    source = (ROOT / "notifications" / "messages" / "vendors" / "slack.py").read_text("utf-8")
    said = {slack.read(HttpResponse(500, word.encode())).outcome for word in re.findall(r'"([a-z_]+)"', source)}
    return said - {"HTTP_500"}


@pytest.mark.parametrize("page", ["docs/deliveries.md", "docs/zh/deliveries.md"])
def test_every_outcome_is_listed(page: str) -> None:
    said = set().union(*map(words_of, sources())) | {NoSecretsKey.reason, SecretUnreadable.reason} | words_of_slack()
    text = (ROOT / page).read_text("utf-8")
    section = next(part for part in text.split("\n## ") if "CONNECTION_REFUSED" in part)

    listed = {word for row in _LISTED.findall(section) for word in re.findall(r"`(\w+)`", row)}

    assert {_NUMBERED.sub("", word) for word in listed if not word.isdigit()} == said
