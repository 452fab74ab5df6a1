#!/usr/bin/env python3
"""Cancel anywhere: whenever a reservation is given up, by its owner or by its lease, nothing of it stays.

The moments are made by faults: calls without answer, launches that take effect long after, slow boots, deletes
that are refused or ignored. The judge is the clouds' ledger.
"""

import json
import time

import harness
from harness import in_parallel, wait_until

CLOUDS = ("aws", "digitalocean")
LAUNCH = {"aws": "RunInstances", "digitalocean": "create droplets"}
LAUNCHES = list(LAUNCH.values())


class CancelAnywhere(harness.EndToEnd):
    config = harness.FAST + """
steady = "1s"
dormant = "1s"
"""

    def tearDown(self):
        self.clouds.heal()

    def begin(self, cloud, **more):
        return self.client.must(202, "POST", "reservations", self.small(clouds=[cloud], **more),
                                {"Prefer": "respond-async"})

    def cancel(self, reservation):
        status, _, answer = self.client.ask("DELETE", f"reservations/{reservation['id']}", None,
                                            {"Prefer": "respond-async"})
        self.assertEqual(status, 200 if answer["phase"] == "released" else 202, answer)
        return answer

    def over(self, reservation, seconds=150):
        return wait_until(lambda: (one := self.get(reservation["id"]))["phase"] in ("released", "failed") and one,
                          seconds, f"{reservation['id']} is over")

    def living(self, reservation):
        return [machine for machine in self.machines_of(reservation["id"]) if not machine["ended"]]

    def on_both_clouds(self, story):
        in_parallel(*[lambda cloud=cloud: story(cloud) for cloud in CLOUDS])

    def assert_gone(self, reservation, machines):
        """Over, and exactly so many machines were there once."""
        over = self.over(reservation)
        self.assertEqual(over["phase"], "released", over)
        self.assertEqual(self.living(reservation), [])
        self.assertEqual(len(self.machines_of(reservation["id"])), machines)
        self.assertTrue(all(attempt["stage"] == "ended" for attempt in over["attempts"]))
        return over

    def test_before_the_first_launch_call(self):
        """The clouds refuse every launch for a while, so that none is made."""
        self.clouds.faults(*[{"fault": "throttle", "operation": each} for each in LAUNCHES])

        def story(cloud):
            began = [self.begin(cloud), self.begin(cloud, lease="2s")]
            self.cancel(began[0])
            for one in began:
                self.assert_gone(one, 0)
        self.on_both_clouds(story)

    def test_while_a_launch_has_no_answer(self):
        self.clouds.faults(*[{"fault": "timeout_after_success", "operation": each, "times": 2} for each in LAUNCHES])

        def story(cloud):
            began = [self.begin(cloud, count=2), self.begin(cloud, count=2, lease="3s")]
            for one in began:
                wait_until(lambda one=one: len(self.machines_of(one["id"])) == 2, 20, "it is done, in silence")
            self.assertEqual(self.cancel(began[0])["phase"], "releasing")
            for one in began:
                self.assert_gone(one, 2)
        self.on_both_clouds(story)

    def test_while_it_boots(self):
        self.clouds.faults({"fault": "slow_boot", "longest": "40m"})

        def story(cloud):
            began = [self.begin(cloud, count=3), self.begin(cloud, count=3, lease="6s")]
            for one in began:
                wait_until(lambda one=one: len(self.get(one["id"])["instances"]) == 3, 20, "they are known")
            self.cancel(began[0])
            self.assertIn("owner", self.assert_gone(began[0], 3)["end_reason"])
            self.assertIn("lease", self.assert_gone(began[1], 3)["end_reason"])
        self.on_both_clouds(story)

    def test_again_while_it_is_released(self):
        made = in_parallel(*[lambda cloud=cloud: self.client.must(201, "POST", "reservations", self.small(
            clouds=[cloud], count=2)) for cloud in CLOUDS])
        self.clouds.faults({"fault": "delete_refused", "times": 2, "longest": "3m"},
                           {"fault": "delete_accepted_but_stays", "times": 2})
        for one in made:
            for _ in range(3):
                self.assertEqual(self.cancel(one)["phase"], "releasing")
        for one in made:
            over = self.assert_gone(one, 2)
            self.assertEqual(over["end_reason"], "its owner asked for it")

    def test_machines_that_arrive_after_the_end_are_ended(self):
        self.clouds.faults(*[{"fault": "late_arrival", "operation": each, "longest": "25m", "times": 1}
                             for each in LAUNCHES])

        def story(cloud):
            began = self.begin(cloud)
            wait_until(lambda: self.get(began["id"])["attempts"], 20, "it is being launched")
            time.sleep(0.5)
            self.cancel(began)
            over = self.over(began)
            self.assertEqual(over["phase"], "released")
            machine = wait_until(lambda: self.machines_of(began["id"]), 40, "its machine arrives")[0]
            wait_until(lambda: not self.living(began), 40, "it is ended")
            self.assertEqual(self.get(began["id"])["phase"], "released")
            # To the second, as clouds say it.
            if machine["created"] > over["ended_at"]:
                text = self.client.ask("GET", f"reservations/{began['id']}/events")[2]
                told = [json.loads(line[5:])["message"] for line in text.splitlines() if line.startswith("data:")]
                self.assertTrue([message for message in told if "showed up after the end" in message], told)
        self.on_both_clouds(story)


if __name__ == "__main__":
    harness.main()
