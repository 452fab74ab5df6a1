#!/usr/bin/env python3
"""What operators rely on: one server per data, rights of files, secrets at rest, configuration, ends."""

import os
import re
import signal
import stat
import subprocess
import time

import harness


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


class Installation(harness.EndToEnd):
    def serve(self, *arguments, **environment):
        return subprocess.run([str(self.mayfly.binary), "serve", *map(str, arguments)], capture_output=True, text=True,
                              env={**self.mayfly.environment, **environment}, timeout=20)

    def test_secrets_rest_sealed_and_are_in_no_log(self):
        made = self.reserve()
        self.client.run("keys", "add", "aws", "--from-env",
                        environment={**self.clouds.key_environment(), "AWS_SECRET_ACCESS_KEY": "wrong-but-secret"})
        self.release(made)
        secrets = [self.clouds.secret_access_key, self.clouds.token, self.client.token, "wrong-but-secret"]
        files = [path for path in self.folder.rglob("*") if path.is_file() and path.name != "cloudsim.log"]
        self.assertIn("mayfly.db", [path.name for path in files])
        self.assertIn("mayfly.log", [path.name for path in files])
        for path in files:
            content = path.read_bytes()
            for secret in secrets:
                self.assertNotIn(secret.encode(), content, path)
        said = self.client.run("keys", "ls", "--json").stdout + self.client.run("show", made["id"], "--json").stdout
        for secret in secrets:
            self.assertNotIn(secret, said)

    def test_only_the_owner_may_read_the_data(self):
        data = self.mayfly.data
        self.assertEqual(mode(data), 0o700)
        self.assertEqual(mode(data / "master.key"), 0o600)
        for path in data.iterdir():
            self.assertEqual(mode(path) & 0o077, 0, path)

    def test_a_second_server_on_the_same_data_is_refused(self):
        done = self.serve("--listen", "127.0.0.1:0", "--data", self.mayfly.data)
        self.assertEqual(done.returncode, 6, done.stderr)
        self.assertIn("Another Mayfly server", done.stderr)
        self.assertEqual(harness.ask(self.mayfly.url, "GET", "/healthz")[0], 200)

    def test_an_address_that_is_taken_is_said(self):
        address = self.mayfly.url.removeprefix("http://")
        done = self.serve("--listen", address, "--data", self.folder / "other")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(address.split(":")[1], done.stderr)

    def test_without_tokens_only_on_loopback(self):
        done = self.serve("--listen", "0.0.0.0:0", "--auth", "none", "--data", self.folder / "open")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("loopback", done.stderr)

    def test_a_user_exists_once(self):
        again = subprocess.run([str(self.mayfly.binary), "user", "add", harness.USER, "--data", str(self.mayfly.data)],
                               env=self.mayfly.environment, capture_output=True, text=True, timeout=20)
        self.assertEqual(again.returncode, 6, again.stderr)

    def check_config(self, text):
        file = self.folder / "checked.toml"
        file.write_text(text)
        return subprocess.run([str(self.mayfly.binary), "config", "check", "--config", str(file)],
                              env=self.mayfly.environment, capture_output=True, text=True, timeout=20)

    def test_config_check_names_what_is_wrong(self):
        self.assertEqual(self.check_config('[clouds.aws]\nendpoint = "http://127.0.0.1:5000"\n').returncode, 0)
        for text, named in (('[server]\nlisten = "8080"\n', "listen"), ('[server]\ncolour = "red"\n', "server.colour"),
                            ("[server\n", "line"), ('[clouds.azure]\nendpoint = "http://x"\n', "clouds.azure"),
                            ("[patience]\npoll = 5\n", "patience.poll")):
            done = self.check_config(text)
            self.assertNotEqual(done.returncode, 0, text)
            self.assertIn(named, done.stderr)

    def test_the_documented_configuration_is_accepted(self):
        page = (harness.ROOT / "docs" / "configuration.md").read_text()
        examples = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
        self.assertTrue(examples)
        tls = self.folder / "tls"
        tls.mkdir()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-subj", "/CN=mayfly", "-keyout", str(tls / "key.pem"), "-out", str(tls / "chain.pem")],
                       capture_output=True, check=True, timeout=60)
        for text in examples:
            done = self.check_config(text.replace("/etc/mayfly/tls", str(tls)))
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_wrong_master_key_opens_nothing(self):
        self.mayfly.stop()
        try:
            wrong = self.serve("--listen", "127.0.0.1:0", "--data", self.mayfly.data, MAYFLY_MASTER_KEY="00" * 31)
            self.assertNotEqual(wrong.returncode, 0)
            os.chmod(self.mayfly.data / "master.key", 0o644)
            refused = self.serve("--listen", "127.0.0.1:0", "--data", self.mayfly.data)
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("master.key", refused.stderr)
        finally:
            os.chmod(self.mayfly.data / "master.key", 0o600)
            self.mayfly.start()


class GracefulEnd(harness.EndToEnd):
    speed = 10

    def test_sigterm_ends_it_soon_and_the_next_start_goes_on(self):
        made = self.client.must(202, "POST", "reservations", self.small(count=2), {"Prefer": "respond-async"})
        for number in (signal.SIGTERM, signal.SIGINT):
            began = time.monotonic()
            self.mayfly.server.process.send_signal(number)
            self.assertEqual(self.mayfly.server.process.wait(20), 0)
            self.assertLess(time.monotonic() - began, 10)
            self.mayfly.start()
        harness.wait_until(lambda: self.get(made["id"])["phase"] == "ready", 60, "it becomes ready")
        self.assertEqual(len(self.machines_of(made["id"])), 2)
        self.release(made)
        self.assertEqual(self.clouds.living(), [])

    def test_who_waits_is_told_at_the_end(self):
        started = time.monotonic()

        def waiting():
            try:
                return self.client.ask("POST", "reservations", self.small(name="waits"), timeout=30)[0]
            except OSError:
                return None

        def ending():
            time.sleep(0.7)
            self.mayfly.stop()

        status, _ = harness.in_parallel(waiting, ending)
        self.assertLess(time.monotonic() - started, 15)
        self.assertIn(status, (None, 201, 202, 503))
        self.mayfly.start()
        one = harness.wait_until(lambda: [one for one in self.client.every_reservation("current")
                                          if one.get("name") == "waits" and one["phase"] == "ready"], 60, "it goes on")
        self.release(one[0])


if __name__ == "__main__":
    harness.main()
