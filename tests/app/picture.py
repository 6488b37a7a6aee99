"""Pictures: a part of the screen with its colours as an SVG golden, for the few places where colour is the point."""

from __future__ import annotations

import io
import os
import re
from typing import Any

from rich.console import Console
from rich.segment import Segment, Segments
from textual.app import App

from tests.app.stage import GOLDEN

FORMAT = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {terminal_width} {terminal_height}">
<style>
text {{ font-family: monospace; font-size: {char_height}px; }}
{styles}
</style>
<rect width="100%" height="100%" fill="{ground}"/>
{backgrounds}
{matrix}
</svg>
"""
"""No font from the web, no window around it, no clip paths: only what the screen shows."""


def picture(app: App[Any], of: str) -> str:
    """Return what a selector selects as SVG; the same screen gives the same text, run after run."""
    x, y, width, height = app.screen.query_one(of).region
    rows = [strip.crop(x, x + width) for strip in app.screen._compositor.render_strips()[y : y + height]]
    console = Console(record=True, width=width, file=io.StringIO(), force_terminal=True, color_system="truecolor", legacy_windows=False)
    console.print(Segments([segment for row in rows for segment in (*row, Segment.line())]), end="")
    ground = app.theme_variables["background"]
    svg = console.export_svg(title="", code_format=FORMAT.replace("{ground}", ground), unique_id="c")
    svg = re.sub(r' clip-path="[^"]*"', "", svg).replace("><", ">\n<")
    return "\n".join(line.rstrip() for line in svg.split("\n"))


def same_picture(app: App[Any], name: str, of: str) -> None:
    """Compare a part of the screen with `golden/<name>.svg`; `CLOUDLAB_GOLDEN=write` writes it instead."""
    shown = picture(app, of)
    path = GOLDEN / f"{name}.svg"
    if os.environ.get("CLOUDLAB_GOLDEN") == "write":
        path.write_text(shown, encoding="utf-8")
    wanted = path.read_text(encoding="utf-8")
    changed = [(a, b) for a, b in zip(wanted.split("\n"), shown.split("\n"), strict=False) if a != b]
    assert shown == wanted, f"{path.name} looks otherwise; `CLOUDLAB_GOLDEN=write` rewrites it. The first difference:\n{changed[:1]}"
