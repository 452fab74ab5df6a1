#!/usr/bin/env python3
"""Being told: webhooks and e-mail, against receivers, a verifier and a mail server that are not ours."""

import base64
import email
import email.policy
import http.server
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time

import harness
from harness import wait_until

NOTIFY = harness.FAST + """
[notify]
allow_private = true
retry_min = "1s"
retry_max = "2s"
"""


def packages_of_others():
    """Makes aiosmtpd and standardwebhooks importable; see tests/interop/notify.txt."""
    script = harness.ROOT / "tests" / "interop" / "python_env.sh"
    python = subprocess.run([script, "notify"], capture_output=True, text=True, check=True).stdout.strip()
    where = subprocess.run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
                           capture_output=True, text=True, check=True).stdout.strip()
    if where not in sys.path:
        sys.path.append(where)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Receiver:
    """Keeps what it is sent. It can be down, and answer as it is told."""

    def __init__(self):
        self.port = free_port()
        self.heard = []
        self.status = 204
        self.server = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/hook"

    def up(self):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.heard.append((dict(self.headers.items()), body))
                self.send_response(outer.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def down(self):
        self.server.shutdown()
        self.server.server_close()
        self.server = None

    def events(self, reservation=None):
        events = [json.loads(body) for _, body in list(self.heard)]
        return [one for one in events if reservation is None or one.get("reservation", {}).get("id") == reservation]

    def types(self, reservation=None):
        return [one["type"] for one in self.events(reservation)]


def journal_of(client, reservation):
    """What the event stream of a reservation that is over shows."""
    status, _, text = client.ask("GET", f"reservations/{reservation}/events")
    assert status == 200, text
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: ")]


class Told(harness.EndToEnd):
    """With a webhook of its own for each test."""
    config = NOTIFY

    @classmethod
    def setUpClass(cls):
        packages_of_others()
        super().setUpClass()

    def setUp(self):
        self.receiver = Receiver().up()
        self.webhook = self.client.must(201, "POST", "webhooks", {"url": self.receiver.url})
        self.addCleanup(lambda: self.receiver.server and self.receiver.down())
        self.addCleanup(self.client.ask, "DELETE", f"webhooks/{self.webhook['id']}")

    def deliveries(self):
        return self.client.must(200, "GET", f"webhooks/{self.webhook['id']}/deliveries?limit=1000")["deliveries"]

    def all_delivered(self):
        deliveries = self.deliveries()
        return deliveries and all(one["status"] == "delivered" for one in deliveries)

    def assert_whole_story(self, reservation):
        """Everything that the journal tells was heard, in its order, none of it differently the second time."""
        journal = [one for one in journal_of(self.client, reservation)
                   if one["type"] not in ("note",) and not (one["type"] == "phase" and one["phase"] == "pending")]
        bodies = {}
        order = []
        for one in self.receiver.events(reservation):
            if one["id"] not in bodies:
                order.append(one["id"])
            self.assertEqual(bodies.setdefault(one["id"], one), one)
        self.assertEqual(order, sorted(order))
        told = [bodies[name]["message"] for name in order if bodies[name]["type"] not in
                ("reservation.lost", "reservation.expired")]
        self.assertEqual(told, [one["message"] for one in journal])

    def assert_signed(self, secret):
        from standardwebhooks.webhooks import Webhook
        for headers, body in self.receiver.heard:
            Webhook(secret).verify(body, headers)


class Webhooks(Told):
    def test_a_receiver_hears_the_whole_story_signed(self):
        made = self.reserve(name="told")
        self.release(made)
        wait_until(lambda: "reservation.released" in self.receiver.types(made["id"]), 20, "released is told")
        wait_until(self.all_delivered, 20, "everything is delivered")
        self.assert_signed(self.webhook["secret"])
        self.assert_whole_story(made["id"])
        ready = next(one for one in self.receiver.events(made["id"]) if one["type"] == "reservation.ready")
        self.assertEqual(ready["reservation"]["addresses"], [one["public_ip"] for one in made["instances"]])
        self.assertEqual(ready["reservation"]["name"], "told")
        headers, body = self.receiver.heard[0]
        self.assertRegex(headers["User-Agent"], r"^Mayfly/\d")
        self.assertEqual(headers["Webhook-Id"], json.loads(body)["id"])

    def test_a_forged_or_changed_call_is_found_out(self):
        from standardwebhooks.webhooks import Webhook, WebhookVerificationError
        self.client.must(202, "POST", f"webhooks/{self.webhook['id']}/test")
        wait_until(lambda: self.receiver.heard, 20, "the test is heard")
        headers, body = self.receiver.heard[0]
        with self.assertRaises(WebhookVerificationError):
            Webhook(self.webhook["secret"]).verify(body.replace(b"test", b"text"), headers)
        with self.assertRaises(WebhookVerificationError):
            Webhook("whsec_" + base64.b64encode(os.urandom(32)).decode()).verify(body, headers)

    def test_a_receiver_that_was_down_hears_it_later_in_order(self):
        self.receiver.down()
        made = self.reserve()
        wait_until(lambda: any(one["attempts"] for one in self.deliveries()), 20, "it was tried")
        self.assertEqual({one["status"] for one in self.deliveries()}, {"pending"})
        self.release(made)
        wait_until(lambda: self.client.must(200, "GET", f"webhooks/{self.webhook['id']}")["status"] == "failing",
                   30, "the webhook is shown failing")
        self.receiver.up()
        wait_until(self.all_delivered, 60, "everything is delivered")
        self.assert_whole_story(made["id"])
        self.assertEqual(self.client.must(200, "GET", f"webhooks/{self.webhook['id']}")["status"], "active")

    def test_an_end_behind_our_back_is_told(self):
        made = self.reserve(clouds=["aws"])  # which shows what has ended; elsewhere it has to be missing for minutes
        self.clouds.end_machine(made["instances"][0]["id"])
        wait_until(lambda: "reservation.lost" in self.receiver.types(made["id"]), 60, "the loss is told")
        self.client.must(200, "DELETE", f"reservations/{made['id']}")

    def test_a_lease_end_is_told(self):
        made = self.reserve(lease="5s")
        wait_until(lambda: "reservation.expired" in self.receiver.types(made["id"]), 60, "the end of the lease is told")
        self.assertIn("reservation.lease_warning", self.receiver.types(made["id"]))

    def test_redelivery_and_replay_send_the_same_again(self):
        made = self.reserve()
        self.release(made)
        wait_until(lambda: "reservation.released" in self.receiver.types(made["id"]), 20, "released is told")
        wait_until(self.all_delivered, 20, "everything is delivered")
        told = list(self.receiver.heard)
        newest = self.deliveries()[0]
        done = self.client.run("webhooks", "redeliver", self.webhook["id"], newest["id"])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.receiver.heard[-1][1], told[-1][1])
        self.receiver.heard.clear()
        done = self.client.run("webhooks", "replay", self.webhook["id"], made["created_at"])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(str(len(told)), done.stdout)
        wait_until(lambda: len(self.receiver.heard) == len(told), 30, "everything was sent again")
        self.assertEqual([body for _, body in self.receiver.heard], [body for _, body in told])
        self.assert_signed(self.webhook["secret"])

    def test_the_command_line_says_how_it_went(self):
        listed = self.client.run("webhooks", "ls")
        self.assertIn(self.receiver.url, listed.stdout)
        self.assertNotIn("whsec_", listed.stdout)
        tested = self.client.run("webhooks", "test", self.webhook["id"])
        self.assertEqual((tested.returncode, tested.stdout), (0, "Delivered: the receiver answered 204\n"))
        self.receiver.status = 500
        failed = self.client.run("webhooks", "test", self.webhook["id"])
        self.assertEqual(failed.returncode, 1, failed.stdout)
        self.assertIn("answered 500", failed.stdout)
        shown = self.client.run("webhooks", "deliveries", self.webhook["id"])
        self.assertIn("pending", shown.stdout)
        rotated = self.client.json("webhooks", "change", self.webhook["id"], "--rotate-secret")
        self.receiver.status = 204
        self.receiver.heard.clear()
        wait_until(self.all_delivered, 20, "it arrives when the receiver is back")
        self.assert_signed(rotated["secret"])
        self.assert_signed(self.webhook["secret"])
        removed = self.client.run("webhooks", "rm", self.webhook["id"])
        self.assertEqual(removed.returncode, 0, removed.stderr)

    def test_secrets_are_in_no_log_and_no_database(self):
        self.client.run("webhooks", "test", self.webhook["id"])
        secret = self.webhook["secret"]
        key = base64.b64decode(secret.removeprefix("whsec_"))
        files = [path for path in self.mayfly.data.iterdir() if path.is_file()] + [self.mayfly.log]
        self.assertTrue(any(path.name == "mayfly.db" for path in files))
        for path in files:
            content = path.read_bytes()
            self.assertNotIn(secret.removeprefix("whsec_").encode(), content, path)
            self.assertNotIn(key, content, path)
            self.assertNotIn(key.hex().encode(), content, path)

    def test_the_documented_receiver_works(self):
        page = (harness.ROOT / "docs" / "notifications.md").read_text()
        program = re.search(r"```python\n(.*?)```", page, re.DOTALL)[1]
        port = free_port()
        webhook = self.client.must(201, "POST", "webhooks", {"url": f"http://127.0.0.1:{port}/"})
        receiver = subprocess.Popen(
            [sys.executable, "-c", program], text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "WEBHOOK_SECRET": webhook["secret"], "PORT": str(port)})
        try:
            wait_until(lambda: self.client.run("webhooks", "test", webhook["id"]).returncode == 0, 30,
                       "the documented receiver takes a test")
            self.assertRegex(receiver.stdout.readline(), "^test A test that ann asked for")
        finally:
            receiver.kill()
            receiver.wait()
            receiver.stdout.close()
            self.client.ask("DELETE", f"webhooks/{webhook['id']}")


class Crash(Told):
    def test_what_was_written_before_a_crash_is_told_after_it(self):
        self.receiver.down()
        made = self.client.must(202, "POST", "reservations", self.small(), {"Prefer": "respond-async"})
        wait_until(lambda: self.deliveries(), 20, "something waits to be told")
        self.mayfly.kill()
        self.receiver.up()
        self.mayfly.start()
        self.release(made)
        wait_until(lambda: "reservation.released" in self.receiver.types(made["id"]), 60, "released is told")
        wait_until(self.all_delivered, 30, "everything is delivered")
        self.assert_whole_story(made["id"])
        self.assert_signed(self.webhook["secret"])

    def test_crashes_at_any_moment_lose_no_event(self):
        made = []
        for pause in (0.0, 0.05, 0.15, 0.4, 1.0):
            made.append(self.client.must(202, "POST", "reservations", self.small(), {"Prefer": "respond-async"}))
            time.sleep(pause)
            self.mayfly.kill()
            self.mayfly.start()
        for one in made:
            self.release(one)
        for one in made:
            wait_until(lambda one=one: "reservation.released" in self.receiver.types(one["id"]), 60, "released is told")
        wait_until(self.all_delivered, 30, "everything is delivered")
        for one in made:
            self.assert_whole_story(one["id"])


class OnlyPublic(harness.EndToEnd):
    """A server as it is unless it is told otherwise."""
    keys = ()

    def test_a_webhook_cannot_reach_the_servers_own_network(self):
        receiver = Receiver()
        receiver.server = http.server.ThreadingHTTPServer(("0.0.0.0", receiver.port),
                                                          http.server.BaseHTTPRequestHandler)
        self.addCleanup(receiver.server.server_close)
        for host in ("127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "169.254.169.254"):
            answer = self.client.ask("POST", "webhooks", {"url": f"http://{host}:{receiver.port}/"})
            self.assert_wrong(answer, 422, "url")
        # A name says nothing; where it leads is seen when it is called.
        name = socket.gethostname()
        self.assertTrue(socket.gethostbyname(name))
        webhook = self.client.must(201, "POST", "webhooks", {"url": f"http://{name}:{receiver.port}/"})
        tested = self.client.run("webhooks", "test", webhook["id"])
        self.assertEqual(tested.returncode, 1, tested.stdout)
        self.assertIn("not a public one", tested.stdout)


class MailServer:
    """aiosmtpd, which keeps what it takes."""

    def __init__(self):
        from aiosmtpd.controller import Controller
        outer = self
        self.mails = []

        class Handler:
            async def handle_DATA(self, server, session, envelope):  # noqa: N802
                outer.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
                return "250 kept"

            async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
                if address.startswith("nobody"):
                    return "550 there is nobody of that name"
                envelope.rcpt_tos.append(address)
                return "250 OK"

        self.controller = Controller(Handler(), hostname="127.0.0.1", port=free_port())
        self.controller.start()

    def stop(self):
        self.controller.stop()

    def parsed(self):
        return [email.message_from_bytes(content, policy=email.policy.default) for _, _, content in list(self.mails)]


class Email(harness.EndToEnd):
    tls = 'tls = "none"'

    @classmethod
    def setUpClass(cls):
        packages_of_others()
        cls.post = MailServer()
        cls.addClassCleanup(cls.post.stop)
        cls.config = NOTIFY + f"""
[smtp]
url = "smtp://127.0.0.1:{cls.post.controller.port}"
from = "mayfly@example.net"
{cls.tls}
"""
        super().setUpClass()

    def test_people_are_told_what_they_want_to_hear(self):
        done = self.client.run("user", "email", "ann@example.com", "--events",
                               "reservation.ready,reservation.expired")
        self.assertEqual(done.returncode, 0, done.stderr)
        name = "build-1.mail_"
        made = self.reserve(name=name)
        wait_until(lambda: self.post.mails, 30, "a mail came")
        sender, receivers, content = self.post.mails[0]
        self.assertEqual((sender, receivers), ("mayfly@example.net", ["ann@example.com"]))
        self.assertTrue(content.isascii())
        mail = self.post.parsed()[0]
        headers = sorted(key.lower() for key in mail.keys() if not key.lower().startswith("x-"))
        self.assertEqual(headers, sorted(["date", "from", "to", "subject", "message-id", "auto-submitted",
                                          "mime-version", "content-type", "content-transfer-encoding"]))
        self.assertEqual(mail["Subject"], f"[Mayfly] Ready: {name} ({made['id']})")
        text = mail.get_content()
        self.assertIn(made["instances"][0]["public_ip"], text)
        self.assertIn("Ready: one machine running", text)
        self.release(made)
        self.reserve(lease="5s")
        wait_until(lambda: any("Lease ended" in mail["Subject"] for mail in self.post.parsed()), 60,
                   "the end of the lease is mailed")

    def test_what_the_mail_server_will_never_take_is_not_repeated(self):
        self.client.must(200, "PATCH", "", {"email": "nobody@example.com", "email_events": ["reservation.released"]})
        self.release(self.reserve())
        wait_until(lambda: "a notification was given up" in self.last_words(), 30, "the mail is given up")
        line = next(line for line in self.last_words().splitlines() if "given up" in line)
        self.assertIn("550", line)
        self.assertIn('attempts="1"', line)
        self.client.must(200, "PATCH", "", {"email": ""})

    def test_an_address_cannot_become_a_command(self):
        for address in ("ann@example.com\r\nRCPT TO:<bob@example.com>", "ann@example.com>\nBcc: bob@example.com",
                        "ann@example.com, bob@example.com", "ann"):
            self.assert_wrong(self.client.ask("PATCH", "", {"email": address}), 422, "email")

    def test_only_the_user_and_admins_set_an_address(self):
        other = self.mayfly.client("bob", self.mayfly.add_user("bob"))
        status, _, _ = harness.ask(self.mayfly.url, "PATCH", f"/users/{harness.USER}", {"email": "bob@example.com"},
                                   {"Authorization": f"Bearer {other.token}"})
        self.assertEqual(status, 403)

    def test_the_password_of_the_mail_server_is_not_shown(self):
        environment = {**self.mayfly.environment, "MAYFLY_SMTP_PASSWORD": "hush-hush"}
        config = self.folder / "password.toml"
        config.write_text(self.config + 'user = "mayfly"\n')
        done = subprocess.run([self.mayfly.binary, "config", "check", "--config", config], env=environment,
                              capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("hush", done.stdout + done.stderr)


class EmailNeedsTls(Email):
    """Unless the configuration says otherwise nothing goes over a line that others can read."""
    tls = ""

    def test_people_are_told_what_they_want_to_hear(self):
        self.client.must(200, "PATCH", "", {"email": "ann@example.com"})
        self.release(self.reserve())
        time.sleep(3)
        self.assertEqual(self.post.mails, [])

    test_only_the_user_and_admins_set_an_address = None
    test_what_the_mail_server_will_never_take_is_not_repeated = None
    test_an_address_cannot_become_a_command = None
    test_the_password_of_the_mail_server_is_not_shown = None


if __name__ == "__main__":
    harness.main()
