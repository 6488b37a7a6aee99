"""People at work: an order is checked, keeps its person busy for its effort, and is checked again when it takes effect."""

from __future__ import annotations

from dataclasses import replace

from cloudlab.commands.base import Command
from cloudlab.engine.kernel import Context, Events, Refused, decided, evolves, fires
from cloudlab.engine.rules.effort import attended, is_paged, people_cost
from cloudlab.model.events import Event
from cloudlab.model.events.work import OrderCancelled, OrderFinished, OrderQueued, OrderRefused, WorkFinished, WorkStarted
from cloudlab.model.people import Order, Person, Toil
from cloudlab.model.world import Timer, World


def give(ctx: Context, person: Person, command: Command) -> Events:
    """Give `command` to `person`: started at once when their hands are free, else queued. Refused as the service refuses."""
    order = Order(ctx.origin, person.id, command)
    if person.current is not None or person.queue:
        return (OrderQueued(order),)
    return start(ctx, person, order)


def start(ctx: Context, person: Person, order: Order) -> Events:
    """Check the order against the World as it is and begin the work."""
    decided(ctx.of(order.id), order.command)
    return (WorkStarted(plan(ctx, person, order)),)


def plan(ctx: Context, person: Person, order: Order) -> Order:
    """Lay the order's effort into the calendar from now on."""
    effort = attended(ctx.scenario.catalogue, person, order.command)
    due, outside = ctx.scenario.calendar.finish(ctx.now, effort, overtime=is_paged(ctx.world))
    return Order(order.id, order.person, order.command, ctx.now, due, effort, outside)


def take_back(ctx: Context, order_id: str) -> Events:
    """Cancel an order that is queued or being worked on; the hours already worked stay on the ledger."""
    for person in ctx.world.every(Person):
        for queued in person.queue:
            if queued.id == order_id:
                return (OrderCancelled(queued, 0, 0, 0),)
        current = person.current
        if current is not None and current.id == order_id:
            assert current.started is not None
            calendar = ctx.scenario.calendar
            worked = _worked(ctx, current)
            outside = calendar.finish(current.started, worked, overtime=True)[1] if current.outside else 0
            cost = people_cost(ctx.scenario.catalogue, person, worked, outside)
            return (OrderCancelled(current, worked, outside, cost),)
    return ()


def _worked(ctx: Context, order: Order) -> int:
    """Return the attended seconds already put into an order: the longest effort that would be finished by now."""
    assert order.started is not None
    low, high = 0, order.effort
    while low < high:
        middle = (low + high + 1) // 2
        if ctx.scenario.calendar.finish(order.started, middle, overtime=order.outside > 0)[0] <= ctx.now:
            low = middle
        else:
            high = middle - 1
    return low


@fires("work")
def fire_work(ctx: Context, timer: Timer) -> Events:
    """The work of a person's current order is done: book the hours, then let the command take effect, checked again."""
    person = ctx.world.get(Person, timer.target)
    order = person.current
    assert order is not None
    cost = people_cost(ctx.scenario.catalogue, person, order.effort, order.outside)
    events: list[Event] = [WorkFinished(order, order.command.effort_key, cost)]
    try:
        events += decided(ctx.of(order.id), order.command)
        events.append(OrderFinished(order))
    except Refused as no:
        events.append(OrderRefused(order, no.refusal))
    return events


@fires("next-order")
def fire_next_order(ctx: Context, timer: Timer) -> Events:
    """The person turns to the next queued order, which is checked now."""
    person = ctx.world.get(Person, timer.target)
    if person.current is not None or not person.queue:
        return ()
    order = person.queue[0]
    try:
        return start(ctx, person, order)
    except Refused as no:
        return (OrderRefused(order, no.refusal),)


@evolves(OrderQueued)
def evolve_order_queued(world: World, event: OrderQueued) -> World:
    person = world.get(Person, event.order.person)
    return world.put(replace(person, queue=(*person.queue, event.order)))


@evolves(WorkStarted)
def evolve_work_started(world: World, event: WorkStarted) -> World:
    order = event.order
    assert order.due is not None
    person = world.get(Person, order.person)
    queue = tuple(o for o in person.queue if o.id != order.id)
    return world.put(replace(person, current=order, queue=queue)).schedule(order.due, "work", person.id)


@evolves(WorkFinished)
def evolve_work_finished(world: World, event: WorkFinished) -> World:
    person = world.get(Person, event.order.person)
    done = dict(person.done)
    done[event.task] = done.get(event.task, 0) + 1
    world = world.put(replace(person, current=None, done=tuple(sorted(done.items()))))
    world = _book(world, event.task, event.order.effort, event.order.outside, event.cost_micros)
    return _turn_to_next(world, person.id)


def _book(world: World, task: str, seconds: int, outside: int, cost: int) -> World:
    toil = world.find(Toil, task) or Toil(task)
    return world.put(
        replace(
            toil,
            seconds=toil.seconds + seconds,
            outside=toil.outside + outside,
            cost_micros=toil.cost_micros + cost,
            times=toil.times + 1,
        )
    )


def _turn_to_next(world: World, person_id: str) -> World:
    if world.get(Person, person_id).queue:
        return world.schedule(world.now, "next-order", person_id)
    return world


@evolves(OrderFinished)
def evolve_order_finished(world: World, event: OrderFinished) -> World:
    return world


@evolves(OrderRefused)
def evolve_order_refused(world: World, event: OrderRefused) -> World:
    person = world.get(Person, event.order.person)
    if event.order in person.queue:
        world = world.put(replace(person, queue=tuple(o for o in person.queue if o.id != event.order.id)))
        return _turn_to_next(world, person.id)
    return world


@evolves(OrderCancelled)
def evolve_order_cancelled(world: World, event: OrderCancelled) -> World:
    person = world.get(Person, event.order.person)
    if person.current is not None and person.current.id == event.order.id:
        world = world.put(replace(person, current=None)).unschedule("work", person.id)
        if event.worked:
            world = _book(world, event.order.command.effort_key, event.worked, event.outside, event.cost_micros)
        return _turn_to_next(world, person.id)
    return world.put(replace(person, queue=tuple(o for o in person.queue if o.id != event.order.id)))
