"""The report in English and Chinese: self-contained pages, filled by jinja2 with everything escaped."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from scoring.model.manifest import Manifest
from scoring.registry.gates import Gate, grouped
from training.evaluate.gates import MIN_SEGMENT
from training.plan import Trained
from training.report.charts import figure_charts
from training.report.document import Document
from training.report.shapes import pair_charts, shape_charts, strongest_triples
from training.report.words import LANGUAGES, Language, ReportWords
from training.sentences import Sentence

MEASURES = {
    "roc_auc": "ROC-AUC",
    "pr_auc": "PR-AUC",
    "log_loss": "log-loss",
    "brier": "Brier",
    "ece": "ECE",
    "lift_10": "lift 10 %",
}
"""The figures shown, and what they are called."""
MOST_BARS = 30
"""Features whose importance is drawn; the shapes of all follow."""
_PAGES = Environment(
    loader=PackageLoader("training.report", "pages"),
    autoescape=select_autoescape(["html", "jinja"], default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page_name(language: Language) -> str:
    """Name the page's file."""
    return "report.html" if language == "en" else f"report.{language}.html"


def pages(trained: Trained, report: Document, manifest: Manifest, command: str) -> dict[str, str]:
    """Return the page in each language, by its file's name."""
    return {page_name(language): page(trained, report, manifest, command, language) for language in LANGUAGES}


def page(trained: Trained, report: Document, manifest: Manifest, command: str, language: Language) -> str:
    """Draw and fill the page."""
    block = "test" if "test" in report else "cv"
    features, rows, words = trained.prepared.schema.features, trained.reference_rows, ReportWords(language)
    charts = shape_charts(trained.tables, features, rows, report["importance"], words)
    return _PAGES.get_template("report.html.jinja").render(
        t=words,
        say=words.say,
        manifest=manifest,
        command=command,
        report=report,
        block=block,
        measures=MEASURES,
        compared=_compared(report, block, words),
        profit=trained.plan.profit,
        gates=[list(group) for group in grouped(Gate(**gate) for gate in report["gates"])],
        most_bars=MOST_BARS,
        min_segment=MIN_SEGMENT,
        segments=sorted(report["segments"], key=lambda segment: -segment["rows"]),
        figures=list(figure_charts(trained.judged, trained.baselines[-1], trained.plan.campaign, words)),
        shapes=list(charts),
        pairs=list(pair_charts(trained.tables, features, rows, words)),
        triples=list(strongest_triples(trained.tables, features, rows)),
    )


def _compared(report: Document, block: str, words: ReportWords) -> list[tuple[str, Document]]:
    """List who stands in the table of figures, shipped model first; who has none has no line."""
    shipped = words("{candidate}, shipped", candidate=words(report["candidate"]))
    lines = [(shipped, report[block]), *((words.say(name), found) for name, found in report["baselines"].items())]
    if report["referee"]:
        lines.append((words("full boosting, benchmark"), report["referee"]))
    champion = report["champion"]
    if champion and "roc_auc" in champion:
        how = Sentence("champion {version}: {how}", version=champion["version"], how=champion["how"])
        lines.append((words.say(how), champion))
    return lines
