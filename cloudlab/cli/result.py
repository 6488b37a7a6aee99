"""A run's result as `run` and `replay` print it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cloudlab.lab.result import Result


def print_result(result: Result, stars: int, *, as_json: bool, **more: str) -> None:
    """Print one JSON object, with `more` beside its fixed keys, or the debrief in words."""
    if as_json:
        import json

        print(json.dumps(result.json(stars) | more, indent=2, ensure_ascii=False))
        return
    from cloudlab.lab.debrief import debrief
    from cloudlab.lab.plain_debrief import debrief_text

    print(debrief_text(debrief(result), stars))
    print(f"Journal: {result.journal}")
    for name, text in more.items():
        print(f"{name.capitalize()}: {text}")
