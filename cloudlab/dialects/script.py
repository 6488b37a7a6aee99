r"""The script grammar: aws CLI lines and a few verbs, read into a small frozen tree; running it is the lab's matter.

One statement a line; shell quoting; `\` at the end continues a line; `#` opens a comment (not in a `note`). In full:

    [as PERSON] [! CODE] SERVICE VERB --flag value ... [--query EXPR] [-> $name] [&]
    [as PERSON] [! CODE] deploy FILE [-> $name] [&]
    [as PERSON] [! CODE] notebook run N|all [&]
    export FILE                     what stands, as a template
    wait 30m                        s, m, h, d; also 1h30m
    wait until day 2 09:00
    wait for KIND ID STATE [max 2h]
    wait for incident
    wait for end
    wait all                        for every order given with `&`
    on incident KIND ... end        the lines between are done at each page of that kind
    ack ID
    decide PROJECT go|no-go because EVIDENCE
    predict QUESTION CHOICE
    answer QUESTION CHOICE
    hint
    note TEXT                       the rest of the line as it stands

`! CODE` says that the line must be refused with exactly this code (ParamValidation for what never reaches the service); `as` and
`!` may stand in either order. `&` doesn't wait for the work to be done.

Variables: `-> $name` captures the new resource's id, or what `--query` finds. A variable holds a text, or a list of texts where
several were found; `$name` is replaced anywhere in a line, also inside quoted JSON (cloudlab.dialects.tokens says how lists are
joined). Inside an `on incident` block `$incident.id`, `$incident.resource`, `$incident.due` (seconds) and `$incident.kind` speak of
the page at hand. A variable must be captured on an earlier line; a block sees those of the whole script.

What can be seen before the run is refused before the run: unknown verbs, services and flags, and variables nobody captures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from cloudlab.dialects import aws_cli
from cloudlab.dialects.errors import LineError, did_you_mean
from cloudlab.dialects.script_tree import (
    Ack,
    Answer,
    Decide,
    Deploy,
    Export,
    Hint,
    Manner,
    Note,
    Notebook,
    OnIncident,
    Order,
    Place,
    Predict,
    Script,
    ScriptError,
    Statement,
    WaitAll,
    WaitFor,
    WaitForEnd,
    WaitForIncident,
    WaitSpan,
    WaitUntil,
)
from cloudlab.dialects.tokens import Statement as Raw
from cloudlab.dialects.tokens import Value, Variables, Word, statements
from cloudlab.model.time import DAY, HOUR, MINUTE, Seconds, at

__all__ = [
    "INCIDENT",
    "SYNTAX",
    "VERBS",
    "Ack",
    "Answer",
    "Decide",
    "Deploy",
    "Export",
    "Hint",
    "Manner",
    "Note",
    "Notebook",
    "OnIncident",
    "Order",
    "Place",
    "Predict",
    "Script",
    "ScriptError",
    "Statement",
    "WaitAll",
    "WaitFor",
    "WaitForEnd",
    "WaitForIncident",
    "WaitSpan",
    "WaitUntil",
    "captured",
    "duration",
    "noted",
    "parse_script",
    "parse_statement",
    "plain",
]

SYNTAX = "ScriptSyntax"
"""Code of a line that is no statement of this grammar."""

VERBS = {
    "wait": "wait 30m | wait until day 2 09:00 | wait for KIND ID STATE [max 2h] | wait for incident | wait for end | wait all",
    "on": "on incident KIND ... end",
    "ack": "ack ID",
    "deploy": "deploy FILE",
    "export": "export FILE",
    "notebook": "notebook run N|all",
    "decide": "decide PROJECT go|no-go because EVIDENCE",
    "predict": "predict QUESTION CHOICE",
    "answer": "answer QUESTION CHOICE",
    "hint": "hint",
    "note": "note TEXT",
}
"""Every verb of the grammar besides the aws CLI lines, with how it is written."""

INCIDENT = ("incident.id", "incident.resource", "incident.due", "incident.kind")
"""Variables of the page at hand, inside `on incident`."""


def parse_script(text: str, file: str = "script", known: Iterable[str] = ()) -> Script:
    """Read a whole script. `known` names variables that exist before its first line. Raises ScriptError."""
    return Script(file, _Reader(text, file, known).all())


def parse_statement(line: str, known: Iterable[str] = (), file: str = "line") -> Statement | None:
    """Read a single statement, as the terminal pane takes it; None for a blank line or a comment. Raises ScriptError.

    A whole `on incident` block may be given, with newlines in it.
    """
    found = _Reader(line, file, known).all()
    if len(found) > 1:
        raise found[1].place.error(SYNTAX, "One statement at a time.", "Give this line on its own.")
    return found[0] if found else None


def captured(value: Any) -> Value | None:
    """Return what a variable holds after a capture: a text, or a tuple of texts; None where nothing was found."""
    if value is None or value == []:
        return None
    if isinstance(value, list):
        return tuple(_captured_text(member) for member in value if member is not None) or None
    return _captured_text(value)


def _captured_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def plain(words: Sequence[Word], variables: Variables) -> str:
    """Return words as one text, variables replaced (a list joined by commas). Raises UnknownVariable."""
    return " ".join(",".join(filled.text for filled in word.fill(variables)) for word in words)


def noted(word: Word | None, variables: Variables) -> str:
    """Return the text of a note: known variables replaced, everything else as it stands."""
    if word is None:
        return ""
    written = []
    for index, part in enumerate(word.parts):
        value = variables.get(part, f"${part}") if index % 2 else part
        written.append(value if isinstance(value, str) else ",".join(value))
    return "".join(written)


class _Reader:
    """Reads statement after statement; knows which variables exist by then."""

    def __init__(self, text: str, file: str, known: Iterable[str]) -> None:
        self.text = text.replace("\r\n", "\n")
        self.file = file
        self.variables = dict.fromkeys(known)
        try:
            self.raw = [raw for raw in statements(self.text, verbatim=("note",)) if raw.words]
        except LineError as wrong:
            line = self.text.count("\n", 0, wrong.start) + 1
            raise ScriptError(file, line, SYNTAX, wrong.sentence, wrong.accepted) from None
        self.anywhere = {
            raw.words[index + 1].variables[0]
            for raw in self.raw
            for index, word in enumerate(raw.words[:-1])
            if word.is_bare("->") and raw.words[index + 1].variables
        }
        self.at = 0

    def all(self) -> tuple[Statement, ...]:
        found = []
        while self.at < len(self.raw):
            found.append(self.next(block=None))
        return tuple(found)

    def next(self, block: Place | None) -> Statement:
        raw = self.raw[self.at]
        self.at += 1
        first, last = raw.words[0].start, raw.words[-1].end
        written = " ".join(self.text[first:last].replace("\\\n", " ").split())
        place = Place(self.file, self.text.count("\n", 0, first) + 1, written)
        try:
            return self.statement(raw, place, block)
        except LineError as wrong:
            raise place.error(wrong.refusal.code, wrong.sentence, wrong.accepted) from None

    def statement(self, raw: Raw, place: Place, block: Place | None) -> Statement:
        words, manner = self.manner(raw.words, place)
        verb = words[0].text
        if verb in ("end", "->", "&"):
            hint = "`end` closes an `on incident` block." if verb == "end" else "A line opens with a command or a verb."
            raise place.error(SYNTAX, f"'{verb}' stands alone.", hint)
        self.check_variables(words, place, inside=block is not None, verb=verb)
        if verb in VERBS:
            return self.verb(verb, words, manner, place, block)
        self.check_line(words, manner, place)
        if manner.capture:
            self.variables[manner.capture] = None
        return Order(place, words, manner)

    def manner(self, words: tuple[Word, ...], place: Place) -> tuple[tuple[Word, ...], Manner]:
        """Take off what stands before and behind the order itself."""
        person = code = capture = None
        while words and (words[0].is_bare("as") or words[0].is_bare("!")):
            what = words[0].text
            if len(words) < 3 or (person if what == "as" else code) is not None:
                accepted = "as PERSON ec2 create-vpc ..." if what == "as" else "! InvalidSubnet.Conflict ec2 create-subnet ..."
                raise place.error(SYNTAX, f"'{what}' wants one word and then the order.", accepted)
            if what == "as":
                person = words[1].text
            else:
                code = words[1].text
            words = words[2:]
        waits = True
        if len(words) > 1 and words[-1].is_bare("&"):
            waits, words = False, words[:-1]
        arrow = next((index for index, word in enumerate(words) if not word.quoted and word.parts[0].startswith("->")), None)
        if arrow is not None and words[0].text != "note":
            names = words[arrow + 1].variables if len(words) == arrow + 2 else ()
            if not words[arrow].is_bare("->") or len(names) != 1 or words[-1].text != f"${names[0]}" or "." in names[0] or arrow == 0:
                raise place.error(SYNTAX, "A capture names one variable at the end of the line.", "... -> $name")
            if code is not None:
                raise place.error(SYNTAX, "A line that is refused has nothing to capture.", "Leave `->` out.")
            capture, words = names[0], words[:arrow]
        return words, Manner(person, code, capture, waits)

    def check_variables(self, words: tuple[Word, ...], place: Place, *, inside: bool, verb: str) -> None:
        if verb == "note":
            return
        there = {*self.variables, *(self.anywhere if inside else ()), *(INCIDENT if inside else ())}
        for word in words:
            for name in word.variables:
                if name not in there:
                    near = did_you_mean(f"${name}", (f"${other}" for other in sorted(there)))
                    where = "It exists only inside an `on incident` block." if name in INCIDENT else ""
                    later = "It is captured only further down." if name in self.anywhere else "Capture it with `-> $name` first."
                    raise place.error("UnknownVariable", f"There is no variable ${name} yet.", near or where or later)

    def check_line(self, words: tuple[Word, ...], manner: Manner, place: Place) -> None:
        """Find before the run what variables cannot change: services, verbs, flags, and everything in a line without variables."""
        if manner.refused_with is not None:
            return
        if words[0].text not in aws_cli.services() and words[0].text != "aws":
            near = did_you_mean(words[0].text, (*VERBS, *aws_cli.services()))
            if near and words[0].text.isalpha() and any(near.startswith(f"Did you mean {verb}") for verb in VERBS):
                raise place.error(SYNTAX, f"There is no verb '{words[0].text}'.", near)
        command, rest = aws_cli.resolve(words)
        if manner.capture and command.returns is None and not any(word.text.startswith("--query") for word in rest):
            raise place.error(SYNTAX, f"{command.title()} returns nothing to capture.", "Leave `->` out, or say what with --query.")
        if not any(word.variables for word in rest):
            aws_cli.parse_words(words)
        for word in rest:
            if aws_cli.is_flag(word):
                aws_cli.flag_named(command, word)

    def verb(self, verb: str, words: tuple[Word, ...], manner: Manner, place: Place, block: Place | None) -> Statement:
        if verb not in ("deploy", "notebook") and manner != Manner():
            raise place.error(SYNTAX, f"{verb} takes no `as`, `!`, `->` or `&`.", VERBS[verb])
        if manner.capture:
            if verb == "notebook":
                raise place.error(SYNTAX, "notebook run captures nothing.", VERBS[verb])
            self.variables[manner.capture] = None
        rest = [word.text for word in words[1:]]
        match verb, rest:
            case "on", ["incident", kind]:
                if block is not None:
                    raise place.error(SYNTAX, f"A block stands inside the one of line {block.line}.", "Close that one with `end` first.")
                return OnIncident(place, kind, self.body(place))
            case "wait", _:
                return self.wait(words, place)
            case "ack", [_]:
                return Ack(place, words[1])
            case "deploy", [_]:
                return Deploy(place, words[1], manner)
            case "export", [_]:
                return Export(place, words[1])
            case "notebook", ["run", "all"]:
                return Notebook(place, None, manner)
            case "notebook", ["run", number] if number.isdecimal() and int(number) > 0:
                return Notebook(place, int(number), manner)
            case "decide", [project, "go" | "no-go" as what, "because", _, *_]:
                return Decide(place, project, what == "go", words[4:])
            case "predict", [question, choice]:
                return Predict(place, question, choice)
            case "answer", [question, choice]:
                return Answer(place, question, choice)
            case "hint", []:
                return Hint(place)
            case "note", _:
                return Note(place, words[1] if len(words) > 1 else None)
        raise self.not_so(verb, words, place)

    def not_so(self, verb: str, words: Sequence[Word], place: Place) -> ScriptError:
        written = " ".join(word.text for word in words)
        return place.error(SYNTAX, f"'{written}' is not how {verb} is written.", VERBS[verb])

    def body(self, place: Place) -> tuple[Statement, ...]:
        found: list[Statement] = []
        outside = dict(self.variables)
        while self.at < len(self.raw):
            words = self.raw[self.at].words
            if len(words) == 1 and words[0].is_bare("end"):
                self.at += 1
                # what a block captures exists only once a page came, so nothing outside may count on it
                self.variables = outside
                return tuple(found)
            found.append(self.next(place))
        raise place.error(SYNTAX, "The block is never closed.", "Write `end` on a line of its own after it.")

    def wait(self, words: tuple[Word, ...], place: Place) -> Statement:
        match [word.text for word in words[1:]]:
            case ["all"]:
                return WaitAll(place)
            case ["for", "incident"]:
                return WaitForIncident(place)
            case ["for", "end"]:
                return WaitForEnd(place)
            case ["for", kind, _, state]:
                return WaitFor(place, kind, words[3], state)
            case ["for", kind, _, state, "max", limit] if (seconds := duration(limit)) is not None:
                return WaitFor(place, kind, words[3], state, seconds)
            case ["until", "day", day, clock] if day.isdecimal() and int(day) > 0 and _CLOCK.fullmatch(clock):
                return WaitUntil(place, at(int(day), clock))
            case [span] if (seconds := duration(span)) is not None:
                return WaitSpan(place, seconds)
        raise self.not_so("wait", words, place)


_CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")
_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def duration(text: str) -> Seconds | None:
    """Return the seconds of `30m`, `2h`, `1d`, `90s` or `1h30m`; None where it is none."""
    match = _DURATION.fullmatch(text)
    if match is None or not text:
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return days * DAY + hours * HOUR + minutes * MINUTE + seconds
