#!/usr/bin/env python3
"""The clouds' bad days, through the product: refused capacity, lost answers, drift, a cloud that is away."""

import json
import socket
import threading

import harness
from harness import in_parallel, wait_until


class BadDays(harness.EndToEnd):
    def tearDown(self):
        self.clouds.heal()

    def attempts_text(self, reservation):
        return [(attempt["cloud"], attempt.get("cloud_code"), attempt["stage"]) for attempt in reservation["attempts"]]

    def test_capacity_means_the_next_offer_and_the_reason_is_shown(self):
        best = self.client.must(200, "POST", "estimates", self.small(clouds=["aws"]))["offers"][0]
        self.clouds.faults({"fault": "capacity", "cloud": "aws", "instance_type": best["instance_type"]})
        made = self.reserve(clouds=["aws"])
        self.assertNotEqual(made["placement"]["instance_type"], best["instance_type"])
        failed = [attempt for attempt in made["attempts"] if attempt.get("cloud_code") == "InsufficientInstanceCapacity"]
        self.assertTrue(failed, self.attempts_text(made))
        self.assertTrue(all(attempt["reason"] for attempt in failed))
        shown = self.client.run("show", made["id"]).stdout
        self.assertIn("InsufficientInstanceCapacity", shown)
        lost = [offer for offer in made["placement"]["considered"] if offer["instance_type"] == best["instance_type"]]
        self.assertEqual(lost[0]["lost_because"], "InsufficientInstanceCapacity")
        self.assertNotIn(made["placement"]["instance_type"],
                         [offer["instance_type"] for offer in made["placement"]["considered"]])
        self.release(made)

    def test_nothing_to_be_had_anywhere_fails_and_leaves_nothing(self):
        self.clouds.faults({"fault": "capacity"})
        status, _, problem = self.client.ask("POST", "reservations", self.small(
            clouds=["digitalocean"], regions=["fra1"], max_price_usd_hour=0.02))
        self.assertEqual(status, 502, problem)
        self.assertEqual(problem["reservation"]["phase"], "failed")
        self.assertTrue(problem["detail"])
        self.assertFalse(self.machines_of(problem["reservation"]["id"]))
        code = self.client.run("up", "--vcpus", 1, "--memory", 1, "--cloud", "digitalocean", "--region", "fra1",
                               "--max-price", "0.02").returncode
        self.assertEqual(code, 8)

    def test_an_answer_that_is_an_error_though_it_happened_doubles_nothing(self):
        self.clouds.faults({"fault": "server_error_after", "cloud": "aws", "operation": "RunInstances", "times": 2},
                           {"fault": "server_error_after", "cloud": "digitalocean", "operation": "create droplets",
                            "times": 1})
        made = in_parallel(*[lambda cloud=cloud: self.reserve(count=2, clouds=[cloud]) for cloud in ("aws", "digitalocean")])
        ledger = self.clouds.ledger()
        for one in made:
            self.assertEqual(len(self.machines_of(one["id"], ledger)), 2)
        self.assert_one_machine_per_slot(self.client.every_reservation(), ledger)
        in_parallel(*[lambda one=one: self.release(one) for one in made])

    def test_throttling_is_waited_out(self):
        self.clouds.faults({"fault": "throttle", "probability": 0.3, "cloud": "aws"})
        made = self.reserve(count=2, clouds=["aws"])
        self.assertEqual(len(self.machines_of(made["id"])), 2)
        self.release(made)

    def test_two_droplets_for_one_name_become_one(self):
        self.clouds.faults({"fault": "duplicate_droplet", "operation": "create droplets", "times": 1})
        made = self.reserve(clouds=["digitalocean"])
        wait_until(lambda: len([one for one in self.machines_of(made["id"]) if not one["ended"]]) == 1, 40,
                   "only one of the two lives")
        self.assertEqual([one["id"] for one in self.get(made["id"])["instances"]],
                         [one["id"] for one in self.machines_of(made["id"]) if not one["ended"]])
        self.release(made)
        self.assertFalse([one for one in self.machines_of(made["id"]) if not one["ended"]])

    def test_a_machine_that_somebody_else_ended_does_not_hinder_the_teardown(self):
        made = in_parallel(*[lambda cloud=cloud: self.reserve(count=2, clouds=[cloud]) for cloud in ("aws", "digitalocean")])
        for one in made:
            self.clouds.end_machine(one["instances"][0]["id"])
        gone = in_parallel(*[lambda one=one: self.release(one) for one in made])
        self.assertEqual([one["phase"] for one in gone], ["released", "released"])
        self.assertEqual(self.clouds.living(), [])


class LostAnswers(harness.EndToEnd):
    """The call happened and the connection stayed silent until our deadline."""

    def test_a_launch_without_answer_is_found_again(self):
        self.clouds.faults({"fault": "timeout_after_success", "cloud": "aws", "operation": "RunInstances", "times": 1})
        made = self.reserve(count=2, clouds=["aws"])
        self.assertTrue([entry for entry in self.events(made) if "did not answer" in entry["message"]])
        self.assertEqual(sorted(machine["id"] for machine in self.machines_of(made["id"])),
                         sorted(one["id"] for one in made["instances"]))
        self.release(made)
        self.assertEqual(self.clouds.living(), [])

    def events(self, reservation):
        self.client.ask("DELETE", f"reservations/{reservation['id']}", None, {"Prefer": "respond-async"})
        text = self.client.ask("GET", f"reservations/{reservation['id']}/events")[2]
        return [json.loads(line[5:]) for line in text.splitlines() if line.startswith("data:")]


class Keys(harness.EndToEnd):
    keys = ()

    def test_a_wrong_key_is_refused_with_the_clouds_own_code(self):
        wrong_secret = {**self.clouds.aws_key(), "secret_access_key": "wrong" * 8}
        problem = self.assert_wrong(self.client.ask("POST", "keys", wrong_secret), 422)
        self.assertEqual(problem["cloud_code"], "SignatureDoesNotMatch")
        unknown = {**self.clouds.aws_key(), "access_key_id": "AKIAIOSFODNN7UNKNOWN"}
        problem = self.assert_wrong(self.client.ask("POST", "keys", unknown), 422)
        self.assertEqual(problem["cloud_code"], "InvalidClientTokenId")
        problem = self.assert_wrong(self.client.ask("POST", "keys", {"cloud": "digitalocean", "token": "dop_v1_" + "0" * 64}), 422)
        self.assertTrue(problem["cloud_code"])
        self.assertEqual(self.client.must(200, "GET", "keys")["keys"], [])
        done = self.client.run("keys", "add", "digitalocean", "--stdin", input="wrong\n")
        self.assertEqual(done.returncode, 7)
        self.assertNotIn("wrong", done.stdout + done.stderr)


class CloudAway(harness.EndToEnd):
    """Nothing listens at the clouds' addresses, or something that is no cloud."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.made = cls.client.must(201, "POST", "reservations",
                                   {"kind": "vm", "count": 1, "vcpus": 1, "memory_gib": 1, "clouds": ["digitalocean"]})
        cls.address = cls.clouds.url.removeprefix("http://")

    def test_a_cloud_that_is_away_is_waited_for(self):
        other = self.mayfly.client("bob", self.mayfly.add_user("bob"))
        self.clouds.process.send_signal(19)  # SIGSTOP: connections are taken and never answered
        try:
            began = self.client.must(202, "DELETE", f"reservations/{self.made['id']}", None, {"Prefer": "wait=2"})
            self.assertEqual(began["phase"], "releasing")
        finally:
            self.clouds.process.send_signal(18)
        wait_until(lambda: self.get(self.made["id"])["phase"] == "released", 90, "it is released once the cloud is back")
        self.clouds.stop()
        for key in (self.clouds.aws_key(), self.clouds.digitalocean_key()):
            self.assert_wrong(other.ask("POST", "keys", key), 502)
        self.assertEqual(other.must(200, "GET", "keys")["keys"], [])
        self.no_cloud_at_all(other)

    def no_cloud_at_all(self, other):
        """Something listens, answers, and is not a cloud."""
        host, port = self.address.split(":")
        with socket.create_server((host, int(port))) as listener:
            listener.settimeout(0.5)
            done = threading.Event()

            def answer():
                while not done.is_set():
                    try:
                        connection, _ = listener.accept()
                    except TimeoutError:
                        continue
                    with connection:
                        connection.recv(65536)
                        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nConnection: close\r\n\r\n<html>hello>")

            thread = threading.Thread(target=answer)
            thread.start()
            try:
                for key in (self.clouds.aws_key(), self.clouds.digitalocean_key()):
                    self.assert_wrong(other.ask("POST", "keys", key), 502)
            finally:
                done.set()
                thread.join()


if __name__ == "__main__":
    harness.main()
