"""The lines typed at the prompt, kept from run to run in one small file; what cannot be read or written is simply not kept."""

from __future__ import annotations

import json
from pathlib import Path

from cloudlab import paths

KEPT = 500


def typed_path() -> Path:
    return paths.home_dir() / "history.jsonl"


def load_typed() -> tuple[str, ...]:
    """Return the newest lines typed, oldest first."""
    try:
        rows = typed_path().read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return ()
    lines = []
    for row in rows[-KEPT:]:
        try:
            line = json.loads(row)
        except ValueError:
            continue
        if isinstance(line, str) and line:
            lines.append(line)
    return tuple(lines)


def remember_typed(line: str) -> None:
    """Keep a line. The file is shortened once it holds twice as many as are read."""
    path = typed_path()
    row = json.dumps(line, ensure_ascii=False) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(row)
        if path.stat().st_size > 400_000:
            kept = path.read_text(encoding="utf-8").splitlines()[-KEPT:]
            path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    except (OSError, ValueError):
        return
