"""What must be true once the faults are over: the clouds' ledger against what Mayfly says."""

import collections
import re

from harness import tag

FINAL = ("released", "failed")
# 2026-01-02T03:04:05.678Z error event name="value"
LEVEL = re.compile(r"^\S+Z (?:\x1b\[[0-9;]*m)*(trace|debug|info|warning|error|critical)", re.MULTILINE)


def machines_by_reservation(ledger, strangers):
    """Everything but what somebody else made; a machine without a reservation is under None."""
    found = collections.defaultdict(list)
    for machine in ledger:
        if machine["id"] not in strangers:
            found[tag(machine, "reservation")].append(machine)
    return found


def at_rest(reservations, ledger, strangers):
    """What is wrong while nothing moves: a machine too many, one too few, one of nobody."""
    wrong = []
    machines = machines_by_reservation(ledger, strangers)
    known = {one["id"]: one for one in reservations}
    for owner in machines:
        if owner not in known:
            wrong.append(f"machines of nobody: {machines[owner]}")
    for one in reservations:
        living = sorted(machine["id"] for machine in machines[one["id"]] if not machine["ended"])
        listed = [] if one["phase"] in FINAL else sorted(
            each["id"] for each in one["instances"] if each["state"] != "terminated")
        if living != listed:
            wrong.append(f"{one['id']} ({one['phase']}) lists {listed}, and {living} live")
        if len(living) > one["request"]["count"]:
            wrong.append(f"{one['id']} has {len(living)} machines for {one['request']['count']} slots")
    return wrong


def kept_promises(orders, reservations):
    """Every accepted order is there exactly once, as it was asked for, and came to a stated end."""
    wrong = []
    accepted = collections.Counter(order.id for order in orders if order.id)
    known = {one["id"]: one for one in reservations}
    wrong += [f"{found} answered {times} orders" for found, times in accepted.items() if times > 1]
    wrong += [f"{found} is lost" for found in accepted if found not in known]
    wrong += [f"{found} is nobody's order" for found in known if found not in accepted]
    for order in orders:
        one = known.get(order.id)
        if not one:
            continue
        if one["request"]["count"] != order.count:
            wrong.append(f"{order.id} has {one['request']['count']} machines instead of {order.count}")
        if one["phase"] not in FINAL:
            wrong.append(f"{order.id} is {one['phase']}")
        elif not one.get("end_reason") or not one.get("ended_at") or not one["cost"]["final"]:
            wrong.append(f"{order.id} ended without a reason, a time or a final cost: {one}")
        if one["phase"] == "released" and not one.get("release_requested_at"):
            wrong.append(f"{order.id} was released unasked")
        if any(attempt["stage"] != "ended" for attempt in one["attempts"]):
            wrong.append(f"{order.id} is over and has an attempt that is not")
    return wrong


def micro(usd):
    return round(usd * 1_000_000)


def bills(reservations, ledger, strangers):
    """[(reservation, ours, the clouds', machines)] in micro-dollars, user's cost and tail together."""
    machines = machines_by_reservation(ledger, strangers)
    lines = []
    for one in reservations:
        ours = micro(one["cost"]["usd"]) + micro(one["cost"]["tail_usd"])
        theirs = sum(micro(machine["cost"] or 0) for machine in machines[one["id"]])
        lines.append((one, ours, theirs, machines[one["id"]]))
    return lines


def secrets_in(text, secrets):
    return [secret[:4] + "..." for secret in secrets if secret in text]


def errors_in(log, expected):
    """Lines of level error whose event is not one of those expected."""
    return [line for line in log.splitlines()
            if (level := LEVEL.match(line)) and level[1] in ("error", "critical")
            and not any(event in line for event in expected)]
