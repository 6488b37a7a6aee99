"""Shipping: trains what levels say they ship, and keeps model and results in `assets/models`. Run when a level's `models` change."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from cloudlab import paths
from cloudlab.jobs.outcome import Unfinished
from cloudlab.jobs.runner import JobRunner
from cloudlab.levels.loader import level_ids, read_level
from cloudlab.levels.shipped import spec_of
from cloudlab.model.training import Scored, TrainingSpec


async def ship(specs: list[TrainingSpec], store: Path) -> list[str]:
    """Train and score each spec into `store`; return a line per model. Raises RuntimeError where one can't be."""
    told = []
    with tempfile.TemporaryDirectory() as logs:
        runner = JobRunner(store, Path(logs), paths.assets_dir())
        await runner.start()
        try:
            for spec in specs:
                scored = await runner.score(spec)
                if not isinstance(scored, Scored):
                    raise RuntimeError(scored.reason if isinstance(scored, Unfinished) else str(scored))
                told.append(f"{spec.digest()}  {spec.container} on {spec.dataset}, {scored.rows} rows answered")
        finally:
            await runner.close()
    return told


def main() -> None:
    """Ship the models of the levels named, or of all."""
    specs: dict[str, TrainingSpec] = {}
    for level_id in sys.argv[1:] or level_ids(paths.levels_dir()):
        file = read_level(paths.levels_dir(), level_id)
        shipped = [spec_of(part, file.training_seed) for part in file.models]
        specs |= {spec.digest(): spec for spec in shipped}
    for line in asyncio.run(ship(list(specs.values()), paths.assets_dir() / "models")):
        print(line)


if __name__ == "__main__":
    main()
