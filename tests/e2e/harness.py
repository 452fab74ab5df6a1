"""What every end-to-end test stands on: the two binaries, run as a user runs them, on free ports.

A test file ends with `harness.main()` and is started as `FILE_test.py BINARIES`. Each class has clouds and
an installation of its own. When a test fails, the server's last words are printed.
"""

import collections
import pathlib
import shutil
import sys
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from playground import Cloudsim, Failure, Mayfly, ask  # noqa: E402,F401  (for the tests)

BINARIES = None
USER = "ann"

# The simulated clouds live faster than real ones, so the waits that prove an end may be shorter, too, and their limits
# are as much higher.
FAST = """
[clouds.aws]
rate_percent = 6000

[clouds.digitalocean]
rate_percent = 6000

[patience]
poll = "1s"
look_up = "4s"
absence = "1s"
"""


def wait_until(fact, seconds, what):
    """The first true answer of fact(); it fails only after a time that is far too long."""
    give_up = time.monotonic() + seconds
    while True:
        answer = fact()
        if answer:
            return answer
        if time.monotonic() > give_up:
            raise Failure(f"not within {seconds} s: {what}")
        time.sleep(0.1)


def in_parallel(*tasks):
    """Runs all at once; their answers in order. The first exception is raised again."""
    answers = [None] * len(tasks)
    errors = []

    def run(number, task):
        try:
            answers[number] = task()
        except Exception as error:  # pylint: disable=broad-except
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number, task)) for number, task in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return answers


def tag(machine, name):
    return machine["tags"].get("mayfly:" + name)


class EndToEnd(unittest.TestCase):
    speed = 60
    seed = 1
    config = FAST
    keys = ("aws", "digitalocean")
    ca = None  # of the certificate, when the configuration has one

    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="mayfly-e2e-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.clouds = Cloudsim(BINARIES, cls.folder, speed=cls.speed, seed=cls.seed)
        cls.addClassCleanup(cls.clouds.stop)
        cls.mayfly = Mayfly(BINARIES, cls.folder, cls.clouds.url, cls.config, cls.ca)
        token = cls.mayfly.add_user(USER)
        cls.mayfly.start()
        cls.addClassCleanup(cls._stop)
        cls.client = cls.mayfly.client(USER, token)
        for cloud in cls.keys:
            cls.add_key(cls.client, cloud)

    @classmethod
    def _stop(cls):
        code = cls.mayfly.stop()
        if code != 0:
            raise Failure(f"mayfly serve ended with {code}:\n{cls.last_words()}")

    @classmethod
    def add_key(cls, client, cloud):
        key = cls.clouds.aws_key() if cloud == "aws" else cls.clouds.digitalocean_key()
        return client.must(201, "POST", "keys", key)

    @classmethod
    def last_words(cls):
        return "\n".join(cls.mayfly.log.read_text(errors="replace").splitlines()[-40:])

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            print(f"--- the server's last words after {self.id()}:\n{self.last_words()}\n---", file=sys.stderr)

    # ---- what tests say often

    def small(self, **more):
        """A request that every cloud can satisfy for cents."""
        return {"kind": "vm", "count": 1, "vcpus": 1, "memory_gib": 1, **more}

    def reserve(self, **more):
        return self.client.must(201, "POST", "reservations", self.small(**more))

    def release(self, reservation):
        return self.client.must(200, "DELETE", f"reservations/{reservation['id']}")

    def get(self, reservation_id):
        return self.client.must(200, "GET", f"reservations/{reservation_id}")

    def machines_of(self, reservation_id, ledger=None):
        return [machine for machine in ledger or self.clouds.ledger()
                if tag(machine, "reservation") == reservation_id]

    def assert_wrong(self, answer, status, field=None):
        """A problem document of this status that names the field and says something."""
        got, headers, body = answer
        self.assertEqual(got, status, body)
        self.assertEqual(headers.get_content_type(), "application/problem+json")
        self.assertEqual(body["status"], status)
        self.assertTrue(body["title"] and body["detail"], body)
        if field is not None:
            self.assertIn(field, [error["field"] for error in body.get("errors", [])], body)
            self.assertTrue(all(error["message"] for error in body["errors"]))
        return body

    def assert_one_machine_per_slot(self, reservations, ledger):
        """What the clouds hold is what the reservations say: nothing lost, nothing doubled."""
        known = {reservation["id"]: reservation for reservation in reservations}
        living = collections.defaultdict(list)
        ever = collections.Counter()
        for machine in ledger:
            reservation_id = tag(machine, "reservation")
            self.assertIn(reservation_id, known, f"a machine of nobody: {machine}")
            ever[(reservation_id, tag(machine, "attempt"))] += 1
            if not machine["ended"]:
                living[reservation_id].append(machine["id"])
        for (reservation_id, attempt), machines in ever.items():
            self.assertLessEqual(machines, known[reservation_id]["request"]["count"],
                                 f"attempt {attempt} of {reservation_id} made more machines than asked for")
        for reservation in reservations:
            listed = [] if reservation["phase"] in ("released", "failed") else reservation["instances"]
            self.assertEqual(sorted(living[reservation["id"]]), sorted(one["id"] for one in listed), reservation)
            if reservation["phase"] == "ready":
                self.assertEqual(len(listed), reservation["request"]["count"])


def main():
    global BINARIES
    BINARIES = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main(verbosity=2)
