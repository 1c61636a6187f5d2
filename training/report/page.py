"""``report.html``: one self-contained page, filled by jinja2 with everything escaped."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from scoring.model.manifest import Manifest
from training.plan import Trained
from training.report.charts import figure_charts
from training.report.document import Document
from training.report.shapes import pair_charts, shape_charts, strongest_triples

MEASURES = {
    "roc_auc": "ROC-AUC",
    "pr_auc": "PR-AUC",
    "log_loss": "log-loss",
    "brier": "Brier",
    "ece": "ECE",
    "lift_10": "lift 10 %",
}
"""The figures shown, and what they are called."""
_PAGES = Environment(
    loader=PackageLoader("training.report", "pages"),
    autoescape=select_autoescape(["html", "jinja"], default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def page(trained: Trained, report: Document, manifest: Manifest) -> str:
    """Draw and fill the page."""
    block = "test" if "test" in report else "cv"
    features, rows = trained.prepared.schema.features, trained.reference_rows
    rule = trained.judged.with_predictions(trained.baselines[-1].p_churn)
    return _PAGES.get_template("report.html.jinja").render(
        manifest=manifest,
        report=report,
        block=block,
        measures=MEASURES,
        compared=_compared(report, block),
        figures=list(figure_charts(trained.judged, rule, trained.plan.campaign)),
        shapes=list(shape_charts(trained.tables, features, rows)),
        pairs=list(pair_charts(trained.tables, features, rows)),
        triples=list(strongest_triples(trained.tables, features, rows)),
    )


def _compared(report: Document, block: str) -> list[tuple[str, Document]]:
    """List who stands in the table of figures, shipped model first."""
    lines = [(f"{report['candidate']}, shipped", report[block]), *report["baselines"].items()]
    if report["referee"]:
        lines.append(("full boosting, benchmark", report["referee"]))
    if report["champion"]:
        lines.append((f"champion {report['champion']['version']}: {report['champion']['how']}", report["champion"]))
    return lines
