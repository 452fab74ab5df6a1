#!/usr/bin/env python3
"""Whatever is sent, the answer is a 4xx that names what is wrong, and the next client is served."""

import json
import socket
import time
import urllib.parse

import harness

HUGE = "x" * 300_000
NUMBERS = ["two", "", None, True, [], {}, -1, 0, 10 ** 12, 1.5]
TEXTS = [1, None, True, [], {}, "", HUGE]

# field -> values that are wrong for it
RESERVATION = {
    "kind": [*TEXTS, "clusters", "container"],
    "count": [value for value in NUMBERS] + [101],
    "vcpus": NUMBERS,
    "memory_gib": ["four", "", True, [], {}, -1, 0, 10 ** 12],
    "disk_gib": [*NUMBERS, 16_385],
    "arch": [*TEXTS, "riscv"],
    "image": [*TEXTS, "windows-95", "two words", "ami-\n"],
    "clouds": ["aws", 1, True, {}, [], [1], [""], ["azure"], ["aws"] * 9],
    "regions": ["eu-*", 1, True, {}, [], [1], [""], ["a b"], ["x" * 400], ["r"] * 65],
    "instance_type": [*[value for value in TEXTS if value is not None], "t3 micro"],
    "match": [*TEXTS, "nearest"],
    "burstable": ["yes", 1, [], {}],
    "max_price_usd_hour": ["cheap", True, [], {}, -1, 10 ** 12],
    "lease": [1, True, [], {}, "", "2", "two hours", "-1h", "0s", "1h1h", HUGE],
    "name": [1, True, [], {}, "", "x" * 65, "two\nlines", HUGE],
    "ssh_public_key": [1, True, [], {}, "", "ssh-rsa", "two\nlines", HUGE],
    "user_data": [1, True, [], {}, "", HUGE],
    "colour": ["red"],
}
MAY_BE_NULL = {"image", "count", "disk_gib", "arch", "match", "burstable"}


class Fields(harness.EndToEnd):
    keys = ("digitalocean",)

    def assert_field(self, path, body, field):
        status, _, problem = self.client.ask("POST", path, body)
        shown = json.dumps(body)[:120]
        self.assertIn(status, (400, 413, 422), f"{path} {shown}: {problem}")
        fields = [error["field"] for error in problem.get("errors", []) + problem.get("relax", [])]
        named = any(name == field or name.startswith((field + ".", field + "[")) for name in fields)
        self.assertTrue(named, f"{path} {shown}: names {fields}, not {field}")

    def test_every_field_of_a_request(self):
        for path in ("reservations", "estimates"):
            for field, values in RESERVATION.items():
                for value in values:
                    if value is None and field != "kind":
                        continue  # null and absent may mean the same
                    with self.subTest(path=path, field=field, value=str(value)[:40]):
                        self.assert_field(path, self.small(**{field: value}), field)
        self.assertEqual(self.clouds.ledger(), [])

    def test_a_request_without_its_shape(self):
        self.assert_field("reservations", {"count": 1, "vcpus": 1, "memory_gib": 1}, "kind")
        self.assert_field("reservations", {"kind": "vm", "vcpus": 1, "memory_gib": 1}, "count")
        self.assert_field("reservations", {"kind": "vm", "count": 1, "memory_gib": 1}, "vcpus")
        self.assert_field("reservations", {"kind": "vm", "count": 1, "vcpus": 1}, "memory_gib")
        self.assert_field("reservations", {"kind": "cluster"}, "nodes")
        self.assert_field("reservations", self.small(nodes=3), "nodes")

    def test_all_wrong_fields_are_named_at_once(self):
        _, _, problem = self.client.ask("POST", "reservations", self.small(count=0, vcpus="x", colour="red", lease="soon"))
        self.assertEqual({error["field"] for error in problem["errors"]}, {"count", "vcpus", "colour", "lease"})

    def test_every_field_of_a_key(self):
        aws = self.clouds.aws_key()
        for field in ("access_key_id", "secret_access_key"):
            for value in [1, True, [], {}, "", None, HUGE, "two\nlines"]:
                with self.subTest(field=field, value=str(value)[:40]):
                    self.assert_field("keys", {**aws, field: value}, field)
            self.assert_field("keys", {name: value for name, value in aws.items() if name != field}, field)
        for value in [1, True, [], "", HUGE]:
            self.assert_field("keys", {**aws, "session_token": value}, "session_token")
            self.assert_field("keys", {**aws, "region": value}, "region")
            self.assert_field("keys", {**self.clouds.digitalocean_key(), "token": value}, "token")
        for value in [1, None, "", "azure", []]:
            self.assert_field("keys", {**aws, "cloud": value}, "cloud")
        self.assert_field("keys", {**aws, "token": "x"}, "token")
        self.assert_field("keys", {**self.clouds.digitalocean_key(), "region": "fra1"}, "region")
        self.assert_field("keys", {**aws, "colour": "red"}, "colour")

    def test_every_field_of_a_template(self):
        both = {"reservation": "r-1", "request": self.small()}
        self.assertEqual(self.client.ask("POST", "templates/t", both)[0], 422)
        self.assertEqual(self.client.ask("POST", "templates/t", {})[0], 422)
        for value in [1, True, [], ""]:
            self.assert_field("templates/t", {"reservation": value}, "reservation")
            self.assert_field("templates/t", {"request": value}, "request")
        self.assert_field("templates/t", {"request": self.small(count=0)}, "request")
        for name in ("x" * 65, "two words", "a/b", "ä", "\x01"):
            quoted = urllib.parse.quote(name, safe="")
            status, _, problem = self.client.ask("POST", f"templates/{quoted}", {"request": self.small()})
            self.assertIn(status, (400, 404, 422), problem)
        self.assertEqual(self.client.must(200, "GET", "templates")["templates"], [])

    def test_every_field_of_overrides(self):
        self.client.must(201, "POST", "templates/base", {"request": self.small()})
        for field in ("count", "lease", "arch", "clouds"):
            for value in RESERVATION[field]:
                if value is not None:
                    self.assert_field("templates/base/reservations", {field: value}, field)
        self.assert_wrong(self.client.ask("POST", "templates/missing/reservations", {}), 404)
        self.client.ask("DELETE", "templates/base")

    def test_regions_of_a_user(self):
        for value in ["eu-*", 1, None, {}, [1], [""], ["a b"], ["r"] * 65]:
            status, _, problem = self.client.ask("PATCH", "", {"regions": value})
            self.assertIn(status, (400, 422), problem)
            self.assertTrue(problem["errors"][0]["field"].startswith("regions"), problem)


class Bodies(harness.EndToEnd):
    keys = ()

    def post(self, body, **headers):
        headers = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.client.ask("POST", "estimates", body, headers)

    def test_not_json(self):
        for body in (b"", b"{", b"nonsense", b'{"kind": vm}', b"[1,2", b'{"a":1}{"b":2}', b"{'a':1}", b"\xef\xbb\xbf", b"\x00"):
            self.assert_wrong(self.post(body), 400)

    def test_not_an_object(self):
        for body in (b"[]", b'"vm"', b"1", b"true", b"null"):
            status, _, problem = self.post(body)
            self.assertIn(status, (400, 422), problem)

    def test_not_utf_8(self):
        for text in (b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf5\x80\x80\x80"):
            self.assert_wrong(self.post(b'{"kind":"vm","name":"' + text + b'"}'), 400)

    def test_too_deep(self):
        self.assert_wrong(self.post(b"[" * 100_000), 400)
        self.assert_wrong(self.post(b'{"a":' * 50_000 + b"1" + b"}" * 50_000), 400)

    def test_a_member_given_twice_is_named(self):
        problem = self.assert_wrong(self.post(b'{"kind":"vm","count":1,"count":2}'), 400)
        self.assertIn("count", json.dumps(problem))

    def test_too_large(self):
        self.assert_wrong(self.post(b" " * 10_000_000), 413)
        self.assert_wrong(self.post(b'{"name":"' + b"x" * (1 << 20) + b'"}'), 413)

    def test_other_types_and_codings(self):
        body = json.dumps(self.small()).encode()
        for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""):
            self.assert_wrong(self.post(body, Content_Type=kind), 415)
        self.assert_wrong(self.post(body, Content_Encoding="gzip"), 415)
        self.assertEqual(self.post(body, Content_Type="application/json; charset=utf-8")[0], 200)

    def test_queries(self):
        for query in ("limit=0", "limit=-1", "limit=many", "limit=99999999999999999999", "limit=1&limit=2", "colour=red"):
            self.assert_wrong(self.client.ask("POST", f"estimates?{query}", self.small()), 400)


class Wire(harness.EndToEnd):
    """Below HTTP's manners: sockets that misbehave."""

    keys = ()

    def connect(self):
        parts = urllib.parse.urlsplit(self.mayfly.url)
        connection = socket.create_connection((parts.hostname, parts.port), timeout=45)
        self.addCleanup(connection.close)
        return connection

    def exchange(self, text):
        connection = self.connect()
        connection.sendall(text)
        return self.read_all(connection)

    def read_all(self, connection):
        answer = b""
        while True:
            try:
                more = connection.recv(65536)
            except ConnectionResetError:
                return answer
            if not more:
                return answer
            answer += more

    def status(self, text):
        answer = self.exchange(text)
        self.assertTrue(answer.startswith(b"HTTP/1.1 "), answer[:200])
        return int(answer.split()[1])

    def test_requests_that_are_none(self):
        self.assertEqual(self.status(b"nonsense\r\n\r\n"), 400)
        self.assertEqual(self.status(b"GET /healthz HTTP/1.1\r\n\r\n"), 400)  # no Host
        self.assertEqual(self.status(b"GET /healthz HTTP/3.9\r\nHost: x\r\n\r\n"), 505)
        self.assertEqual(self.status(b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
                                     b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400)
        self.assertEqual(self.status(b"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"), 400)
        self.assertEqual(self.status(b"GET /healthz HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 20_000 + b"\r\n\r\n"), 431)

    def test_pipelined_requests_are_answered_in_order(self):
        answer = self.exchange(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
                               b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"
                               b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        statuses = [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]]
        self.assertEqual(statuses[0], b"200")
        self.assertIn(statuses[1], (b"401", b"404"))
        self.assertEqual(statuses[2], b"200")

    def test_slow_and_half_open_connections_end_and_disturb_nobody(self):
        slow_head = self.connect()
        slow_head.sendall(b"GET /healthz HTTP/1.1\r\n")
        silent_body = self.connect()
        silent_body.sendall(b"POST /users/ann/estimates HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                            b"Authorization: Bearer " + self.client.token.encode() + b"\r\nContent-Length: 50\r\n\r\n{")
        half_open = self.connect()
        half_open.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        half_open.shutdown(socket.SHUT_WR)
        self.assertTrue(self.read_all(half_open).startswith(b"HTTP/1.1 200"))
        idle = [self.connect() for _ in range(200)]
        began = time.monotonic()
        self.assertEqual(harness.ask(self.mayfly.url, "GET", "/healthz")[0], 200)
        self.drip(slow_head)
        self.assertLess(time.monotonic() - began, 20, "a dripped head is not ended after 10 s")
        answer = self.read_all(silent_body)
        self.assertLess(time.monotonic() - began, 45, "a body that does not come is not ended after 30 s")
        self.assertTrue(answer == b"" or answer.startswith(b"HTTP/1.1 408"), answer[:100])
        self.assertEqual(harness.ask(self.mayfly.url, "GET", "/healthz")[0], 200)
        self.assertEqual(len(idle), 200)

    def drip(self, connection):
        """A header a second, until the server has enough of it."""
        connection.settimeout(1)
        for number in range(40):
            try:
                connection.sendall(f"X-{number}: y\r\n".encode())
                answer = connection.recv(4096)
            except TimeoutError:
                continue
            except OSError:
                return
            self.assertTrue(answer == b"" or answer.startswith(b"HTTP/1.1 408"), answer[:100])
            return


if __name__ == "__main__":
    harness.main()
