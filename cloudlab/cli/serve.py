"""`cloudlab serve`: the same game in a browser."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from cloudlab.cli.ending import fail

if TYPE_CHECKING:
    from cloudlab.cli.arguments import Words


def declare(commands: Words) -> None:
    serve = commands.add_parser("serve", help="the same game in a browser", description="Let browsers play the game this machine runs.")
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen at (default: 127.0.0.1, this machine only)")
    serve.add_argument("--port", type=int, default=8765, help="default: 8765; 0 takes any free one")
    serve.add_argument("--open", action="store_true", help="open the page in this machine's browser")
    serve.add_argument("--code", help="a code players need; without one, others' machines get one made up and this machine needs none")
    serve.add_argument(
        "--public-url",
        action="append",
        default=[],
        metavar="URL",
        help="the address at which a proxy in front shows the game, as in https://lab.example.org; may be given more than once",
    )
    serve.add_argument("--max-sessions", type=int, default=8, metavar="N", help="how many may play at the same time (default: 8)")
    serve.set_defaults(run=_serve)


def _serve(chosen: argparse.Namespace) -> int:
    from cloudlab.gateway.main import CannotServe, Serving, run_gateway

    serving = Serving(chosen.host, chosen.port, chosen.code, chosen.max_sessions, chosen.open, tuple(chosen.public_url))
    try:
        return run_gateway(serving, lambda line: print(line, flush=True))
    except CannotServe as error:
        return fail(str(error))
