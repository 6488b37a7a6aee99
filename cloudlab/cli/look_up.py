"""`cloudlab facts`, `commands` and `data`: what the game takes to be so, what may be said in it, and what its data stands for."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cloudlab.cli.ending import guarded

if TYPE_CHECKING:
    from collections.abc import Callable

    from cloudlab.cli.arguments import Words


def declare(commands: Words) -> None:
    _declare(commands, "facts", "show what the game takes to be so, with sources", _facts)
    _declare(commands, "commands", "show the commands one can give in the game", _commands)
    _declare(commands, "data", "show the data cards: what a set is, stands for and is worth", _data)


def _declare(commands: Words, name: str, told: str, found: Callable[[str, bool], str]) -> None:
    """Declare a command that prints what a word finds, or everything."""

    def show(chosen: argparse.Namespace) -> int:
        def printed() -> int:
            print(found(chosen.word, chosen.json).rstrip("\n"))
            return 0

        return guarded(printed)

    parser = commands.add_parser(name, help=told)
    parser.add_argument("word", nargs="?", default="", metavar="WORD")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(run=show)


def _facts(word: str, as_json: bool) -> str:
    from cloudlab import paths
    from cloudlab.lab.facts import facts_json, facts_text
    from cloudlab.levels.catalogue import load_catalogue

    catalogue = load_catalogue(paths.assets_dir())
    return facts_json(catalogue, word) if as_json else facts_text(catalogue, word)


def _commands(word: str, as_json: bool) -> str:
    from cloudlab.lab import reference

    return reference.as_json(word or None) if as_json else reference.as_text(word or None)


def _data(word: str, as_json: bool) -> str:
    from cloudlab import paths
    from cloudlab.lab.data_cards import cards_json, cards_text
    from cloudlab.levels.cards import load_cards

    cards = load_cards(paths.assets_dir() / "data")
    return cards_json(cards, word) if as_json else cards_text(cards, word)
