"""A picture of a pool's fairness: every rep's distance from a fair share, beside the bound. SVG, without a library.

``training.report.svg`` draws curves on numbers of a page with a style of its own; here a picture stands alone, and has
a line for each name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import escape

from fairlead.v1.fairness_pb2 import FairnessReport
from fairlead.wording import counted
from router.cli.words import called
from router.wording.figures import signed

_LEFT, _WIDTH, _RIGHT = 170, 460, 70
_ROW, _BAR, _HEAD, _FOOT = 22, 12, 46, 34
_STYLE = (
    "text{font:12px sans-serif;fill:#222}.title{font-weight:bold}.quiet{fill:#666}.bar{fill:#2471a3}"
    ".bound{stroke:#c0392b;stroke-width:1.5}.zero{stroke:#888}"
)
_LONGEST_NAME = 20


def fairness_svg(reports: Sequence[FairnessReport], names: Mapping[str, str], pools: Mapping[str, str]) -> str:
    """Draw the pools below each other: a bar for each rep from 0 to their distance, the bound left and right.

    Parameters
    ----------
    names, pools
        How to call reps and pools, by resource name.
    """
    parts, top = list[str](), 0
    for report in reports:
        parts += _pool(report, names, called(report.pool, pools), top)
        top += _height(report)
    width = _LEFT + _WIDTH + _RIGHT
    opened = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{top}" viewBox="0 0 {width} {top}">'
    return "\n".join(
        [opened, f"<style>{_STYLE}</style>", '<rect width="100%" height="100%" fill="#fff"/>', *parts, "</svg>\n"]
    )


def _height(report: FairnessReport) -> int:
    return _HEAD + _ROW * len(report.weights) + _FOOT


def _pool(report: FairnessReport, names: Mapping[str, str], name: str, top: int) -> list[str]:
    distances = report.observed.per_rep
    reach = max(report.bound, report.observed.worst_ever, 1e-6)
    bottom = top + _HEAD + _ROW * len(report.weights)
    title = f"Pool {name}: distance from a fair share, in leads, after {counted(report.decisions, 'decision')}"
    parts = [_text(12, top + 20, title, "title"), _line(0.0, reach, top, bottom, "zero")]
    for place, rep in enumerate(sorted(report.weights)):
        parts += _row(called(rep, names), distances[rep], reach, top + _HEAD + _ROW * place)
    for edge in (-report.bound, report.bound):
        parts.append(_line(edge, reach, top, bottom, "bound"))
        parts.append(_text(_x(edge, reach), bottom + 16, signed(edge), "quiet", "middle"))
    parts.append(_text(_x(0.0, reach), bottom + 16, "red: the bound", "quiet", "middle"))
    return parts


def _row(name: str, distance: float, reach: float, y: int) -> list[str]:
    start, end = sorted((_x(0.0, reach), _x(distance, reach)))
    shown = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
    bar = f'<rect class="bar" x="{start:.1f}" y="{y}" width="{max(end - start, 1.0):.1f}" height="{_BAR}"/>'
    return [
        _text(_LEFT - 10, y + 10, shown, anchor="end"),
        bar,
        _text(_LEFT + _WIDTH + 10, y + 10, signed(distance), "quiet"),
    ]


def _x(distance: float, reach: float) -> float:
    return _LEFT + _WIDTH * (distance / reach + 1) / 2


def _line(distance: float, reach: float, top: int, bottom: int, kind: str) -> str:
    x = _x(distance, reach)
    return f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{top + _HEAD - 8}" y2="{bottom}"/>'


def _text(x: float, y: float, text: str, kind: str = "name", anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'
