#!/usr/bin/env python3
"""usage: oslc.py BINARIES RESULTS   (bench/oslc.sh builds and calls it)

Asks one question at a time over one connection, from this process to a server on the same machine. What a
request costs by itself is the first row.
"""

import http.client
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
from playground import Cloudsim, Mayfly  # noqa: E402

BINARIES = pathlib.Path(sys.argv[1])
RESULTS = int(sys.argv[2])
SMALL = {"kind": "vm", "count": 1, "vcpus": 1, "memory_gib": 1, "clouds": ["aws"]}
NOWHERE = "http://127.0.0.1:9"  # nothing listens: what is stored is not compared with any cloud
TIMES = 40
TURTLE, XML = "text/turtle", "application/rdf+xml"


class Client:
    def __init__(self, url, token):
        self.url = url
        self.connection = http.client.HTTPConnection(url.removeprefix("http://"))
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, address, accept=TURTLE, status=200):
        """(seconds, body) of an address, absolute or a path."""
        began = time.perf_counter()
        self.connection.request("GET", address.removeprefix(self.url), headers={**self.headers, "Accept": accept})
        answer = self.connection.getresponse()
        body = answer.read().decode()
        took = time.perf_counter() - began
        if answer.status != status:
            raise SystemExit(f"{address}: {answer.status} {body}")
        return took, body


def next_page(body):
    found = re.search(r"oslc:nextPage\s+<([^>]+)>", body)
    return found[1] if found else None


def members(body):
    return len(set(re.findall(r"<[^>]*/results/[^>#/]+>", (re.search(r"rdfs:member\s+([^;.]*?)[;]", body) or [0, ""])[1])))


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


class Bench:
    def __init__(self, client):
        self.client = client
        self.base = "/oslc/users/ann/"

    def measure(self, what, address, accept=TURTLE, times=TIMES, status=200):
        """One row: what it is, median and worst of so many, the answer's size."""
        first, body = self.client.get(address, accept, status)
        took = sorted(self.client.get(address, accept, status)[0] for _ in range(times))
        row(what, f"{1000 * statistics.median(took):.2f} ms", f"{1000 * took[-1]:.2f} ms", f"{1000 * first:.1f} ms",
            f"{len(body) / 1000:.1f} kB")
        return body

    def query(self, what, times=TIMES, status=200, collection="results", **parameters):
        asked = {"oslc.pageSize": 100} | {"oslc." + name: value for name, value in parameters.items()}
        return self.measure(what, f"{self.base}{collection}?{urllib.parse.urlencode(asked)}", times=times, status=status)

    def deep(self, pages):
        """The address of a page that far behind."""
        address = f"{self.base}results?oslc.pageSize=1000&oslc.select=dcterms:identifier"
        began = time.perf_counter()
        for _ in range(pages):
            address = next_page(self.client.get(address)[1])
        return address, (time.perf_counter() - began) / pages

    def run(self):
        row("what", "median", "worst", "the first", "answer")
        row(*["---"] * 5)
        self.measure("`GET /healthz`: what any request costs", "/healthz", "application/json")
        first = self.query("page of 100")
        self.query("page of 100, all properties", select="*")
        deep, each = self.deep(50)
        self.measure("page of 100 after 50,000 others", deep.replace("pageSize=1000", "pageSize=100"))
        self.query("page of 100, oldest first", orderBy="+dcterms:created")
        request = re.search(r"producedByAutomationRequest\s+<([^>]*/requests/(r-[^>]*))>", first)
        self.query("by its request", where=f"oslc_auto:producedByAutomationRequest=<{request[1]}>")
        self.query("in progress (20 of them)", where="oslc_auto:state=oslc_auto:inProgress")
        self.query("failed, page of 100", where="oslc_auto:verdict=oslc_auto:failed")
        self.query("from one template, page of 100", where='oslc_auto:reportsOnAutomationPlan{dcterms:identifier="template:web"}')
        since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 24 * 3600))
        self.query("of the last day, sorted by title (2,400 looked at)", 10, orderBy="+dcterms:title",
                   where=f'dcterms:created>"{since}"')
        self.query("search: the words of one title", searchTerms='"build 4711 of"')
        self.query("search: a word that 8,600 have", searchTerms='"nightly"')
        self.query("search: a word that 60,000 have, nothing ranked beyond 5,000", searchTerms='"build"')
        self.query("search: of the last day", searchTerms='"nightly"', where=f'dcterms:created>"{since}"')
        self.query("search: failed ones of a word that 60,000 have", searchTerms='"build"',
                   where="oslc_auto:verdict=oslc_auto:failed")
        self.query("all sorted by title: refused", 10, 501, orderBy="+dcterms:title")
        self.query("a title that nobody has (5,000 looked at)", 10, where='dcterms:title="nobody"')
        result = request[1].replace("/requests/", "/results/")
        self.measure("one result, Turtle", result)
        self.measure("one result, RDF/XML", result, XML)
        self.measure("one request, Turtle", request[1])
        self.measure("service provider, Turtle", "/oslc/users/ann")
        self.measure("service provider, RDF/XML", "/oslc/users/ann", XML)
        print(f"\nwalking through them, 1,000 a page: {1000 * each:.1f} ms for each page")


def prepared(folder):
    """A server that is not running, with that many results of ann; her token."""
    clouds = Cloudsim(BINARIES, folder, speed=1000)
    mayfly = Mayfly(BINARIES, folder, clouds.url, '[log]\nlevel = "error"\n')
    token = mayfly.add_user("ann")
    mayfly.start()
    ann = mayfly.client("ann", token)
    ann.must(201, "POST", "keys", clouds.aws_key())
    ann.must(201, "POST", "reservations", SMALL)
    mayfly.stop()
    clouds.stop()
    began = time.monotonic()
    subprocess.run([str(BINARIES / "oslc_fill"), str(mayfly.data), str(RESULTS)], check=True)
    print(f"{RESULTS} results written in {time.monotonic() - began:.1f} s\n", flush=True)
    return token


def main():
    with tempfile.TemporaryDirectory(prefix="mayfly-oslc-") as name:
        folder = pathlib.Path(name)
        token = prepared(folder)
        mayfly = Mayfly(BINARIES, folder, NOWHERE, '[log]\nlevel = "error"\n')
        mayfly.start()
        try:
            Bench(Client(mayfly.url, token)).run()
            status = pathlib.Path(f"/proc/{mayfly.server.pid}/status").read_text()
            print(f"memory afterwards: {int(re.search(r'VmHWM:.*?([0-9]+)', status)[1]) / 1024:.0f} MB at most")
        finally:
            mayfly.stop()


main()
