"""How tries end is listed in the docs: each word that the code says, and no other."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairlead.v1 import deliveries_pb2 as deliveries
from notifications.cli.deliveries import STATES
from notifications.cli.outcomes import NUMBERED, OUTCOMES, outcome_text
from notifications.cli.telling import WORDS
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


def said() -> set[str]:
    """Return every outcome, but for the numbers at their ends."""
    return set().union(*map(words_of, sources())) | {NoSecretsKey.reason, SecretUnreadable.reason} | words_of_slack()


@pytest.mark.parametrize("page", ["docs/deliveries.md", "docs/zh/deliveries.md"])
def test_every_outcome_is_listed(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    section = next(part for part in text.split("\n## ") if "CONNECTION_REFUSED" in part)

    listed = {word for row in _LISTED.findall(section) for word in re.findall(r"`(\w+)`", row)}

    assert {_NUMBERED.sub("", word) for word in listed if not word.isdigit()} == said()


def test_every_outcome_is_told_in_words() -> None:
    assert {*OUTCOMES, *NUMBERED} - {""} == said()


def test_words_are_in_both_languages_and_no_other() -> None:
    faults = [word for word, (en, zh) in {**OUTCOMES, **NUMBERED, **WORDS}.items() if not _is_sound(word, en, zh)]

    assert faults == []


def _is_sound(word: str, english: str, chinese: str) -> bool:
    texts = [re.sub(r"\{\w+\}|Fairlead", "", text) for text in (english, chinese)]
    filled_in = [sorted(re.findall(r"\{\w+\}", text)) for text in (english, chinese)]
    is_mixed = re.search(r"[一-鿿]", texts[0]) or re.search(r"[A-Za-z]", texts[1])
    return bool(word or english) and english != chinese and filled_in[0] == filled_in[1] and not is_mixed


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_outcome_is_told_with_its_code(language: str) -> None:
    assert [outcome_text(code, language) for code in ("HTTP_503", "CODE_93000", "SMTP_550", "0")] == {
        "en": ["answered 503", "the vendor's code 93000", "the mail server's code 550", "taken (0)"],
        "zh": ["返回 503", "平台错误码 93000", "邮件服务器代码 550", "已接收（0）"],
    }[language]
    assert outcome_text("ROLLUP_ERROR", language).strip("）)").endswith("ROLLUP_ERROR")
    assert outcome_text("OF_A_NEWER_VERSION", language) == "OF_A_NEWER_VERSION"


def test_every_state_can_be_asked_for_and_is_told_in_words() -> None:
    states = [name.removeprefix("STATE_").lower() for name in deliveries.Delivery.State.keys()[1:]]

    assert list(STATES.choices) == states
    assert set(states) <= set(WORDS)
