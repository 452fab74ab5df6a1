"""A browser that a test drives, by the W3C WebDriver protocol and nothing but the standard library.

Chromium with chromium-driver (Debian), or WebKitGTK's MiniBrowser with webkit2gtk-driver (Ubuntu 24.04, where
chromium is no package): whichever is there. Everything ends with the driver's process.
"""

import base64
import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import time

from playground import Failure, Program, plain_environment

KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004", "Shift": "\ue008", "ArrowDown": "\ue015",
        "ArrowUp": "\ue013", "Control": "\ue009"}
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Unsupported(Failure):
    """No such browser, or it cannot do that."""


class NotThere(Failure):
    """No such element, or not any more."""


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _chromium(size):
    arguments = ["--headless=new", f"--window-size={size[0]},{size[1]}", "--disable-gpu", "--disable-dev-shm-usage",
                 "--no-first-run", "--disable-background-networking", "--disable-component-update",
                 "--no-proxy-server", "--hide-scrollbars",
                 # Its sandbox needs what root, and many a container, does not have; the pages are only ours.
                 "--no-sandbox"]
    return {"browserName": "chrome",
            "goog:chromeOptions": {"binary": shutil.which("chromium"), "args": arguments},
            "goog:loggingPrefs": {"browser": "ALL"}}


def _webkit():
    return {"webkitgtk:browserOptions": {"args": ["--automation"]}}


class Browser:
    """One session. Elements are found anew each time, so none can grow stale while a page is drawn again."""

    def __init__(self, folder, size=(900, 720)):
        folder = pathlib.Path(folder)
        # MAYFLY_TEST_BROWSER=webkit: that one, also where both are.
        chromium = shutil.which("chromedriver") and shutil.which("chromium")
        self.is_chromium = bool(chromium) and os.environ.get("MAYFLY_TEST_BROWSER") != "webkit"
        self.port = _free_port()
        self.programs = []
        environment = plain_environment(folder, XDG_CONFIG_HOME=str(folder), XDG_CACHE_HOME=str(folder))
        if self.is_chromium:
            self._start(folder, environment, ["chromedriver", f"--port={self.port}"], r"was started successfully")
        else:
            self._start_webkit(folder, environment)
        self.session = None
        wanted = _chromium(size) if self.is_chromium else _webkit()
        answer = self._until_answered("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.session = answer["sessionId"]
        self.command("POST", "timeouts", {"script": 10000, "pageLoad": 20000, "implicit": 0})
        self.resize(*size)

    def _start(self, folder, environment, command, ready):
        program = shutil.which(command[0])
        if program is None:
            raise Unsupported(f"{command[0]} is not installed (apt-packages.txt, [test])")
        log = folder / f"{command[0]}.log"
        self.programs.append(Program([program, *command[1:]], log, environment, ready))
        return self.programs[-1].said

    def _start_webkit(self, folder, environment):
        """It has no headless mode: a display in memory is its screen."""
        number = self._start(folder, environment, ["Xvfb", "-displayfd", "1", "-screen", "0", "1400x1200x24",
                                                   "-nolisten", "tcp"], r"(?m)^\d+$").split()[-1]
        environment["DISPLAY"] = f":{number}"
        # The driver says nothing when it is ready; _until_answered waits for it.
        self._start(folder, environment, ["sh", "-c", f"echo begins; exec WebKitWebDriver --port={self.port}"], "begins")

    def quit(self):
        try:
            self.command("DELETE", "")
        finally:
            for program in reversed(self.programs):
                program.kill()

    # ---- the protocol

    def _until_answered(self, method, path, body):
        give_up = time.monotonic() + 20
        while True:
            try:
                return self._exchange(method, path, body)
            except ConnectionError:
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.05)

    def _exchange(self, method, path, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, None if body is None else json.dumps(body),
                               {"Content-Type": "application/json"})
            value = json.loads(connection.getresponse().read())["value"]
        finally:
            connection.close()
        if isinstance(value, dict) and "error" in value:
            kind = NotThere if re.search("no such|stale|not interactable|intercepted", value["error"]) else Failure
            raise kind(f"{value['error']}: {value['message'].splitlines()[0]}")
        return value

    def command(self, method, path, body=None):
        if method == "POST" and body is None:
            body = {}
        return self._exchange(method, f"/session/{self.session}" + (f"/{path}" if path else ""), body)

    # ---- windows and frames

    def go(self, url):
        self.command("POST", "url", {"url": url})

    def resize(self, width, height):
        self.command("POST", "window/rect", {"width": width, "height": height})

    def windows(self):
        return self.command("GET", "window/handles")

    def use_window(self, handle):
        self.command("POST", "window", {"handle": handle})

    def close_window(self):
        return self.command("DELETE", "window")

    def use_frame(self, selector=None):
        """None: the page itself."""
        self.command("POST", "frame", {"id": None})
        if selector is not None:
            self.command("POST", "frame", {"id": self._find(selector)})

    def colours(self, scheme):
        """What the user prefers: light or dark."""
        if not self.is_chromium:
            raise Unsupported("only Chromium can be told which colours are preferred")
        self.command("POST", "goog/cdp/execute", {
            "cmd": "Emulation.setEmulatedMedia",
            "params": {"features": [{"name": "prefers-color-scheme", "value": scheme}]}})

    def complaints(self):
        """What the console was told since the last time; Chromium only."""
        if not self.is_chromium:
            return []
        return [entry["message"] for entry in self.command("POST", "se/log", {"type": "browser"})]

    def screenshot(self, path):
        pathlib.Path(path).write_bytes(base64.b64decode(self.command("GET", "screenshot")))

    # ---- elements, by CSS selectors

    def _find(self, selector):
        return self.command("POST", "element", {"using": "css selector", "value": selector})

    def run(self, script, *arguments):
        return self.command("POST", "execute/sync", {"script": script, "args": list(arguments)})

    def texts(self, selector):
        return self.run("return [...document.querySelectorAll(arguments[0])].map((one) => one.innerText)", selector)

    def text(self, selector):
        return "\n".join(self.texts(selector))

    def click(self, selector):
        self.command("POST", f"element/{self._find(selector)[_ELEMENT]}/click")

    def type(self, selector, text):
        """In place of what is there, as a person does it: WebKit knows no other way into a frame."""
        self.click(selector)
        self.press(("Control", "a"), *text)

    def press(self, *keys):
        """Keys for whatever has the focus; a tuple is pressed together."""
        actions = []
        for key in keys:
            held = [KEYS.get(one, one) for one in (key if isinstance(key, tuple) else (key,))]
            actions += [{"type": "keyDown", "value": one} for one in held]
            actions += [{"type": "keyUp", "value": one} for one in reversed(held)]
        self.command("POST", "actions", {"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})

    # ---- waiting

    def until(self, fact, what, seconds=15):
        """The first true answer; what is not there yet is no failure."""
        give_up = time.monotonic() + seconds
        while True:
            try:
                answer = fact()
                if answer:
                    return answer
            except NotThere:
                pass
            if time.monotonic() > give_up:
                raise Failure(f"not within {seconds} s: {what}")
            time.sleep(0.05)

    def until_text(self, selector, words):
        return self.until(lambda: words in self.text(selector), f"{words!r} in {selector}")

    def until_there(self, selector):
        return self.until(lambda: self._find(selector), f"an element {selector}")
