"""What the console tells the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from cloudlab.lab.forms import Form, Row


class FormEdited(Message):
    """The form says another line; an empty one while no command is picked."""

    def __init__(self, statement: str) -> None:
        super().__init__()
        self.statement = statement


class OffersWanted(Message):
    """Offers for a row are wanted."""

    def __init__(self, form: Form, row: Row) -> None:
        super().__init__()
        self.form = form
        self.row = row


class FormSubmitted(Message):
    """The form is to be done, as a typed line is."""

    def __init__(self, statement: str) -> None:
        super().__init__()
        self.statement = statement


class LineSent(Message):
    """The line is to be put into the terminal."""

    def __init__(self, statement: str) -> None:
        super().__init__()
        self.statement = statement


class ConsoleLeft(Message):
    """Escape where nothing is open: the keyboard goes elsewhere."""
