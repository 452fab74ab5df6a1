#!/usr/bin/env python3
"""The end of a machine that belongs to nothing is told like anything else."""

import harness
import stranger
from harness import wait_until
from notify_test import NOTIFY, Told


class Strays(Told):
    speed = 4
    keys = ("aws",)
    config = NOTIFY + """
[sweep]
interval = "3s"
age_guard = "3s"
gap = "1s"
"""

    def test_the_end_of_a_machine_that_belongs_to_nothing_is_told(self):
        made = self.reserve()
        installation = harness.tag(self.machines_of(made["id"])[0], "installation")
        lost = stranger.instance(self.clouds, {"mayfly:installation": installation})
        wait_until(lambda: "stray.ended" in self.receiver.types(), 120, "the end of the stray is told")
        told = [one for one in self.receiver.events() if one["type"] == "stray.ended"]
        self.assertEqual(len(told), 1)
        self.assertIn(lost, told[0]["message"])
        self.assertNotIn("reservation", told[0])
        self.release(made)


if __name__ == "__main__":
    harness.main()
