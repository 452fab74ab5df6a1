"""Mayfly as a user has it, on this machine only: simulated clouds, a server, its command line.

For the guided walk, the end-to-end tests and the benches. Every process is ours: on a free port of
127.0.0.1, with an environment of its own, ended by its own id. They also end when the thread that
started them does (so start them from the main thread), however it dies.

Standard library only.
"""

import ctypes
import http.client
import json
import os
import pathlib
import re
import signal
import ssl
import subprocess
import time
import urllib.parse

READY_SECONDS_MAX = 30
STOP_SECONDS_MAX = 20
_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1


def _die_with_the_parent():
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Failure(Exception):
    """Something is not as it has to be; the message says what was seen."""


class Program:
    """One process with a log; ready once its log says so."""

    def __init__(self, command, log, environment, ready):
        self.log = pathlib.Path(log)
        mark = self.log.stat().st_size if self.log.exists() else 0
        with open(self.log, "ab") as sink:
            # A session of its own: Ctrl-C in the terminal is for us, and we end it in order.
            self.process = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=sink, stderr=sink,
                env=environment, start_new_session=True, preexec_fn=_die_with_the_parent)
        self.said = self._wait_until_ready(ready, mark)

    @property
    def pid(self):
        return self.process.pid

    def _wait_until_ready(self, ready, mark):
        give_up = time.monotonic() + READY_SECONDS_MAX
        while True:
            ended = self.process.poll() is not None
            said = self.log.read_bytes()[mark:].decode(errors="replace")
            if re.search(ready, said) and said.endswith("\n"):
                return said
            if ended:
                raise Failure(f"{self.process.args[0]} ended with {self.process.returncode} at its start:\n{said}")
            if time.monotonic() > give_up:
                self.kill()
                raise Failure(f"{self.process.args[0]} is not ready after {READY_SECONDS_MAX} s:\n{said}")
            time.sleep(0.02)

    def alive(self):
        return self.process.poll() is None

    def stop(self):
        """Asks it to end, and answers its exit code."""
        if self.alive():
            self.process.terminate()
        try:
            return self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failure(f"{self.process.args[0]} did not end within {STOP_SECONDS_MAX} s of SIGTERM") from None

    def kill(self):
        """As a crash: nothing of it runs another instruction."""
        self.process.kill()
        self.process.wait()


def plain_environment(home, **more):
    """Nothing of whoever started us: no proxy, no keys, no configuration."""
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(home), "LANG": "C.UTF-8"}
    for name in ("TERM", "NO_COLOR", "COLUMNS", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
        if name in os.environ:
            environment[name] = os.environ[name]
    return {**environment, **more}


def ask(url, method, path, body=None, headers=None, timeout=60, ca=None):
    """One HTTP exchange: (status, headers, body); a body of JSON is decoded. ca: whom to trust for https."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=timeout,
                                                 context=ssl.create_default_context(cafile=ca))
    else:
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    headers = dict(headers or {})
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
        headers.setdefault("Content-Type", "application/json")
    try:
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
        kind = answer.headers.get_content_type()
        decoded = json.loads(content) if content and kind.endswith("json") else content.decode(errors="replace")
        return answer.status, answer.headers, decoded
    finally:
        connection.close()


class Cloudsim(Program):
    """Both simulated clouds."""

    def __init__(self, binaries, folder, speed=20, seed=1, listen="127.0.0.1:0"):
        folder = pathlib.Path(folder)
        super().__init__(
            [pathlib.Path(binaries) / "cloudsim", "--listen", listen, "--speed", speed, "--seed", seed],
            folder / "cloudsim.log", plain_environment(folder), r"ledger \S+")
        self.url = re.search(r"listens on (\S+)", self.said)[1]
        self.access_key_id = re.search(r"access key id +(\S+)", self.said)[1]
        self.secret_access_key = re.search(r"secret access key +(\S+)", self.said)[1]
        self.token = re.search(r"\n +DigitalOcean +token +(\S+)", self.said)[1]

    def _control(self, method, path, body=None):
        status, _, answer = ask(self.url, method, "/_sim/" + path, body)
        if status not in (200, 204):
            raise Failure(f"cloudsim answers {status} to {method} {path}: {answer}")
        return answer

    def ledger(self):
        """Everything that ever existed."""
        return self._control("GET", "ledger")

    def living(self):
        return [machine for machine in self.ledger() if not machine["ended"]]

    def faults(self, *rules):
        self._control("POST", "faults", {"faults": list(rules)})

    def heal(self):
        self._control("DELETE", "faults")

    def end_machine(self, machine_id):
        self._control("POST", f"instances/{machine_id}/terminate")

    def aws_account(self, **changes):
        """What the account has beside machines (emr_roles, standard_vcpus); what is not given is as at the start."""
        self._control("POST", "account", changes)

    def key(self, order):
        """Issues, revokes or lets run out a key of the account."""
        self._control("POST", "keys", order)

    def account(self, order):
        """What the AWS account has beside machines: {"emr_roles": False}."""
        self._control("POST", "account", order)

    def key_environment(self):
        """What `mayfly keys add ... --from-env` reads."""
        return {"AWS_ACCESS_KEY_ID": self.access_key_id, "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
                "DIGITALOCEAN_TOKEN": self.token}

    def aws_key(self):
        return {"cloud": "aws", "access_key_id": self.access_key_id, "secret_access_key": self.secret_access_key}

    def digitalocean_key(self):
        return {"cloud": "digitalocean", "token": self.token}


class Mayfly:
    """An installation: a data directory, users, and a server that may be started, ended and killed."""

    def __init__(self, binaries, folder, clouds_url, config=None, ca=None):
        self.ca = ca  # of the certificate, when the configuration has one
        self.binary = pathlib.Path(binaries) / "mayfly"
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "data"
        self.log = self.folder / "mayfly.log"
        self.environment = plain_environment(
            self.folder, AWS_ENDPOINT_URL=clouds_url, DIGITALOCEAN_API_URL=clouds_url)
        self.config = None
        if config is not None:
            self.config = self.folder / "mayfly.toml"
            self.config.write_text(config)
        self.server = None
        self.url = None

    def add_user(self, name, admin=False):
        """The new user's token."""
        return self._user_command("add", name, *(["--admin"] if admin else []))

    def renew_token(self, name):
        """Another token, in the place of the one before."""
        return self._user_command("token", name)

    def _user_command(self, *words):
        command = [self.binary, "user", *words, "--data", self.data]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=30)
        if done.returncode != 0:
            raise Failure(f"mayfly user {words[0]} ended with {done.returncode}: {done.stderr}")
        return done.stdout.strip()

    def serve_command(self, listen):
        command = [self.binary, "serve", "--listen", listen, "--data", self.data]
        return command + (["--config", self.config] if self.config else [])

    def start(self, listen=None):
        """Starts the server; after the first time on the same address, as whoever uses it expects."""
        listen = listen or (self.url.split("://")[1] if self.url else "127.0.0.1:0")
        self.server = Program(self.serve_command(listen), self.log, self.environment, r"listens on \S+\n(.*\n)*  prices ")
        self.url = re.search(r"listens on (\S+)", self.server.said)[1]
        return self

    def stop(self):
        return self.server.stop() if self.server else 0

    def kill(self):
        self.server.kill()

    def client(self, user, token):
        return Client(self, user, token)


class Client:
    """One user: the command line and the REST door."""

    def __init__(self, mayfly, user, token):
        self.mayfly = mayfly
        self.user = user
        self.token = token

    def environment(self, **more):
        ours = {"MAYFLY_URL": self.mayfly.url, "MAYFLY_USER": self.user, "MAYFLY_TOKEN": self.token}
        if self.mayfly.ca:
            ours["MAYFLY_CA"] = str(self.mayfly.ca)
        return plain_environment(self.mayfly.folder, **{**ours, **more})

    def run(self, *arguments, timeout=180, environment=None, **options):
        """The command as typed: exit code, output, errors."""
        return subprocess.run(
            [str(self.mayfly.binary), *map(str, arguments)], env=self.environment(**(environment or {})),
            capture_output=True, text=True, timeout=timeout, **options)

    def json(self, *arguments, **options):
        done = self.run(*arguments, "--json", **options)
        if done.returncode != 0:
            raise Failure(f"mayfly {' '.join(map(str, arguments))} ended with {done.returncode}: {done.stderr}")
        return json.loads(done.stdout) if done.stdout.strip() else None

    def ask(self, method, path, body=None, headers=None, timeout=180):
        """path is below /users/:UserId/."""
        headers = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        path = f"/users/{self.user}" + (f"/{path}" if path else "")
        return ask(self.mayfly.url, method, path, body, headers, timeout, self.mayfly.ca)

    def must(self, status, method, path, body=None, headers=None, timeout=180):
        """The body of an answer that has to have this status."""
        got, _, answer = self.ask(method, path, body, headers, timeout)
        if got != status:
            raise Failure(f"{method} {path}: {got} instead of {status}: {answer}")
        return answer

    def every_reservation(self, state="all"):
        found, cursor = [], ""
        while True:
            more = f"&cursor={urllib.parse.quote(cursor)}" if cursor else ""
            page = self.must(200, "GET", f"reservations?state={state}&limit=500{more}")
            found += page["reservations"]
            cursor = page.get("next_cursor") or ""
            if not cursor:
                return found
