#!/usr/bin/env python3
"""The server is killed (SIGKILL) while it restarts a deployment for an automation tool, and after it promised things.

However early or late that is: asked again, or only started again, it makes one deployment of one, and the old
one ends. The judge is the clouds' own ledger. The seed is printed; give it as MAYFLY_E2E_SEED to begin with the
same moments (the machine's own timing remains).
"""

import http.client
import os
import random
import re
import threading
import time

import harness
from harness import Failure, ask, tag, wait_until

ROUNDS = 8
LATEST = 0.01  # seconds after the request: mostly it has been written, done and answered by then
LONGEST = 60
REDEPLOY = """
@prefix auto: <http://open-services.net/ns/auto#> .
<> a auto:AutomationRequest ; <http://purl.org/dc/terms/title> "Once more" ;
  auto:executesAutomationPlan <{plan}> .
"""
SMALL = """
@prefix oslc: <http://open-services.net/ns/core#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
<> <http://open-services.net/ns/auto#inputParameter> [ oslc:name "vcpus" ; rdf:value 1 ] , [ oslc:name "memory_gib" ; rdf:value 1 ] .
"""


class Restarts(harness.EndToEnd):
    speed = 20

    def setUp(self):
        seed = int(os.environ.get("MAYFLY_E2E_SEED", random.SystemRandom().randrange(1_000_000)))
        print(f"MAYFLY_E2E_SEED={seed}", flush=True)
        self.random = random.Random(seed)

    def ask_to_restart(self, reservation_id):
        """The status, or nothing when nobody answered."""
        stop = f"/oslc/users/{harness.USER}/plans/vm/future-restart"
        plan = f"{self.mayfly.url}{stop}?targetId={reservation_id}"
        headers = {"Authorization": f"Bearer {self.client.token}", "Content-Type": "text/turtle",
                   "Accept": "text/turtle"}
        try:
            return ask(self.mayfly.url, "POST", f"{stop}/creation?targetId={reservation_id}",
                       REDEPLOY.format(plan=plan).encode(), headers, timeout=20)[0]
        except (OSError, http.client.HTTPException):
            return None

    def living(self):
        return self.client.every_reservation("current")

    def the_one_that_is_ready(self):
        def one():
            found = self.living()
            return found[0] if len(found) == 1 and found[0]["phase"] == "ready" else None
        return wait_until(one, LONGEST, "one reservation lives, and it is ready")

    def restart_under_fire(self, reservation_id):
        heard = []
        asking = threading.Thread(target=lambda: heard.append(self.ask_to_restart(reservation_id)))
        asking.start()
        time.sleep(self.random.uniform(0, LATEST))
        self.mayfly.kill()
        asking.join()
        self.mayfly.start()
        return heard[0]

    def test_a_restart_happens_once_whenever_the_server_dies(self):
        reservation_id = self.reserve(count=2)["id"]
        answered = 0
        for number in range(ROUNDS):
            heard = self.restart_under_fire(reservation_id)
            self.assertIn(heard, (201, None))
            answered += heard is not None
            # Who heard nothing asks again, and so does, every other time, who did: nothing more may come of it.
            if heard is None or number % 2:
                self.assertEqual(self.ask_to_restart(reservation_id), 201)
            after = self.the_one_that_is_ready()["id"]
            self.assertNotEqual(after, reservation_id)
            reservation_id = after
        print(f"{answered} of {ROUNDS} restarts were answered before the server died", flush=True)
        self.release({"id": reservation_id})
        self.check_what_there_was(reservation_id)

    def check_what_there_was(self, last):
        """Each deployment once, all of them gone: one for the beginning and one for each restart."""
        everything = self.client.every_reservation()
        self.assertEqual(len(everything), ROUNDS + 1)
        self.assertIn(last, [one["id"] for one in everything])
        wait_until(lambda: not self.living(), LONGEST, "nothing lives")
        self.assertEqual(self.clouds.living(), [])
        ledger = self.clouds.ledger()
        self.assert_one_machine_per_slot(self.client.every_reservation(), ledger)
        unknown = {tag(machine, "reservation") for machine in ledger} - {one["id"] for one in everything}
        if unknown:
            raise Failure(f"machines of nobody: {unknown}")


class Promises(harness.EndToEnd):
    """What was answered once is so after a crash, too."""

    def oslc(self, method, path, turtle=None):
        """(status, headers, body); the path is one, or an address."""
        headers = {"Authorization": f"Bearer {self.client.token}", "Content-Type": "text/turtle", "Accept": "text/turtle"}
        path = path.removeprefix(self.mayfly.url)
        if not path.startswith("/"):
            path = f"/oslc/users/{harness.USER}/{path}"
        return ask(self.mayfly.url, method, path, turtle.encode() if turtle is not None else None, headers)

    def made(self, path, turtle):
        status, headers, body = self.oslc("POST", path, turtle)
        self.assertEqual(status, 201, body)
        return headers["Location"]

    def crash(self):
        self.mayfly.kill()
        self.mayfly.start()

    def test_what_was_filled_in_or_prepared_is_there_after_a_crash(self):
        request = REDEPLOY.format(plan=f"{self.mayfly.url}/oslc/users/{harness.USER}/plans/vm") + SMALL
        kept = [self.made(where, request) for where in ("dialogs/run", "dialogs/prepare", "prepared")]
        before = [self.oslc("GET", address)[2] for address in kept]
        self.crash()
        for address, said in zip(kept, before):
            status, _, body = self.oslc("GET", address)
            self.assertEqual((status, body), (200, said), address)
            self.assertIn("Once more", body)
        page = ask(self.mayfly.url, "GET", kept[1].removeprefix(self.mayfly.url), headers={"Accept": "text/html"})
        self.assertEqual(page[0], 200)
        self.assertIn('data-dialog="prepare"', page[2])

    def test_an_extension_that_is_sent_again_after_a_crash_counts_once(self):
        made = self.client.must(201, "POST", "reservations", self.small(lease="2h"), {"Prefer": "wait=120"})
        base = "plans/vm/future-extend"
        template = self.oslc("GET", f"{base}/request-template?targetId={made['id']}")[2]
        self.assertIn(made["expires_at"], template)
        ends = set()
        for _ in range(3):
            answer = self.oslc("POST", f"{base}/creation?targetId={made['id']}", template)
            self.assertEqual(answer[0], 201, answer[2])
            self.crash()
            ends.add(self.get(made["id"])["expires_at"])
        self.assertEqual(len(ends), 1, ends)
        self.assertGreater(ends.pop(), made["expires_at"])
        asked_for = re.findall(r"future-extend/requests/(e-\w+)", self.oslc("GET", "requests")[2])
        self.assertEqual(len(set(asked_for)), 3, "each that was sent is told")
        self.release(made)


if __name__ == "__main__":
    harness.main()
