"""Completion for the terminal pane: what could stand at the cursor, and which part of the text it would replace."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cloudlab.commands.base import Command
from cloudlab.commands.cli import negative
from cloudlab.commands.registry import COMMANDS
from cloudlab.commands.shapes import Listing, Record, Shape, Text, scalar
from cloudlab.dialects import aws_cli
from cloudlab.dialects.aws_cli import GENERIC, NamedFlag
from cloudlab.dialects.errors import LineError
from cloudlab.dialects.known import Candidate, Completion, Known, KnownThings, Pairs
from cloudlab.dialects.output import FORMATS
from cloudlab.dialects.render import quoted
from cloudlab.dialects.script import VERBS
from cloudlab.dialects.tokens import Word, statements
from cloudlab.dialects.usage import takes, without_prefix
from cloudlab.model.ids import REGION

__all__ = ["Candidate", "Completion", "Known", "KnownThings", "Pairs", "complete"]


def complete(text: str, cursor: int, known: Known) -> Completion:
    """Return what could stand at `cursor`, likeliest first."""
    before = next((s for s in reversed(statements(text[:cursor], forgiving=True, verbatim=("note",)))), None)
    if before is None or "\n" in text[before.end : cursor]:
        return _chosen("", cursor, cursor, _openings())
    if before.comment is not None or (before.words and before.words[0].is_bare("note")):
        return Completion(cursor, cursor, ())
    touching = bool(before.words) and before.words[-1].end == cursor
    word = before.words[-1] if touching else Word(("",), cursor, cursor)
    previous = before.words[:-1] if touching else before.words
    end = _word_end(text, word, cursor)
    later = [w.text for s in statements(text[end:], forgiving=True)[:1] for w in s.words]
    if word.text.startswith("$") and not (previous and previous[-1].is_bare("->")):
        return _chosen(word.text, word.start, end, _variables(known))
    return _at(word, previous, later, end, known)


def _word_end(text: str, word: Word, cursor: int) -> int:
    """Return where the word under the cursor ends in the whole text."""
    if word.quoted:
        return cursor
    end = cursor
    while end < len(text) and not text[end].isspace():
        end += 1
    return end if word.start < cursor else cursor


def _at(word: Word, previous: tuple[Word, ...], later: list[str], end: int, known: Known) -> Completion:
    typed = word.text
    if previous and previous[-1].is_bare("as") and len(without_prefix(previous)) == 0:
        return _chosen(typed, word.start, end, [Candidate(name, title, "person") for name, title in known.people()])
    words = without_prefix(previous)
    if previous and previous[-1].is_bare("!") and not words:
        return Completion(word.start, end, ())
    if words and words[0].text == "aws":
        words = words[1:]
        if not words:
            return _chosen(typed, word.start, end, _services())
    if not words:
        return _chosen(typed, word.start, end, _openings())
    if words[-1].is_bare("->"):
        names = [Candidate(f"${name}", f"now {value}", "variable") for name, value in known.variables()]
        return _chosen(typed, word.start, end, [*_new_names(words), *names])
    if words[0].text in VERBS:
        return _chosen(typed, word.start, end, _script_words([w.text for w in words], known))
    if len(words) == 1:
        verbs = [Candidate(verb, COMMANDS[words[0].text, verb].gloss, "verb") for verb in aws_cli.verbs(words[0].text)]
        return _chosen(typed, word.start, end, verbs)
    try:
        command, rest = aws_cli.resolve(words)
    except LineError:
        return Completion(word.start, end, ())
    return _in_command(command, rest, word, later, end, known)


def _in_command(command: type[Command], rest: Sequence[Word], word: Word, later: list[str], end: int, known: Known) -> Completion:
    typed, start = word.text, word.start
    flag, count = _open_flag(command, rest)
    values: list[Candidate] = []
    if flag is not None and not (typed.startswith("--") and not word.quoted):
        inside = _inside_shorthand(flag, typed, known)
        if inside is not None:
            at, values = inside
            return _chosen(typed[at:], start + at, end, values)
        if not flag.is_switch and (count == 0 or _many(flag)):
            values = _values(flag, known)
            if count == 0:
                return _chosen(typed, start, end, [*values, *(() if flag.name in GENERIC else _variables(known))])
    used = {name for w in rest if aws_cli.is_flag(w) and (name := _name(command, w))}
    used |= {w.removeprefix("--") for w in later if w.startswith("--")}
    return _chosen(typed, start, end, [*values, *(_flags(command, used, typed)), *_tail(command, typed)])


def _open_flag(command: type[Command], rest: Sequence[Word]) -> tuple[NamedFlag | None, int]:
    """Return the flag the cursor's word could be a value of, and how many values it has already."""
    for index in range(len(rest) - 1, -1, -1):
        if aws_cli.is_flag(rest[index]):
            try:
                return aws_cli.flag_named(command, rest[index])[0], len(rest) - 1 - index
            except LineError:
                return None, 0
    return None, 0


def _name(command: type[Command], word: Word) -> str:
    try:
        return aws_cli.flag_named(command, word)[0].name
    except LineError:
        return ""


def _many(flag: NamedFlag) -> bool:
    return flag.parameter is not None and isinstance(flag.parameter.shape, Listing)


def _openings() -> list[Candidate]:
    words = [Candidate(verb, usage, "word") for verb, usage in VERBS.items()]
    return [
        *_services(),
        *words,
        Candidate("as", "give the order to one person: as PERSON ec2 ...", "word"),
        *(Candidate(c.title(), c.gloss, "verb") for c in COMMANDS.values()),
    ]


def _services() -> list[Candidate]:
    return [Candidate(service, f"{len(aws_cli.verbs(service))} commands", "service") for service in aws_cli.services()]


def _variables(known: Known) -> list[Candidate]:
    return [Candidate(f"${name}", value, "variable") for name, value in known.variables()]


def _new_names(words: Sequence[Word]) -> list[Candidate]:
    """Suggest a variable's name after what the command makes: create-security-group -> `$security_group`."""
    if len(words) < 2:
        return []
    noun = words[1].text.partition("-")[2].replace("-", "_")
    return [Candidate(f"${noun}", "what the command returns", "variable")] if noun else []


def _flags(command: type[Command], used: set[str], typed: str) -> list[Candidate]:
    """Return the flags not used yet, required ones first; of switches also the form that is useful, typed, or has its own name."""
    found = []
    for flag in (*aws_cli.flags_of(command).values(), *(NamedFlag(name) for name in GENERIC)):
        if flag.name in used or (flag.name in GENERIC and not typed.startswith("--")):
            continue
        note = "required" if flag.required else ""
        meaning = ", ".join(filter(None, [note, flag.meaning or takes(flag)]))
        on = flag.is_switch and flag.parameter is not None and flag.parameter.default is True
        off = negative(flag.name)
        if not on:
            found.append(Candidate(f"--{flag.name}", meaning, "flag"))
        if flag.is_switch and (on or typed.startswith("--no") or not off.startswith("no-")):
            found.append(Candidate(f"--{off}", meaning, "flag"))
    return found


def _tail(command: type[Command], typed: str) -> list[Candidate]:
    """Return what may close a line."""
    if typed.startswith("--"):
        return []
    arrow = [Candidate("->", "capture what it returns in a variable", "word")] if command.returns else []
    return [*arrow, Candidate("&", "don't wait for the work to be done", "word")]


def _values(flag: NamedFlag, known: Known) -> list[Candidate]:
    if flag.extra is not None:
        pairs = [*known.resources(flag.extra.ref)] if flag.extra.ref else [(choice, "") for choice in flag.extra.choices]
        if not pairs and flag.extra.example:
            pairs = [(flag.extra.example, flag.extra.meaning)]
        return [Candidate(quoted(value), label, "value") for value, label in pairs]
    if flag.parameter is None:
        fixed: dict[str, Sequence[str]] = {"output": FORMATS, "region": (REGION,)}
        return [Candidate(value, "", "value") for value in fixed.get(flag.name, ())]
    return [Candidate(quoted(value), label, "value") for value, label in _offers(flag.parameter.shape, known)]


def _offers(shape: Shape, known: Known) -> list[tuple[str, str]]:
    inner = scalar(shape)
    if not isinstance(inner, Text):
        return []
    if inner.ref:
        return list(known.resources(inner.ref))
    return list(known.catalogue(inner.group)) if inner.group else [(choice, "") for choice in inner.choices]


_SHORTHAND = re.compile(r"(?P<key>[A-Za-z0-9_.:\-]+)=|(?P<open>[\[{])|(?P<close>[\]}])|(?P<comma>,)")


def _inside_shorthand(flag: NamedFlag, typed: str, known: Known) -> tuple[int, list[Candidate]] | None:
    """Return members or values that fit into `Key=Value,...` at its end, and where in the word they start; None for other words."""
    shape = scalar(flag.parameter.shape) if flag.parameter is not None else None
    if not isinstance(shape, Record) or typed.lstrip().startswith(("{", "[")):
        return None
    stack: list[Shape] = [shape]
    member: Shape | None = None
    at = 0
    used: list[set[str]] = [set()]
    for match in _SHORTHAND.finditer(typed):
        here = stack[-1]
        if match["key"] and isinstance(here, Record):
            member = next((m.shape for m in here.members if m.name == match["key"]), None)
            used[-1].add(match["key"])
            at = match.end()
        elif match["open"]:
            opened = member if isinstance(here, Record) else here.member if isinstance(here, Listing) else None
            if opened is None:
                return len(typed), []
            if match["open"] == "{" and isinstance(opened, Listing):
                opened = opened.member
            stack.append(opened)
            used.append(set())
            member = opened.member if isinstance(opened, Listing) else None
            at = match.end()
        elif match["close"] and len(stack) > 1:
            stack.pop()
            used.pop()
            at = match.end()
        elif match["comma"]:
            member = None if isinstance(stack[-1], Record) else member
            at = match.end()
    if member is not None and (offers := _offers(member, known)):
        return at, [Candidate(value, label, "value", complete=False) for value, label in offers]
    if isinstance(stack[-1], Record) and member is None:
        names = [m for m in stack[-1].members if m.name not in used[-1]]
        return at, [Candidate(f"{m.name}=", "required" if m.required else m.meaning, "value", complete=False) for m in names]
    return at, []


def _script_words(words: list[str], known: Known) -> list[Candidate]:
    """Return what may follow in a verb of the script grammar."""
    offers: list[tuple[str, str]] = []
    match words:
        case ["wait"]:
            offers = [
                ("30m", "a span: s, m, h, d"),
                ("until", "until day 2 09:00"),
                ("for", "for KIND ID STATE, incident or end"),
                ("all", "every order given with &"),
            ]
        case ["wait", "until"]:
            offers = [("day", "day 2 09:00")]
        case ["wait", "for"]:
            offers = [("incident", "the next page"), ("end", "the end of the run"), *known.catalogue("kind")]
        case ["wait", "for", "incident" | "end"]:
            pass
        case ["wait", "for", kind]:
            offers = [*known.resources(kind), *((f"${name}", value) for name, value in known.variables())]
        case ["wait", "for", kind, _]:
            offers = list(known.catalogue(f"{kind}-state"))
        case ["wait", "for", _, _, _]:
            offers = [("max", "give up after: max 2h")]
        case ["on"]:
            offers = [("incident", "on incident KIND ... end")]
        case ["on", "incident"]:
            offers = list(known.catalogue("incident-kind"))
        case ["ack"]:
            offers = list(known.resources("incident"))
        case ["deploy"]:
            offers = list(known.catalogue("template"))
        case ["notebook"]:
            offers = [("run", "notebook run N|all")]
        case ["notebook", "run"]:
            offers = [("all", "every cell")]
        case ["decide"]:
            offers = list(known.catalogue("project"))
        case ["decide", _]:
            offers = [("go", ""), ("no-go", "")]
        case ["decide", _, _]:
            offers = [("because", "the job that shows it")]
        case ["decide", _, _, _]:
            offers = list(known.resources("training_job"))
        case ["predict"]:
            offers = list(known.catalogue("prediction"))
        case ["predict", question]:
            offers = list(known.catalogue(f"prediction:{question}"))
        case ["answer"]:
            offers = list(known.catalogue("question"))
        case ["answer", question]:
            offers = list(known.catalogue(f"question:{question}"))
    return [Candidate(text, label, "variable" if text.startswith("$") else "word") for text, label in offers]


def _chosen(typed: str, start: int, end: int, candidates: Iterable[Candidate]) -> Completion:
    """Return the candidates that begin with what was typed; failing these, those that hold it, in themselves or their label."""
    every = list({c.text: c for c in reversed(list(candidates))}.values())[::-1]
    if not typed:
        return Completion(start, end, tuple(c for c in every if " " not in c.text or c.kind != "verb"))
    bare = typed.lower().strip("'\"")
    opening = [c for c in every if c.text.lower().strip("'\"").startswith(bare) and (" " not in c.text or c.kind != "verb")]
    holding = [c for c in every if c not in opening and len(bare) > 1 and (_holds(c, bare) or _labelled(c, bare))]
    return Completion(start, end, tuple(opening + holding))


def _holds(candidate: Candidate, bare: str) -> bool:
    """Is it in the text; of a whole `service verb`, does the verb begin with it?"""
    if candidate.kind == "verb" and " " in candidate.text:
        return candidate.text.partition(" ")[2].startswith(bare)
    return bare in candidate.text.lower()


def _labelled(candidate: Candidate, bare: str) -> bool:
    return candidate.kind == "value" and bare in candidate.meaning.lower()
