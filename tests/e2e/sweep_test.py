#!/usr/bin/env python3
"""Machines at the clouds that carry this installation's tag and belong to nothing: found, recorded, ended, and
nothing else with them. The judge is the clouds' own ledger.
"""

import harness
import stranger
from harness import tag, wait_until

LONGEST = 120
ELSEWHERE = "eu-west-3"  # where nothing of Mayfly's runs: only the sweep of everything looks there


class Sweep(harness.EndToEnd):
    speed = 4  # a launch time ahead of our clock counts, so the clouds must not run far ahead
    config = harness.FAST + """
[sweep]
interval = "3s"
age_guard = "3s"
gap = "1s"
"""

    def ended(self, machine_ids):
        ledger = {machine["id"]: machine for machine in self.clouds.ledger()}
        return all(ledger[machine_id]["ended"] for machine_id in machine_ids)

    def strays(self):
        return {stray["machine"]: stray for stray in self.client.must(200, "GET", "strays")["strays"]}

    def look_alikes(self, installation):
        """Nearly our tag, but not it."""
        near = [installation[:-1], installation + "0", installation.upper(), " " + installation]
        machines = [stranger.instance(self.clouds, {"mayfly:installation": value}) for value in near]
        machines.append(stranger.instance(self.clouds, {"Mayfly:Installation": installation}))
        machines.append(stranger.instance(self.clouds, {"mayfly:reservation": "r-unknown"}, region=ELSEWHERE))
        for value in (installation[:-1], installation + "0"):
            machines.append(stranger.droplet(self.clouds, "look-alike", [f"mayfly:installation:{value}"]))
        machines.append(stranger.droplet(self.clouds, "look-alike", [f"MAYFLY:INSTALLATION:{installation.upper()}"]))
        machines.append(stranger.droplet(self.clouds, "look-alike", [installation]))
        return machines

    def lose(self, installation):
        """Machines of ours that nothing here knows: as if their records were lost."""
        ours = {"mayfly:installation": installation, "mayfly:reservation": "r-lost", "mayfly:attempt": "1"}
        return [
            stranger.instance(self.clouds, ours),
            stranger.instance(self.clouds, {"mayfly:installation": installation}, region=ELSEWHERE),
            stranger.droplet(self.clouds, "mayfly-r-lost-1-0", [f"{name}:{value}" for name, value in ours.items()]),
        ]

    def test_only_what_is_ours_and_nobodys_ends(self):
        kept = self.reserve(count=2, clouds=["aws"])
        known = self.machines_of(kept["id"])
        installation = tag(known[0], "installation")
        others = stranger.settle_in(self.clouds) + self.look_alikes(installation)
        others += stranger.imitate(self.clouds, kept, known[0]["region"])
        lost = self.lose(installation)

        report = wait_until(lambda: self.report_of(lost), LONGEST, "a dry run shows every stray")
        self.assertTrue(report["dry_run"])
        shown = {stray["machine"]: stray for region in report["regions"] for stray in region["strays"]}
        self.assertEqual(sorted(shown), sorted(lost))
        self.assertEqual(sum(region["known"] for region in report["regions"]), 2)
        self.assertEqual([region["error"] for region in report["regions"] if "error" in region], [])
        table = self.client.run("sweep", "--dry-run").stdout
        for machine_id in lost:
            # The server's own sweep may have been quicker.
            self.assertTrue(machine_id in table or self.ended([machine_id]), table)

        wait_until(self.strays, LONGEST, "a stray is recorded")
        self.mayfly.kill()
        self.mayfly.start()
        wait_until(lambda: self.ended(lost), LONGEST, "the strays have ended")
        wait_until(lambda: sorted(self.strays()) == sorted(lost)
                   and all(stray["state"] == "ended" for stray in self.strays().values()), LONGEST, "it is recorded")
        self.assertEqual({stray.get("reservation") for stray in self.strays().values()}, {"r-lost", None})

        alive = {machine["id"] for machine in self.clouds.living()}
        self.assertEqual(alive, set(others) | {machine["id"] for machine in known})
        self.assertEqual(self.get(kept["id"])["phase"], "ready")
        self.release(kept)
        self.assertEqual({machine["id"] for machine in self.clouds.living()}, set(others))

    def report_of(self, lost):
        """A dry run's report once it shows them all: tags and visibility come with a delay."""
        report = self.client.json("sweep", "--dry-run")
        shown = [stray["machine"] for region in report["regions"] for stray in region["strays"]]
        return report if set(lost) <= set(shown) else None

    def test_ending_needs_a_person_or_an_option(self):
        done = self.client.run("sweep")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("--yes", done.stderr)
        self.assertEqual(self.client.json("sweep", "--yes")["dry_run"], False)


if __name__ == "__main__":
    harness.main()
