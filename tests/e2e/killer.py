"""Whoever kills the server at random: SIGKILL, SIGSTOP for longer than leases last, SIGKILL while it starts, SIGTERM.

Runs in the thread that it is called from, which has to be the main one: the server ends with the thread that
started it.
"""

import pathlib
import random as chance
import signal
import subprocess
import time

import playground

STOP_LONGEST = 20.0
CALM_LONGEST = 8.0


def memory_mib(pid):
    """Resident memory of a process."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


class Killer:
    def __init__(self, mayfly, seed):
        self.mayfly = mayfly
        self.random = chance.Random(seed)
        self.kills = 0
        self.stops = 0
        self.early_kills = 0
        self.ends = 0
        self.outages = []  # (from, until), seconds since the epoch
        self.memory = []  # MiB, whenever it was looked at
        self.start_seconds = []

    def run(self, seconds):
        over = time.monotonic() + seconds
        while (left := over - time.monotonic()) > 0:
            time.sleep(min(left, self.random.uniform(0.5, CALM_LONGEST)))
            if not self.mayfly.server.alive():
                raise playground.Failure(f"the server ended by itself with {self.mayfly.server.process.returncode}")
            self.memory.append(memory_mib(self.mayfly.server.pid))
            began = time.time()
            self.random.choices([self.kill, self.kill_twice, self.stop, self.end], [9, 4, 6, 1])[0]()
            self.outages.append((began, time.time()))

    def start(self):
        began = time.monotonic()
        self.mayfly.start()
        self.start_seconds.append(time.monotonic() - began)

    def kill(self):
        self.mayfly.kill()
        self.kills += 1
        time.sleep(self.random.choice([0, 0, self.random.uniform(0, 4)]))
        self.start()

    def kill_twice(self):
        """The second time before it is ready: while it takes up what lives."""
        self.mayfly.kill()
        self.kills += 1
        for _ in range(self.random.choice([1, 1, 3])):
            self.begin_and_kill(self.random.uniform(0.0, 0.6))
        self.start()

    def begin_and_kill(self, after):
        command = [str(word) for word in self.mayfly.serve_command(self.mayfly.url.removeprefix("http://"))]
        with open(self.mayfly.log, "ab") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       env=self.mayfly.environment, start_new_session=True)
        time.sleep(after)
        process.kill()
        process.wait()
        self.kills += 1
        self.early_kills += 1

    def stop(self):
        """Not dead, only late: everything it waits for has come, or has run out, when it goes on."""
        process = self.mayfly.server.process
        process.send_signal(signal.SIGSTOP)
        self.stops += 1
        time.sleep(self.random.choice([self.random.uniform(1, 5), self.random.uniform(5, STOP_LONGEST)]))
        process.send_signal(signal.SIGCONT)

    def end(self):
        code = self.mayfly.stop()
        if code != 0:
            raise playground.Failure(f"asked to end, the server ended with {code}")
        self.ends += 1
        self.start()
