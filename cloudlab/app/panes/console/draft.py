"""A draft: a form as far as it is filled in, with the two rows that are no parameters - who does it, and what keeps the new id."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from cloudlab.lab.forms import Form, Row, form_of

PERSON, KEEP = ("@person",), ("@keep",)
"""Paths of the two rows."""


@dataclass(frozen=True)
class Draft:
    """Immutable: filling a row in gives another draft."""

    form: Form
    beside: dict[tuple[str, ...], str] = field(default_factory=dict)
    """What is filled in that is no parameter, by path."""

    @property
    def key(self) -> tuple[str, str]:
        return self.form.command.service, self.form.command.verb()

    @property
    def statement(self) -> str:
        """The line as it would be entered."""
        return self.form.statement(self.beside.get(PERSON, ""), self.beside.get(KEEP, ""))

    def rows(self) -> tuple[Row, ...]:
        """Return the form's rows, and below them who does it and what keeps the new id."""
        about = "a name, to say $name later"
        person = Row(
            PERSON, 0, "who does it", "text", self.beside.get(PERSON, ""), help="who is free, and whose field it is", default="the first"
        )
        kept = Row(KEEP, 0, "keep the id in $", "text", self.beside.get(KEEP, ""), help=about, default="not kept")
        return (*self.form.rows(), person, *((kept,) if self.form.command.returns else ()))

    def put(self, row: Row, text: str) -> Draft:
        """Fill a row in; an empty text empties it."""
        if row.path not in (PERSON, KEEP):
            return replace(self, form=self.form.put(row.path, text))
        kept = {path: value for path, value in self.beside.items() if path != row.path}
        return replace(self, beside={**kept, row.path: text} if text else kept)

    def toggle(self, row: Row) -> Draft:
        return replace(self, form=self.form.toggle(row.path))

    def add(self, row: Row) -> Draft:
        return replace(self, form=self.form.add(row.path))

    def remove(self, row: Row) -> Draft:
        return replace(self, form=self.form.remove(row.path))


def empty_draft(service: str, verb: str) -> Draft:
    return Draft(form_of(service, verb))
