"""Things and ways as linear text: what the map's sheets say of one thing, and a way hop by hop to where it stops."""

from __future__ import annotations

from collections.abc import Iterator

from cloudlab.lab.actions import Action, actions
from cloudlab.lab.inspecting import inspect
from cloudlab.lab.session import Session
from cloudlab.lab.tracing import goals, trace
from cloudlab.lab.view.slices import Node, View
from cloudlab.model.money import format_usd
from cloudlab.model.time import span

WAY = "look way FROM TO [PORT]"


def thing_text(view: View, word: str, session: Session) -> str:
    """Return what is known of a thing of the map and what may be done with it now; empty where no thing is called so.

    `word` is an id, the beginning of one, or a name; where more than one thing is meant, it says which.
    """
    found = list(_named(view, word))
    if len({node.key for node in found}) > 1:
        return f"'{word}' may be: " + ", ".join(f"{node.id} ({node.kind})" for node in found[:8]) + "."
    seen = inspect(session, found[0].id, found[0].kind) if found else None
    if seen is None:
        return ""
    age = [f"as seen {span(seen.age)} ago; it may be otherwise by now"] if seen.age >= 60 else []
    lines = [" ".join(dict.fromkeys((seen.kind, seen.name, seen.id))), *age]
    for section in seen.sections:
        lines.append(f"{section.title}:")
        lines += [f"  {label}: {text}" for label, text in section.rows]
    offered = actions(session, seen.id, seen.kind)
    return "\n".join([*lines, *(["what you can do with it:"] if offered else []), *(_action(each) for each in offered)])


def _named(view: View, word: str) -> Iterator[Node]:
    """Yield the things a word may mean: those called exactly so, else those whose id begins so."""
    things = list(_walk(view.cloud))
    exact = [n for n in things if word in (n.id, n.name, n.key)]
    yield from exact or (n for n in things if len(word) > 3 and n.id.startswith(word))


def _walk(node: Node) -> Iterator[Node]:
    for child in node.children:
        yield child
        yield from _walk(child)


def _action(action: Action) -> str:
    if not action.enabled:
        return f"  {action.title}: not now. {action.reason}"
    costs = [span(action.effort)] if action.effort else []
    costs += [format_usd(action.price)] if action.price else []
    costs += [f"{format_usd(action.hourly, 4)} an hour"] if action.hourly else []
    told = f" ({', '.join(costs)})" if costs else "" if action.whole else " (you complete it)"
    return f"  {action.title}: `{action.line.rstrip()}`{told}"


def way_text(view: View, words: str, session: Session) -> str:
    """Return the hops from one end to a TCP port of another: where the way stops, what a caller notices, what would mend it."""
    parts = words.split()
    leads = goals(session.world, session.level.scenario)
    known = {end.id: end.label for end in (*leads, *(end for found in leads.values() for end, _ in found))}
    told = ", ".join(label if key == label else f"{label} ({key})" for key, label in known.items())
    if not 2 <= len(parts) <= 3 or (len(parts) == 3 and not parts[2].isdigit()):
        return f"Write it as `{WAY}`. Ends: {told}."
    chosen = []
    for word in parts[:2]:
        found = [key for key in known if key in (word, *(n.id for n in _named(view, word)))]
        if len(found) != 1:
            return f"'{word}' is no end of a way. Ends: {told}."
        chosen.append(found[0])
    source, target = chosen
    if source == target:
        return "A way leads from one end to another."
    called = {goal.id: port for end, found in leads.items() if end.id == source for goal, port in reversed(found)}
    if target not in called:
        return f"No way leads from {known[source]} to {known[target]}: databases and services call nobody, and only machines call them."
    port = int(parts[2]) if len(parts) == 3 else called[target]
    way = trace(session.world, source, target, port)
    lines = [f"{known[source]} -> {known[target]}, tcp/{port}"]
    lines += [f"  {i} [{'ok' if hop.ok else 'STOPS'}] {hop.label}: {hop.text}" for i, hop in enumerate(way.hops, 1)]
    return "\n".join([*lines, "Open all the way, and back." if way.ok else f"Blocked there. {way.noticed}. {way.hint}"])
