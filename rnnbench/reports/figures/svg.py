"""Figures as SVG: the same bytes on every call, and colours that follow a page into the dark."""

from __future__ import annotations

import io
import re
import warnings

import matplotlib
from matplotlib.figure import Figure

from rnnbench.reports.figures.base import BASELINE, GROUP, INK, LINES, PAPER, RULE, SOFT

_NAMES = {one: f"line-{number}" for number, one in enumerate(LINES)}
_NAMES |= {PAPER: "paper", INK: "ink", SOFT: "soft", RULE: "rule", GROUP: "green", BASELINE: "blue"}
"""What the page calls a colour of the figures; one that it does not know stays as it is."""


def svg(figure: Figure) -> bytes:
    """The figure as the bytes of an SVG, its words as text."""
    out = io.BytesIO()
    with matplotlib.rc_context({"svg.hashsalt": "rnnbench", "svg.fonttype": "none"}), warnings.catch_warnings():
        # a name in letters that matplotlib has no font for: whoever shows the page has one
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from")
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return out.getvalue()


def inline(content: bytes, prefix: str, smallest: float) -> str:
    """An SVG to stand inside an HTML page: ids of its own, and the page's colours.

    prefix: other than that of every other figure of the page. smallest: share of its own size that it may shrink to.
    """
    text = content.decode("utf-8")
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r'(?<= id=")|(?<=xlink:href="#)|(?<=url\(#)', f"{prefix}-", text)
    width = 4 / 3 * float(re.findall(r' width="([\d.]+)pt"', text)[0])
    text = re.sub(r' (width|height)="[\d.]+pt"', "", text, count=2)
    size = f"max-width: {width:.0f}px; min-width: {smallest * width:.0f}px"
    text = text.replace("<svg ", f'<svg aria-hidden="true" focusable="false" style="{size}" ', 1)
    return re.sub(r"(fill|stroke): (#[0-9a-f]{6})\b", lambda found: f"{found[1]}: {_variable(found[2])}", text)


def _variable(colour: str) -> str:
    name = _NAMES.get(colour)
    return f"var(--{name}, {colour})" if name else colour
