"""Every sentence that a report may hold is there in English and in Chinese, and the Chinese is Chinese."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from scoring.model.calibration import Identity, Sigmoid, Steps, Temperature
from scoring.model.manifest import Label, Manifest
from tests.training_data import FEATURES, customers, with_column
from training.data.cleaning import Why
from training.data.columns import Columns
from training.data.preparing import prepare
from training.evaluate.gates import AGAINST_CHAMPION
from training.learn.candidates import BENCHMARK_MODEL, LADDER
from training.plan import TrainingPlan
from training.report import charts
from training.report.chinese import CHINESE
from training.report.document import report_of
from training.report.page import MEASURES, page
from training.report.words import ReportWords
from training.sentences import Sentence
from training.strategies import train

ROOT = Path(__file__).parents[3] / "training"
HAN = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"[A-Za-z]{2,}")
FIGURES = {"ROC", "PR", "AUC", "Brier", "ECE", "PSI"}
"""Names that figures have in any language."""
GATES = ("leaks", "leak_certificate", "export_parity", "enough_churned", "beats_simple_rule", "calibration_error",
         "calibration_slope", *AGAINST_CHAMPION)  # fmt: skip
EXTRA = {"who", "n", "named", "line", "value", "n_different"}
"""Values that only the Chinese tells."""


def constants(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value


def templates_of(argument: ast.expr, places: list[ast.AST]) -> Iterator[str]:
    """Yield the texts that an argument may be: itself, either of two, or what a name was assigned nearby."""
    match argument:
        case ast.Constant(value=str() as text):
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from (*templates_of(body, places), *templates_of(orelse, places))
        case ast.Subscript(value=ast.Name(id=name)):
            yield from templates_of(ast.Name(name), places)
        case ast.Name(id=name):
            for place in places:
                for each in ast.walk(place):
                    if isinstance(each, ast.Assign) and any(
                        isinstance(target, ast.Name) and target.id == name for target in each.targets
                    ):
                        yield from constants(each.value)


def in_code() -> Iterator[str]:
    for path in sorted(ROOT.rglob("*.py")):
        tree = ast.parse(path.read_text())
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Name) and call.func.id in ("Sentence", "words") and call.args:
                around: list[ast.AST] = [function for function in functions if call in ast.walk(function)]
                named_here = list(templates_of(call.args[0], around))
                yield from named_here or templates_of(call.args[0], [tree])


def on_the_page() -> Iterator[str]:
    source = (ROOT / "report" / "pages" / "report.html.jinja").read_text()
    for call in Environment().parse(source).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "t":
            yield from (argument.value for argument in call.args if isinstance(argument, nodes.Const))


def in_lists() -> Iterator[str]:
    yield from (why.lower().replace("_", " ") for why in Why)
    yield from (name.replace("_", " ") for name in GATES)
    yield from MEASURES.values()
    yield from (candidate.name for candidate in (*LADDER, BENCHMARK_MODEL))
    yield from (kind.model_fields["kind"].default for kind in (Identity, Sigmoid, Temperature, Steps))
    yield from (text for axes in (charts._ROC, charts._PRECISION, charts._GAIN) for text in axes)
    yield from ("rows", "pairs")


def places_in(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def words_in(text: str) -> list[str]:
    """Return the Latin words of a template outside its places."""
    return LATIN.findall("".join(literal for literal, *_ in string.Formatter().parse(text)))


SENTENCES = {*in_code(), *on_the_page(), *in_lists()}
TEMPLATES = {text for text in SENTENCES if set(words_in(text)) - FIGURES}


def test_every_sentence_of_a_report_has_its_chinese() -> None:
    assert len(TEMPLATES) > 120
    assert TEMPLATES - CHINESE.keys() == set()


def test_the_chinese_has_no_sentence_that_no_report_holds() -> None:
    assert {english for english in CHINESE if words_in(english)} - SENTENCES == set()


def test_a_chinese_sentence_is_chinese_and_says_the_values_of_the_english_one() -> None:
    for english, chinese in CHINESE.items():
        assert chinese != english or not words_in(english)
        assert HAN.search(chinese) or not words_in(english), english
        assert set(words_in(chinese)) <= FIGURES
        assert places_in(chinese) <= places_in(english) | EXTRA
        assert places_in(english) - places_in(chinese) <= {"said", "form", "first", "differences"}


def test_a_phrase_inside_another_and_in_a_list_is_said_too() -> None:
    inner = Sentence("empty {n:,}", n=1_000)
    outer = Sentence(
        "left: {spellings}", spellings=Sentence("{shown} and {more:,} more", shown=("Yes 3", inner), more=2)
    )

    assert ReportWords("en").say(outer) == outer == "left: Yes 3, empty 1,000 and 2 more"
    assert ReportWords("zh").say(outer) == "流失：Yes 3、空值 1,000，另有 2 种"


@pytest.fixture(scope="module")
def told() -> dict[str, str]:
    """Return the text of a report's pages, whose table holds much that is told."""
    table = customers(900)
    table = with_column(table, "same", ["x"] * 900)
    table = with_column(table, "key", [f"k{place}" for place in range(900)])
    table = with_column(table, "nothing", [""] * 900)
    table = with_column(table, "again", table["tenure"])
    prepared = prepare(table, Columns("Churn", drop=("vip",)))
    trained = train(prepared, TrainingPlan(ladder=LADDER[:2]))
    report = report_of(trained)
    manifest = Manifest(
        model="churn", version="v1", created_time=datetime(2026, 3, 2, tzinfo=UTC), label=Label(name="Churn"),
        feature_schema=prepared.schema, data_sha256="0" * 64, code_sha256="0" * 64, seed=1,
    )  # fmt: skip
    written = {language: page(trained, report, manifest, "fairlead train", language) for language in ("en", "zh")}
    return {language: unescape(re.sub(r"<style>.*?</style>|<[^>]+>", "\n", text, flags=re.DOTALL))
            for language, text in written.items()}  # fmt: skip


@pytest.mark.long
def test_a_chinese_report_holds_no_latin_word_but_ids_values_and_names_of_figures(told: dict[str, str]) -> None:
    names = {"churn", "fairlead", "train", "UTC", "Churn", "same", "key", "nothing", "again", "balance"}
    values = {"Yes", "No", "true", "false", "score"}
    for feature in FEATURES:
        names |= {feature.name, *feature.categories}

    assert set(LATIN.findall(told["zh"])) - FIGURES - names - values == set()


@pytest.mark.long
def test_both_reports_tell_the_same_numbers(told: dict[str, str]) -> None:
    figures = [sorted(re.findall(r"\b0\.\d{4}\b", text)) for text in told.values()]

    assert figures[0] == figures[1]


@pytest.mark.parametrize(
    "text", ["recall", "false positive rate", "Importance", "Segments", "At the threshold", "this model", "chance"]
)
def test_the_report_holds_what_was_promised(told: dict[str, str], text: str) -> None:
    assert text in told["en"]
    assert CHINESE[text] in told["zh"]
