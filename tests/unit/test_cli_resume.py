"""Leaving and coming back at the command line: Ctrl-C at the plain prompt, and saves that are no good any more."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cloudlab.cli import main


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is no signal to a process of one's own there")
def test_one_ctrl_c_at_the_prompt_ends_the_game_and_keeps_the_run(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cloudlab.cli", "play", "1", "--plain", "--seed", "7"]
    environment = {**os.environ, "CLOUDLAB_HOME": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
    ) as game:
        assert game.stdin is not None
        assert game.stdout is not None
        game.stdin.write("\nec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc\n")
        game.stdin.flush()
        while not game.stdout.readline().startswith("$vpc = vpc-"):
            assert game.poll() is None
        game.send_signal(signal.SIGINT)
        try:
            game.wait(timeout=60)  # its input stays open meanwhile: the end of the input would end the game, too
            _, said = game.communicate()
        finally:
            game.kill()
    assert game.returncode == 1
    assert said.strip() == "Stopped. What was played is saved."

    (save,) = (tmp_path / "saves" / "01-first-server").glob("*.jsonl")
    lines = save.read_text().splitlines()
    assert '"capture":"vpc"' in lines[1]
    assert '"why":"closed"' in lines[-1]


def test_a_newer_run_that_cannot_be_used_is_told_and_not_passed_over_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CLOUDLAB_HOME", str(tmp_path))
    folder = tmp_path / "saves" / "01-first-server"
    folder.mkdir(parents=True)
    broken = folder / "20260301-101500.123-7.jsonl"
    broken.write_text('{"cloudlab":"journal","seed":8}\n')
    assert main(["play", "--plain", "--resume"]) == 3
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert told[0].startswith(f"cloudlab: {broken} cannot be used. ")
    assert told[1] == "cloudlab: There is no unfinished run to resume. Start one with: cloudlab play LEVEL"
