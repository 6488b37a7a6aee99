"""Things: all there is on the map, one module per noun; importing this registers them.

How a new kind (a NAT gateway, a database) comes to the screens and to the plain face:

1. In the module of its noun (or a new one, imported below) write `@stands("nat-gateway", NatGateway)` over a function that yields
   `(place, Node)` for each one the team knows of. `place` is what it stands in: `("vpc", id)`, `("zone", zone_id(vpc, name))`,
   `("subnet", id)`, `("instance", id)`, any other thing's kind and id, or `REGION_WIDE`. Nesting, folding, cursor, trace and the
   plain map follow from that. State is a word and a tone (ok, wait, bad, off, plain). `column=True` puts it on the responsibility
   board; its duties come from `SERVICE_OF` in engine/rules/responsibility.py. What hides from the team goes through `known`.
2. In app/drawing/cloud.py give it one row of `LOOKS`: which drawing, its word, and whether it stands at the VPC's edge, above the
   zones. `draw_row` (one line), `draw_block` (two lines, fits narrow zones) and `draw_box` (a frame) draw what is inside it, too.
3. `@facts(NatGateway)`: what Enter tells of it; without it, the fields of its record. `@offers(NatGateway)`: what may be done with
   it, as aws lines; the engine previews each and says why not. Without it, nothing is offered.

Siblings stand in the order of the imports below, and within a module in the order of their `@stands`.
"""

from cloudlab.lab.view.things import routing  # isort: skip
from cloudlab.lab.view.things import filters  # isort: skip
from cloudlab.lab.view.things import network  # isort: skip
from cloudlab.lab.view.things import balancing  # isort: skip
from cloudlab.lab.view.things import fleet  # isort: skip
from cloudlab.lab.view.things import compute  # isort: skip
from cloudlab.lab.view.things import volumes  # isort: skip
from cloudlab.lab.view.things import egress  # isort: skip
from cloudlab.lab.view.things import databases  # isort: skip
from cloudlab.lab.view.things import learning  # isort: skip
from cloudlab.lab.view.things import storage  # isort: skip
from cloudlab.lab.view.things import identity  # isort: skip
from cloudlab.lab.view.things import watching  # isort: skip
from cloudlab.lab.view.things.registry import COLUMNS, FACTS, FINDS, KINDS, NODES, OFFERS

__all__ = [
    "COLUMNS",
    "FACTS",
    "FINDS",
    "KINDS",
    "NODES",
    "OFFERS",
    "balancing",
    "compute",
    "databases",
    "egress",
    "filters",
    "fleet",
    "identity",
    "learning",
    "network",
    "routing",
    "storage",
    "volumes",
    "watching",
]
