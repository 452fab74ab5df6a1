#!/usr/bin/env python3
"""Machines change behind our back: it is noticed soon, told to their owner, and the bill follows the cloud."""

import time

import audit
import harness
from harness import in_parallel, wait_until


class Drift(harness.EndToEnd):
    speed = 20
    config = harness.FAST + 'vanish = "8s"\n'

    def states(self, made):
        return [one["state"] for one in self.get(made["id"])["instances"]]

    def test_a_stopped_machine_is_seen_and_on_aws_only_its_disk_goes_on_costing(self):
        made = in_parallel(*[lambda cloud=cloud: self.reserve(clouds=[cloud]) for cloud in ("aws", "digitalocean")])
        for one in made:
            self.clouds._control("POST", f"instances/{one['instances'][0]['id']}/stop")
        for one in made:
            wait_until(lambda one=one: self.states(one) == ["stopped"], 20, "the stop is noticed")
            self.assertEqual(self.get(one["id"])["phase"], "ready", "it is told, not ended")
        gone = in_parallel(*[lambda one=one: self.release(one) for one in made])
        self.assertEqual([one["phase"] for one in gone], ["released", "released"])
        self.agrees_with_the_invoice(made)

    def test_a_stop_that_no_listing_showed_costs_at_most_what_the_stopped_disk_does(self):
        """EC2 forgets when a machine stopped as soon as it is ended: only the invoice knows, and the audit must know that."""
        made = self.reserve(clouds=["aws"])
        machine = made["instances"][0]["id"]
        self.clouds.faults({"fault": "server_error_before", "operation": "DescribeInstances", "probability": 1})
        self.clouds._control("POST", f"instances/{machine}/stop")
        time.sleep(2)  # the clouds bill by the second, on the real clock
        self.client.must(202, "DELETE", f"reservations/{made['id']}", None, {"Prefer": "respond-async"})
        wait_until(lambda: self.machines_of(made["id"])[0]["billed_until"], 20, "it is asked to end")
        self.clouds.heal()
        final = wait_until(lambda: self.get(made["id"])["cost"]["final"] and self.get(made["id"]), 60, "the bill is final")
        history = self.client.ask("GET", f"reservations/{made['id']}/events")[2]
        bill = audit.Bill(final, self.machines_of(made["id"]))
        self.assertEqual(bill.leave_out_unseen(history), [])
        self.assertEqual([each["id"] for each in bill.stopped_unseen], [machine])
        self.assertLessEqual(abs(bill.difference()), bill.bound(), str(bill))

    def test_machines_that_somebody_else_ended_are_a_failure_with_a_reason(self):
        made = in_parallel(*[lambda cloud=cloud: self.reserve(count=2, clouds=[cloud]) for cloud in ("aws", "digitalocean")])
        for one in made:
            for machine in one["instances"]:
                self.clouds.end_machine(machine["id"])
        for one in made:
            over = wait_until(lambda one=one: self.get(one["id"])["phase"] == "failed" and self.get(one["id"]), 60,
                              "the loss is noticed")
            self.assertIn("ended at the cloud", over["end_reason"])
        self.agrees_with_the_invoice(made)

    def test_one_lost_machine_of_two_is_shown_and_the_other_lives_on(self):
        made = self.reserve(count=2, clouds=["aws"])
        lost, kept = (one["id"] for one in made["instances"])
        self.clouds.end_machine(lost)
        wait_until(lambda: "terminated" in self.states(made), 20, "the loss is noticed")
        shown = self.get(made["id"])
        self.assertEqual(shown["phase"], "ready")
        self.assertEqual({one["id"]: one["state"] for one in shown["instances"]}[kept], "running")
        self.assertEqual(self.release(made)["phase"], "released")
        self.agrees_with_the_invoice([made])

    def agrees_with_the_invoice(self, made):
        """User's part and tail are what the cloud bills, to the micro-dollar."""
        for one in made:
            final = wait_until(lambda one=one: self.get(one["id"])["cost"]["final"] and self.get(one["id"]), 60,
                               "the cloud has said when its bill ended")
            exact = sum(machine["exact_cost"] for machine in self.machines_of(one["id"]))
            ours = round((final["cost"]["usd"] + final["cost"]["tail_usd"]) * 1_000_000)
            self.assertEqual(ours, (exact + 1_314_000) // 2_628_000, final["cost"])


if __name__ == "__main__":
    harness.main()
