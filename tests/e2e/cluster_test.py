#!/usr/bin/env python3
"""Clusters of EMR from the command line to the clouds' invoice, with everything that EMR is known for on the way.

EMR accepts nearly everything and fails minutes later, has no token that makes a launch safe to repeat, and allows
few calls. The judge is the clouds' own ledger, where a cluster is one entry with its nodes.
"""

import json
import re
import signal
import subprocess
import time

import harness
from harness import in_parallel, wait_until

MICRO = 1_000_000
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBd7pYV0m2c8sMyqUuXoTCe4DUHDKR3TcpJDVXiJg5cE ann@example.com\n"

# What ssh looks like from here: it listens on the ports that it was told to carry, until it is ended.
PLAYED_SSH = """#!/usr/bin/python3
import socket, sys, time
ports = [int(word.split(":")[0]) for word in sys.argv if ":localhost:" in word]
sockets = [socket.create_server(("127.0.0.1", port)) for port in ports]
time.sleep(60)
"""


class Cluster(harness.EndToEnd):
    speed = 200  # two to five seconds from the launch to WAITING
    keys = ("aws",)
    config = """
[clouds.aws]
rate_percent = 20000

[clouds.emr]
rate_percent = 20000

[patience]
poll = "1s"
steady = "1s"
clusters = "1s"
look_up = "2s"
absence = "1s"
tombstone = "10s"
vanish = "3s"
"""

    def tearDown(self):
        self.clouds.heal()
        in_parallel(*[lambda one=one: self.release(one) for one in self.client.every_reservation("current")])
        self.assertEqual(self.clouds.living(), [])

    def cluster(self, **more):
        return {"kind": "cluster", "nodes": 3, **more}

    def ask_for(self, **more):
        """The reservation, ready or failed."""
        status, _, answer = self.client.ask("POST", "reservations", self.cluster(**more))
        self.assertIn(status, (201, 502), answer)
        return answer if status == 201 else answer["reservation"]

    def refuse(self, fault, **more):
        self.clouds.faults({"fault": fault, "cloud": "emr", "operation": "RunJobFlow", **more})

    def given_up(self, reservation):
        return [attempt for attempt in reservation["attempts"] if attempt["stage"] == "ended"]

    def assert_one_cluster(self, reservation):
        """Exactly one lives, it is the one that is shown, and it has its nodes."""
        self.assertEqual(reservation["phase"], "ready", reservation)
        living = [machine for machine in self.machines_of(reservation["id"]) if not machine["ended"]]
        self.assertEqual([machine["id"] for machine in living], [reservation["cluster"]["id"]])
        self.assertEqual(living[0]["cloud"], "emr")
        self.assertEqual(living[0]["nodes"], reservation["request"]["nodes"])

    def final(self, reservation_id):
        return wait_until(lambda: (one := self.get(reservation_id))["cost"]["final"] and one, 60, "the bill is final")

    def invoice(self, reservation_id):
        """What AWS bills for it, in micro-dollars: summed exactly, rounded once, half up."""
        exact = sum(machine["exact_cost"] for machine in self.machines_of(reservation_id))
        unit = 730 * 3600
        return (2 * exact + unit) // (2 * unit)

    def assert_billed_to_the_cent(self, reservation_id):
        cost = self.final(reservation_id)["cost"]
        self.assertEqual(round(cost["usd"] * MICRO) + round(cost["tail_usd"] * MICRO), self.invoice(reservation_id))
        self.assertGreater(cost["usd"], 0)


class CommandLine(Cluster):
    def must(self, *arguments, **options):
        done = self.client.run(*arguments, **options)
        self.assertEqual(done.returncode, 0, f"{arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def up(self, *arguments):
        key = self.folder / "id.pub"
        key.write_text(PUBLIC_KEY)
        said = self.must("up", "--cluster", "--nodes", 3, "--lease", "2h", "--ssh-key", key, *arguments)
        return re.search(r"\br-\w+", said)[0], said

    def test_from_the_request_to_the_bill(self):
        priced = self.client.json("price", "--cluster", "--nodes", 3, "--lease", "2h")["offers"][0]
        made, said = self.up("--name", "spark")
        shown = self.get(made)
        self.assert_one_cluster(shown)
        cluster = shown["cluster"]
        self.assertEqual(cluster["applications"], ["Hadoop", "Spark", "Ganglia", "Zeppelin"])
        self.assertEqual(cluster["zeppelin_url"], f"http://{cluster['master_dns']}:8890/")
        for told in (cluster["id"], cluster["master_dns"], cluster["zeppelin_url"], cluster["ganglia_url"],
                     cluster["ssh_tunnel"], f"mayfly open {made}", f"mayfly down {made}"):
            self.assertIn(told, said)
        self.assertEqual((shown["placement"]["instance_type"], shown["placement"]["price_usd_hour"]),
                         (priced["instance_type"], priced["price_usd_hour"]))
        self.assertRegex(self.must("ls"), rf"{made}\s+spark\s+cluster\s+ready\s+3 ")
        self.assertIn(cluster["zeppelin_url"], self.must("show", made))
        self.must("extend", made, "1h")
        swept = self.must("sweep", "--dry-run")
        self.assertRegex(swept, r"(?m)^\d+ places listed: 1 machine .* 1 of them known, 0 strays$")
        self.assertNotIn("Missing", swept)
        self.assertIn("its cluster was observed to have ended", self.must("down", made))
        self.assertEqual([machine["state"] for machine in self.machines_of(made)], ["terminated"])
        self.assert_billed_to_the_cent(made)
        self.assertIn(made, self.must("costs", "--by", "reservation"))

    def test_its_pages_are_opened_by_ssh(self):
        made, _ = self.up()
        master = self.get(made)["cluster"]["master_dns"]
        self.assertEqual(self.must("open", made, "zeppelin", "--print"),
                         f"ssh -N -L 8890:localhost:8890 hadoop@{master}\n")
        self.assertEqual(self.client.run("open", made, "hue").returncode, 2)
        tools = self.folder / "tools"
        tools.mkdir()
        self.assertEqual(self.client.run("open", made, environment={"PATH": str(tools)}).returncode, 1)
        (tools / "ssh").write_text(PLAYED_SSH)
        (tools / "ssh").chmod(0o755)
        process = subprocess.Popen([str(self.mayfly.binary), "open", made, "zeppelin"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, env=self.client.environment(PATH=str(tools)))
        said = [process.stdout.readline() for _ in range(3)]
        self.assertIn(f"hadoop@{master}", said[0])
        port = int(re.search(r"http://localhost:(\d+)/", said[1])[1])
        process.send_signal(signal.SIGINT)
        words = process.communicate(timeout=20)[1]
        self.assertEqual(process.returncode, 130, words)
        self.assertIn(f"mayfly down {made}", words)
        wait_until(lambda: self.refuses(port), 10, "the tunnel ended with its command")
        self.must("down", made)

    def refuses(self, port):
        try:
            harness.ask(f"http://127.0.0.1:{port}", "GET", "/", timeout=1)
        except ConnectionRefusedError:
            return True
        except OSError:
            return False
        return False

    def test_sandboxes_are_saved_and_launched_again(self):
        machine, first = in_parallel(
            lambda: self.client.json("up", "--vcpus", 1, "--memory", 1, "--lease", "1h"),
            lambda: self.client.json("up", "--cluster", "--nodes", 3, "--lease", "1h"))
        self.must("template", "save", machine["id"], "sandbox_vm")
        self.assertIn("cluster of 3 nodes", self.must("template", "save", first["id"], "sandbox_cluster"))
        self.assertRegex(self.must("template", "ls"), r"(?s)sandbox_cluster .*cluster of 3 nodes.*sandbox_vm .*1 machine")
        again_machine, again, smaller = in_parallel(
            lambda: self.client.json("up", "--template", "sandbox_vm"),
            lambda: self.client.json("up", "--template", "sandbox_cluster"),
            lambda: self.client.json("up", "--template", "sandbox_cluster", "--nodes", 1))
        self.assertEqual(again["request"], first["request"])
        self.assertEqual(again_machine["request"], machine["request"])
        self.assertEqual((smaller["cluster"]["nodes"], smaller["request"]["lease"]), (1, "1h"))
        for one in (first, again, smaller):
            self.assert_one_cluster(one)
        self.must("down", "--all")
        for one in (first, again, smaller, machine, again_machine):
            self.assert_billed_to_the_cent(one["id"])


class Failures(Cluster):
    def test_a_zone_without_capacity_is_found_out_later_and_the_next_one_is_taken(self):
        self.refuse("capacity", times=1)
        made = self.ask_for()
        self.assert_one_cluster(made)
        [lost] = self.given_up(made)
        self.assertIn("out of capacity", lost["reason"])
        placed = made["placement"]
        self.assertEqual((placed["region"], placed["instance_type"]), (lost["region"], lost["instance_type"]))
        self.assertNotEqual(placed["zone"], lost["zone"])
        self.assertIn("out of capacity", self.client.run("show", made["id"]).stdout)
        self.release(made)
        self.assert_billed_to_the_cent(made["id"])

    def test_missing_roles_are_answered_with_the_command_that_makes_them(self):
        self.clouds.account({"emr_roles": False})
        done = self.client.run("up", "--cluster", "--nodes", 2)
        self.assertEqual(done.returncode, 8, done.stderr)
        self.assertIn("aws emr create-default-roles", done.stderr)
        self.clouds.account({"emr_roles": True})
        self.refuse("missing_roles_later", times=1)
        failed = self.ask_for()
        self.assertEqual(failed["phase"], "failed", failed)
        self.assertIn("aws emr create-default-roles", failed["end_reason"])
        self.assertEqual(len(failed["attempts"]), 1, "no other offer would help")
        self.assertEqual(self.clouds.living(), [])

    def test_an_answer_that_is_lost_makes_no_second_cluster(self):
        self.clouds.faults(*[{"fault": fault, "cloud": "emr", "operation": "RunJobFlow", "times": 2}
                             for fault in ("server_error_after", "server_error_before")])
        for made in in_parallel(*[self.ask_for] * 4):
            self.assert_one_cluster(made)
            self.assertEqual(len(self.machines_of(made["id"])), 1)
            self.assertEqual(len(made["attempts"]), 1, made["attempts"])

    def test_what_is_wrong_with_a_request_is_said_at_once(self):
        before = len(self.clouds.ledger())
        for field, more in (("nodes", {"nodes": None}), ("open_to", {"open_to": "0.0.0.0/0"}), ("count", {"count": 2}),
                            ("applications", {"release": "emr-7.0.0", "applications": ["Ganglia"]}),
                            ("subnet", {"subnet": "subnet-1"})):
            self.assert_wrong(self.client.ask("POST", "reservations", self.cluster(**more)), 422, field)
        self.assert_wrong(self.client.ask("POST", "reservations", self.small(nodes=3)), 422, "nodes")
        status, _, answer = self.client.ask("POST", "reservations", self.cluster(instance_type="t3.xlarge"))
        self.assertEqual((status, answer["code"]), (422, "unsatisfiable"), answer)
        self.assertEqual(self.client.run("up", "--nodes", 3).returncode, 2)
        self.assertEqual(len(self.clouds.ledger()), before)


class Ends(Cluster):
    def test_its_lease_ends_it(self):
        made = self.ask_for(lease="12s", nodes=2)
        self.assert_one_cluster(made)
        released = wait_until(lambda: (one := self.get(made["id"]))["phase"] == "released" and one, 60, "its lease ended")
        self.assertIn("lease", released["end_reason"])
        self.assertEqual([machine["by_itself"] for machine in self.machines_of(made["id"])], [False])
        self.assert_billed_to_the_cent(made["id"])

    def test_aws_ends_one_that_is_idle_even_when_mayfly_is_gone(self):
        made = self.ask_for(idle_timeout="20m", nodes=1)  # six seconds here
        self.assert_one_cluster(made)
        self.mayfly.kill()
        wait_until(lambda: not self.clouds.living(), 60, "AWS ended it by itself")
        self.mayfly.start()
        over = wait_until(lambda: (one := self.get(made["id"]))["phase"] in ("released", "failed") and one, 60, "seen")
        self.assertIn("idle", json.dumps(over))
        self.assertEqual(len(self.machines_of(made["id"])), 1, "it is not replaced")
        self.assert_billed_to_the_cent(made["id"])


class Crashes(Cluster):
    def test_killed_while_it_launches_and_while_it_ends(self):
        made = {}
        for number, moment in enumerate((0.0, 0.15, 0.6)):
            key = {"Idempotency-Key": f"cluster-{number}", "Prefer": "respond-async"}
            body = self.cluster(name=f"crash-{number}")
            asked = self.client.must(202, "POST", "reservations", body, key)
            time.sleep(moment)
            self.mayfly.kill()
            self.mayfly.start()
            again = self.client.must(202, "POST", "reservations", body, key)
            self.assertEqual(again["id"], asked["id"])
            made[asked["id"]] = again
        ready = [wait_until(lambda one=one: (now := self.get(one))["phase"] == "ready" and now, 60, "it is ready")
                 for one in made]
        for one in ready:
            self.assert_one_cluster(one)
            self.assertEqual(len(self.machines_of(one["id"])), len(one["attempts"]))
        for one in made:
            self.client.must(202, "DELETE", f"reservations/{one}", None, {"Prefer": "respond-async"})
        self.mayfly.kill()
        self.mayfly.start()
        for one in made:
            wait_until(lambda one=one: self.get(one)["phase"] == "released", 60, "it is gone")
            self.assert_billed_to_the_cent(one)


if __name__ == "__main__":
    harness.main()
