#!/usr/bin/env python3
"""usage: load.py BINARIES SECONDS   (bench/load.sh builds and calls it)

Loads servers of its own on free ports; wrk and the server share the machine's processors.
"""

import datetime
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))
from playground import Cloudsim, Mayfly  # noqa: E402

BINARIES = pathlib.Path(sys.argv[1])
SECONDS = int(sys.argv[2])
SMALL = {"kind": "vm", "count": 1, "vcpus": 1, "memory_gib": 1, "clouds": ["aws"]}
NOWHERE = "http://127.0.0.1:9"  # nothing listens: what is stored is not compared with any cloud


def wrk(folder, url, connections, token, method="GET", body=None, headers=None):
    """(requests a second, median, 99th percentile) as wrk prints them."""
    script = folder / "wrk.lua"
    headers = {"Authorization": f"Bearer {token}", **(headers or {})}
    if body is not None:
        headers["Content-Type"] = "application/json"
    lines = [f"wrk.method = {json.dumps(method)}"]
    lines += [f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}" for name, value in headers.items()]
    if body is not None:
        lines.append(f"wrk.body = [[{json.dumps(body)}]]")
    lines.append("""done = function(summary)
      io.write(string.format("\\nerrors %d\\n", summary.errors.status + summary.errors.connect +
        summary.errors.read + summary.errors.write + summary.errors.timeout)) end""")
    script.write_text("\n".join(lines))
    said = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{SECONDS}s", "--latency", "-s", str(script), url],
                          capture_output=True, text=True, check=True).stdout
    errors = int(re.search(r"^errors (\d+)", said, re.MULTILINE)[1])
    rate = float(re.search(r"Requests/sec: +([\d.]+)", said)[1])
    percentile = {name: re.search(rf"^ +{name}% +(\S+)", said, re.MULTILINE)[1] for name in ("50", "99")}
    return rate, percentile["50"], percentile["99"], errors


def memory_mb(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1024


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


def table(*titles):
    print()
    row(*titles)
    row(*["---"] * len(titles))


class Bench:
    def __init__(self, folder):
        self.folder = folder
        self.clouds = Cloudsim(BINARIES, folder, speed=1000)
        # What the clouds allow passes a thousand times as fast, too.
        self.mayfly = Mayfly(BINARIES, folder, self.clouds.url,
                             '[log]\nlevel = "warning"\n[clouds.aws]\nrate_percent = 100000\n'
                             '[clouds.digitalocean]\nrate_percent = 100000\n')
        self.token = self.mayfly.add_user("ann")
        self.mayfly.start()
        self.ann = self.mayfly.client("ann", self.token)
        self.ann.must(201, "POST", "keys", self.clouds.aws_key())
        self.pattern = self.ann.must(201, "POST", "reservations", SMALL)

    def stop(self):
        self.mayfly.stop()
        self.clouds.stop()

    def rates(self):
        base = f"{self.mayfly.url}/users/ann"
        table("what", "connections", "requests/s", "median", "99 %", "errors")
        for what, path, connections, more in (
                ("`GET /healthz`", None, 64, {}),
                ("one reservation", f"/reservations/{self.pattern['id']}", 64, {}),
                ("one reservation", f"/reservations/{self.pattern['id']}", 1, {}),
                ("estimate, 20 offers and all reasons", "/estimates", 64, {"method": "POST", "body": SMALL}),
                ("estimate, 20 offers and all reasons", "/estimates", 1, {"method": "POST", "body": SMALL})):
            url = self.mayfly.url + "/healthz" if path is None else base + path
            rate, median, worst, errors = wrk(self.folder, url, connections, self.token, **more)
            row(what, connections, f"{rate:,.0f}", median, worst, errors)

    def creates(self):
        table("durable creates (`respond-async`), launched at simulated clouds meanwhile", "requests/s", "median", "99 %",
              "errors")
        for connections in (1, 64):
            rate, median, worst, errors = wrk(
                self.folder, f"{self.mayfly.url}/users/ann/reservations", connections, self.token, "POST", SMALL,
                {"Prefer": "respond-async"})
            row(f"{connections} connections", f"{rate:,.0f}", median, worst, errors)

    def filled(self, count, lease_seconds=0):
        """A server of its own with that many ready reservations."""
        folder = self.folder / f"filled-{count}-{lease_seconds}"
        folder.mkdir()
        mayfly = Mayfly(BINARIES, folder, NOWHERE, '[log]\nlevel = "error"\n')
        shutil.copytree(self.mayfly.data, mayfly.data)
        if count:
            subprocess.run([str(BINARIES / "fill"), str(mayfly.data), str(count), str(lease_seconds)], check=True)
        began = time.monotonic()
        mayfly.start()
        return mayfly, time.monotonic() - began

    def lists(self):
        mayfly, _ = self.filled(12_500)
        client = mayfly.client("ann", self.token)
        table("list of 12,500 reservations", "pages", "time", "MB")
        for limit in (100, 1000):
            began, size, pages, cursor = time.monotonic(), 0, 0, ""
            while True:
                page = client.must(200, "GET", f"reservations?limit={limit}" + (f"&cursor={cursor}" if cursor else ""))
                pages += 1
                size += len(json.dumps(page))
                cursor = page.get("next_cursor")
                if not cursor:
                    break
            row(f"{limit} a page, with Python reading them", pages, f"{time.monotonic() - began:.2f} s", f"{size / 1e6:.1f}")
        rate, median, worst, errors = wrk(self.folder, f"{mayfly.url}/users/ann/reservations?limit=100", 8, self.token)
        row("first page of 100, wrk, 8 connections", f"{rate:,.0f}/s", f"{median} (99 %: {worst})", f"{errors} errors")
        mayfly.stop()

    def idle(self):
        table("idle reservations", "start", "memory", "for each", "database")
        empty = None
        for count in (0, 10_000, 100_000):
            mayfly, start = self.filled(count)
            time.sleep(5)
            used = memory_mb(mayfly.server)
            empty = used if empty is None else empty
            stored = sum(path.stat().st_size for path in mayfly.data.glob("mayfly.db*")) / 1e6
            each = f"{(used - empty) * 1024 / count:.1f} KiB" if count else ""
            row(f"{count:,}", f"{start:.1f} s", f"{used:.0f} MB", each, f"{stored:.0f} MB")
            mayfly.stop()


    def leases(self, count=100_000, seconds=120):
        """How late leases end: from the stored moments, all of them."""
        mayfly, start = self.filled(count, seconds)
        client = mayfly.client("ann", self.token)
        time.sleep(60 + seconds + 5)
        late = sorted(moment(one["release_requested_at"]) - moment(one["expires_at"])
                      for one in client.every_reservation() if one.get("release_requested_at") and one.get("expires_at"))
        table("leases", "ending within", "start", "were ended", "median late", "99 %", "worst")
        row(f"{count:,}", f"{seconds} s", f"{start:.1f} s", f"{len(late):,}", f"{late[len(late) // 2] * 1000:.1f} ms",
            f"{late[len(late) * 99 // 100] * 1000:.1f} ms", f"{late[-1] * 1000:.1f} ms")
        mayfly.stop()


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="mayfly-bench-"))
    try:
        bench = Bench(folder)
        bench.rates()
        bench.mayfly.stop()
        bench.lists()
        bench.idle()
        bench.leases()
        bench.mayfly.start()
        bench.creates()
        bench.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
