#!/usr/bin/env python3
"""Failover with reasons: what each kind of refusal leads to on each cloud, and that its user can read why.

The first part of a test makes the clouds refuse in one way; then the attempts, in GET reservation and in
`mayfly show`, tell the story: what was tried, what the cloud said, what was tried instead.
"""

import harness
from harness import wait_until

CLOUDS = ("aws", "digitalocean")
LAUNCH = {"aws": "RunInstances", "digitalocean": "create droplets"}


class Story(harness.EndToEnd):
    config = harness.FAST + """
vanish = "2s"
invisible = "10s"
boot = "15s"
"""

    def setUp(self):
        self.best = {cloud: self.offers(clouds=[cloud])[0] for cloud in CLOUDS}

    def tearDown(self):
        self.clouds.heal()
        for one in self.client.must(200, "GET", "reservations")["reservations"]:
            self.client.must(200, "DELETE", f"reservations/{one['id']}", None, {"Prefer": "wait=60"})
        self.assertEqual(self.clouds.living(), [])

    def offers(self, **more):
        return self.client.must(200, "POST", "estimates?limit=50", self.small(**more))["offers"]

    def refuse(self, fault, cloud, **more):
        self.clouds.faults({"fault": fault, "cloud": cloud, "operation": LAUNCH[cloud], **more})

    def ask_for(self, **more):
        """The reservation, ready or failed."""
        status, _, answer = self.client.ask("POST", "reservations", self.small(**more))
        self.assertIn(status, (201, 502), answer)
        return answer if status == 201 else answer["reservation"]

    def given_up(self, reservation):
        return [attempt for attempt in reservation["attempts"] if attempt["stage"] == "ended"]

    def assert_told(self, reservation, code, words):
        """Every attempt that was given up says why, in the cloud's words, wherever its user looks."""
        ended = self.given_up(reservation)
        self.assertTrue(ended, reservation)
        for attempt in ended:
            self.assertEqual(attempt["cloud_code"], code, attempt)
            self.assertIn(words, attempt["reason"])
        self.assertEqual([(each["number"], each.get("reason")) for each in self.get(reservation["id"])["attempts"]],
                         [(each["number"], each.get("reason")) for each in reservation["attempts"]])
        shown = self.client.run("show", reservation["id"]).stdout
        self.assertIn(code, shown)
        self.assertIn(words, shown)
        return ended

    def assert_whole(self, reservation, count):
        """Ready with all its machines, and nothing of what was tried before lives."""
        self.assertEqual(reservation["phase"], "ready", reservation)
        living = [machine["id"] for machine in self.machines_of(reservation["id"]) if not machine["ended"]]
        self.assertEqual(sorted(living), sorted(each["id"] for each in reservation["instances"]))
        self.assertEqual(len(living), count)


class Refusals(Story):
    # ---- capacity

    def test_no_capacity_in_a_zone_means_the_next_zone_of_the_same_offer(self):
        first = self.ask_for(clouds=["aws"])
        zone = first["placement"]["zone"]
        self.refuse("capacity", "aws", zone=zone)
        made = self.ask_for(clouds=["aws"])
        self.assert_told(made, "InsufficientInstanceCapacity", zone)
        for field in ("region", "instance_type"):
            self.assertEqual(made["placement"][field], first["placement"][field])
        self.assertNotEqual(made["placement"]["zone"], zone)

    def test_a_size_that_is_sold_out_means_the_next_offer(self):
        best = self.best["digitalocean"]
        self.refuse("capacity", "digitalocean", instance_type=best["instance_type"], region=best["region"])
        made = self.ask_for(clouds=["digitalocean"], count=2)
        ended = self.assert_told(made, "unprocessable_entity", "Size is not available in this region")
        self.assertEqual([(each["region"], each["instance_type"]) for each in ended],
                         [(best["region"], best["instance_type"])])
        self.assert_whole(made, 2)
        lost = made["placement"]["considered"][0]
        self.assertEqual((lost["region"], lost["instance_type"]), (best["region"], best["instance_type"]))

    # ---- quota

    def test_a_full_vcpu_quota_leaves_the_region(self):
        region = self.best["aws"]["region"]
        self.refuse("quota", "aws", region=region)
        made = self.ask_for(clouds=["aws"])
        ended = self.assert_told(made, "VcpuLimitExceeded", "Service Quotas")
        self.assertEqual([each["region"] for each in ended], [region], "one refusal speaks for the whole class")
        self.assertNotEqual(made["placement"]["region"], region)

    def test_a_full_droplet_limit_means_the_other_cloud(self):
        self.refuse("quota", "digitalocean")
        made = self.ask_for()
        ended = self.assert_told(made, "unprocessable_entity", "droplet limit")
        self.assertEqual([each["cloud"] for each in ended], ["digitalocean"])
        self.assertEqual(made["placement"]["cloud"], "aws")
        failed = self.ask_for(clouds=["digitalocean"])
        self.assertEqual(failed["phase"], "failed")
        self.assertIn("droplet limit", failed["end_reason"])
        self.assertEqual(len(failed["attempts"]), 1, "no other droplet would fit either")

    # ---- region

    def test_a_type_that_no_zone_has_means_the_next_offer(self):
        best = self.best["aws"]
        self.refuse("unsupported_zone", "aws", region=best["region"], instance_type=best["instance_type"])
        made = self.ask_for(clouds=["aws"])
        ended = self.assert_told(made, "Unsupported", best["instance_type"])
        self.assertEqual({(each["region"], each["instance_type"]) for each in ended},
                         {(best["region"], best["instance_type"])})
        self.assertEqual(len({each["zone"] for each in ended}), len(ended), "each zone once")
        self.assertNotEqual((made["placement"]["region"], made["placement"]["instance_type"]),
                            (best["region"], best["instance_type"]))

    def test_a_closed_region_is_left(self):
        region = self.best["digitalocean"]["region"]
        self.refuse("unsupported_zone", "digitalocean", region=region)
        made = self.ask_for(clouds=["digitalocean"])
        ended = self.assert_told(made, "unprocessable_entity", "Region is not available")
        self.assertEqual([each["region"] for each in ended], [region])
        self.assertNotEqual(made["placement"]["region"], region)

    # ---- throttle, ambiguous

    def test_a_throttled_launch_is_no_lost_offer(self):
        for cloud in CLOUDS:
            with self.subTest(cloud):
                self.refuse("throttle", cloud, times=2)
                made = self.ask_for(clouds=[cloud], count=2)
                self.assertEqual(len(made["attempts"]), 1, made["attempts"])
                self.assertEqual(made["placement"]["instance_type"], self.best[cloud]["instance_type"])
                self.assert_whole(made, 2)

    def test_an_unclear_answer_keeps_the_offer_and_doubles_nothing(self):
        for cloud in CLOUDS:
            for fault in ("server_error_before", "server_error_after"):
                with self.subTest(cloud=cloud, fault=fault):
                    self.refuse(fault, cloud, times=1)
                    made = self.ask_for(clouds=[cloud], count=3)
                    self.assertEqual(len(made["attempts"]), 1, made["attempts"])
                    self.assertEqual(made["placement"]["instance_type"], self.best[cloud]["instance_type"])
                    self.assertEqual(len(self.machines_of(made["id"])), 3)
                    self.assert_whole(made, 3)

    # ---- all or nothing

    def test_when_one_of_many_does_not_boot_all_of_them_go_elsewhere(self):
        for cloud in CLOUDS:
            with self.subTest(cloud):
                self.refuse("boot_failure", cloud, times=1)
                made = self.ask_for(clouds=[cloud], count=3)
                made = wait_until(lambda made=made: (one := self.get(made["id"])) and self.given_up(one) and one, 60,
                                  "the first attempt has ended")
                self.assert_whole(made, 3)
                ended = self.given_up(made)
                self.assertEqual(len(made["attempts"]), 2)
                # A droplet that fails before any listing showed it just never comes.
                self.assertRegex(ended[0]["reason"],
                                 "did not boot" if cloud == "aws" else "did not boot|was running within")
                self.assertEqual(len(self.machines_of(made["id"])), 6)
                current = {harness.tag(machine, "attempt") for machine in self.machines_of(made["id"])
                           if not machine["ended"]}
                self.assertEqual(current, {str(made["attempts"][-1]["number"])})

    def test_only_who_asks_for_it_is_spread_over_offers(self):
        parts = {}
        for spread in (False, True):
            self.refuse("capacity", "aws", times=1)
            made = self.ask_for(clouds=["aws"], count=4, spread=spread)
            self.assert_told(made, "InsufficientInstanceCapacity", "capacity")
            self.assert_whole(made, 4)
            living = {harness.tag(machine, "attempt") for machine in self.machines_of(made["id"])
                      if not machine["ended"]}
            parts[spread] = len(living)
            self.assertEqual(living, {str(each["number"]) for each in made["attempts"] if each["stage"] == "running"})
        self.assertEqual(parts, {False: 1, True: 2})

    def test_a_part_of_the_machines_is_never_all_there_is(self):
        for cloud in CLOUDS:
            with self.subTest(cloud):
                self.refuse("boot_failure", cloud, probability=0.6)
                failed = self.ask_for(clouds=[cloud], count=4, regions=[self.best[cloud]["region"]],
                                      instance_type=self.best[cloud]["instance_type"])
                if failed["phase"] == "ready":  # by chance all four did, once
                    self.assert_whole(failed, 4)
                    continue
                self.assertRegex(failed["end_reason"], "did not boot|was running within")
                self.assertFalse([each for each in self.machines_of(failed["id"]) if not each["ended"]])


class MostPrice(Story):
    """The limit on the price is never passed in silence."""

    def test_within_the_limit_the_next_offer_is_taken(self):
        for cloud in CLOUDS:
            with self.subTest(cloud):
                most = self.offers(clouds=[cloud])[3]["price_usd_hour"]
                best = self.best[cloud]
                self.refuse("capacity", cloud, instance_type=best["instance_type"], region=best["region"])
                made = self.ask_for(clouds=[cloud], max_price_usd_hour=most)
                self.assertEqual(made["phase"], "ready")
                self.assertLessEqual(made["placement"]["price_usd_hour"], most)
                self.assertTrue(self.given_up(made))

    def test_when_all_within_the_limit_is_sold_out_it_fails_and_names_the_limit(self):
        for cloud in CLOUDS:
            with self.subTest(cloud):
                best = self.best[cloud]
                self.refuse("capacity", cloud, region=best["region"])
                wish = {"clouds": [cloud], "regions": [best["region"]], "max_price_usd_hour": best["price_usd_hour"]}
                cheap = {offer["instance_type"] for offer in self.offers(**wish)}
                failed = self.ask_for(**wish)
                self.assertEqual(failed["phase"], "failed", failed)
                self.assertEqual({each["instance_type"] for each in failed["attempts"]}, cheap)
                self.assertIn("max_price_usd_hour", failed["end_reason"])
                self.assertEqual(self.machines_of(failed["id"]), [])
                # With the limit lifted there would have been more to try.
                self.assertGreater(len(self.offers(clouds=[cloud], regions=[best["region"]])), len(cheap))


class Rights(Story):
    """A key that may not, or no longer, do this; `key_life_test.py` has the rest of a key's life."""

    def other(self, cloud):
        return CLOUDS[1 - CLOUDS.index(cloud)]

    def test_a_forbidden_launch_means_the_other_cloud(self):
        codes = {"aws": "UnauthorizedOperation", "digitalocean": "forbidden"}
        for cloud in CLOUDS:
            with self.subTest(cloud):
                self.refuse("forbidden", cloud)
                made = self.ask_for(**self.where_it_is_best(cloud))
                ended = self.assert_told(made, codes[cloud], "authorized")
                self.assertEqual([each["cloud"] for each in ended], [cloud], "asked once")
                self.assertEqual(made["placement"]["cloud"], self.other(cloud))
                failed = self.ask_for(clouds=[cloud])
                self.assertEqual(failed["phase"], "failed")
                self.assertIn("authorized", failed["end_reason"])
                self.assertEqual(len(failed["attempts"]), 1)

    def test_a_refused_key_means_the_other_cloud_while_there_is_one(self):
        told = {"aws": ("AuthFailure", "credentials"), "digitalocean": ("unauthorized", "authenticate")}
        for cloud in CLOUDS:
            with self.subTest(cloud):
                self.refuse("unauthorized_for_a_while", cloud, longest="60m")
                made = self.ask_for(**self.where_it_is_best(cloud))
                ended = self.assert_told(made, *told[cloud])
                self.assertEqual([each["cloud"] for each in ended], [cloud])
                self.assertEqual(made["placement"]["cloud"], self.other(cloud))
                self.clouds.heal()

    def where_it_is_best(self, cloud):
        """A request whose best offer is on this cloud, and that the other one has, too."""
        for vcpus, memory in ((1, 1), (2, 2), (2, 4), (2, 1), (4, 8), (8, 32), (16, 64), (48, 192)):
            wish = {"vcpus": vcpus, "memory_gib": memory}
            if self.offers(**wish)[0]["cloud"] == cloud:
                return wish
        raise harness.Failure(f"{cloud} is never the cheapest")


if __name__ == "__main__":
    harness.main()
