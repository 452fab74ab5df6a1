#!/usr/bin/env python3
"""Keys are revoked and run out while machines live: what waits says why, and a new key ends it."""

import harness
from harness import wait_until

# The second pair of the simulated account; like the first one, an example that nothing else accepts.
NEW_AWS = {"id": "AKIAI44QH8DHBEXAMPLE", "secret": "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY"}
NEW_TOKEN = "dop_v1_" + "fedcba9876543210" * 4


class KeyLife(harness.EndToEnd):
    def setUp(self):
        for cloud in ("aws", "digitalocean"):
            self.state(cloud, "active")
            self.client.must(200, "POST", "keys", self.old_key(cloud))

    def old_key(self, cloud):
        return self.clouds.aws_key() if cloud == "aws" else self.clouds.digitalocean_key()

    def state(self, cloud, state):
        if cloud == "aws":
            key = {"id": self.clouds.access_key_id}
        else:
            key = {"secret": self.clouds.token}
        self.clouds.key({"cloud": cloud, "state": state, **key})

    def new_key(self, cloud):
        """Issued by the cloud; what is to be stored of it."""
        if cloud == "aws":
            self.clouds.key({"cloud": "aws", "state": "active", **NEW_AWS})
            return {"cloud": "aws", "access_key_id": NEW_AWS["id"], "secret_access_key": NEW_AWS["secret"]}
        self.clouds.key({"cloud": "digitalocean", "secret": NEW_TOKEN})
        return {"cloud": "digitalocean", "token": NEW_TOKEN}

    def teardown_resumes(self, cloud, state, code):
        made = self.reserve(clouds=[cloud])
        self.state(cloud, state)
        status, _, body = self.client.ask("DELETE", f"reservations/{made['id']}", headers={"Prefer": "respond-async"})
        self.assertEqual(status, 202, body)
        waiting = wait_until(lambda: self.get(made["id"]).get("waiting"), 40, "the reservation says why it waits")
        self.assertIn(code, waiting)
        self.assertIn(f"mayfly keys add {cloud}", waiting)
        self.assertIn("waiting", self.client.run("show", made["id"]).stdout.lower())
        self.assertEqual(self.get(made["id"])["phase"], "releasing")
        self.assertTrue([one for one in self.machines_of(made["id"]) if not one["ended"]], "it cannot be gone yet")
        self.client.must(200, "POST", "keys", self.new_key(cloud))
        gone = wait_until(lambda: self.get(made["id"])["phase"] == "released" and self.get(made["id"]), 60,
                          "teardown resumes with the new key")
        self.assertIsNone(gone.get("waiting"))
        self.assertFalse([one for one in self.machines_of(made["id"]) if not one["ended"]])

    def test_a_revoked_aws_key_stops_no_teardown_for_good(self):
        self.teardown_resumes("aws", "revoked", "AuthFailure")

    def test_an_expired_session_stops_no_teardown_for_good(self):
        self.teardown_resumes("aws", "expired", "ExpiredToken")

    def test_a_revoked_token_stops_no_teardown_for_good(self):
        self.teardown_resumes("digitalocean", "revoked", "unauthorized")

    def test_a_request_waits_for_a_working_key(self):
        self.state("aws", "revoked")
        status, _, body = self.client.ask("POST", "reservations", self.small(clouds=["aws"]),
                                          headers={"Prefer": "respond-async"})
        self.assertEqual(status, 202, body)
        wait_until(lambda: self.get(body["id"]).get("waiting"), 40, "the reservation says why it waits")
        self.client.must(200, "POST", "keys", self.new_key("aws"))
        wait_until(lambda: self.get(body["id"])["phase"] == "ready", 60, "it is placed with the new key")
        self.release(body)

    def test_a_request_goes_to_the_other_cloud_at_once(self):
        self.state("aws", "revoked")
        made = self.reserve(vcpus=2, memory_gib=2, clouds=["aws", "digitalocean"])
        self.assertEqual(made["placement"]["cloud"], "digitalocean")
        self.release(made)


if __name__ == "__main__":
    harness.main()
