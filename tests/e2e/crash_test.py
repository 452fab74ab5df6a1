#!/usr/bin/env python3
"""The server is killed (SIGKILL) at random moments while it launches and while it tears down.

Whatever it had acknowledged is there afterwards; whatever was not acknowledged is asked for again under its
Idempotency-Key and exists once. The judge is the clouds' own ledger. The seed is printed; give it as
MAYFLY_E2E_SEED to begin with the same moments (the machine's own timing remains).
"""

import http.client
import os
import random
import threading
import time

import harness
from harness import Failure, wait_until

ROUNDS = 4
REQUESTS_EACH_ROUND = 8
LONGEST = 60


class Crashes(harness.EndToEnd):
    speed = 20  # boots of one to four seconds: long enough to be hit

    def setUp(self):
        seed = int(os.environ.get("MAYFLY_E2E_SEED", random.SystemRandom().randrange(1_000_000)))
        print(f"MAYFLY_E2E_SEED={seed}", flush=True)
        self.random = random.Random(seed)

    def kill_and_restart(self, after):
        time.sleep(after)
        self.mayfly.kill()
        self.mayfly.start()

    def ask_for(self, order):
        """One order: answered with its reservation, or not at all."""
        headers = {"Idempotency-Key": order["key"], "Prefer": "respond-async"}
        try:
            status, _, body = self.client.ask("POST", "reservations", order["body"], headers, timeout=20)
        except (OSError, http.client.HTTPException):
            return  # killed before the answer: nobody knows
        if status != 202:
            raise Failure(f"{status} for {order['body']}: {body}")
        if order.setdefault("id", body["id"]) != body["id"]:
            raise Failure(f"the key {order['key']} gave {order['id']} and then {body['id']}")

    def order(self, number):
        cloud = self.random.choice(["aws", "digitalocean", None])
        body = self.small(count=self.random.randint(1, 3), name=f"order-{number}")
        return {"key": f"key-{number}", "body": {**body, "clouds": [cloud]} if cloud else body}

    def hammer(self, orders, kill_after):
        """All orders, from four connections, while the server dies and comes back."""
        failures = []

        def work(mine):
            try:
                for order in mine:
                    self.ask_for(order)
                    time.sleep(0.05)
            except Failure as failure:
                failures.append(failure)

        threads = [threading.Thread(target=work, args=(orders[start::4],)) for start in range(4)]
        for thread in threads:
            thread.start()
        self.kill_and_restart(kill_after)
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]

    def settled(self, phases):
        def all_settled():
            found = self.client.every_reservation()
            return found if all(one["phase"] in phases for one in found) else None
        return wait_until(all_settled, LONGEST, f"every reservation is {' or '.join(phases)}")

    def test_nothing_acknowledged_is_lost_and_nothing_is_doubled(self):
        orders = []
        for _ in range(ROUNDS):
            more = [self.order(len(orders) + number) for number in range(REQUESTS_EACH_ROUND)]
            orders += more
            self.hammer(more, self.random.uniform(0.02, 2.0))
        for order in orders:  # whoever has no answer asks again; whoever has one hears the same again
            self.ask_for(order)
        acknowledged = {order["id"] for order in orders}
        self.assertEqual(len(acknowledged), len(orders))

        ready = self.settled(["ready"])
        self.assertEqual({one["id"] for one in ready}, acknowledged)
        for order in orders:
            found = next(one for one in ready if one["id"] == order["id"])
            self.assertEqual(found["request"]["count"], order["body"]["count"])
        self.assert_one_machine_per_slot(ready, self.clouds.ledger())

        self.tear_down_under_fire(sorted(acknowledged))
        released = self.settled(["released"])
        self.assertEqual({one["id"] for one in released}, acknowledged)
        wait_until(lambda: all(one["cost"]["final"] for one in self.client.every_reservation()), 60, "the bills are final")
        self.assertTrue(all(one["cost"]["usd"] > 0 for one in released))
        self.assertEqual(self.clouds.living(), [])
        self.assert_one_machine_per_slot(released, self.clouds.ledger())
        self.nothing_comes_back(released)

    def tear_down_under_fire(self, ids):
        """Every teardown that was acknowledged happens without being asked for again."""
        unheard = list(ids)
        while unheard:
            asked = unheard[:12]
            killer = self.random.uniform(0.0, 1.5)
            heard = []

            def work(asked=asked, heard=heard):
                for reservation_id in asked:
                    try:
                        status, _, _ = self.client.ask("DELETE", f"reservations/{reservation_id}", None,
                                                       {"Prefer": "respond-async"}, timeout=20)
                    except (OSError, http.client.HTTPException):
                        continue
                    if status in (200, 202):
                        heard.append(reservation_id)
                    time.sleep(0.05)

            thread = threading.Thread(target=work)
            thread.start()
            self.kill_and_restart(killer)
            thread.join()
            unheard = [reservation_id for reservation_id in unheard if reservation_id not in heard]

    def nothing_comes_back(self, released):
        before = self.clouds.ledger()
        self.kill_and_restart(0)
        time.sleep(2)
        self.assertEqual([machine["id"] for machine in self.clouds.ledger()], [machine["id"] for machine in before])
        self.assertEqual(self.client.every_reservation("current"), [])
        self.assertEqual(sorted(one["id"] for one in self.client.every_reservation()),
                         sorted(one["id"] for one in released))


if __name__ == "__main__":
    harness.main()
