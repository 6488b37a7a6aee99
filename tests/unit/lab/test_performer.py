"""Every statement of the grammar, performed: what it does, how long it takes, and the error that names its line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cloudlab.dialects.script import ScriptError, parse_statement
from cloudlab.lab.performer import Performer
from cloudlab.lab.session import Session
from cloudlab.levels.loader import Level
from cloudlab.model.compute import Instance
from cloudlab.model.events.incidents import IncidentAcknowledged, IncidentDetected
from cloudlab.model.events.work import OrderFinished, OrderRefused
from cloudlab.model.network import Subnet, Vpc
from cloudlab.model.operations import Commitment, Incident
from cloudlab.model.time import HOUR, at
from tests.runs import happened, kinds, perform, start
from tests.small_level import TO_A_JOB, TO_AN_ENDPOINT, small_level

NINE, ENDS = at(1, "09:00"), at(2, "18:00")
SERVER = """
ec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc
ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.0.0/24 -> $subnet
ec2 describe-images --query 'Images[0].ImageId' -> $image
ec2 run-instances --image-id $image --instance-type t3.small --count 1 --subnet-id $subnet -> $server
"""
FULL = [{"id": "x", "kind": "instance-status-check", "earliest": "day 1 12:00", "latest": "day 1 12:00"}]
TWICE = [*FULL, {"id": "y", "kind": "instance-status-check", "earliest": "day 1 15:00", "latest": "day 1 15:00"}]


@pytest.fixture(scope="module")
def level(tmp_path_factory: pytest.TempPathFactory) -> Level:
    return small_level(tmp_path_factory.mktemp("levels"))


@pytest.fixture
def session(level: Level, tmp_path: Path) -> Session:
    return start(level, tmp_path)


def struck(folder: Path, incidents: list[dict[str, Any]]) -> Session:
    """Open a run of a level with incidents; nothing watches, so a customer calls 45 minutes after a strike."""
    return start(small_level(folder, incidents=incidents), folder)


async def failing(session: Session, text: str) -> ScriptError:
    with pytest.raises(ScriptError) as caught:
        await perform(session, text)
    return caught.value


async def typed(performer: Performer, *lines: str) -> None:
    for line in lines:
        statement = parse_statement(line, known=performer.variables)
        assert statement is not None
        await performer.perform(statement)


# orders ------------------------------------------------------------------------------------------------------------------


async def test_a_line_returns_when_its_work_is_done(session: Session) -> None:
    await perform(session, "ec2 create-vpc --cidr-block 10.0.0.0/16")
    assert session.now == NINE + 60
    assert len(list(session.world.every(Vpc))) == 1


async def test_a_capture_keeps_the_new_resources_id(session: Session) -> None:
    performer = await perform(session, SERVER)
    (vpc,) = session.world.every(Vpc)
    (subnet,) = session.world.every(Subnet)
    assert (performer.variables["vpc"], performer.variables["subnet"], subnet.vpc) == (vpc.id, subnet.id, vpc.id)


async def test_a_query_captures_anything(session: Session) -> None:
    performer = await perform(
        session,
        """
        ec2 create-vpc --cidr-block 10.0.0.0/16 --query Vpc.CidrBlock -> $block
        ec2 create-vpc --cidr-block 10.1.0.0/16 &
        wait all
        ec2 describe-vpcs --query 'Vpcs[].CidrBlock' -> $blocks
        ec2 describe-vpcs --query 'Vpcs[1].VpcId' -> $second
        ec2 create-subnet --vpc-id $second --cidr-block 10.1.0.0/24
        """,
    )
    assert performer.variables["block"] == "10.0.0.0/16"
    assert performer.variables["blocks"] == ("10.0.0.0/16", "10.1.0.0/16")


async def test_nothing_to_capture_is_an_error(session: Session) -> None:
    error = await failing(session, "ec2 describe-vpcs --query 'Vpcs[0].VpcId' -> $vpc")
    assert (error.line, error.code) == (1, "NothingCaptured")


async def test_an_order_to_somebody(session: Session) -> None:
    await perform(session, "as raj ec2 create-vpc --cidr-block 10.0.0.0/16")
    assert session.now == NINE + 180  # no field of his
    error = await failing(session, "as zoe ec2 create-vpc --cidr-block 10.1.0.0/16")
    assert (error.code, error.accepted) == ("NoSuchPerson", "The team: ana, raj.")


async def test_an_ampersand_does_not_wait_and_wait_all_does(session: Session) -> None:
    await perform(
        session,
        """
        ec2 create-vpc --cidr-block 10.1.0.0/16 &
        ec2 create-vpc --cidr-block 10.2.0.0/16 &
        as raj ec2 create-vpc --cidr-block 10.3.0.0/16 &
        note all given
        wait all
        note all done
        """,
    )
    assert happened(session, OrderFinished) == [NINE + 60, NINE + 96, NINE + 180]
    assert kinds(session)[:4] == ["WorkStarted", "OrderQueued", "WorkStarted", "NoteTaken"]
    assert session.now == NINE + 180


async def test_a_script_ends_when_its_orders_are_done(session: Session) -> None:
    await perform(session, "ec2 create-vpc --cidr-block 10.1.0.0/16 &\n")
    assert session.now == NINE + 60


async def test_a_capture_with_an_ampersand_is_there_once_it_is_done(session: Session) -> None:
    text = "ec2 create-vpc --cidr-block 10.1.0.0/16 -> $vpc &\nwait all\nec2 create-subnet --vpc-id $vpc --cidr-block 10.1.0.0/24\n"
    await perform(session, text)
    assert len(list(session.world.every(Subnet))) == 1


# refusals ----------------------------------------------------------------------------------------------------------------


async def test_a_refused_line_names_file_line_code_and_sentence(session: Session) -> None:
    error = await failing(session, "note one\n\nec2 create-vpc --cidr-block 10.0.0.0/8\n")
    assert (error.file, error.line, error.code) == ("test", 3, "InvalidVpc.Range")
    assert str(error).startswith("test:3: InvalidVpc.Range: ")


@pytest.mark.parametrize(
    "line",
    [
        "! InvalidVpc.Range ec2 create-vpc --cidr-block 10.0.0.0/8",
        "! ParamValidation ec2 create-vpc --cidr-blok 10.0.0.0/16",
        "! ParamValidation ec2 make-vpc",
        "as raj ! InvalidVpc.Range ec2 create-vpc --cidr-block 10.0.0.0/8",
    ],
)
async def test_a_refusal_that_was_to_be(session: Session, line: str) -> None:
    await perform(session, line)
    assert session.now == NINE


async def test_a_late_refusal_that_was_to_be(session: Session) -> None:
    await perform(
        session,
        """
        ec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc
        ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.0.0/24 &
        as raj ! InvalidSubnet.Conflict ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.0.0/24
        """,
    )
    assert len(happened(session, OrderRefused)) == 1


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        ("! InvalidVpc.Range ec2 create-vpc --cidr-block 10.0.0.0/16", "NotRefused", "it took effect"),
        ("! VpcLimitExceeded ec2 create-vpc --cidr-block 10.0.0.0/8", "InvalidVpc.Range", "to be refused with VpcLimitExceeded"),
    ],
)
async def test_a_refusal_that_was_not(session: Session, line: str, code: str, says: str) -> None:
    error = await failing(session, line)
    assert error.code == code
    assert says in error.sentence


async def test_a_line_refused_after_all_is_an_error_of_its_own_line(session: Session) -> None:
    error = await failing(
        session,
        """ec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc
        ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.0.0/24 &
        as raj ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.0.0/24 &
        wait 2h
        """,
    )
    assert (error.line, error.code) == (3, "InvalidSubnet.Conflict")


async def test_what_is_done_beside_a_refusal_is_not_lost(session: Session) -> None:
    """Both end in one instant; the refusal is told, and the other line's capture is there all the same."""
    performer = Performer(session)
    await typed(
        performer,
        "s3api create-bucket --bucket one-bucket",
        "ec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc",
        "as raj ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.0.0/24 &",  # 180 s, and too late
        "ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.0.0/24 &",  # 60 s
        "s3api put-object --bucket one-bucket --key k --body churn/train.csv --query ETag -> $etag &",  # 120 s more
    )
    with pytest.raises(ScriptError, match=r"InvalidSubnet\.Conflict"):
        await typed(performer, "wait all")
    await typed(performer, "wait all")
    assert performer.pending == []
    assert "etag" in performer.variables
    assert session.now < NINE + 600


# waiting -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "now"),
    [
        ("wait 30m", NINE + 1_800),
        ("wait 1h30m", NINE + 5_400),
        ("wait until day 1 14:20", at(1, "14:20")),
        ("wait until day 1 09:00", NINE),
        ("wait for end", ENDS),
        ("wait 9d", ENDS),
        ("wait all", NINE),
    ],
)
async def test_waiting(session: Session, line: str, now: int) -> None:
    await perform(session, line)
    assert session.now == now
    assert session.over is (now == ENDS)


async def test_waiting_for_what_is_over_is_an_error(session: Session) -> None:
    error = await failing(session, "wait 2h\nwait until day 1 10:00")
    assert (error.line, error.code) == (2, "TimePassed")


async def test_waiting_for_a_state(session: Session) -> None:
    await perform(session, SERVER + "wait for instance $server running\nnote up\nwait for instance $server ready max 10m\n")
    (server,) = session.world.every(Instance)
    assert server.booted is not None
    assert session.now == server.launched + 150


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        ("wait for instnce i-1 running", "NoSuchKind", "Kinds: instance, command"),
        ("wait for instance $server runing", "NoSuchState", "States: pending, running, ready"),
        ("wait for instance i-0 running", "NotFound", "There: i-"),
        ("wait for vpc vpc-0 available", "NotFound", "There: vpc-"),
        ("wait for endpoint churn InService", "OtherState", "is gone and will never be InService"),
        ("wait for instance $server stopped max 20m", "TimedOut", "was still running after 20 min of waiting"),
        ("wait for instance $server stopped", "RunOver", "The run ended"),
    ],
)
async def test_waits_that_cannot_be(session: Session, line: str, code: str, says: str) -> None:
    error = await failing(session, SERVER + "wait for instance $server running\n" + line)
    assert (error.line, error.code) == (7, code)
    assert says in f"{error.sentence} {error.accepted}"


async def test_another_terminal_state_is_an_error_with_its_reason(session: Session) -> None:
    text = TO_A_JOB.replace("num_round=150", "num_rond=150") + "wait for training-job job-1 Completed max 6h"
    error = await failing(session, text)
    assert error.code == "OtherState"
    assert "job-1 is Failed and will never be Completed." in error.sentence
    assert "num_r" in error.sentence


async def test_to_an_endpoint_in_service(session: Session) -> None:
    await perform(session, TO_A_JOB + TO_AN_ENDPOINT)
    assert session.world.now < at(1, "18:00")


async def test_a_list_is_waited_for_as_a_whole(session: Session) -> None:
    text = SERVER.replace("--count 1", "--count 2").replace("-> $server", "--query 'Instances[].InstanceId' -> $both")
    await perform(session, text + "wait for instance $both running")
    assert [i.state for i in session.world.every(Instance)] == ["running", "running"]


# incidents ---------------------------------------------------------------------------------------------------------------


async def test_wait_for_incident(tmp_path: Path) -> None:
    session = struck(tmp_path, FULL)
    await perform(session, SERVER + "wait for incident")
    assert session.now == at(1, "12:45")


async def test_no_incident_is_an_error(session: Session) -> None:
    error = await failing(session, "wait for incident")
    assert error.code == "NoIncident"


async def test_a_block_is_done_at_each_page_of_its_kind(tmp_path: Path) -> None:
    session = struck(tmp_path, TWICE)
    text = SERVER + "on incident instance-status-check\n  ack $incident.id\n  ec2 reboot-instances --instance-ids $incident.resource\nend\n"
    await perform(session, text + "wait for end")
    assert happened(session, IncidentDetected) == [at(1, "12:45"), at(1, "15:45")]
    assert happened(session, IncidentAcknowledged) == [at(1, "12:45"), at(1, "15:45")]
    # a minute of work and half of it the second time, a reboot of so many seconds each
    assert [i.resolved is not None and i.resolved - (i.detected or 0) < 600 for i in session.world.every(Incident)] == [True, True]


async def test_a_block_interrupts_waiting_but_no_block(tmp_path: Path) -> None:
    """The second page comes while the block of the first one waits: it is answered when that one is through."""
    session = struck(tmp_path, TWICE)
    text = "on incident instance-status-check\n  note $incident.id begun\n  wait 4h\n  note $incident.id done\nend\n"
    await perform(session, SERVER + text + "ec2 describe-vpcs\nwait until day 2 09:00")
    notes = [(h.at, h.event.text) for h in session.history if hasattr(h.event, "text")]
    assert [text for _, text in notes][:2] == ["x begun", "x done"]
    assert notes[1][0] == notes[0][0] + 4 * HOUR


async def test_a_page_that_came_before_its_block_is_answered_when_the_block_is_read(tmp_path: Path) -> None:
    session = struck(tmp_path, FULL)
    await perform(session, SERVER + "wait until day 1 14:00\non incident instance-status-check\n  ack $incident.id\nend\nnote after\n")
    assert happened(session, IncidentAcknowledged) == [at(1, "14:00")]


async def test_a_page_that_is_over_needs_no_block(tmp_path: Path) -> None:
    session = struck(tmp_path, FULL)
    text = "wait until day 1 13:00\nec2 reboot-instances --instance-ids $server\nwait 1h\n"
    await perform(session, SERVER + text + "on incident instance-status-check\n  ack nonsense\nend\nwait for end")
    assert session.over


async def test_errors_of_a_block_name_their_line(tmp_path: Path) -> None:
    session = struck(tmp_path, FULL)
    error = await failing(session, "on incident instance-status-check\n  ack nonsense\nend\n" + SERVER + "wait for end")
    assert (error.line, error.code) == (2, "NoSuchPage")


async def test_an_unknown_kind_of_incident(session: Session) -> None:
    error = await failing(session, "on incident disk-ful\n note x\nend\n")
    assert error.code == "NoSuchIncident"
    assert "disk-full" in error.accepted


async def test_an_incident_nobody_has_heard_of_cannot_be_waited_for(tmp_path: Path) -> None:
    session = struck(tmp_path, FULL)
    error = await failing(session, SERVER + "wait until day 1 12:30\nwait for incident x resolved")
    assert error.code == "NotFound"


async def test_waiting_for_an_incident_to_be_over(tmp_path: Path) -> None:
    session = struck(tmp_path, FULL)
    await perform(session, SERVER + "wait for incident\nec2 reboot-instances --instance-ids $server &\nwait for incident x resolved max 1h")
    assert session.world.get(Incident, "x").resolved == session.now


# words -------------------------------------------------------------------------------------------------------------------


async def test_commitments_and_notes(session: Session) -> None:
    await typed(Performer(session), "predict P1 b", "answer Q1 a", "decide churn go because it pays", "note # all $of it", "hint")
    assert {c.id: c.choice for c in session.world.every(Commitment)} == {
        "predicted:P1": "b",
        "answered:Q1": "a",
        "decided:churn": "go because it pays",
        "hint:0": "taken",
    }
    assert [h.event.text for h in session.history if hasattr(h.event, "text")] == ["# all $of it"]


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        ("predict P9 a", "NoSuchQuestion", "Questions: P1."),
        ("predict P1 z", "NoSuchChoice", "a: early; b: late"),
        ("answer P1 a", "NoSuchQuestion", "Questions: Q1."),
        ("ack nothing", "NoSuchPage", "The pager is quiet."),
        ("deploy stack.yaml", "ParamValidation", "export FILE"),
        ("notebook run all", "NotModelled", "no notebook"),
    ],
)
async def test_words_that_cannot_be(session: Session, line: str, code: str, says: str) -> None:
    error = await failing(session, line)
    assert error.code == code
    assert says in f"{error.sentence} {error.accepted}"


# the end of the run ------------------------------------------------------------------------------------------------------


async def test_after_the_end_only_words_are_taken(session: Session) -> None:
    await perform(session, "wait for end\nec2 create-vpc --cidr-block 10.0.0.0/8\nanswer Q1 b\n")
    assert session.world.find(Commitment, "answered:Q1") is None  # the script stopped at the order
    await perform(session, "answer Q1 b\nnote done\n")
    assert session.world.find(Commitment, "answered:Q1") is not None


async def test_an_order_the_end_overtakes_is_no_error(session: Session) -> None:
    await perform(session, "wait until day 2 17:59\nwait 30s\nec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc\n")
    assert session.over
    assert list(session.world.every(Vpc)) == []


# at a prompt -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["wait 8h", "wait for end", "wait for instance $server stopped max 9h", "wait until day 2 10:00"])
async def test_a_page_calls_the_player_back_to_the_prompt(tmp_path: Path, line: str) -> None:
    session = struck(tmp_path, FULL)
    said: list[str] = []
    performer = Performer(session, said=said.append, interactive=True)
    await typed(performer, *SERVER.strip().splitlines(), line)
    assert session.now == at(1, "12:45")
    assert said[-1].startswith("The clock stopped: somebody is paged.")
    await typed(performer, "wait 1h")  # the page is open, and time passes all the same
    assert session.now == at(1, "13:45")


async def test_a_page_calls_back_from_work_that_goes_on(tmp_path: Path) -> None:
    session = struck(tmp_path, [{**FULL[0], "earliest": "day 1 17:30", "latest": "day 1 17:30"}])
    said: list[str] = []
    performer = Performer(session, said=said.append, interactive=True)
    await typed(performer, *SERVER.strip().splitlines(), "wait until day 1 17:59", "wait 30s")
    await typed(performer, "as raj ec2 create-vpc --cidr-block 10.5.0.0/16 -> $mine")  # three minutes: ends tomorrow
    assert session.now == at(1, "18:15")
    assert "the work under way goes on with it" in said[-1]
    await typed(performer, "wait until day 2 10:00")
    assert "mine" in performer.variables


async def test_at_the_prompt_answers_are_shown(session: Session) -> None:
    said: list[str] = []
    performer = Performer(session, said=said.append, interactive=True)
    await typed(performer, "ec2 create-vpc --cidr-block 10.0.0.0/16", "ec2 describe-vpcs --query 'Vpcs[].CidrBlock' --output text")
    assert '"CidrBlock": "10.0.0.0/16"' in said[0]
    assert said[1] == "10.0.0.0/16"
