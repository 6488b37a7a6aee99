"""A wait that can't come true any more says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from cloudlab.dialects.script import ScriptError
from tests.runs import perform, start
from tests.small_level import TO_A_JOB, small_level


async def test_waiting_for_a_job_that_ran_out_of_time_says_so(tmp_path: Path) -> None:
    session = start(small_level(tmp_path), tmp_path)
    script = TO_A_JOB.replace("MaxRuntimeInSeconds=14400", "MaxRuntimeInSeconds=60")
    with pytest.raises(ScriptError) as told:
        await perform(session, script + "wait for training-job job-1 Completed max 6h")
    assert told.value.code == "OtherState"
    assert told.value.sentence == (
        "training-job job-1 is Stopped and will never be Completed. Training job runtime exceeded MaxRuntimeInSeconds provided."
    )
    session.close()
