#!/usr/bin/env python3
"""The delegated dialogs that act on what was deployed: what is chosen is done, and once."""

import time

import harness
from dialogs import AUTO, Dialogs


class Acting(Dialogs):
    def ready(self):
        return self.client.must(201, "POST", "reservations", self.small(lease="1h"), {"Prefer": "wait=120"})

    def break_fetch(self, body):
        """From now on the page asks by this function: (ask, address, options) => Promise<Response>."""
        self.browser.run(f"const ask = window.fetch; const broken = {body};"
                         "window.fetch = (address, options) => broken(ask, address, options)")

    def until_button(self, words):
        self.browser.until(lambda: self.browser.texts("button.primary:not(:disabled)") == [words], f"the button {words}")

    def test_a_deployment_is_torn_down_by_its_action_dialog(self):
        reservation = self.client.must(201, "POST", "reservations", self.small(), {"Prefer": "wait=120"})
        self.assertEqual(reservation["phase"], "ready")
        address = self.address(f"action?targetId={reservation['id']}")
        self.show(address)
        self.browser.until_text("main", "Tear down")
        self.browser.press("Escape")
        self.assertEqual(self.response()["oslc_auto:verdict"]["rdf:resource"], AUTO + "canceled")
        self.assertEqual(self.get(reservation["id"])["phase"], "ready")

        self.show(self.address(f"action-teardown?targetId={reservation['id']}"))
        self.browser.until(lambda: self.browser.texts("button.dangerous:not(:disabled)") == ["Tear down"], "the button")
        self.browser.press("Tab")
        self.browser.click("button.dangerous")
        answer = self.response(seconds=60)
        self.assertEqual(answer["oslc_auto:verdict"]["rdf:resource"], AUTO + "passed")
        self.assertEqual(self.get(reservation["id"])["phase"], "released")
        result = answer["oslc:results"][0]
        self.assertEqual(result["oslc_auto:verdict"]["rdf:resource"], AUTO + "passed")
        self.assert_says(result["rdf:resource"], AUTO + "verdict", AUTO + "passed")

    def test_what_an_action_asks_for_is_asked_in_its_dialog(self):
        reservation = self.client.must(201, "POST", "reservations", self.small(lease="1h"), {"Prefer": "wait=120"})
        self.show(self.address(f"action-extend?targetId={reservation['id']}"))
        self.fill("Extend by", "soon")
        self.browser.click("button[type=submit]")
        self.browser.until_text("[role=alert]", "must be a time")
        self.fill("Extend by", "2h")
        self.browser.press("Enter")
        self.assertEqual(self.response()["oslc_auto:verdict"]["rdf:resource"], AUTO + "passed")
        self.assertGreater(self.get(reservation["id"])["expires_at"], reservation["expires_at"])

    def test_an_action_whose_answer_was_lost_is_asked_for_again_and_done_once(self):
        reservation = self.ready()
        self.show(self.address(f"action-extend?targetId={reservation['id']}"))
        self.until_button("Extend")
        self.break_fetch("async (ask, address, options) => { const answer = await ask(address, options);"
                         "if (options.method !== 'POST' || window.lost) return answer;"
                         "window.lost = true; throw new TypeError('lost') }")
        self.fill("Extend by", "2h")
        self.browser.press("Enter")
        self.browser.until_text("[role=alert]", "does not answer")
        once = self.get(reservation["id"])["expires_at"]
        self.assertGreater(once, reservation["expires_at"])
        self.browser.click("button.primary")
        self.assertEqual(self.response()["oslc_auto:verdict"]["rdf:resource"], AUTO + "passed")
        self.assertEqual(self.get(reservation["id"])["expires_at"], once)

    def test_an_action_is_waited_for_although_the_server_is_away_for_a_moment(self):
        reservation = self.ready()
        self.show(self.address(f"action-teardown?targetId={reservation['id']}"))
        self.until_button("Tear down")
        self.break_fetch("async (ask, address, options) => { if (options.method === 'POST') window.left = 2;"
                         "else if (window.left-- > 0) throw new TypeError('away'); return ask(address, options) }")
        self.browser.click("button.dangerous")
        self.assertEqual(self.response(seconds=60)["oslc_auto:verdict"]["rdf:resource"], AUTO + "passed")

    def test_what_is_done_is_what_was_chosen_last(self):
        reservation = self.ready()
        self.show(self.address(f"action?targetId={reservation['id']}"))
        self.browser.until(lambda: len(self.browser.texts("input[type=radio]")) == 3, "the actions")
        choose = "[...document.querySelectorAll('label.switch')].find((one) => one.innerText.startsWith(arguments[0])).click()"
        self.browser.run(choose, "Tear down")
        self.until_button("Tear down")
        self.break_fetch("(ask, address, options) => address.includes('future-extend')"
                         "? new Promise((go) => (window.go = () => go(ask(address, options)))) : ask(address, options)")
        self.browser.run(choose, "Extend")
        self.assertEqual(self.browser.texts("button.primary:not(:disabled)"), [])
        self.assertTrue(self.browser.run("return document.querySelector('label.switch:has(:checked)').innerText").startswith("Extend"))
        self.browser.run(choose, "Restart")
        self.until_button("Restart")
        self.browser.run("window.go()")
        time.sleep(0.5)
        self.until_button("Restart")

    def test_the_keyboard_is_where_something_is_to_be_done(self):
        reservation = self.ready()
        focused = "const one = document.activeElement; return one.labels?.[0]?.innerText ?? one.innerText"
        for name, button, where in (("action-extend", "Extend", "Extend by"), ("action-restart", "Restart", "Restart"),
                                    ("action-teardown", "Tear down", "Cancel"), ("action", "Continue", "Tear down")):
            with self.subTest(name):
                self.show(self.address(f"{name}?targetId={reservation['id']}"))
                self.browser.until_text("button.primary", button)
                self.browser.until(lambda: self.browser.run(focused).startswith(where), f"the keyboard at {where}", 5)


if __name__ == "__main__":
    harness.main()
