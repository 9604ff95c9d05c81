"""Figures as SVG: the same bytes on every call, and colours that follow the page's light or dark mode."""

from __future__ import annotations

import re

import matplotlib
from matplotlib.figure import Figure

from rnnbench.reports.figures.base import BASELINE, GROUP, INK, LINES, PAPER, RULE, SOFT, saved

_NAMES = {colour: f"line-{number}" for number, colour in enumerate(LINES)}
_NAMES |= {PAPER: "paper", INK: "ink", SOFT: "soft", RULE: "rule", GROUP: "green", BASELINE: "blue"}
"""The page's CSS variable of each colour; other colours stay as they are."""


def svg(figure: Figure) -> bytes:
    """The figure as an SVG whose labels are text."""
    with matplotlib.rc_context({"svg.hashsalt": "rnnbench", "svg.fonttype": "none"}):
        return saved(figure, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})


def inline(content: bytes, prefix: str, smallest: float) -> str:
    """An SVG for inside of an HTML page, with unique ids and the page's colours.

    prefix: unique in the page. smallest: share of its own size that it may shrink to.
    """
    text = content.decode("utf-8")
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r'(?<= id=")|(?<=xlink:href="#)|(?<=url\(#)', f"{prefix}-", text)
    width = 4 / 3 * float(re.findall(r' width="([\d.]+)pt"', text)[0])
    text = re.sub(r' (width|height)="[\d.]+pt"', "", text, count=2)
    size = f"max-width: {width:.0f}px; min-width: {smallest * width:.0f}px"
    text = text.replace("<svg ", f'<svg aria-hidden="true" focusable="false" style="{size}" ', 1)
    return re.sub(r"(fill|stroke): (#[0-9a-f]{6})\b", lambda match: f"{match[1]}: {_variable(match[2])}", text)


def _variable(colour: str) -> str:
    name = _NAMES.get(colour)
    return f"var(--{name}, {colour})" if name else colour
