#!/usr/bin/env python3
"""Minutes of SIGKILL and SIGSTOP at random, under load, against clouds with faults; then the books are compared.

Customers of three users provision, change, delete and look on; the server is killed, stopped for longer than
leases last, and killed again while it starts; the clouds lose answers, lie and refuse. Then the faults end,
everything is released, and the clouds' own ledger is the judge: what was accepted is there once and came to a
stated end, nothing lives (strays with our tag neither), nobody else's machine was touched, and the bills agree.

MAYFLY_CHAOS_SECONDS (300) is how long the chaos lasts, MAYFLY_CHAOS_SEED begins with the same moments again (the
machine's own timing remains), MAYFLY_CHAOS_SPEED is how many times as fast the clouds live. The logs of a
failure are kept, and where they are is said.
"""

import json
import os
import pathlib
import random
import shutil
import sys
import tempfile
import time
import unittest

import audit
import harness
import stranger
from harness import Cloudsim, Failure, Mayfly, ask, in_parallel, wait_until
from killer import Killer, memory_mib
from load import Book, Customer

SECONDS = int(os.environ.get("MAYFLY_CHAOS_SECONDS", 300))
SEED = int(os.environ.get("MAYFLY_CHAOS_SEED", random.SystemRandom().randrange(1_000_000)))
SPEED = int(os.environ.get("MAYFLY_CHAOS_SPEED", 5))
USERS = ("ann", "bob", "cid")
CUSTOMERS_EACH = 4
CONVERGE = 240  # seconds at most from the end of the faults to rest, and again to nothing
FINAL_BILLS = 90  # seconds to wait for what the clouds state only when asked
RESTART_SECONDS_MAX = 5
LATE_SECONDS_MAX = 5  # a lease's end, on a machine that does much else
MEMORY_MIB_MAX = 600

# The clouds live SPEED times as fast as they would, so their limits are as much higher, and their faults as much
# shorter. Machines may still arrive after the look-ups have ended: then the listings of quiet regions find them.
PATIENCE = f"""
[clouds.aws]
rate_percent = {100 * SPEED}

[clouds.digitalocean]
rate_percent = {100 * SPEED}

[log]
level = "info"

[patience]
poll = "1s"
boot = "90s"
provision = "4m"
look_up = "15s"
absence = "3s"
vanish = "6s"
invisible = "30s"
steady = "5s"
dormant = "5s"

[sweep]
age_guard = "20s"
gap = "3s"
"""

FAULTS = [
    ("timeout_before", 0.003, None), ("timeout_after_success", 0.004, None), ("server_error_before", 0.02, None),
    ("server_error_after", 0.02, None), ("slow_answer", 0.01, "20s"), ("throttle", 0.02, None),
    ("unauthorized_for_a_while", 0.0003, "20s"), ("late_arrival", 0.02, "30s"), ("capacity", 0.03, None),
    ("quota", 0.01, None), ("unsupported_zone", 0.01, None), ("partial_batch", 0.04, None),
    ("duplicate_droplet", 0.04, None), ("slow_visibility", 0.03, "40s"), ("phantom_not_found", 0.01, "10s"),
    ("slow_boot", 0.03, "2m"), ("boot_failure", 0.03, None), ("spontaneous_stop", 0.01, "5m"),
    ("spontaneous_termination", 0.02, "5m"), ("delete_accepted_but_stays", 0.05, None), ("delete_refused", 0.05, "30s"),
]


def fault_plan():
    rules = [{"fault": fault, "probability": probability, **({"longest": longest} if longest else {})}
             for fault, probability, longest in FAULTS]
    # Launches lose their answers more often than anything else: they are what may cost money twice.
    return rules + [{"fault": "timeout_after_success", "probability": 0.03, "operation": operation}
                    for operation in ("RunInstances", "create droplets")]


class Chaos(unittest.TestCase):
    def setUp(self):
        print(f"MAYFLY_CHAOS_SEED={SEED}", flush=True)
        self.passed = False
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mayfly-chaos-"))
        self.addCleanup(self.keep_or_remove)
        self.clouds = Cloudsim(harness.BINARIES, self.folder, speed=SPEED, seed=SEED)
        self.addCleanup(self.clouds.stop)
        self.mayfly = Mayfly(harness.BINARIES, self.folder, self.clouds.url, PATIENCE)
        tokens = {user: self.mayfly.add_user(user) for user in USERS}
        self.mayfly.start()
        self.addCleanup(lambda: self.mayfly.server.kill())
        self.keys = [self.clouds.aws_key(), self.clouds.digitalocean_key()]
        self.clients = {user: self.mayfly.client(user, token) for user, token in tokens.items()}
        self.secrets = [*tokens.values(), self.clouds.secret_access_key, self.clouds.token]
        self.killer = Killer(self.mayfly, f"{SEED} killer")
        self.book = Book()
        self.customers = [
            Customer(f"{user}{number}", client, random.Random(f"{SEED} {user} {number}"), self.book, self.keys)
            for user, client in self.clients.items() for number in range(CUSTOMERS_EACH)]
        self.at = time.monotonic()

    def keep_or_remove(self):
        if self.passed:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            print(f"--- MAYFLY_CHAOS_SEED={SEED} failed; logs and data are kept in {self.folder}", file=sys.stderr)

    def step(self, what):
        print(f"{time.monotonic() - self.at:6.1f} s  {what}", flush=True)

    def agree(self, wrong):
        self.assertEqual(wrong[:10], [], f"{len(wrong)} findings in all")

    # ---- the parts of the story

    def test_the_books_agree_after_minutes_of_chaos(self):
        self.add_keys()
        strangers = set(stranger.settle_in(self.clouds))
        strangers |= self.imitators()
        self.strays = self.go_astray()
        self.clouds.faults(*fault_plan())
        self.step(f"chaos for {SECONDS} s, the clouds {SPEED} times as fast")
        for customer in self.customers:
            customer.start()
        self.killer.run(SECONDS)
        for customer in self.customers:
            customer.finished.set()
        for customer in self.customers:
            customer.join()
        self.clouds.heal()
        self.step(f"faults end: {len(self.book.accepted())} orders accepted, {self.killer.kills} kills, "
                  f"{self.killer.stops} stops")
        self.agree(self.book.failures)
        self.add_keys()  # those that a bad day of the cloud made unusable

        self.come_to_rest(strangers)
        self.release_all()
        self.agree(audit.kept_promises(self.book.orders, self.reservations()))
        self.nothing_lives(strangers)
        self.bills_are_final()
        self.ask_everything_again()
        self.compare_bills(strangers)
        self.leases_end_in_time()
        self.look_at_the_server()
        self.restart_once_more()
        self.say_what_it_was(strangers)
        self.passed = True

    def add_keys(self):
        for client in self.clients.values():
            for key in self.keys:
                status, _, answer = client.ask("POST", "keys", key)
                self.assertIn(status, (200, 201), answer)

    def imitators(self):
        made = [self.clients["ann"].must(201, "POST", "reservations", {
            "kind": "vm", "count": 1, "vcpus": 1, "memory_gib": 1, "clouds": [cloud]}, {"Idempotency-Key": cloud})
            for cloud in ("aws", "digitalocean")]
        for one in made:
            self.clients["ann"].must(202, "DELETE", f"reservations/{one['id']}", None, {"Prefer": "respond-async"})
        wait_until(lambda: not self.reservations("current"), 120, "the first two reservations are released")
        self.first = made
        return {found for one in made for found in stranger.imitate(self.clouds, one, stranger.AWS_REGION)}

    def go_astray(self):
        ours = next(machine for machine in self.clouds.ledger()
                    if harness.tag(machine, "reservation") == self.first[0]["id"])
        return set(stranger.go_astray(self.clouds, harness.tag(ours, "installation"), ours["region"]))

    def reservations(self, state="all"):
        listed = in_parallel(*[lambda client=client: client.every_reservation(state)
                               for client in self.clients.values()])
        first = {one["id"] for one in getattr(self, "first", [])}
        return [one for page in listed for one in page if one["id"] not in first]

    def machines(self, strangers):
        """The ledger without the strays and what the first two reservations had."""
        first = {one["id"] for one in self.first}
        return [machine for machine in self.clouds.ledger() if machine["id"] not in self.strays
                and (machine["id"] in strangers or harness.tag(machine, "reservation") not in first)]

    def come_to_rest(self, strangers):
        """Every reservation is ready or over, and has the machines that it lists; nothing more lives."""
        wrong = []

        def rests():
            before = self.reservations()
            ledger = self.machines(strangers)
            if any(one["phase"] not in ("ready", *audit.FINAL) for one in before):
                return False
            wrong[:] = audit.at_rest(before, ledger, strangers)
            return not wrong and before
        try:
            found = wait_until(rests, CONVERGE, "everything is ready or over")
        except Failure as failure:
            phases = [(one["id"], one["phase"], one["attempts"]) for one in self.reservations("current")]
            raise Failure(f"{failure}\n{wrong}\n{json.dumps(phases)}") from None
        self.step(f"at rest: {sum(one['phase'] == 'ready' for one in found)} ready, {len(found)} in all")

    def release_all(self):
        for one in self.reservations("current"):
            status, _, answer = self.clients[one["user"]].ask("DELETE", f"reservations/{one['id']}", None,
                                                              {"Prefer": "respond-async"})
            self.assertIn(status, (200, 202), answer)
        try:
            wait_until(lambda: not self.reservations("current"), CONVERGE, "everything is released")
        except Failure as failure:
            raise Failure(f"{failure}\n{json.dumps(self.reservations('current'))}") from None
        self.step("everything is released")

    def nothing_lives(self, strangers):
        ours = wait_until(lambda: [1] if all(machine["id"] in strangers for machine in self.clouds.living()) else None,
                          CONVERGE, "nothing of ours lives")
        self.assertTrue(ours)
        self.assertEqual({machine["id"] for machine in self.clouds.living()}, strangers, "of somebody else")

    def ask_everything_again(self):
        """Long after, each order under its key is what it was, and makes nothing."""
        before = len(self.clouds.ledger())
        for order in self.book.accepted():
            order.customer.ask_again(order)
        self.assertEqual(len(self.reservations()), len(self.book.accepted()))
        self.assertEqual(len(self.clouds.ledger()), before)

    def bills_are_final(self):
        """The clouds state the end of a bill when asked; a question that bad days left open is repeated much later."""
        try:
            wait_until(lambda: all(one["cost"]["final"] for one in self.reservations()), FINAL_BILLS, "bills are final")
        except Failure:
            self.step(f"{sum(not one['cost']['final'] for one in self.reservations())} bills are not final")

    def compare_bills(self, strangers):
        bills = audit.bills(self.reservations(), self.machines(strangers), strangers)
        self.unseen = []
        for bill in bills:
            if bill.difference():
                self.unseen += bill.leave_out_unseen(self.history(bill.reservation)) + bill.stopped_unseen
        self.differences = [bill for bill in bills if bill.difference()]
        ours, theirs = sum(bill.ours for bill in bills), sum(bill.theirs for bill in bills)
        self.step(f"bills: {ours} micro-dollars by Mayfly, {theirs} by the clouds, "
                  f"{len(self.differences)} of {len(bills)} differ; "
                  f"{len(self.unseen)} machines failed or stopped before anybody saw it")
        self.assertLessEqual(len(self.unseen), len(bills) // 20)
        for bill in self.differences:
            print(f"    {bill}", flush=True)
        self.agree([str(bill) for bill in bills if abs(bill.difference()) > bill.bound()])

    def history(self, reservation):
        """All of its events, as text; the stream of what is over ends."""
        return self.clients[reservation["user"]].ask("GET", f"reservations/{reservation['id']}/events")[2]

    def leases_end_in_time(self):
        late = audit.late_ends(self.reservations(), self.killer.outages)
        self.step(f"{len(late)} leases ended, {max(late + [0]):.2f} s late at most, outages not counted")
        self.agree([seconds for seconds in late if not -0.001 <= seconds < LATE_SECONDS_MAX])

    def look_at_the_server(self):
        status, _, metrics = ask(self.mayfly.url, "GET", "/metrics")
        self.assertEqual(status, 200)
        self.assertIn("\nmayfly_engine_store_failures_total 0", metrics)
        log = self.mayfly.log.read_text(errors="replace")
        self.agree(audit.secrets_in(log, self.secrets))
        self.agree(audit.errors_in(log, []))
        memory = memory_mib(self.mayfly.server.pid)
        self.step(f"memory {memory:.0f} MiB at the end, {max(self.killer.memory + [0]):.0f} at most")
        self.assertLess(max(self.killer.memory + [memory]), MEMORY_MIB_MAX)

    def restart_once_more(self):
        before = len(self.clouds.ledger())
        self.assertEqual(self.mayfly.stop(), 0)
        began = time.monotonic()
        self.mayfly.start()
        took = time.monotonic() - began
        self.assertLess(took, RESTART_SECONDS_MAX)
        self.assertEqual(self.reservations("current"), [])
        self.assertEqual(len(self.clouds.ledger()), before)
        self.step(f"restarted in {took:.2f} s (during the chaos {max(self.killer.start_seconds + [0]):.2f} at most)")

    def say_what_it_was(self, strangers):
        counted, killer = self.book.counted, self.killer
        machines = [machine for machine in self.machines(strangers) if machine["id"] not in strangers]
        print(f"chaos: seed {SEED}, {SECONDS} s, {counted['requests']} requests and {counted['lost']} lost answers, "
              f"{len(self.book.orders)} orders, {len(self.book.accepted())} accepted, {killer.kills} kills "
              f"({killer.early_kills} while starting), {killer.stops} stops, {killer.ends} ends, "
              f"{len(machines)} machines, {len(self.differences)} differences", flush=True)


if __name__ == "__main__":
    harness.main()
