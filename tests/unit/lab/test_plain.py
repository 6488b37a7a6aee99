"""The plain face, driven by a scripted `ask`: every word of its prompt, bad lines, leaving and coming back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cloudlab.lab.plain import HELP, PlainFace
from cloudlab.lab.plain_views import LOOKS
from cloudlab.lab.session import Session
from cloudlab.levels.loader import Level
from cloudlab.model.compute import Instance
from cloudlab.model.network import InternetGateway, Subnet, Vpc
from cloudlab.model.operations import Commitment, Incident
from cloudlab.model.time import at
from tests.runs import resume, start
from tests.small_level import TO_A_JOB, FakeWork, small_level

NINE, ENDS = at(1, "09:00"), at(2, "18:00")
TODAY = date(2026, 3, 1)
STRIKE = [{"id": "x", "kind": "instance-status-check", "earliest": "day 1 12:00", "latest": "day 1 12:00"}]
SERVER = (
    "ec2 create-vpc --cidr-block 10.0.0.0/16 -> $vpc",
    "ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.0.0/24 -> $subnet",
    "ec2 describe-images --query 'Images[0].ImageId' -> $image",
    "ec2 run-instances --image-id $image --instance-type t3.small --count 1 --subnet-id $subnet -> $server",
)


class Typist:
    """Types its lines one after another, then ends the input; answers questions as it was told."""

    def __init__(self, *lines: str, choices: str = "") -> None:
        self.lines = list(lines)
        self.choices = choices
        self.prompts: list[str] = []

    def __call__(self, prompt: str) -> str:
        self.prompts.append(prompt)
        if prompt.startswith("your choice"):
            return self.choices
        if not self.lines:
            raise EOFError
        return self.lines.pop(0)


@pytest.fixture(scope="module")
def level(tmp_path_factory: pytest.TempPathFactory) -> Level:
    return small_level(tmp_path_factory.mktemp("levels"))


@pytest.fixture
def session(level: Level, tmp_path: Path) -> Session:
    return start(level, tmp_path)


async def play(session: Session, *lines: str, choices: str = "", work: FakeWork | None = None) -> tuple[str, list[str]]:
    """Type the lines; return the outcome and everything written."""
    said: list[str] = []
    outcome = await PlainFace(session, work or FakeWork(), said.append, Typist(*lines, choices=choices), TODAY).play()
    return outcome, said


async def answer(session: Session, *lines: str) -> str:
    """Return what is written after the lines, without the opening and the farewell."""
    _, said = await play(session, *lines, "quit")
    begins = next(n for n, line in enumerate(said) if line.startswith("Type `help`"))
    return "\n".join(said[begins + 1 : -1])


async def test_the_brief_and_the_prediction_come_first(session: Session) -> None:
    typist = Typist("quit", choices="b")
    said: list[str] = []
    assert await PlainFace(session, FakeWork(), said.append, typist, TODAY).play() == "unfinished"
    assert said[0].startswith("# Small")
    assert said[1] == "Your prediction: When?\n  a: early\n  b: late"
    assert session.world.get(Commitment, "predicted:P1").choice == "b"
    assert typist.prompts[-1] == "day 1 09:00 $ "


async def test_a_choice_that_is_none_is_skipped_in_words(session: Session) -> None:
    _, said = await play(session, "quit", choices="z")
    assert "'z' is not a choice; skipped. `predict P1 CHOICE` says it, as long as nothing was done." in said
    assert list(session.world.every(Commitment)) == []


@pytest.mark.parametrize("leave", ["quit", "exit"])
async def test_leaving_and_coming_back(session: Session, tmp_path: Path, leave: str) -> None:
    outcome, said = await play(session, SERVER[0], leave, "note never")
    assert outcome == "unfinished"
    assert said[-1].startswith("Saved.")
    again = resume(session, tmp_path)
    _, said = await play(again, "look map", "quit")
    assert "10.0.0.0/16" in "\n".join(said)
    assert not any(line.startswith("Your prediction") for line in said)  # asked once, at the opening


async def test_the_end_of_input_leaves_as_well(session: Session) -> None:
    outcome, said = await play(session, "ec2 create-vpc \\")
    assert outcome == "unfinished"
    assert said[-1] == "The input ended. The run is saved and can be resumed."


async def test_an_order_and_its_answer(session: Session) -> None:
    said = await answer(session, "ec2 create-vpc --cidr-block 10.0.0.0/16")
    assert "[day 1 09:00] ana:" in said
    assert "[day 1 09:01] ana: done:" in said
    assert '"CidrBlock": "10.0.0.0/16"' in said


async def test_a_line_may_go_on_below(session: Session) -> None:
    await answer(session, "ec2 create-vpc \\", "  --cidr-block \\", "10.0.0.0/16")
    assert [v.cidr for v in session.world.every(Vpc)] == ["10.0.0.0/16"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("ec2 create-vpc --cidr-block 10.0.0.0/8", "Refused. InvalidVpc.Range: "),
        ("ec2 create-vpc --cidr-blok 10.0.0.0/16", "Refused. ParamValidation: "),
        ("ec2 creat-vpc", "Did you mean"),
        ("xyzzy", "Refused. "),
        ("ec2 create-subnet --vpc-id $vpc --cidr-block 10.0.0.0/24", "Refused. UnknownVariable: "),
        ("wait", "Refused. ScriptSyntax: "),
        ("wait until day 1 08:00", "Refused. TimePassed: "),
        ("wait for instance i-1 running", "Refused. NotFound: "),
        ("predict P9 a", "Refused. NoSuchQuestion: "),
        ("ack x", "Refused. NoSuchPage: "),
        ("ec2 create-vpc --cidr-block '10", "Refused. ScriptSyntax: "),
        ("end", "Refused. ScriptSyntax: "),
        ("look nonsense", "There is no view called 'nonsense'. Look at: status, map"),
        ("rewind", "Refused. Say which decision"),
        ("rewind x", "Refused. Say which decision"),
        ("rewind 99", "Refused. NoSuchDecision"),
        ("undo", "Refused. NothingToUndo"),
        ("report", "Refused. Say where to"),
        ("report /nowhere/at/all.md", "Refused. /nowhere/at/all.md cannot be written: No such file or directory."),
        ("preview wait 30m", "Only commands have a preview."),
        ("preview", "Only commands have a preview."),
        ("preview ec2 create-vpc --cidr-blok x", "Refused. "),
        ("preview as zoe ec2 create-vpc --cidr-block 10.0.0.0/16", "It would be refused now. NoSuchPerson"),
        ("preview ec2 create-vpc --cidr-block 10.0.0.0/8", "It would be refused now. InvalidVpc.Range"),
        ("deploy x.yaml", "Refused. ParamValidation"),
    ],
)
async def test_bad_lines_are_answered_in_words(session: Session, line: str, says: str) -> None:
    before = session.world.digest()
    assert says in await answer(session, line)
    assert session.world.digest() == before


async def test_a_preview_tells_work_finish_and_price(session: Session) -> None:
    said = await answer(session, "preview as raj ec2 create-vpc --cidr-block 10.0.0.0/16")
    assert said == "3 min of work, done day 1 09:03; people $4.35; cloud: free."  # 180 s at 87 USD an hour


@pytest.mark.parametrize("what", ["", "status", *LOOKS])
async def test_every_view_as_text(session: Session, what: str) -> None:
    said = await answer(session, *SERVER, f"look {what}")
    assert said.strip()
    assert "There is no view" not in said


async def test_a_thing_of_the_map_in_words(session: Session) -> None:
    said = await answer(session, *SERVER, "ec2 create-internet-gateway")
    gateway = next(session.world.every(InternetGateway)).id
    said = await answer(session, f"look {gateway[:8]}")
    assert said.splitlines()[:4] == [
        f"internet-gateway {gateway[:9]} {gateway}",
        "what it is:",
        "  attached to: no VPC: it leads nowhere",
        "what you can do with it:",
    ]
    assert f"`ec2 delete-internet-gateway --internet-gateway-id {gateway}` (" in said
    vpc = next(session.world.every(Vpc)).id
    assert "  delete it: not now. " in await answer(session, f"look {vpc}")
    assert "  instances: 1 running of 1" in await answer(session, f"look {vpc}/{next(session.world.every(Subnet)).zone}")
    assert "There is no view called 'i-'" in await answer(session, "look i-")


async def test_a_way_in_words_to_where_it_stops(session: Session) -> None:
    await answer(session, *SERVER, "wait for instance $server ready max 1h")
    vpc, server = next(session.world.every(Vpc)).id, next(session.world.every(Instance)).id
    assert (await answer(session, f"look way {server[:9]} internet")).splitlines() == [
        f"{server} -> internet, tcp/443",
        f"  1 [ok] {server}: it runs",
        "  2 [ok] default: it lets tcp/443 out",
        f"  3 [ok] {next(session.world.every(Subnet)).id}: its network ACL lets tcp/443 out and the answers back",
        f"  4 [STOPS] {vpc}: no internet gateway is attached to it",
        "Blocked there. timeout: the caller waits and hears nothing. Make one and attach it: ec2 create-internet-gateway, then "
        f"ec2 attach-internet-gateway --internet-gateway-id <igw> --vpc-id {vpc}",
    ]
    assert (await answer(session, "look way")).startswith("Write it as `look way FROM TO [PORT]`. Ends: internet, ")
    assert (await answer(session, f"look way {server} mars")).startswith("'mars' is no end of a way. Ends: internet, ")
    assert await answer(session, "look way internet internet") == "A way leads from one end to another."


async def test_views_go_by_their_own_name_too(session: Session) -> None:
    assert await answer(session, "team") == await answer(session, "look team")
    assert "ana (cloud engineer; network, compute, security, operations, data): free" in await answer(session, "team")


async def test_status_says_where_one_stands(session: Session) -> None:
    said = await answer(session, "status")
    assert "Small, learn mood. It is day 1 09:00; the run ends day 2 18:00." in said
    assert "$0.00 of $500.00 spent" in said
    assert "a score for everybody: down: callers have been given no address yet" in said


@pytest.mark.parametrize("line", ["help", "help wait", "help ec2", "help create-vpc", "brief", "hint", "decisions", "review", ""])
async def test_words_of_the_prompt(session: Session, line: str) -> None:
    said = await answer(session, line)
    assert (said == "") is (line == "")
    assert not said.startswith("Refused")


async def test_help_names_every_word(session: Session) -> None:
    assert await answer(session, "help") == HELP
    for word in [
        "look",
        "preview",
        "wait",
        "next",
        "ack",
        "hint",
        "undo",
        "rewind",
        "predict",
        "answer",
        "note",
        "brief",
        "report",
        "review",
        "quit",
    ]:
        assert word in HELP


async def test_next_goes_to_what_the_team_notices(session: Session) -> None:
    said = await answer(session, "ec2 create-vpc --cidr-block 10.0.0.0/16 &", "next")
    assert said.endswith("It is day 1 09:01.")


async def test_undo_keeps_variables_and_takes_back_the_log(session: Session) -> None:
    said = await answer(session, SERVER[0], "look log", "ec2 create-internet-gateway", "look log", "undo", "note after", "look log")
    assert "Back at day 1 09:01." in said
    assert "internet" not in said.split("note: after")[-1].lower()
    said = await answer(session, SERVER[1])  # $vpc is still known
    assert "$subnet = subnet-" in said


async def test_a_log_is_right_after_a_rewind_that_was_outgrown(session: Session) -> None:
    """Looked at, rewound, and longer than before when looked at again."""
    said = await answer(
        session, SERVER[0], "note one", "look log", "undo", "undo", "note a", "note b", "note c", "note d", "note e", "note f", "look log"
    )
    last = said[said.rindex("[day 1 09:00] note: a") :]
    assert "note: one" not in last
    assert "create" not in last.lower()


async def test_rewind_and_decisions(session: Session) -> None:
    await answer(session, SERVER[0], SERVER[1])
    first, second = (r.n for r in session.decisions())
    said = await answer(session, "decisions", f"rewind {first}", "decisions")
    assert said.splitlines() == [
        f"{first}: day 1 09:00 given ec2:CreateVpc",
        f"{second}: day 1 09:01 given ec2:CreateSubnet",
        "Back at day 1 09:00.",
        "Nothing has been decided yet.",
    ]


async def test_in_win_mood_nothing_is_taken_back(level: Level, tmp_path: Path) -> None:
    session = start(level, tmp_path, mood="win")
    said = await answer(session, SERVER[0], "undo", SERVER[1])
    assert "Refused. NotInWinMood" in said
    assert "$subnet = subnet-" in said


async def test_a_report_is_written(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "run.md"
    assert await answer(session, "note hi", f"report {path}") == f"[day 1 09:00] note: hi\nReport written to {path}."
    assert path.read_text(encoding="utf-8").startswith("# Small: unfinished")


async def test_a_block_is_typed_line_by_line(tmp_path: Path) -> None:
    session = start(small_level(tmp_path, incidents=STRIKE), tmp_path)
    reboot = ("  ec2 reboot-instances \\", "    --instance-ids $incident.resource")
    block = ("on incident instance-status-check", "  ack $incident.id", *reboot, "end")
    said = await answer(session, *SERVER, *block, "wait until day 1 14:00")
    assert "Refused" not in said
    assert session.world.get(Incident, "x").resolved is not None


async def test_a_page_is_told_and_stops_the_clock(tmp_path: Path) -> None:
    session = start(small_level(tmp_path, incidents=STRIKE), tmp_path)
    said = await answer(session, *SERVER, "wait 8h", "look pages", "ack x")
    assert "PAGE x:" in said
    assert "The clock stopped: somebody is paged." in said
    assert "way out: Reboot" in said
    assert said.endswith("Acknowledged.")
    assert session.now == at(1, "12:45")


async def test_real_work_that_fails_is_told_and_tried_again(level: Level, tmp_path: Path) -> None:
    session = start(level, tmp_path, FakeWork(failures=1))
    said = await answer(session, *TO_A_JOB.splitlines(), "wait until day 1 16:00", "wait until day 1 16:00")
    assert "The real job could not be done: the worker is gone" in said
    assert "really trained: 150 rounds" in said
    assert session.now == at(1, "16:00")


async def test_the_debrief_asks_compares_and_states_the_principle(session: Session) -> None:
    outcome, said = await play(session, "wait for end", choices="b")
    assert outcome == "lost"
    text = "\n".join(said)
    assert "Question: Who?\n  a: you\n  b: AWS" in text
    assert "LOST: 0 of 108,000 requests answered" in text
    assert "Score 0 of 1,000" in text
    assert "You said: AWS (right). AWS does." in text
    assert "1 review cards come back" in text
    assert text.index("LOST:") < text.index("The principle: Small is small.")
    assert session.over


async def test_markup_in_names_is_shown_as_it_stands(session: Session, tmp_path: Path) -> None:
    tag = """--tag-specifications '[{"ResourceType":"vpc","Tags":[{"Key":"Name","Value":"[red]x*_`<b>"}]}]'"""
    said = await answer(session, f"ec2 create-vpc --cidr-block 10.0.0.0/16 {tag}", "look map", f"report {tmp_path / 'r.md'}")
    assert "vpc [red]x*_`<b>" in said
    assert "\\[red\\]x\\*\\_\\`\\<b\\>" in (tmp_path / "r.md").read_text(encoding="utf-8")


async def test_the_board_is_a_line_for_each_holder(session: Session) -> None:
    await answer(session, "s3api create-bucket --bucket mine")
    said = (await answer(session, "look board")).splitlines()
    assert said[0] == "mine:"
    assert [line.partition(":")[0] for line in said[1:]] == ["  YOU", "  shared", "  AWS"]
    assert "  YOU: access, application, backups, cost" in said


async def test_the_debrief_says_what_was_right_where_the_player_was_not(session: Session) -> None:
    _, said = await play(session, "wait for end", choices="a")
    assert "You said: you (not so; right was: AWS). AWS does." in "\n".join(said)


async def test_a_jump_over_quiet_hours_says_so(session: Session) -> None:
    assert await answer(session, "next") == "Nothing that needs you came up in 12 h 00 min. It is day 1 21:00."


async def test_the_board_by_filter_and_by_duty(tmp_path: Path) -> None:
    session = start(small_level(tmp_path, incidents=STRIKE), tmp_path)
    await answer(session, *SERVER, "s3api create-bucket --bucket mine")
    mine = (await answer(session, "look board mine")).splitlines()
    assert [line for line in mine if line.startswith("  AWS")] == []
    assert (await answer(session, "look board s3-bucket")).splitlines()[0] == "mine:"
    assert await answer(session, "look board struck") == "Nothing on the board answers to that."
    duty = (await answer(session, "look board os patches")).splitlines()
    assert duty[0] == "OS patches: Kernel, system libraries and daemons stay free of known holes."
    assert duty[1].endswith("(ec2-instance): held by you: an incident that strikes it pages you, and nobody else acts")
    assert sum(line.startswith("  source: ") for line in duty) == 2
    assert (await answer(session, "look board x")).startswith("The board knows no 'x'. Filters: all, mine, struck, ")
    await answer(session, "wait 8h")
    assert "failover (STRUCK NOW)" in await answer(session, "look board struck")


async def test_a_page_at_length(tmp_path: Path) -> None:
    session = start(small_level(tmp_path, incidents=STRIKE), tmp_path)
    assert await answer(session, "look page x") == "There is no page 'x'. The pager is quiet."
    said = await answer(session, *SERVER, "wait 8h", "look page x")
    assert "x [open] Instance fails its status check" in said
    assert "  waiting: no request fails because of it at this moment" in said
    assert "  began: day 1 12:00, noticed 45 min 00 s later" in said or "  began: day 1 12:00, noticed 45 min later" in said
    assert "  way out: Reboot" in said
    assert "  timeline:\n    day 1 12:00 it began; nobody knew yet" in said
    assert await answer(session, "look page y") == "There is no page 'y'. Pages: x."


async def test_settings_by_word(session: Session) -> None:
    said = await answer(session, "settings", "set sounds on", "set sounds loud", "set colour red")
    assert said.splitlines()[0].startswith("sounds: off (")
    assert "sounds: on (" in said
    assert "Refused. 'loud' is nothing that sounds can be. It takes: on, off." in said
    assert said.endswith("Refused. Say what to set, as in `set sounds on`; `settings` lists what there is.")
    assert (await answer(session, "settings")).startswith("sounds: on (")


async def test_a_bell_where_sounds_are_on(tmp_path: Path) -> None:
    session = start(small_level(tmp_path, incidents=STRIKE), tmp_path)
    said = await answer(session, "set sounds on", *SERVER, "wait 8h")
    assert said.count("\a") == 1
    assert said.index("\a") < said.index("PAGE x:")


async def test_after_the_debrief_one_may_look_again(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "run.html"
    looks = ("look cards", "look incidents", "look nothing", "futures", f"report {file}", "quit", "never said")
    _, said = await play(session, "wait for end", *looks, choices="b")
    after = said[next(n for n, line in enumerate(said) if line.startswith("Look again")) + 1 :]
    assert after[1] == "None struck."
    assert after[2].startswith("Look again, or leave with `quit`:")
    assert after[4].startswith("Your final design from the start of 100 other seeds: won in 0 of 100.")
    assert after[5] == f"Report written to {file}."
    assert len(after) == 6
    page = file.read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "won in 0 of 100" in page


@pytest.mark.parametrize(
    ("what", "head", "within"),
    [
        ("template", "AWSTemplateFormatVersion", "Type: AWS::EC2::Subnet"),
        ("template json", "{", '"AWS::EC2::Subnet"'),
        ("terraform", "# For reading; cloudlab does not run Terraform.", 'resource "aws_subnet"'),
    ],
)
async def test_what_stands_is_told_as_a_template(session: Session, what: str, head: str, within: str) -> None:
    said = await answer(session, *SERVER, f"look {what}")
    assert head in said
    assert within in said
