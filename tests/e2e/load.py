"""Customers who use Mayfly over REST all the time and do not give up: whatever is lost on the way is asked for again,
a POST under its Idempotency-Key. What they were promised is in the Book.
"""

import collections
import http.client
import threading
import time
import urllib.parse

from playground import Failure

PATIENCE = 150  # seconds for one thing, over all repeats: far more than any outage
BETWEEN_ACTIONS = 0.6  # seconds on average
LIVING_MAX = 6  # reservations of one customer at a time


class Order:
    """One POST that provisions, and what was answered to it."""

    def __init__(self, customer, key, path, body, count):
        self.customer = customer
        self.key = key
        self.path = path
        self.body = body
        self.count = count
        self.id = None  # of the reservation, once it is accepted
        self.refused = None

    def heard(self, status, body):
        """Notes an answer; the same order is always the same reservation."""
        found = body.get("reservation", {}).get("id") if status in (409, 502) else body.get("id")
        if status in (201, 202) or found:
            if not found or (self.id or found) != found:
                raise Failure(f"order {self.key} was {self.id} and is now {status}: {body}")
            self.id = found
        elif status == 422 and body.get("code") == "unsatisfiable":
            self.refused = body["detail"]
        else:
            raise Failure(f"order {self.key}: {status}: {body}")


class Book:
    """What all customers asked for, heard and counted."""

    def __init__(self):
        self.orders = []
        self.failures = []
        self.counted = collections.Counter()
        self._lock = threading.Lock()

    def count(self, what):
        with self._lock:
            self.counted[what] += 1

    def accepted(self):
        return [order for order in self.orders if order.id]


class Customer(threading.Thread):
    """One client of one user; several may share the user."""

    def __init__(self, name, client, random, book, keys):
        super().__init__(name=name, daemon=True)
        self.client = client
        self.random = random
        self.book = book
        self.keys = keys
        self.finished = threading.Event()
        self.living = []
        self.templates = []
        self.serial = 0

    def run(self):
        actions = {self.create: 30, self.launch_template: 6, self.delete: 14, self.change_lease: 14, self.show: 20,
                   self.list: 10, self.save_template: 5, self.drop_template: 2, self.estimate: 4, self.renew_key: 1}
        while not self.finished.is_set():
            action = self.random.choices(list(actions), actions.values())[0]
            try:
                action()
            except Exception as failure:  # pylint: disable=broad-except
                self.book.failures.append(f"{self.name}: {action.__name__}: {failure!r}")
            self.finished.wait(self.random.expovariate(1 / BETWEEN_ACTIONS))

    # ---- asking until there is an answer

    def once(self, method, path, body, headers, timeout):
        """(status, body), or an exception when the answer is lost."""
        try:
            status, _, answer = self.client.ask(method, path, body, headers, timeout)
        except (OSError, http.client.HTTPException):
            self.book.count("lost")
            raise
        self.book.count("requests")
        return status, answer

    def until_answered(self, method, path, body=None, headers=None):
        """(status, body). For what may be asked twice."""
        give_up = time.monotonic() + PATIENCE
        while True:
            try:
                status, answer = self.once(method, path, body, headers, timeout=25)
                if status != 503:
                    return status, answer
            except (OSError, http.client.HTTPException) as lost:
                status, answer = None, lost
            if time.monotonic() > give_up:
                raise Failure(f"{method} {path}: no answer in {PATIENCE} s; at last: {status} {answer}")
            time.sleep(self.random.uniform(0.05, 0.5))

    def expect(self, statuses, method, path, body=None, headers=None):
        status, answer = self.until_answered(method, path, body, headers)
        if status not in statuses:
            raise Failure(f"{method} {path} {body}: {status}: {answer}")
        return answer if status < 300 else None

    def place(self, order):
        """Asks until it is accepted or refused, with any patience for the machines themselves."""
        patience = self.random.choice([None, 1, 6, 0, 0, 0])
        headers = {"Idempotency-Key": order.key}
        if patience is None:
            # Waits for the machines themselves, hangs up sometimes, and asks again with less patience.
            try:
                order.heard(*self.once("POST", order.path, order.body, headers, self.random.choice([2, 5, 15])))
                return
            except (OSError, http.client.HTTPException):
                patience = 0
        headers["Prefer"] = f"wait={patience}" if patience else "respond-async"
        order.heard(*self.until_answered("POST", order.path, order.body, headers))

    def ask_again(self, order):
        """The answer to a repeat, long after."""
        status, answer = self.until_answered("POST", order.path, order.body,
                                             {"Idempotency-Key": order.key, "Prefer": "respond-async"})
        order.heard(status, answer)

    # ---- what customers do

    def _order(self, path, body, count):
        if len(self.living) >= LIVING_MAX:
            return self.delete()
        self.serial += 1
        order = Order(self, f"{self.name}-{self.serial}", path, body, count)
        self.book.orders.append(order)
        self.place(order)
        if order.id:
            self.living.append(order.id)
        return None

    def _request(self):
        request = {"kind": "vm", "count": self.random.choice([1, 1, 1, 2, 3, 5]), "vcpus": self.random.choice([1, 2]),
                   "memory_gib": self.random.choice([1, 2, 4]), "name": f"{self.name}-{self.serial}"}
        cloud = self.random.choice(["aws", "digitalocean", None])
        if cloud:
            request["clouds"] = [cloud]
        if self.random.random() < 0.7:
            request["lease"] = f"{self.random.randint(20, 120)}s"
        if self.random.random() < 0.2:
            request["max_price_usd_hour"] = 0.05
        return request

    def create(self):
        request = self._request()
        self._order("reservations", request, request["count"])

    def save_template(self):
        name = f"{self.name}-t{self.serial}"
        body = {"request": self._request()}
        if self.living and self.random.random() < 0.5:
            body = {"reservation": self.random.choice(self.living)}
        saved = self.expect([200, 201], "POST", f"templates/{name}", body)
        # A template is never saved over while something of it was launched: a new one each time.
        self.serial += 1
        self.templates.append((name, saved["request"]["count"]))

    def launch_template(self):
        if not self.templates:
            return
        name, count = self.random.choice(self.templates)
        body = {"lease": f"{self.random.randint(20, 90)}s"} if self.random.random() < 0.7 else {"count": 2}
        self._order(f"templates/{name}/reservations", body, body.get("count", count))

    def drop_template(self):
        if self.templates:
            name, _ = self.templates.pop(self.random.randrange(len(self.templates)))
            self.expect([204, 404], "DELETE", f"templates/{name}")  # 404: the answer to the first was lost

    def delete(self):
        if not self.living:
            return
        found = self.living.pop(self.random.randrange(len(self.living)))
        prefer = self.random.choice(["respond-async", "respond-async", "wait=5"])
        self.expect([200, 202], "DELETE", f"reservations/{found}", None, {"Prefer": prefer})

    def change_lease(self):
        if not self.living:
            return
        found = self.random.choice(self.living)
        body = self.random.choice([{"extend": "15s"}, {"lease": "30s"}, {"lease": "90s"}, {"lease": "3m"}])
        # An extension that is repeated may count twice, which a customer who repeats it accepts. 409: it is over.
        # 422: there is no lease to extend, or it would end in the past.
        self.expect([200, 409, 422], "PATCH", f"reservations/{found}", body)

    def show(self):
        if self.living:
            found = self.random.choice(self.living)
            shown = self.expect([200], "GET", f"reservations/{found}")
            if shown["phase"] in ("released", "failed"):
                self.living.remove(found)

    def list(self):
        current = self.expect([200], "GET", "reservations?" + urllib.parse.urlencode({"state": "current", "limit": 50}))
        ids = {one["id"] for one in current["reservations"]}
        self.living = [found for found in self.living if found in ids]

    def estimate(self):
        self.expect([200, 422], "POST", "estimates?limit=2", self._request())

    def renew_key(self):
        # 422 and 502: the cloud has a bad day and cannot say that the key is good.
        self.expect([200, 201, 422, 502], "POST", "keys", self.random.choice(self.keys))
