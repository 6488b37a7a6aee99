"""The slices of a View as linear text."""

from __future__ import annotations

from cloudlab.dialects.templates.export import template_json, template_text
from cloudlab.dialects.templates.terraform import terraform_text
from cloudlab.lab.alarms import alarms_text
from cloudlab.lab.data_cards import card_text
from cloudlab.lab.losses import losses
from cloudlab.lab.patches import patches_text
from cloudlab.lab.plain_operations import board_text, page_text, pages_text
from cloudlab.lab.plain_plots import money_text, plots_text
from cloudlab.lab.plain_stacks import stacks_text, templates_text
from cloudlab.lab.plain_things import WAY, thing_text, way_text
from cloudlab.lab.quotas import quotas_text
from cloudlab.lab.session import Session
from cloudlab.lab.trail import trail_text
from cloudlab.lab.view.slices import Job, Node, Service, View
from cloudlab.model.money import format_usd
from cloudlab.model.time import span, stamp

LOOKS = (
    "map",
    "board",
    "goals",
    "pages",
    "jobs",
    "traffic",
    "plots",
    "team",
    "log",
    "money",
    "trail",
    "losses",
    "patches",
    "alarms",
    "data",
    "quotas",
    "template",
    "terraform",
    "templates",
    "stacks",
)


def look(view: View, what: str, session: Session) -> str:
    """Return one slice, a thing of the map or a way as text; an unknown word is answered with what can be looked at."""
    match what:
        case "status":
            return _status(view)
        case "map":
            return "\n".join(_tree(view.cloud))
        case "board":
            return board_text(view.board)
        case "goals":
            return "\n".join(f"[{'x' if g.met else ' '}] {g.text}: {g.evidence}" for g in view.goals)
        case "pages":
            return pages_text(view)
        case "jobs":
            return "\n".join(_job(view)) or "No training yet."
        case "traffic" | "plots requests":
            return "\n".join(line for s in view.services for line in _traffic(s))
        case "team":
            return "\n".join(_team(view))
        case "log":
            return "\n".join(f"[{stamp(line.at)}] {line.text}" for line in view.log[-30:]) or "Nothing has happened yet."
        case "money" | "plots bill":
            return money_text(view.money)
        case "patches":
            return patches_text(session.world, session.level.scenario)
        case "alarms":
            return alarms_text(session.world)
        case "trail":
            return trail_text(session)
        case "losses":
            return "\n".join(losses(session.world, session.level.scenario)) or "Nothing stands anywhere yet, so nothing can be lost."
        case "templates":
            return templates_text()
        case "stacks":
            return stacks_text(session.world)
        case "data":
            return "\n\n".join(card_text(session.level.scenario.cards[key]) for key in session.level.file.data)
        case "quotas":
            return quotas_text(session.world, session.level.scenario)
        case _ if what.startswith("quotas "):
            return quotas_text(session.world, session.level.scenario, what.removeprefix("quotas ").strip())
        case "template":
            return template_text(session.world)
        case "template json":
            return template_json(session.world)
        case "terraform":
            return terraform_text(session.world)
        case "plots":
            return plots_text(view.series)
        case _ if what.startswith("plots "):
            return plots_text(view.series, what.removeprefix("plots ").strip())
        case _ if what.startswith("board "):
            return board_text(view.board, what.removeprefix("board ").strip())
        case _ if what.startswith("page "):
            return page_text(view, what.removeprefix("page ").strip(), session)
        case _ if what == "way" or what.startswith("way "):
            return way_text(view, what.removeprefix("way").strip(), session)
    no_view = f"There is no view called '{what}'. Look at: status, {', '.join(LOOKS)}; a thing of the map by its id; or `{WAY}`."
    return thing_text(view, what, session) or no_view


def _status(view: View) -> str:
    s = view.status
    lines = [
        f"{s.title}, {s.mood} mood. It is {s.clock}; the run ends {stamp(s.ends)}.",
        f"{format_usd(s.spent_micros)} of {format_usd(s.budget_micros)} spent, {format_usd(s.hourly_micros, 4)} an hour runs up by itself.",
    ]
    for service in view.services:
        age = "" if service.as_of == s.now else f" (as of {stamp(service.as_of)}, {span(s.now - service.as_of)} ago)"
        because = f": {service.because}" if service.because else ""
        lines.append(f"{service.title}: {service.state}{because}{age}. Answers worth {format_usd(service.value_micros)} so far.")
    lines += _team(view)
    open_pages = [p for p in view.pages if p.state in ("open", "damage")]
    lines.append(
        f"{len(open_pages)} open page{'s' * (len(open_pages) != 1)}; {sum(g.met for g in view.goals)} of {len(view.goals)} goals met."
    )
    return "\n".join(lines)


def _tree(node: Node, depth: int = 0) -> list[str]:
    age = f" (seen {span(node.age)} ago)" if node.age else ""
    state = f" [{node.state}]" if node.state else ""
    detail = f" - {node.detail}" if node.detail else ""
    ident = f" ({node.id})" if node.id not in (node.name, "") and "/" not in node.id and node.kind != "account" else ""
    lines = [f"{'  ' * depth}{node.kind} {node.name}{ident}{state}{detail}{age}"]
    for child in node.children:
        lines += _tree(child, depth + 1)
    return lines


def _job(view: View) -> list[str]:
    lines = []
    for job in view.jobs:
        metrics = ", ".join(f"{name} {value / 1_000_000:.4f}" for name, value in job.metrics)
        more = "".join(f". {part}" for part in (metrics, job.failure, job.help) if part)
        lines.append(f"{job.name} ({job.container} on {job.where}): {job.status}, {job.phase}{more}")
        lines.append(f"  modelled: {_modelled(job)}")
        if job.cancel:
            lines.append(f"  to stop it: `{job.cancel}`")
    return lines


def _modelled(job: Job) -> str:
    """Say what the clock and the bill go by."""
    parts = [f"asked for {stamp(job.created)}"]
    if job.modelled_start is not None:
        parts.append(f"{'trains since' if job.modelled_end is None else 'trained from'} {stamp(job.modelled_start)}")
    if job.modelled_end is not None:
        parts.append(f"ended {stamp(job.modelled_end)}")
    if job.machine:
        parts.append(f"{job.machine} at {format_usd(job.hourly_micros, 4)} an hour")
    if job.cost_micros is not None:
        parts.append(f"cost {format_usd(job.cost_micros, 4)}")
    if job.rounds is not None:
        parts.append(f"{job.rounds} rounds")
    return ", ".join(parts)


def _traffic(service: Service) -> list[str]:
    lines = [f"{service.title}, as of {stamp(service.as_of)}: {service.served:,} of {service.offered:,} answered, {service.slow:,} slow"]
    if service.served:
        lines.append(f"  right answers: {service.right:,} of {service.served:,} ({service.right * 1000 // service.served / 10:.1f} %)")
    lines += [f"  failed, {cause}: {count:,}" for cause, count in service.failed]
    lines += [
        f"  {stamp(start)}: {good:,} answered, {slow:,} slow, {failed:,} failed, worth {format_usd(value)}"
        for start, good, slow, failed, value in service.hours[-12:]
    ]
    return lines


def _team(view: View) -> list[str]:
    lines = []
    for worker in view.team:
        doing = f"{worker.doing}, until {stamp(worker.until)}" if worker.until is not None else "free"
        queued = f", {worker.queued} more queued" if worker.queued else ""
        lines.append(f"{worker.name} ({worker.title}; {', '.join(worker.expertise)}): {doing}{queued}")
    return lines
