#!/usr/bin/env python3
"""Costs, budgets and leases, with real processes: what is refused starts nothing, and what ended is what was billed."""

import csv
import io
import re

import harness
from harness import in_parallel, wait_until

MICRO = 1_000_000


def micros(amount):
    return round(amount * MICRO)


class Money(harness.EndToEnd):
    config = harness.FAST + """
tombstone = "10s"

[limits]
machines = 4
usd_per_month = 1.0

[lease]
default = "4h"
max = "12h"
"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.mayfly.client("root", cls.mayfly.add_user("root", admin=True))

    def limits(self):
        return self.client.must(200, "GET", "limits")

    def used_up(self, answer, limit):
        status, _, problem = answer
        self.assertEqual((status, problem["code"]), (403, "over_limit"), problem)
        self.assertIn(limit, [one["limit"] for one in problem["limits"]])
        return problem

    def test_two_leases_from_the_request_to_the_final_bill(self):
        made = [self.reserve(lease="1h", clouds=[cloud], name=f"bill-{cloud}") for cloud in ("aws", "digitalocean")]
        held = self.limits()["usd_per_month"]
        self.assertGreater(held["held"], sum(one["placement"]["estimate"]["cost_usd"] for one in made) * 0.99)
        self.assertAlmostEqual(held["used"] + held["held"] + held["left"], held["limit"], places=6)
        first = self.client.must(200, "PATCH", f"reservations/{made[0]['id']}", {"shorten": "30m"})
        self.assertLess(first["expires_at"], made[0]["expires_at"])
        for one in made:
            self.release(one)
        done = [wait_until(lambda one=one: self.final(one), 60, "the bill is final") for one in made]

        costs = self.client.must(200, "GET", "costs?group=reservation")
        rows = {row["key"]: row for row in costs["rows"]}
        for one in done:
            row = rows[one["id"]]
            self.assertTrue(row["final"])
            self.assertEqual((row["usd"], row["tail_usd"]), (one["cost"]["usd"], one["cost"]["tail_usd"]))
            self.assertEqual(row["name"], one["name"])
            self.assertEqual(micros(row["usd"]) + micros(row["tail_usd"]), self.invoice(one["id"]))
        self.assertEqual(micros(costs["usd"]), sum(micros(row["usd"]) for row in costs["rows"]))
        self.assertEqual(micros(self.limits()["usd_per_month"]["used"]), micros(costs["usd"]))
        self.assertEqual(self.limits()["usd_per_month"]["held"], 0)

        text = self.client.run("costs", "--by", "reservation", "--csv").stdout
        printed = {row["key"]: row for row in csv.DictReader(io.StringIO(text))}
        for key, row in rows.items():
            self.assertEqual(micros(float(printed[key]["usd"])), micros(row["usd"]))
        self.assertIn("total", self.client.run("costs").stdout)

    def invoice(self, reservation_id):
        """What the clouds bill for it, in micro-dollars: summed exactly, rounded once, half up."""
        exact = sum(machine["exact_cost"] for machine in self.machines_of(reservation_id))
        unit = 730 * 3600
        return (2 * exact + unit) // (2 * unit)

    def final(self, reservation):
        now = self.get(reservation["id"])
        return now if now["cost"]["final"] else None

    def test_what_is_over_a_limit_starts_nothing(self):
        before = len(self.clouds.ledger())
        problem = self.used_up(self.client.ask("POST", "reservations", self.small(count=5)), "machines")
        self.assertIn("machines: limit 4, used 0, this request 5", problem["detail"])
        problem = self.used_up(self.client.ask("POST", "reservations", self.small(vcpus=64, memory_gib=128)),
                               "usd_per_month")
        self.assertRegex(problem["detail"], r"dollars per month \(\d{4}-\d\d\): limit 1, used [\d.]+, held 0, this request")
        done = self.client.run("up", "--vcpus", 1, "--memory", 1, "--count", 5)
        self.assertEqual(done.returncode, 11, done.stderr)
        self.assertIn("machines: limit 4", done.stderr)
        self.assertFalse(self.client.must(200, "POST", "estimates", self.small(count=5))["fits"])
        self.assertEqual(len(self.clouds.ledger()), before)
        self.assertFalse([one for one in self.client.every_reservation("current")])

    def test_a_repeat_is_not_refused_by_the_room_that_it_took_itself(self):
        for key in ("once", "again", "and again"):
            answers = in_parallel(*[lambda: self.client.must(201, "POST", "reservations", self.small(count=4),
                                                             {"Idempotency-Key": key})] * 6)
            self.assertEqual(len({one["id"] for one in answers}), 1)
            self.release(answers[0])

    def test_an_admin_sets_limits_that_survive_a_restart(self):
        self.assertEqual(self.client.run("user", "limits", harness.USER, "--max-machines", 100).returncode, 3)
        done = self.admin.run("user", "limits", harness.USER, "--max-machines", 5, "--max-usd-month", "2")
        self.assertEqual(done.returncode, 0, done.stderr)
        made = self.reserve(count=5)
        self.mayfly.kill()
        self.mayfly.start()
        limits = self.limits()
        self.assertEqual((limits["machines"]["used"], limits["machines"]["left"]), (5, 0))
        self.assertGreater(limits["usd_per_month"]["held"], 0)
        self.used_up(self.client.ask("POST", "reservations", self.small()), "machines")
        self.release(made)
        self.assertEqual(self.limits()["machines"]["used"], 0)
        self.assertEqual(self.admin.run("user", "limits", harness.USER, "--max-machines", "default",
                                        "--max-usd-month", "default").returncode, 0)
        self.assertIn("dollars per hour", self.client.run("limits").stdout)

    def test_the_lease_policy(self):
        made = self.reserve()
        self.assertEqual(made["request"]["lease"], "4h")
        self.assert_wrong(self.client.ask("POST", "reservations", self.small(lease="13h")), 422, "lease")
        self.assertEqual(self.client.run("extend", made["id"], "7h").returncode, 0)
        done = self.client.run("extend", made["id"], "2h")
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertRegex(done.stderr, re.compile("longest lease you may have is 12h"))
        self.assertEqual(self.client.run("shorten", made["id"], "10h").returncode, 0)
        self.assertEqual(self.client.run("shorten", made["id"], "10h").returncode, 5)
        self.release(made)


if __name__ == "__main__":
    harness.main()
