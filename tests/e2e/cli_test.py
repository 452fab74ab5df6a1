#!/usr/bin/env python3
"""The command line as people and scripts use it: its words, its --json, its exit codes, its Ctrl-C."""

import os
import pathlib
import pty
import re
import select
import signal
import stat
import subprocess
import sys
import time
import unittest

import harness
from harness import ROOT


class CommandLine(harness.EndToEnd):
    def assert_code(self, code, *arguments, **options):
        done = self.client.run(*arguments, **options)
        self.assertEqual(done.returncode, code, f"{arguments}: {done.stdout}{done.stderr}")
        return done

    def test_the_main_job(self):
        self.assertIn("digitalocean", self.assert_code(0, "keys", "ls").stdout)
        self.assert_code(0, "keys", "test", "aws")
        table = self.assert_code(0, "price", "--vcpus", 2, "--memory", 4, "--lease", "2h", "--limit", 5).stdout
        self.assertEqual(len(re.findall(r"\$0\.\d+", table)) >= 10, True, table)
        up = self.assert_code(0, "up", "--vcpus", 1, "--memory", 1, "--count", 2, "--lease", "1h", "--name", "one").stdout
        reservation_id = re.search(r"\br-\w+", up)[0]
        for instance in self.get(reservation_id)["instances"]:
            self.assertIn(instance["public_ip"], up)
        self.assertIn(reservation_id, self.assert_code(0, "ls").stdout)
        shown = self.client.json("show", reservation_id[:-2])
        self.assertEqual(shown["id"], reservation_id)
        self.assert_code(0, "extend", reservation_id, "1h")
        self.assertEqual(self.client.json("extend", reservation_id, "--to", "3h")["request"], shown["request"])
        self.assert_code(0, "template", "save", reservation_id, "pair")
        self.assertIn("pair", self.assert_code(0, "template", "ls").stdout)
        again = self.client.json("up", "--template", "pair", "--name", "two", "--count", 1)
        self.assertEqual((again["phase"], again["request"]["count"]), ("ready", 1))
        self.assert_code(0, "down", reservation_id, again["id"])
        self.assertNotIn(reservation_id, self.assert_code(0, "ls").stdout)
        self.assertIn(reservation_id, self.assert_code(0, "ls", "--all").stdout)
        self.assertIn("released", self.assert_code(0, "show", reservation_id).stdout)
        self.assert_code(0, "template", "rm", "pair")
        self.assertEqual(self.clouds.living(), [])

    def test_exit_codes(self):
        self.assert_code(2, "up", "--colour", "red")
        self.assert_code(2, "frobnicate")
        self.assert_code(4, "show", "r-unknown")
        self.assert_code(4, "template", "show", "unknown")
        self.assert_code(5, "up", "--vcpus", 0, "--memory", 1)
        self.assert_code(5, "price", "--vcpus", 1, "--memory", 1, "--max-price", "0.000001")
        self.assert_code(3, "ls", environment={"MAYFLY_TOKEN": "wrong"})
        self.assert_code(3, "ls", "--user", "somebody")
        self.assert_code(9, "ls", environment={"MAYFLY_URL": "http://127.0.0.1:9"})
        self.assert_code(0, "--version")
        helped = self.assert_code(0, "--help").stdout
        for command in ("up", "down", "ls", "show", "extend", "keys", "price", "template", "login", "serve"):
            self.assertRegex(helped, rf"(?m)^  {command} ")
            self.assert_code(0, command, "--help")

    def test_an_error_says_what_to_do_next(self):
        done = self.assert_code(5, "price", "--vcpus", 1, "--memory", 1, "--max-price", "0.000001", "--json")
        self.assertIn("relax", done.stderr)
        done = self.assert_code(3, "ls", environment={"MAYFLY_URL": "", "MAYFLY_USER": "", "MAYFLY_TOKEN": ""})
        self.assertIn("mayfly login", done.stderr)

    def test_login_keeps_the_token_for_the_owner_only(self):
        home = self.folder / "home"
        home.mkdir()
        plain = {"MAYFLY_URL": "", "MAYFLY_USER": "", "MAYFLY_TOKEN": "", "HOME": str(home)}
        self.assert_code(0, "login", self.mayfly.url, "--user", harness.USER, "--token-stdin", environment=plain,
                         input=self.client.token + "\n")
        [stored] = list(home.rglob("client.toml"))
        self.assertEqual(stat.S_IMODE(stored.stat().st_mode), 0o600)
        self.assert_code(0, "ls", environment=plain)
        other = self.mayfly.url.replace("127.0.0.1", "localhost")  # the same server, but not the one it is for
        self.assert_code(3, "ls", "--url", other, "--user", harness.USER, environment=plain)
        self.assert_code(0, "logout", environment=plain)
        self.assert_code(3, "ls", environment=plain)

    def test_a_secret_is_asked_for_without_echo(self):
        controller, terminal = pty.openpty()
        process = subprocess.Popen([str(self.mayfly.binary), "keys", "add", "digitalocean"], stdin=terminal, stdout=terminal,
                                   stderr=terminal, env=self.client.environment(TERM="xterm"), start_new_session=True)
        os.close(terminal)
        said = self.read_until(controller, "not shown")
        os.write(controller, (self.clouds.token + "\n").encode())
        said += self.read_until(controller, "account")
        self.assertEqual(process.wait(20), 0)
        os.close(controller)
        self.assertNotIn(self.clouds.token, said)

    def read_until(self, controller, word):
        said, give_up = "", time.monotonic() + 20
        while word not in said and time.monotonic() < give_up:
            if select.select([controller], [], [], 0.2)[0]:
                try:
                    said += os.read(controller, 4096).decode(errors="replace")
                except OSError:
                    break
        self.assertIn(word, said)
        return said


class ControlC(harness.EndToEnd):
    speed = 10

    def test_control_c_leaves_the_reservation_and_says_how_to_go_on(self):
        process = subprocess.Popen([str(self.mayfly.binary), "up", "--vcpus", "1", "--memory", "1", "--name", "left"],
                                   env=self.client.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        made = harness.wait_until(lambda: [one for one in self.client.every_reservation("current")
                                           if one.get("name") == "left"], 20, "it is asked for")[0]
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        said, words = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130, words)
        self.assertIn(f"mayfly show {made['id']} --follow", said + words)
        self.assertIn(f"mayfly down {made['id']}", said + words)
        followed = self.client.run("show", made["id"], "--follow")
        self.assertEqual(followed.returncode, 0, followed.stderr)
        self.assertEqual(self.get(made["id"])["phase"], "ready")
        self.release(made)

    def test_a_command_survives_a_restart_of_the_server(self):
        process = subprocess.Popen([str(self.mayfly.binary), "up", "--vcpus", "1", "--memory", "1", "--json"],
                                   env=self.client.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        harness.wait_until(lambda: self.client.every_reservation("current"), 20, "it is asked for")
        self.mayfly.kill()
        self.mayfly.start()
        said, words = process.communicate(timeout=90)
        self.assertEqual(process.returncode, 0, words)
        found = self.client.every_reservation("current")
        self.assertEqual([one["id"] for one in found if one["id"] in said], [one["id"] for one in found])
        self.assert_one_machine_per_slot(self.client.every_reservation(), self.clouds.ledger())
        self.assertEqual(self.client.run("down", "--all").returncode, 0)


class GuidedWalk(unittest.TestCase):
    """What ./run --once shows, without the installation and the build before it."""

    def folders(self):
        return sorted(pathlib.Path(harness.BINARIES).parent.glob("run-*"))

    def test_every_step_does_what_it_says(self):
        before = self.folders()
        done = subprocess.run([sys.executable, str(ROOT / "scripts/guided_walk.py"), "--binaries", str(harness.BINARIES),
                               "--mode", "once"], capture_output=True, text=True, timeout=170, cwd="/",
                              stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertGreaterEqual(done.stdout.count("checked:"), 8)
        self.assertEqual(self.folders(), before)

    def test_interrupting_it_ends_everything(self):
        process = subprocess.Popen([sys.executable, str(ROOT / "scripts/guided_walk.py"), "--binaries",
                                    str(harness.BINARIES), "--mode", "once"], stdout=subprocess.PIPE, text=True)
        addresses = []
        while len(addresses) < 2:
            addresses += re.findall(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
        self.assertEqual(process.returncode, 130)
        for address in addresses:
            with self.assertRaises(ConnectionRefusedError):
                harness.ask(address, "GET", "/healthz")


if __name__ == "__main__":
    harness.main()
