"""What the tests of the delegated dialogs stand on: a page of another origin that shows them, as somebody else's tool
does, and a real browser."""

import json

import harness
from consumer import Consumer
from harness import ask
from webdriver import Browser

AUTO = "http://open-services.net/ns/auto#"
DCTERMS = "http://purl.org/dc/terms/"
RESPONSE = "oslc-response:"
RESIZE = "oslc-resize:"


class Dialogs(harness.EndToEnd):
    """What all of them stand on: a consumer that may frame us, and a browser that is signed in."""

    more_config = ""

    @classmethod
    def setUpClass(cls):
        cls.consumer = Consumer()
        cls.addClassCleanup(cls.consumer.stop)
        cls.config = harness.FAST + f'\n[oslc]\ndialog_hosts = ["{cls.consumer.origin}"]\n' + cls.more_config
        super().setUpClass()
        cls.browser = Browser(cls.folder)
        cls.addClassCleanup(cls.browser.quit)

    def setUp(self):
        self.browser.go(self.consumer.origin)
        self.browser.complaints()

    def tearDown(self):
        refused = [text for text in self.browser.complaints() if "Content Security Policy" in text]
        self.assertEqual(refused, [], "the pages' own policy refuses something of theirs")

    def address(self, name):
        return f"{self.mayfly.url}/oslc/users/{harness.USER}/dialogs/{name}"

    def show(self, address, signed_in=True, **size):
        self.browser.go(self.consumer.page(dialog=address, **size))
        self.browser.use_frame("iframe")
        self.browser.until_there(".dialog")
        if signed_in:
            self.sign_in()

    def sign_in(self):
        browser = self.browser
        browser.until(lambda: browser.texts("input[type=password]") or not browser.texts(".waiting"),
                      "a dialog that is ready")
        if browser.texts("input[type=password]"):
            browser.type("input[type=password]", self.client.token)
            browser.press("Enter")

    def prefill(self, name, turtle):
        status, headers, body = ask(
            self.mayfly.url, "POST", f"/oslc/users/ann/dialogs/{name}", turtle.encode(),
            {"Content-Type": "text/turtle", "Authorization": f"Bearer {self.client.token}"})
        self.assertEqual(status, 201, body)
        return headers["Location"]

    def take_focus(self):
        """WebKit lets a frame of another origin have the keyboard only once a person went there."""
        if not self.browser.is_chromium:
            self.browser.click("input")

    def messages(self, beginning):
        """What the consumer was sent, by our origin and nobody else."""
        self.browser.use_frame(None)
        messages = self.browser.run("return messages")
        for message in messages:
            self.assertEqual(message["origin"], self.mayfly.url)
            self.assertNotIn(self.client.token, message["data"])
        return [json.loads(message["data"].removeprefix(beginning)) for message in messages
                if message["data"].startswith(beginning)]

    def response(self, seconds=15):
        return self.browser.until(lambda: self.messages(RESPONSE), "an answer of the dialog", seconds)[0]

    def only_result(self, **wait):
        results = self.response(**wait)["oslc:results"]
        self.assertEqual(len(results), 1, results)
        return results[0]

    def resource(self, address):
        """What our own origin says of it, in N-Triples."""
        status, _, text = ask(self.mayfly.url, "GET", address.removeprefix(self.mayfly.url), None,
                              {"Accept": "application/n-triples", "Authorization": f"Bearer {self.client.token}"})
        self.assertEqual(status, 200, text)
        return text

    def assert_says(self, address, predicate, words):
        lines = [line for line in self.resource(address).splitlines() if line.startswith(f"<{address}> <{predicate}>")]
        self.assertTrue(any(words in line for line in lines), lines)

    def fill(self, label, text):
        """By the label that a person sees."""
        field = self.browser.until(lambda: self.browser.run(
            "const found = [...document.querySelectorAll('label')].find((one) => one.innerText.startsWith(arguments[0]));"
            "return found && found.htmlFor", label), f"a field {label}")
        selector = f"[id='{field}']"
        self.browser.type(selector, text)
