"""Everything that can befall a worker: killed, out of memory, too slow, noisy, orphaned; the app goes on."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from cloudlab.jobs.job import Job
from cloudlab.jobs.limits import OUT_OF_MEMORY, Limits
from cloudlab.jobs.outcome import Restarted, Round, Unfinished
from cloudlab.jobs.process import LogFiles, Setting, SpawnedWorker, default_command, spawn
from cloudlab.jobs.recipe import load_recipe
from cloudlab.jobs.runner import JobRunner
from cloudlab.jobs.wire import Failed, Train
from cloudlab.jobs.zygote import can_fork_safely
from cloudlab.model.training import Trained, TrainingSpec
from cloudlab.paths import assets_dir

Spec = Callable[..., TrainingSpec]
Fake = Callable[[str], JobRunner]
ROOT = Path(__file__).resolve().parents[2]

linux = pytest.mark.skipif(not can_fork_safely(), reason="needs Linux's process descriptors")
posix = pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
ways = pytest.mark.parametrize("fork", [pytest.param(True, marks=linux), False])


async def first_round(job: Job) -> None:
    """Wait until a job really trains."""
    async for event in job.progress():
        if isinstance(event, Round):
            return
    pytest.fail(f"ended before its first round: {await job.result()}")


def workers() -> list[psutil.Process]:
    """Return every worker and zygote below this process."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with_zygote = child.cmdline() if child.is_running() and child.status() != psutil.STATUS_ZOMBIE else []
        if "cloudlab.jobs.worker" in with_zygote:
            found.append(child)
    return found


def training_worker(fork: bool) -> psutil.Process:
    """Return the worker that is at work: the busiest one, the zygote itself and an idle spare aside."""
    leaves = [w for w in workers() if not w.children()] if fork else workers()
    return max(leaves, key=lambda worker: sum(worker.cpu_times()[:2]) if not fork else worker.create_time())


@ways
async def test_cancel_ends_the_process(open_runner: Callable[..., JobRunner], endless: TrainingSpec, fork: bool) -> None:
    runner = open_runner(fork=fork)
    job = runner.train(endless)
    await first_round(job)
    worker = training_worker(fork)
    job.cancel()
    outcome = await job.result()
    assert isinstance(outcome, Unfinished)
    assert outcome.cause == "cancelled"
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE
    assert job.observed is None
    job.cancel()


async def test_cancel_before_anything_began(open_runner: Callable[..., JobRunner], spec: Spec) -> None:
    job = open_runner().train(spec())
    job.cancel()
    outcome = await job.result()
    assert isinstance(outcome, Unfinished)
    assert outcome.cause == "cancelled"


@linux
async def test_stopping_in_the_midst_of_a_birth_leaves_no_zombie(open_runner: Callable[..., JobRunner], spec: Spec) -> None:
    runner = open_runner(fork=True)
    await runner.warm()
    for steps in range(12):
        job = runner.train(spec(num_round=100 + steps))
        for _ in range(steps):
            await asyncio.sleep(0)
        job.cancel()
        outcome = await job.result()
        assert isinstance(outcome, Unfinished)
        assert outcome.cause == "cancelled"
    (zygote,) = (w for w in psutil.Process().children() if "--zygote" in w.cmdline())
    for _ in range(200):
        if not zygote.children():
            return
        await asyncio.sleep(0.05)
    pytest.fail(f"left behind: {zygote.children()}")


@posix
@ways
async def test_a_killed_worker_is_replaced_once(open_runner: Callable[..., JobRunner], endless: TrainingSpec, fork: bool) -> None:
    job = open_runner(fork=fork).train(endless)
    await first_round(job)
    training_worker(fork).kill()
    told = 0
    async for event in job.progress():
        if isinstance(event, Restarted):
            assert "signal 9" in event.reason
            told = 1
        elif told and isinstance(event, Round):
            break
    assert isinstance(event, Round)
    assert event.number == 1
    training_worker(fork).kill()
    outcome = await job.result()
    assert isinstance(outcome, Unfinished)
    assert outcome.cause == "worker lost"
    assert "killed by signal 9" in outcome.reason
    assert job.observed is not None
    assert job.observed.attempts == 2


@linux
async def test_a_killed_zygote_is_survived(open_runner: Callable[..., JobRunner], spec: Spec, endless: TrainingSpec) -> None:
    runner = open_runner(fork=True, parallel=2)
    running = runner.train(endless)
    await first_round(running)
    (zygote,) = (w for w in workers() if w.children())
    zygote.kill()
    # What it had forked goes on, what comes next gets another zygote, and a worker without parent can still be ended.
    assert isinstance(await runner.train(spec()).result(), Trained)
    assert not running.done
    running.cancel()
    outcome = await running.result()
    assert isinstance(outcome, Unfinished)
    assert outcome.cause == "cancelled"
    assert isinstance(await runner.train(spec(num_round=6)).result(), Trained)


@linux
async def test_where_forking_fails_programs_are_started(
    open_runner: Callable[..., JobRunner], spec: Spec, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = open_runner(fork=True)
    monkeypatch.setattr("cloudlab.jobs.zygote.Zygote.fork", _refuse)
    assert isinstance(await runner.train(spec()).result(), Trained)


async def _refuse(*_: object) -> None:
    from cloudlab.jobs.process import WorkerLost

    raise WorkerLost("no")


@posix
@pytest.mark.parametrize(
    ("manner", "limits"),
    [
        ("memory error", Limits()),
        ("bad alloc", Limits()),
        ("allocator gives up", Limits()),
        pytest.param("crashes when full", Limits(memory_mib=130), marks=linux),
        pytest.param("grows", Limits(memory_mib=200), marks=linux),
    ],
)
async def test_out_of_memory_has_many_faces_and_one_reason(fake: Fake, spec: Spec, manner: str, limits: Limits) -> None:
    outcome = await fake(manner).train(spec(), limits).result()
    assert outcome == Unfinished(spec().digest(), "out of memory", OUT_OF_MEMORY)


@linux
async def test_a_real_worker_with_too_little_memory_says_so(tmp_path: Path, spec: Spec) -> None:
    data = assets_dir() / "data"
    setting = Setting(default_command(), data, tmp_path, 1)
    log = LogFiles(tmp_path).new("worker")
    worker = SpawnedWorker(await spawn(setting, log), log)
    await worker.greet()
    await worker.send(Train(spec("xgboost", "churn", num_round=50), load_recipe(data, "churn"), str(tmp_path), 1, memory_mib=16))
    reply = await worker.receive()
    code = await worker.end()
    if reply is None:
        # It went down before it could say a word, which is as good.
        assert code not in (None, 0)
    else:
        assert isinstance(reply, Failed)
        assert reply.kind == "OutOfMemory"


async def test_over_time(open_runner: Callable[..., JobRunner], endless: TrainingSpec) -> None:
    outcome = await open_runner().train(endless, Limits(wall_seconds=0.2)).result()
    assert isinstance(outcome, Unfinished)
    assert outcome.cause == "over time"
    assert "fewer rounds" in outcome.reason


@posix
async def test_a_crash_is_tried_again_once(fake: Fake, spec: Spec, tmp_path: Path) -> None:
    job = fake("crashes once").train(spec())
    told = [event async for event in job.progress()]
    assert isinstance(await job.result(), Trained)
    assert [type(event) for event in told] == [Restarted]
    outcome = await fake("always crashes").train(spec(num_round=9)).result()
    assert isinstance(outcome, Unfinished)
    assert outcome.cause == "worker lost"


async def test_what_others_print_does_not_break_the_line(fake: Fake, spec: Spec) -> None:
    runner = fake("noisy")
    job = runner.train(spec())
    assert isinstance(await job.result(), Trained)
    assert job.observed is not None
    assert "a stray print" in job.observed.log.read_text()


@pytest.mark.parametrize("manner", ["talks nonsense", "another protocol", "full disk"])
async def test_a_broken_worker_ends_in_a_clear_sentence(fake: Fake, spec: Spec, manner: str) -> None:
    runner = fake(manner)
    outcome = await runner.train(spec()).result()
    assert isinstance(outcome, Unfinished)
    assert outcome.cause == "worker lost"
    assert outcome.reason
    assert runner.known(spec()) is None


async def test_a_worker_that_is_no_program(open_runner: Callable[..., JobRunner], spec: Spec, tmp_path: Path) -> None:
    outcome = await open_runner(fork=False, command=(str(tmp_path / "missing"),)).train(spec()).result()
    assert isinstance(outcome, Unfinished)
    assert outcome.cause == "worker lost"
    assert "can't start" in outcome.reason


@ways
async def test_close_leaves_nobody_behind(open_runner: Callable[..., JobRunner], endless: TrainingSpec, spec: Spec, fork: bool) -> None:
    runner = open_runner(fork=fork, parallel=2)
    fact = await runner.train(spec()).result()
    assert isinstance(fact, Trained)
    await runner.predict(fact.artifact, ",".join(["1"] * 30))
    job = runner.train(endless)
    await first_round(job)
    mine = workers()
    assert len(mine) >= 2
    await runner.close()
    outcome = await job.result()
    assert isinstance(outcome, Unfinished)
    assert outcome.cause == "cancelled"
    assert not [worker for worker in mine if worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE]


_OWNER = """
    import asyncio, sys
    from pathlib import Path
    from cloudlab.jobs.outcome import Round
    from cloudlab.jobs.runner import JobRunner
    from cloudlab.model.training import TrainingSpec
    from cloudlab.paths import assets_dir

    async def main():
        asyncio.get_running_loop().slow_callback_duration = 3600  # a busy machine is no news here
        runner = JobRunner(Path(sys.argv[1]), Path(sys.argv[1]), assets_dir(), fork=sys.argv[2] == "fork")
        job = runner.train(TrainingSpec("xgboost", "churn", ("train",), (("num_round", sys.argv[3]),), 0))
        async for event in job.progress():
            if isinstance(event, Round):
                break
        heavy = {"numpy", "scipy", "sklearn", "xgboost", "pandas"} & set(sys.modules)
        print(sorted(heavy), flush=True)
        if sys.argv[3] == "2":
            await job.result()
            await runner.close()
        else:
            await asyncio.sleep(600)

    asyncio.run(main())
"""


def _owner(folder: Path, *words: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    code = textwrap.dedent(_OWNER)
    command = [sys.executable, "-W", "error", "-X", "dev", "-c", code, str(folder), *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)


@ways
def test_the_app_never_imports_what_its_workers_do(tmp_path: Path, fork: bool) -> None:
    owner = _owner(tmp_path, "fork" if fork else "spawn", "2")
    said, _ = owner.communicate(timeout=60)
    assert (said, owner.returncode) == ("[]\n", 0)


@posix
@ways
def test_workers_end_when_the_app_is_killed(tmp_path: Path, fork: bool) -> None:
    owner = _owner(tmp_path, "fork" if fork else "spawn", "1000000")
    assert owner.stdout is not None
    assert owner.stdout.readline() == "[]\n"
    below = psutil.Process(owner.pid).children(recursive=True)
    assert below
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    # A zombie waits for whoever is the system's init here, and does nothing any more.
    _, alive = psutil.wait_procs(below, timeout=30)
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


async def test_inside_a_running_textual_app(open_runner: Callable[..., JobRunner], spec: Spec) -> None:
    from textual.app import App

    runner = open_runner()
    app: App[None] = App()
    async with app.run_test() as pilot:
        assert sys.stderr.fileno() == -1
        await runner.start()
        job = runner.train(spec())
        assert isinstance(await job.result(), Trained)
        await pilot.pause()
        await asyncio.sleep(0)
