"""Systems Manager's documents as the faces tell them: what may be filled in where one is run, and a page on each."""

from __future__ import annotations

from collections.abc import Iterator

from cloudlab.engine.documents import TABLE, Document, Parameter

_USUAL = {"HyperParameters": ("num_round=150", "objective=binary:logistic", "eta=0.1", "max_depth=5", "eval_metric=auc")}
"""Usual values of a parameter that takes anything, by its name."""


def named(word: str) -> Document | None:
    """Return the document a word names, in whatever case, with or without the part before its dash."""
    low = word.lower()
    return next((d for d in TABLE if low in (d.name.lower(), d.name.partition("-")[2].lower())), None)


def names(document: str) -> Iterator[tuple[str, str]]:
    """Yield the parameters of a document and what each means."""
    found = named(document)
    yield from ((p.name, _told(p)) for p in (found.parameters if found is not None else ()))


def values(document: str, parameter: str) -> Iterator[tuple[str, str]]:
    """Yield what a parameter may be, as far as the document names it."""
    found = named(document)
    for each in found.parameters if found is not None else ():
        if each.name == parameter:
            yield from ((text, "") for text in dict.fromkeys((*each.choices, *_USUAL.get(parameter, ()), *(each.default or ()))))


def listed() -> list[str]:
    """Return a line for each document there is."""
    widest = max(len(d.name) for d in TABLE)
    return [f"  {d.name:<{widest}}  {d.gloss}" for d in TABLE]


def page(document: Document) -> str:
    """Return all there is to say about a document."""
    lines = [document.name, f"  {document.gloss}", ""]
    needed = [f"{p.name}={p.choices[0] if p.choices else '...'}" for p in document.parameters if p.default is None]
    given = f" --parameters {','.join(needed)}" if needed else ""
    lines.append(f"e.g.   ssm send-command --document-name {document.name} --instance-ids i-1a2b{given}")
    if document.parameters:
        widest = max(len(p.name) for p in document.parameters)
        lines += ["", "parameters", *(f"  {p.name:<{widest}}  {_told(p)}" for p in document.parameters)]
    return "\n".join(lines) + "\n"


def _told(parameter: Parameter) -> str:
    choices = f"{' or '.join(parameter.choices)}: " if parameter.choices else ""
    if parameter.default is None:
        return f"{choices}{parameter.meaning}; required"
    return f"{choices}{parameter.meaning}; {f'otherwise {parameter.default[0]}' if parameter.default else 'may be left out'}"
