"""What must be true once the faults are over: the clouds' ledger against what Mayfly says."""

import collections
import datetime
import re

from harness import tag

FINAL = ("released", "failed")
UNSEEN_SECONDS_MAX = 60  # that a droplet nobody saw may have lived
UNITS = 2_628_000  # of exact_cost in a micro-dollar
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
        elif not one.get("end_reason") or not one.get("ended_at"):
            wrong.append(f"{order.id} ended without a reason or a time: {one}")
        if one["phase"] == "released" and not one.get("release_requested_at"):
            wrong.append(f"{order.id} was released unasked")
        if any(attempt["stage"] != "ended" for attempt in one["attempts"]):
            wrong.append(f"{order.id} is over and has an attempt that is not")
    return wrong


def micro(usd):
    return round(usd * 1_000_000)


def rounded(exact):
    """The ledger's exact costs (micro-dollars x 2,628,000), summed, in micro-dollars: halves go up."""
    return (2 * exact + UNITS) // (2 * UNITS)


def share(machine, seconds):
    """What so many seconds of a machine's invoice cost, on average."""
    return rounded(machine["exact_cost"] or 0) * seconds // max(1, machine["billed_seconds"])


def stopped_unseen(machine, history):
    """EC2 keeps no record of stops: one that ended, by whomever, before any listing showed it is known to nobody but the
    invoice. (`by_itself` says who ended the machine, not who stopped it.)"""
    return machine["stopped_seconds"] > 0 and f"{machine['id']} is stop" not in history


class Bill:
    """What a reservation cost in micro-dollars: its user's cost and the tail against the clouds' invoice."""

    def __init__(self, reservation, machines):
        self.reservation = reservation
        self.machines = machines
        self.ours = micro(reservation["cost"]["usd"]) + micro(reservation["cost"]["tail_usd"])
        self.theirs = rounded(sum(machine["exact_cost"] or 0 for machine in machines))
        self.final = reservation["cost"]["final"]
        self.stopped_unseen = []

    def difference(self):
        return self.ours - self.theirs

    def leave_out_unseen(self, history):
        """Takes out, and answers, what no call of ours ever showed: the history names everything else at its end.

        Only DigitalOcean can have such: a droplet of a create without a clear answer that failed by itself before it
        was in any listing. It is gone without a name, and nobody can say whose it was."""
        unseen = [machine for machine in self.machines
                  if machine["cloud"] == "digitalocean" and machine["by_itself"]
                  and machine["billed_seconds"] <= UNSEEN_SECONDS_MAX and machine["id"] not in history]
        self.stopped_unseen = [machine for machine in self.machines if stopped_unseen(machine, history)]
        self.machines = [machine for machine in self.machines if machine not in unseen]
        self.theirs = rounded(sum(machine["exact_cost"] or 0 for machine in self.machines))
        return unseen

    def bound(self):
        """Where the cloud has not said yet when it stopped billing, our first observation stands: a minute of each.
        While an instance stood stopped its disk alone is billed: what nobody saw of that may differ."""
        bound = sum(share(machine, machine["stopped_seconds"]) + 1 for machine in self.stopped_unseen)
        return bound if self.final else bound + 1 + sum(share(machine, 60) for machine in self.machines)

    def __str__(self):
        machines = ", ".join(f"{machine['cloud']} {machine['id']} {machine['billed_seconds']} s {machine['cost']}"
                             for machine in self.machines)
        return (f"{self.reservation['id']} ({'final' if self.final else 'not final'}): {self.ours} for {self.theirs}: "
                f"{machines}; {self.reservation['attempts']}")


def bills(reservations, ledger, strangers):
    machines = machines_by_reservation(ledger, strangers)
    return [Bill(one, machines[one["id"]]) for one in reservations]


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def late_ends(reservations, outages):
    """By how many seconds leases fired late, the time that the server could do nothing not counted."""
    late = []
    for one in reservations:
        if one.get("end_reason") != "the lease ended":
            continue
        due, fired = moment(one["expires_at"]), moment(one["release_requested_at"])
        away = sum(max(0.0, min(fired, until) - max(due, begin)) for begin, until in outages)
        late.append(fired - due - away)
    return late


def secrets_in(text, secrets):
    return [secret[:4] + "..." for secret in secrets if secret in text]


def errors_in(log, expected):
    """Lines of level error whose event is not one of those expected."""
    return [line for line in log.splitlines()
            if (level := LEVEL.match(line)) and level[1] in ("error", "critical")
            and not any(event in line for event in expected)]
