"""Errors whose text is for the player: what a face shows as a sentence, where anything else is a bug."""

from __future__ import annotations

from cloudlab.dialects.script import ScriptError
from cloudlab.journal.error import JournalError
from cloudlab.lab.saves import SaveError
from cloudlab.lab.work import WorkFailed
from cloudlab.levels.error import LevelError

TELLABLE = (LevelError, JournalError, SaveError, ScriptError, WorkFailed)
