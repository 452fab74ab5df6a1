#!/usr/bin/env python3
"""The REST door as a client sees it: the main job, waiting, repeating, listing, following, refusing."""

import base64
import json
import re
import time
import urllib.parse

import harness
from harness import ask, in_parallel, wait_until

TIMESTAMP = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"


class MainJob(harness.EndToEnd):
    """A key, an estimate, machines, a list, a template, an end."""

    def test_keys_show_who_they_are_and_never_a_secret(self):
        listed = self.client.must(200, "GET", "keys")["keys"]
        self.assertEqual(sorted(key["cloud"] for key in listed if key["status"] == "active"), ["aws", "digitalocean"])
        aws = next(key for key in listed if key["cloud"] == "aws")
        self.assertEqual(aws["account"], "123456789012")
        self.assertIn("arn:aws:", aws["identity"])
        text = json.dumps(listed)
        self.assertNotIn(self.clouds.secret_access_key, text)
        self.assertNotIn(self.clouds.token, text)

    def test_a_key_given_again_is_tested_and_replaced(self):
        before = self.client.must(200, "GET", "keys")["keys"]
        answer = self.client.must(200, "POST", "keys", self.clouds.digitalocean_key())
        self.assertEqual(answer["cloud"], "digitalocean")
        active = [key for key in self.client.must(200, "GET", "keys")["keys"] if key["status"] == "active"]
        self.assertEqual(len(active), len([key for key in before if key["status"] == "active"]))

    def test_an_estimate_ranks_and_says_why_others_lost(self):
        estimate = self.client.must(200, "POST", "estimates", self.small(vcpus=2, memory_gib=4, lease="2h"))
        self.assertEqual(estimate["billed_seconds"], 7200)
        self.assertRegex(estimate["snapshot"], r"^\d{4}-\d\d-\d\d$")
        costs = [offer["cost_usd"] for offer in estimate["offers"]]
        self.assertGreaterEqual(len(costs), 20)
        self.assertEqual(costs, sorted(costs))
        self.assertTrue(all(offer["vcpus"] >= 2 and offer["memory_gib"] >= 4 for offer in estimate["offers"]))
        self.assertTrue(estimate["rejected"])
        few = self.client.must(200, "POST", "estimates?limit=3", self.small())
        self.assertEqual(len(few["offers"]), 3)

    def test_what_cannot_be_had_says_what_to_change(self):
        answer = self.client.ask("POST", "estimates", self.small(max_price_usd_hour=0.000001))
        problem = self.assert_wrong(answer, 422)
        self.assertEqual(problem["relax"][0]["field"], "max_price_usd_hour")
        self.assertGreater(problem["relax"][0]["cost_usd"], 0)
        self.assert_wrong(self.client.ask("POST", "reservations", self.small(max_price_usd_hour=0.000001)), 422)

    def test_a_reservation_from_request_to_proven_end(self):
        estimate = self.client.must(200, "POST", "estimates", self.small(count=2, lease="1h"))
        status, headers, made = self.client.ask("POST", "reservations", self.small(count=2, lease="1h", name="main-job"))
        self.assertEqual(status, 201, made)
        self.assertEqual(made["phase"], "ready")
        self.assertEqual(headers["Location"], f"/users/{harness.USER}/reservations/{made['id']}")
        self.assertEqual(len(made["instances"]), 2)
        for instance in made["instances"]:
            self.assertEqual(instance["state"], "running")
            self.assertRegex(instance["public_ip"], r"^\d+(\.\d+){3}$")
        best, placement = estimate["offers"][0], made["placement"]
        for field in ("cloud", "region", "instance_type", "price_usd_hour"):
            self.assertEqual(placement[field], best[field])
        self.assertEqual(placement["estimate"]["cost_usd"], best["cost_usd"])
        self.assertTrue(placement["considered"])
        for moment in ("created_at", "ready_at", "expires_at"):
            self.assertRegex(made[moment], TIMESTAMP)

        listed = self.client.must(200, "GET", "reservations")["reservations"]
        shown = next(one for one in listed if one["id"] == made["id"])
        self.assertEqual(shown["request"], made["request"])
        self.assertEqual([one["id"] for one in shown["instances"]], [one["id"] for one in made["instances"]])
        machines = self.machines_of(made["id"])
        self.assertEqual(sorted(machine["id"] for machine in machines), sorted(one["id"] for one in made["instances"]))

        used = next(key for key in self.client.must(200, "GET", "keys")["keys"]
                    if key["cloud"] == placement["cloud"] and key["status"] == "active")
        refusal = self.assert_wrong(self.client.ask("DELETE", f"keys/{used['id']}"), 409)
        self.assertIn(made["id"], refusal["reservations"])

        gone = self.release(made)
        self.assertEqual(gone["phase"], "released")
        final = wait_until(lambda: self.get(made["id"])["cost"]["final"] and self.get(made["id"]), 60, "the bill is final")
        self.assertGreater(final["cost"]["usd"], 0)
        self.assertTrue(all(machine["ended"] for machine in self.machines_of(made["id"])))
        self.assertEqual(self.release(made)["phase"], "released")
        current = self.client.must(200, "GET", "reservations")["reservations"]
        self.assertNotIn(made["id"], [one["id"] for one in current])
        self.assertIn(made["id"], [one["id"] for one in self.client.every_reservation("all")])

    def test_a_template_launches_the_same_request_again(self):
        made = self.reserve(lease="30m")
        status, _, saved = self.client.ask("POST", "templates/web.1", {"reservation": made["id"]})
        self.assertEqual(status, 201)
        self.assertEqual(saved["request"], made["request"])
        self.assertEqual(self.client.ask("POST", "templates/web.1", {"reservation": made["id"]})[0], 200)
        self.assertIn("web.1", [one["name"] for one in self.client.must(200, "GET", "templates")["templates"]])
        status, headers, again = self.client.ask("POST", "templates/web.1/reservations", {"count": 2})
        self.assertEqual(status, 201, again)
        self.assertEqual(again["request"], {**made["request"], "count": 2})
        self.assertIn(again["id"], headers["Location"])
        self.assertEqual(self.client.ask("DELETE", "templates/web.1")[0], 204)
        self.assert_wrong(self.client.ask("GET", "templates/web.1"), 404)
        self.assert_wrong(self.client.ask("DELETE", "templates/web.1"), 404)
        in_parallel(lambda: self.release(made), lambda: self.release(again))

    def test_a_lease_ends_the_machines_by_itself(self):
        made = self.reserve(lease="8s")
        ended = wait_until(lambda: (one := self.get(made["id"]))["phase"] == "released" and one, 40, "the lease ends it")
        self.assertIn("lease", ended["end_reason"])
        self.assertTrue(all(machine["ended"] for machine in self.machines_of(made["id"])))

    def test_a_lease_can_be_moved_but_not_into_the_past(self):
        made = self.reserve(lease="1h")
        path = f"reservations/{made['id']}"
        longer = self.client.must(200, "PATCH", path, {"extend": "1h"})
        self.assertGreater(longer["expires_at"], made["expires_at"])
        shorter = self.client.must(200, "PATCH", path, {"lease": "1h"})
        self.assertEqual(shorter["expires_at"], made["expires_at"])
        time.sleep(1.1)
        self.assert_wrong(self.client.ask("PATCH", path, {"lease": "1s"}), 422, "lease")
        self.assert_wrong(self.client.ask("PATCH", path, {}), 422)
        self.assert_wrong(self.client.ask("PATCH", path, {"lease": "1h", "extend": "1h"}), 422)
        self.release(made)


class Waiting(harness.EndToEnd):
    speed = 30

    def test_who_does_not_wait_is_answered_at_once(self):
        status, headers, made = self.client.ask("POST", "reservations", self.small(), {"Prefer": "respond-async"})
        self.assertEqual(status, 202)
        self.assertEqual(headers["Preference-Applied"], "respond-async")
        self.assertIn(made["phase"], ("pending", "provisioning"))
        status, headers, later = self.client.ask("POST", "reservations", self.small(), {"Prefer": "wait=1"})
        self.assertEqual(status, 202)
        for one in (made, later):
            wait_until(lambda one=one: self.get(one["id"])["phase"] == "ready", 60, "it becomes ready")
            status, _, answer = self.client.ask("DELETE", f"reservations/{one['id']}", None, {"Prefer": "respond-async"})
            self.assertEqual((status, answer["phase"]), (202, "releasing"))
        for one in (made, later):
            wait_until(lambda one=one: self.get(one["id"])["phase"] == "released", 60, "it is released")

    def test_one_idempotency_key_is_one_reservation(self):
        headers = {"Idempotency-Key": "once"}
        answers = in_parallel(*[lambda: self.client.ask("POST", "reservations", self.small(), headers)] * 8)
        self.assertEqual({status for status, _, _ in answers}, {201}, answers)
        ids = {body["id"] for _, _, body in answers}
        self.assertEqual(len(ids), 1)
        again = self.client.must(201, "POST", "reservations", self.small(), headers)
        self.assertEqual({again["id"]}, ids)
        self.assertEqual(len(self.machines_of(again["id"])), 1)
        self.assert_wrong(self.client.ask("POST", "reservations", self.small(count=2), headers), 422, "Idempotency-Key")
        self.assert_wrong(self.client.ask("POST", "reservations", self.small(), {"Idempotency-Key": "x" * 256}), 400)
        gone = self.release(again)
        self.assertEqual(self.client.ask("POST", "reservations", self.small(), headers)[2]["id"], gone["id"])

    def test_a_client_that_hangs_up_cancels_nothing(self):
        with self.assertRaises(TimeoutError):
            self.client.ask("POST", "reservations", self.small(name="hung-up"), timeout=0.3)
        found = wait_until(lambda: [one for one in self.client.every_reservation("current")
                                    if one.get("name") == "hung-up" and one["phase"] == "ready"], 60, "it becomes ready")
        self.release(found[0])

    def test_events_tell_the_whole_story_and_end_with_it(self):
        made = self.reserve()
        self.release(made)
        path = f"reservations/{made['id']}/events"
        status, headers, text = self.client.ask("GET", path)
        self.assertEqual(status, 200)
        self.assertEqual(headers.get_content_type(), "text/event-stream")
        ids = [int(number) for number in re.findall(r"^id: ?(\d+)$", text, re.MULTILINE)]
        self.assertEqual(ids, sorted(set(ids)))
        for phase in ("provisioning", "ready", "releasing", "released"):
            self.assertIn(phase, text)
        _, _, rest = self.client.ask("GET", path, headers={"Last-Event-ID": str(ids[2])})
        self.assertEqual([int(number) for number in re.findall(r"^id: ?(\d+)$", rest, re.MULTILINE)], ids[3:])

    def test_lists_are_paged_and_every_entry_comes_once(self):
        made = [self.client.must(202, "POST", "reservations", self.small(), {"Prefer": "respond-async"})["id"]
                for _ in range(5)]
        seen, cursor = [], None
        while True:
            query = "?state=all&limit=2" + (f"&cursor={urllib.parse.quote(cursor)}" if cursor else "")
            page = self.client.must(200, "GET", "reservations" + query)
            self.assertLessEqual(len(page["reservations"]), 2)
            seen += [one["id"] for one in page["reservations"]]
            cursor = page.get("next_cursor")
            if not cursor:
                break
        self.assertEqual(len(seen), len(set(seen)))
        self.assertTrue(set(made) <= set(seen))
        self.assert_wrong(self.client.ask("GET", "reservations?colour=red"), 400)
        self.assert_wrong(self.client.ask("GET", "reservations?state=some"), 400)
        self.assert_wrong(self.client.ask("GET", "reservations?limit=0"), 400)
        self.assert_wrong(self.client.ask("GET", "reservations?cursor=%21%21"), 400)
        wait_until(lambda: all(self.get(one)["phase"] == "ready" for one in made), 60, "all are ready")
        in_parallel(*[lambda one=one: self.release({"id": one}) for one in made])


class Door(harness.EndToEnd):
    keys = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mayfly.stop()
        cls.bob = cls.mayfly.client("bob", cls.mayfly.add_user("bob"))
        cls.root = cls.mayfly.client("root", cls.mayfly.add_user("root", admin=True))
        cls.mayfly.start()

    def raw(self, method, path, body=None, **headers):
        return ask(self.mayfly.url, method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})

    def test_nobody_comes_in_without_the_right_token(self):
        path = f"/users/{harness.USER}/reservations"
        status, headers, _ = self.raw("GET", path)
        self.assertEqual(status, 401)
        self.assertIn("WWW-Authenticate", headers)
        self.assertEqual(self.raw("GET", path, Authorization="Bearer wrong")[0], 401)
        self.assertEqual(self.raw("POST", path, b"not json", Authorization="Bearer wrong")[0], 401)
        self.assertEqual(self.raw("GET", f"{path}?access_token={self.client.token}")[0], 401)
        basic = base64.b64encode(f"{harness.USER}:{self.client.token}".encode()).decode()
        self.assertEqual(self.raw("GET", path, Authorization=f"Basic {basic}")[0], 200)
        other = base64.b64encode(f"bob:{self.client.token}".encode()).decode()
        self.assertEqual(self.raw("GET", path, Authorization=f"Basic {other}")[0], 401)

    def test_other_users_look_the_same_whether_they_exist_or_not(self):
        bearer = {"Authorization": f"Bearer {self.bob.token}"}
        existing = ask(self.mayfly.url, "GET", f"/users/{harness.USER}/reservations", None, bearer)
        missing = ask(self.mayfly.url, "GET", "/users/nobody/reservations", None, bearer)
        self.assertEqual(existing[0], 403)
        self.assertEqual(existing[2]["detail"].replace(harness.USER, "X"), missing[2]["detail"].replace("nobody", "X"))
        self.assertEqual(missing[0], 403)
        admin = {"Authorization": f"Bearer {self.root.token}"}
        self.assertEqual(ask(self.mayfly.url, "GET", f"/users/{harness.USER}/reservations", None, admin)[0], 200)

    def test_one_users_reservation_is_nobody_elses(self):
        self.add_key(self.client, "aws")
        made = self.reserve()
        self.assert_wrong(self.bob.ask("GET", f"reservations/{made['id']}"), 404)
        self.assert_wrong(self.bob.ask("DELETE", f"reservations/{made['id']}"), 404)
        self.assertEqual(self.get(made["id"])["phase"], "ready")
        self.release(made)
        key = self.client.must(200, "GET", "keys")["keys"][0]
        self.assert_wrong(self.bob.ask("DELETE", f"keys/{key['id']}"), 404)
        self.assertEqual(self.client.ask("DELETE", f"keys/{key['id']}")[0], 204)
        self.assert_wrong(self.client.ask("DELETE", f"keys/{key['id']}"), 404)

    def test_without_a_key_prices_are_shown_and_nothing_is_reserved(self):
        estimate = self.bob.must(200, "POST", "estimates", self.small(vcpus=4, memory_gib=8))
        self.assertEqual({offer["cloud"] for offer in self.bob.must(
            200, "POST", "estimates?limit=1000", self.small(vcpus=4, memory_gib=8))["offers"]}, {"aws", "digitalocean"})
        self.assertTrue(estimate["note"])
        problem = self.assert_wrong(self.bob.ask("POST", "reservations", self.small()), 422)
        self.assertIn("keys add", problem["remedy"])

    def test_methods_and_paths(self):
        status, headers, _ = self.client.ask("PUT", "reservations")
        self.assertEqual(status, 405)
        self.assertEqual({word.strip() for word in headers["Allow"].split(",")}, {"GET", "HEAD", "OPTIONS", "POST"})
        self.assertEqual(self.client.ask("HEAD", "reservations")[0], 200)
        self.assertIn(self.client.ask("OPTIONS", "reservations")[0], (200, 204))
        self.assert_wrong(self.client.ask("GET", "reservations/r-unknown"), 404)
        self.assert_wrong(self.client.ask("GET", "reservation"), 404)

    def test_the_open_paths(self):
        self.assertEqual(self.raw("GET", "/healthz")[0], 200)
        status, _, document = self.raw("GET", "/openapi.json")
        self.assertEqual(status, 200)
        self.assertTrue(document["openapi"].startswith("3."))
        for path in ("/users/{UserId}/reservations", "/users/{UserId}/keys", "/users/{UserId}/estimates",
                     "/users/{UserId}/templates/{TemplateId}/reservations"):
            self.assertIn(path, document["paths"])
        text = json.dumps(document)
        for name in re.findall(r'"\$ref": "#/components/schemas/([^"]+)"', text):
            self.assertIn(name, document["components"]["schemas"])
        status, _, metrics = ask(self.mayfly.url, "GET", "/metrics", None, {"Authorization": f"Bearer {self.root.token}"})
        self.assertEqual(status, 200)
        self.assertRegex(metrics, r"(?m)^mayfly_\w+(\{[^}]*\})? [0-9.e+]+$")

    def test_default_regions_belong_to_the_user(self):
        self.assertEqual(self.client.must(200, "PATCH", "", {"regions": ["eu-*", "fra1"]})["regions"], ["eu-*", "fra1"])
        estimate = self.client.must(200, "POST", "estimates?limit=1000", self.small())
        self.assertTrue(all(offer["region"].startswith("eu-") or offer["region"] == "fra1" for offer in estimate["offers"]))
        self.client.must(200, "PATCH", "", {"regions": []})


if __name__ == "__main__":
    harness.main()
