"""Small plots as inline SVG: one page without scripts, fonts or images from elsewhere, and a hundred times lighter
than PNG.

A `Plot` maps data to a fixed frame and collects shapes; texts are escaped, numbers are written with two decimals so
that equal data give equal bytes.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from markupsafe import Markup, escape

from scoring.model.logistic import FloatArray

WIDTH, HEIGHT = 340.0, 258.0
LEFT, RIGHT, TOP, BOTTOM = 60.0, 18.0, 32.0, 58.0
N_TICKS = 5
"""Most ticks of an axis."""
MAX_POINTS = 240
"""Points of a curve that are drawn: more cannot be seen."""


@dataclass(eq=False)
class Plot:
    """Axes with shapes on them.

    Parameters
    ----------
    title, x_label, y_label
        Plain text.
    x_range, y_range
        What the frame spans, low before high.
    """

    title: str
    x_label: str
    y_label: str
    x_range: tuple[float, float] = (0.0, 1.0)
    y_range: tuple[float, float] = (0.0, 1.0)
    _shapes: list[str] = field(default_factory=list)
    _legend: list[tuple[str, str]] = field(default_factory=list)

    def x(self, value: float) -> float:
        """Return the place of a value from the left edge, in pixels."""
        low, high = self.x_range
        return LEFT + (value - low) / ((high - low) or 1.0) * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        """Return the place of a value from the top edge, in pixels."""
        low, high = self.y_range
        return HEIGHT - BOTTOM - (value - low) / ((high - low) or 1.0) * (HEIGHT - TOP - BOTTOM)

    def line(self, x: FloatArray, y: FloatArray, kind: str = "model") -> None:
        """Draw a polyline, thinned to what can be seen."""
        places = np.unique(np.linspace(0, len(x) - 1, min(len(x), MAX_POINTS)).astype(np.int64))
        points = " ".join(f"{self.x(x[i]):.2f},{self.y(y[i]):.2f}" for i in places)
        self._shapes.append(f'<polyline class="{kind}" points="{points}"/>')

    def stairs(self, edges: FloatArray, levels: FloatArray, kind: str = "model") -> None:
        """Draw levels between edges, one edge more than levels."""
        points = " ".join(
            f"{self.x(at):.2f},{self.y(level):.2f}" for i, level in enumerate(levels) for at in (edges[i], edges[i + 1])
        )
        self._shapes.append(f'<polyline class="{kind}" points="{points}"/>')

    def dots(self, x: FloatArray, y: FloatArray) -> None:
        """Draw points."""
        for at, value in zip(x, y, strict=True):
            self._shapes.append(f'<circle class="dot" cx="{self.x(at):.2f}" cy="{self.y(value):.2f}" r="3"/>')

    def bar(self, start: float, end: float, base: float, value: float, kind: str = "bar") -> None:
        """Draw a bar between two x, from one y to another."""
        top, bottom = sorted((self.y(base), self.y(value)))
        width = max(self.x(end) - self.x(start), 0.5)
        size = f'width="{width:.2f}" height="{max(bottom - top, 0.5):.2f}"'
        self._shapes.append(f'<rect class="{kind}" x="{self.x(start):.2f}" y="{top:.2f}" {size}/>')

    def cell(self, box: tuple[float, float, float, float], value: float) -> None:
        """Colour a box (x from, x to, y from, y to) by a value in [-1, 1]: red raises the risk, blue lowers it."""
        x, width = self.x(box[0]), self.x(box[1]) - self.x(box[0])
        y, height = self.y(box[3]), self.y(box[2]) - self.y(box[3])
        colour = "#c0392b" if value > 0 else "#2471a3"
        size = f'width="{width:.2f}" height="{height:.2f}"'
        paint = f'fill="{colour}" fill-opacity="{min(abs(value), 1.0):.2f}"'
        self._shapes.append(f'<rect x="{x:.2f}" y="{y:.2f}" {size} {paint}/>')

    def note(self, x: float, y: float, text: str, anchor: str = "middle") -> None:
        """Write a text just above a place."""
        self._shapes.append(_text(self.x(x), self.y(y) - 4, text, anchor, "note"))

    def legend(self, kind: str, text: str) -> None:
        """Say below the plot what a line, dot or bar of a kind is."""
        self._legend.append((kind, text))

    def render(self, x_ticks: Sequence[tuple[float, str]] | None = None) -> Markup:
        """Return the SVG element; ticks are placed at round numbers unless given."""
        low, high = self.y_range
        inside = f'width="{WIDTH - LEFT - RIGHT}" height="{HEIGHT - TOP - BOTTOM}"'
        frame = f'<rect class="frame" x="{LEFT}" y="{TOP}" {inside}/>'
        ticks = [
            _text(self.x(at), HEIGHT - BOTTOM + 14, name, "middle") for at, name in x_ticks or _ticks(self.x_range)
        ]
        ticks += [_text(LEFT - 5, self.y(at) + 4, name, "end") for at, name in _ticks((low, high))]
        texts = [
            _text(WIDTH / 2, 14, self.title, "middle", "title"),
            _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 26, self.x_label, "middle"),
            f'<g transform="rotate(-90 12 {HEIGHT / 2})">{_text(12, HEIGHT / 2, self.y_label, "middle")}</g>',
        ]
        opened = f'<svg viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img" aria-label="{escape(self.title)}">'
        # Every text went through `escape`, every number through a format: nothing of the data is markup.
        return Markup("".join([opened, frame, *self._shapes, *ticks, *texts, *_legend(self._legend), "</svg>"]))  # noqa: S704


def _legend(entries: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Write entries beside each other in a row, with a sample of each."""
    widths = [30.0 + sum(11.0 if unicodedata.east_asian_width(char) in "WF" else 6.0 for char in t) for _, t in entries]
    x, y = (WIDTH - sum(widths)) / 2, HEIGHT - 8
    for (kind, text), width in zip(entries, widths, strict=True):
        if kind in ("dot", "bar", "count"):
            yield f'<rect class="{kind}" x="{x + 4:.2f}" y="{y - 8:.2f}" width="8.00" height="8.00"/>'
        else:
            yield f'<line class="{kind}" x1="{x:.2f}" y1="{y - 4:.2f}" x2="{x + 16:.2f}" y2="{y - 4:.2f}"/>'
        yield _text(x + 20, y, text, "start", "legend")
        x += width


def _text(x: float, y: float, text: str, anchor: str, kind: str = "label") -> str:
    return f'<text class="{kind}" x="{x:.2f}" y="{y:.2f}" text-anchor="{anchor}">{escape(text)}</text>'


def _ticks(span: tuple[float, float]) -> list[tuple[float, str]]:
    """Return the round places in a span and how they are written: steps of 1, 2 or 5 times a power of ten.

    Examples
    --------
    >>> _ticks((18.0, 8685.0))
    [(2000.0, '2,000'), (4000.0, '4,000'), (6000.0, '6,000'), (8000.0, '8,000')]
    >>> [name for _, name in _ticks((-0.0305, 0.0324))]
    ['-0.02', '0.00', '0.02']
    """
    low, high = span
    rough = max(high - low, 1e-9) / N_TICKS
    power = math.floor(math.log10(rough))
    factor = next(factor for factor in (1, 2, 5, 10) if factor * 10.0**power >= rough * (1 - 1e-9))
    step, digits = factor * 10.0**power, max(0, -power - (factor == 10))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [(place * step, f"{place * step:,.{digits}f}") for place in range(first, last + 1)]
