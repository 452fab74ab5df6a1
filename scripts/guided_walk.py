#!/usr/bin/env python3
"""The main job, shown: from a key to a proven teardown, on two simulated clouds.

usage: guided_walk.py --binaries DIR --mode once|stay

Every chapter types commands as a user would and then checks with --json, and with the clouds' own ledger,
that what was shown is so. Ends with 0 only if all of it was. Mode `stay` asks for Enter between chapters
when there is a terminal, and leaves the server up until Ctrl-C.
"""

import argparse
import pathlib
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import playground

EXACT_PER_USD = 2_628_000 * 1_000_000  # the ledger counts in these, so that nothing is rounded twice

USER = "guest"
SPEED = 20  # the clouds live so many times as fast: a boot takes seconds
PORT = 8080
SHAPE = ["--vcpus", "2", "--memory", "4", "--count", "2", "--lease", "2h"]


class Interrupted(Exception):
    pass


class Screen:
    def __init__(self, mode):
        self.colours = sys.stdout.isatty()
        self.asks = mode == "stay" and sys.stdin.isatty() and sys.stdout.isatty()
        self.chapter_number = 0

    def paint(self, code, text):
        return f"\033[{code}m{text}\033[0m" if self.colours else text

    def say(self, text=""):
        print(text, flush=True)

    def chapter(self, title, *sentences):
        if self.chapter_number and self.asks:
            self.say()
            input(self.paint("2", "[Enter] goes on "))
        self.chapter_number += 1
        self.say()
        self.say(self.paint("1", f"{self.chapter_number}. {title}"))
        for sentence in sentences:
            self.say(self.paint("2", sentence))

    def typed(self, words):
        self.say()
        self.say(self.paint("36", "$ " + " ".join(map(shlex.quote, words))))

    def checked(self, text):
        self.say(self.paint("32", f"  checked: {text}"))


def require(fact, what):
    if not fact:
        raise playground.Failure(what)


class Walk:
    def __init__(self, binaries, mode, folder, screen):
        self.screen = screen
        self.mode = mode
        self.binaries = binaries
        self.folder = folder
        self.clouds = None
        self.mayfly = None
        self.client = None
        self.ids = []
        self.finished = False

    # ---- the means

    def type(self, *arguments, environment=None):
        """Runs a command before the user's eyes."""
        self.screen.typed(["mayfly", *arguments])
        done = subprocess.run([str(self.mayfly.binary), *arguments],
                              env=self.client.environment(**(environment or {})), check=False)
        if done.returncode in (130, -signal.SIGINT):
            raise Interrupted
        require(done.returncode == 0, f"mayfly {' '.join(arguments)} ended with {done.returncode}")

    def reservation_named(self, name):
        found = [one for one in self.client.json("ls")["reservations"] if one.get("name") == name]
        require(len(found) == 1, f"the list shows {len(found)} reservations named {name}, not one")
        return self.client.json("show", found[0]["id"])

    def machines_of(self, reservation_id):
        return [machine for machine in self.clouds.ledger()
                if machine["tags"].get("mayfly:reservation") == reservation_id]

    def check_ready(self, reservation):
        require(reservation["phase"] == "ready", f"{reservation['id']} is {reservation['phase']}, not ready")
        instances = reservation["instances"]
        require(len(instances) == 2, f"{len(instances)} machines instead of 2")
        require(all(one["state"] == "running" and one.get("public_ip") for one in instances),
                f"not every machine runs and has an address: {instances}")
        existing = self.machines_of(reservation["id"])
        require(sorted(machine["id"] for machine in existing) == sorted(one["id"] for one in instances),
                "the cloud's ledger holds other machines than the reservation")
        require(all(not machine["ended"] for machine in existing), "a machine of a ready reservation has ended")
        addresses = ", ".join(one["public_ip"] for one in instances)
        self.screen.checked(f"ready, 2 machines run at {addresses}; the cloud's own ledger has the same two")

    # ---- the chapters

    def start(self):
        self.screen.chapter("A server and two clouds", "The clouds are simulated on this machine; Mayfly only knows "
                            "their addresses.", "What they bill is real price lists, what you pay is nothing.")
        self.clouds = playground.Cloudsim(self.binaries, self.folder, speed=SPEED)
        self.mayfly = playground.Mayfly(self.binaries, self.folder, self.clouds.url)
        token = self.mayfly.add_user(USER)
        self.mayfly.start(f"127.0.0.1:{PORT if is_free(PORT) else 0}")
        self.client = self.mayfly.client(USER, token)
        status, _, health = playground.ask(self.mayfly.url, "GET", "/healthz")
        require(status == 200, f"/healthz answers {status}: {health}")
        self.screen.say(f"  Mayfly    {self.mayfly.url}, user {USER}")
        self.screen.say(f"  clouds    {self.clouds.url}, {SPEED} times as fast as real ones")

    def keys(self):
        self.screen.chapter("Keys", "Each key is tried at its cloud first, and then stored encrypted.")
        for cloud in ("aws", "digitalocean"):
            self.type("keys", "add", cloud, "--from-env", environment=self.clouds.key_environment())
        self.type("keys", "ls")
        stored = self.client.json("keys", "ls")["keys"]
        require(sorted(key["cloud"] for key in stored) == ["aws", "digitalocean"], f"these keys are stored: {stored}")
        require(self.clouds.secret_access_key not in str(stored) and self.clouds.token not in str(stored),
                "a key's secret is shown")
        wrong = self.client.run("keys", "add", "digitalocean", "--from-env", environment={"DIGITALOCEAN_TOKEN": "wrong"})
        require(wrong.returncode == 7, f"a wrong token is not refused by the cloud (exit code {wrong.returncode})")
        self.screen.checked("two keys, no secret is shown; a wrong one is refused with the cloud's own words")

    def prices(self):
        self.screen.chapter("The price table", "Two machines for two hours, everywhere, with disk and address.")
        self.type("price", *SHAPE, "--limit", "8")
        estimate = self.client.json("price", *SHAPE)
        costs = [offer["cost_usd"] for offer in estimate["offers"]]
        require(len(costs) >= 20 and costs == sorted(costs), "the offers are not the 20 cheapest in order")
        self.screen.checked(f"{estimate['satisfying']} offers satisfy, cheapest first: "
                            f"{estimate['offers'][0]['instance_type']} for {costs[0]} USD")
        return estimate["offers"][0]

    def reserve(self, cheapest):
        self.screen.chapter("Two machines", "The cheapest offer is launched. The intent is on disk before the cloud is called.")
        self.type("up", *SHAPE, "--name", "walk")
        reservation = self.reservation_named("walk")
        self.ids.append(reservation["id"])
        self.check_ready(reservation)
        placement = reservation["placement"]
        require(placement["estimate"]["cost_usd"] == cheapest["cost_usd"],
                "the placement does not cost what the estimate said")

    def listing(self):
        self.screen.chapter("What is running")
        self.type("ls")
        self.type("show", self.ids[0])
        listed = self.client.json("ls")["reservations"]
        require([one["id"] for one in listed] == self.ids, "the list is not exactly what was reserved")
        request = listed[0]["request"]
        require((request["count"], request["vcpus"], request["lease"]) == (2, 2, "2h"),
                f"the list shows another request: {request}")
        self.screen.checked("listed with its id and what was asked for")

    def save(self):
        self.screen.chapter("A template", "The request, kept under a name.")
        self.type("template", "save", self.ids[0], "pair")
        self.type("template", "ls")
        saved = self.client.json("template", "show", "pair")["request"]
        asked = self.client.json("show", self.ids[0])["request"]
        require({**saved, "name": None} == {**asked, "name": None}, "the template is not the request")
        self.screen.checked("the template holds the same request")

    def launch_again(self):
        self.screen.chapter("The same again", "From the template, with one field replaced.")
        self.type("up", "--template", "pair", "--name", "again", "--cloud", "digitalocean")
        reservation = self.reservation_named("again")
        self.ids.append(reservation["id"])
        self.check_ready(reservation)
        require(reservation["placement"]["cloud"] == "digitalocean", "the replaced field does not count")
        require(len(self.clouds.living()) == 4, f"{len(self.clouds.living())} machines live instead of 4")

    def tear_down(self):
        self.screen.chapter("All gone", "Gone means: observed gone, twice. Not: asked to go.")
        self.type("down", "--all")
        require(not self.client.json("ls")["reservations"], "the list still shows something")
        for reservation_id in self.ids:
            reservation = self.client.json("show", reservation_id)
            require(reservation["phase"] == "released", f"{reservation_id} is {reservation['phase']}")
        require(not self.clouds.living(), f"these machines still live: {self.clouds.living()}")
        require(len(self.clouds.ledger()) == 4, f"{len(self.clouds.ledger())} machines were ever made instead of 4")
        self.screen.checked("nothing is listed, and the clouds' ledger shows 4 machines ever made, 0 alive")

    def costs(self):
        self.screen.chapter("What it cost", "The price stops counting when the teardown is asked for.")
        total = sum(self.final_cost(reservation_id) for reservation_id in self.ids)
        self.type("costs", "--by", "reservation")
        invoice = sum(machine["exact_cost"] for machine in self.clouds.ledger()) / EXACT_PER_USD
        require(abs(total - invoice) < 0.000002, f"{total} USD are not the clouds' invoice of {invoice}")
        self.screen.checked(f"{total:.6f} USD in all, final, and the same as the clouds' invoice")

    def final_cost(self, reservation_id):
        """User's part and tail, once the cloud has said when its bill ended."""
        give_up = time.monotonic() + 60
        while True:
            cost = self.client.json("show", reservation_id)["cost"]
            if cost["final"]:
                return cost["usd"] + cost["tail_usd"]
            require(time.monotonic() < give_up, f"{reservation_id} has no final cost: {cost}")
            time.sleep(0.2)

    def play(self):
        self.start()
        self.keys()
        cheapest = self.prices()
        self.reserve(cheapest)
        self.listing()
        self.save()
        self.launch_again()
        self.tear_down()
        self.costs()

    def stay(self):
        say, paint = self.screen.say, self.screen.paint
        settings = self.folder / "env"
        settings.touch(0o600)
        settings.write_text(f"export MAYFLY_URL={self.mayfly.url} MAYFLY_USER={USER} MAYFLY_TOKEN={self.client.token}\n"
                            f"export PATH={shlex.quote(str(self.binaries))}:$PATH\n")
        say()
        say(paint("1", f"Mayfly stays up at {self.mayfly.url}, user {USER}, with both keys. In another terminal:"))
        say(f"  . {shlex.quote(str(settings))}")
        say("  mayfly --help")
        say("  mayfly up --vcpus 4 --memory 8 --lease 1h")
        say(f"  curl -H \"Authorization: Bearer $MAYFLY_TOKEN\" $MAYFLY_URL/users/{USER}/reservations")
        say(f"  curl {self.clouds.url}/_sim/ledger     what the clouds would bill")
        say(f"  log: {self.mayfly.log}")
        say("Ctrl-C ends it, the clouds and all of their machines.")
        self.finished = True
        while self.mayfly.server.alive() and self.clouds.alive():
            time.sleep(0.5)
        raise playground.Failure("the server or the simulated clouds ended by themselves")

    def end(self):
        """Whatever happened: nothing that we started is left."""
        for program in (self.mayfly.server if self.mayfly else None, self.clouds):
            if program is not None:
                code = program.stop()
                require(code == 0, f"{program.process.args[0]} ended with {code}; its log:\n{program.log.read_text()}")


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def interrupt(*_):
    raise Interrupted


def perform(walk, screen, mode):
    try:
        walk.play()
        if mode == "stay":
            walk.stay()
        return 0
    except playground.Failure as failure:
        screen.say()
        screen.say(screen.paint("31", f"This is not as it should be: {failure}"))
        if walk.mayfly and walk.mayfly.log.exists():
            screen.say("The server's last words:")
            screen.say("\n".join(walk.mayfly.log.read_text().splitlines()[-20:]))
        return 1
    except (Interrupted, EOFError):
        screen.say()
        screen.say("Ending ...")
        return 0 if walk.finished else 130


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries", required=True, type=pathlib.Path)
    parser.add_argument("--mode", choices=["once", "stay"], required=True)
    options = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    screen = Screen(options.mode)
    binaries = options.binaries.resolve()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="run-", dir=binaries.parent))
    walk = Walk(binaries, options.mode, folder, screen)
    code = 1
    try:
        code = perform(walk, screen, options.mode)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        walk.end()
    except playground.Failure as failure:
        screen.say(f"Ending was not clean: {failure}")
        code = 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if options.mode == "once" and code == 0:
        screen.say()
        screen.say(screen.paint("1;32", "Every step did what it says. Everything that was started has ended."))
    return code


if __name__ == "__main__":
    sys.exit(main())
