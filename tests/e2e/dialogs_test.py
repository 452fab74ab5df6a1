#!/usr/bin/env python3
"""The delegated dialogs to choose and to create in, shown by a page of another origin."""

import json
import re
import time

import harness
from consumer import Consumer
from dialogs import AUTO, DCTERMS, RESIZE, Dialogs


class Selecting(Dialogs):
    def test_a_plan_is_chosen_with_the_keyboard_alone_by_somebody_who_signs_in(self):
        browser = self.browser
        self.show(self.address("plans"), signed_in=False)
        browser.run("sessionStorage.clear(); location.reload()")
        browser.until_text("h1", "Sign in")
        self.take_focus()
        browser.press("w", "r", "o", "n", "g", "Enter")
        browser.until_text("[role=alert]", "not known")
        browser.press(*self.client.token, "Enter")
        browser.until(lambda: len(browser.texts("[role=option]")) == 2, "two plans")
        self.assertNotIn(self.client.token, browser.run("return location.href"))
        browser.press(*"clust")
        browser.until(lambda: len(browser.texts("[role=option]")) == 1, "one plan")
        browser.press("ArrowDown")
        browser.until_text(".chosen", "A cluster")
        browser.press("Enter")
        chosen = self.only_result()
        self.assertEqual(chosen["rdf:resource"], f"{self.mayfly.url}/oslc/users/ann/plans/cluster")
        self.assertEqual(chosen["oslc:label"], "A cluster")

    def test_the_frame_is_told_how_large_it_should_be(self):
        self.show(self.address("plans") + "#oslc-core-postMessage-1.0")
        self.browser.until_text("[role=listbox]", "Virtual machines")
        sizes = self.browser.until(lambda: self.messages(RESIZE), "a wish for a size")
        for size in sizes:
            self.assertRegex(size["oslc:hintHeight"], r"^[1-9]\d*px$")
            self.assertRegex(size["oslc:hintWidth"], r"^[1-9]\d*px$")

    def test_a_deployment_is_found_by_its_words_and_shows_how_it_is(self):
        wanted = self.reserve(name="harvest-7")
        for number in range(3):
            self.reserve(name=f"other-{number}")
        self.show(self.address("results"))
        self.browser.until(lambda: len(self.browser.texts("[role=option]")) >= 4, "the deployments")
        self.browser.type("input[type=search]", "harvest")
        self.browser.until(lambda: len(self.browser.texts("[role=option]")) == 1, "the one that fits")
        self.assertRegex(self.browser.text(".badge"), "Queued|In progress|Deploying|Running")
        self.browser.click("[role=option]")
        self.browser.click("button[type=submit]")
        chosen = self.only_result()
        self.assertEqual(chosen["rdf:resource"], f"{self.mayfly.url}/oslc/users/ann/results/{wanted['id']}")
        self.assertIn("harvest-7", chosen["oslc:label"])

    def test_more_than_a_page_is_loaded_when_it_is_asked_for(self):
        for number in range(25):
            self.client.must(201, "POST", f"templates/many-{number:02}", {"request": self.small()})
        self.show(self.address("plans"))
        first = self.browser.until(lambda: len(self.browser.texts("[role=option]")), "a page")
        self.assertLess(first, 27)
        self.browser.click("button.more")
        self.browser.until(lambda: len(self.browser.texts("[role=option]")) == 27, "all plans")
        self.assertEqual(len(set(self.browser.texts(".label"))), 27)

    def test_what_to_search_for_can_be_filled_in_beforehand(self):
        self.show(self.prefill("plans", f'<> <{DCTERMS}title> "cluster" .'))
        self.browser.until_text("[role=option]", "A cluster")
        self.assertNotIn("Virtual machines", self.browser.text("[role=option]"))

    def test_escape_answers_with_nothing(self):
        self.show(self.address("results"))
        self.browser.press("Escape")
        self.assertEqual(self.response(), {"oslc:results": []})

    def test_in_a_window_of_its_own_it_answers_who_opened_it(self):
        browser = self.browser
        here = browser.command("GET", "window")
        # On a click: no browser opens windows for a page that nobody touches.
        browser.run("document.body.innerHTML = '<button>Open</button>';"
                    "const address = arguments[0];"
                    "document.body.firstChild.onclick = () => open(address, 'dialog', 'width=600,height=440')",
                    self.address("plans"))
        browser.click("button")
        opened = browser.until(lambda: [one for one in browser.windows() if one != here], "a window")[0]
        browser.use_window(opened)
        browser.until_there(".dialog")
        self.sign_in()
        browser.until_text("[role=listbox]", "Virtual machines")
        browser.click("[role=option]")
        browser.press("Enter")
        browser.use_window(here)
        self.assertIn("/plans/vm", self.only_result()["rdf:resource"])
        browser.use_window(opened)
        browser.close_window()
        browser.use_window(here)

    def test_the_older_protocol_leaves_the_answer_in_the_frames_name(self):
        self.show(self.address("plans") + "#oslc-core-windowName-1.0", name=f"{self.consumer.origin}/return")
        self.browser.until_text("[role=listbox]", "Virtual machines")
        self.browser.click("[role=option]")
        self.browser.press("Enter")
        self.browser.use_frame(None)
        returned = self.browser.until(lambda: self.browser.run(
            "return messages.filter((one) => one.data.startsWith('returned:'))"), "the page to return to")[0]
        self.assertEqual(returned["origin"], self.consumer.origin)
        answer = json.loads(returned["data"].removeprefix("returned:"))
        self.assertIn("/plans/vm", answer["oslc:results"][0]["rdf:resource"])

    def test_the_page_of_the_documentation_works(self):
        text = (harness.ROOT / "docs" / "oslc-dialogs.md").read_text()
        example = re.search(r"```html\n(.*?)```", text, re.DOTALL)[1]
        example = example.replace("https://mayfly.example.com", self.mayfly.url)
        example = example.replace("console.log(", "(window.got = []).push(")
        browser = self.browser
        browser.go(self.consumer.add_page("/documentation", "<!doctype html>" + example))
        browser.use_frame("iframe")
        self.sign_in()
        browser.until_text("[role=listbox]", "Virtual machines")
        browser.use_frame(None)
        browser.until(lambda: browser.run("return document.querySelector('iframe').style.height"), "another height")
        browser.use_frame("iframe")
        browser.click("[role=option]")
        browser.press("Enter")
        browser.use_frame(None)
        got = browser.until(lambda: browser.run("return window.got"), "what was chosen")
        self.assertEqual(got, ["Virtual machines", f"{self.mayfly.url}/oslc/users/ann/plans/vm"])
        self.assertEqual(browser.texts("iframe"), [])

    def test_who_is_not_named_in_the_configuration_shows_nothing(self):
        stranger = Consumer()
        try:
            self.browser.go(stranger.page(dialog=self.address("plans")))
            if self.browser.is_chromium:
                self.browser.until(lambda: "frame-ancestors" in "".join(self.browser.complaints()), "a refusal")
            else:
                time.sleep(1)
            self.browser.use_frame("iframe")
            self.assertEqual(self.browser.texts("#root"), [])
        finally:
            stranger.stop()


class Creating(Dialogs):
    def count(self):
        return len(self.client.every_reservation())

    def test_what_is_wrong_is_said_at_its_field_and_what_is_right_is_deployed(self):
        browser = self.browser
        self.show(self.address("run"))
        browser.until_text("[role=listbox]", "Virtual machines")
        browser.click("[role=option]")
        browser.press("Enter")
        browser.until_text("label", "vCPUs")
        self.fill("Title", "By a dialog")
        self.fill("Memory", "1")
        self.fill("vCPUs", "5000")
        browser.until_text(".hint.wrong", "vCPUs")
        browser.click("button[type=submit]")
        browser.until_text(".hint.wrong", "vCPUs")
        self.assertEqual(browser.texts("[aria-invalid=true]"), [""])
        before = self.count()
        self.fill("vCPUs", "1")
        browser.until_text(".price", "an hour")
        browser.click("button[type=submit]")
        made = self.only_result()
        self.assertEqual(made["oslc:label"], "By a dialog")
        self.assertEqual(self.count(), before + 1)
        reservation = self.get(made["rdf:resource"].rsplit("/", 1)[1])
        self.assertEqual((reservation["request"]["vcpus"], reservation["request"]["memory_gib"]), (1, 1))
        self.assert_says(made["rdf:resource"], AUTO + "executesAutomationPlan", "/plans/vm")

    def test_a_prepared_request_was_filled_in_beforehand_and_never_runs(self):
        before = self.count()
        prefilled = self.prefill("prepare", f"""
            @prefix oslc: <http://open-services.net/ns/core#> . @prefix oslc_auto: <{AUTO}> .
            @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> . @prefix dcterms: <{DCTERMS}> .
            <> a oslc_auto:AutomationRequest ; dcterms:title "Nightly build" ;
              oslc_auto:executesAutomationPlan <{self.mayfly.url}/oslc/users/ann/plans/vm> ;
              oslc_auto:inputParameter [ oslc:name "vcpus" ; rdf:value 2 ] , [ oslc:name "memory_gib" ; rdf:value 4 ] .""")
        self.show(prefilled)
        self.browser.until_text("label", "vCPUs")
        self.assertEqual(self.browser.run("return document.querySelector('input').value"), "Nightly build")
        self.take_focus()
        self.browser.press("Enter")
        made = self.only_result()
        self.assertIn("/prepared/", made["rdf:resource"])
        self.assert_says(made["rdf:resource"], AUTO + "state", AUTO + "new")
        self.assertIn('"4"', self.resource(made["rdf:resource"]))
        time.sleep(1)
        self.assertEqual(self.count(), before)

    def test_a_form_that_is_not_kept_any_more_says_so(self):
        self.browser.go(self.consumer.page(dialog=f"{self.mayfly.url}/oslc/users/ann/prefilled/f-0"))
        self.browser.use_frame("iframe")
        self.browser.until_text(".note", "not kept any more")

    def test_all_of_them_can_be_used_in_a_small_window(self):
        for name in ("plans", "results", "run", "prepare", "action?targetId=r-none"):
            with self.subTest(name):
                self.show(self.address(name), width=400, height=300)
                self.browser.until_there("footer button")
                outside = self.browser.run(
                    "return [...document.querySelectorAll('footer button, input[type=search]')].filter((one) => {"
                    "  const box = one.getBoundingClientRect();"
                    "  return box.top < 0 || box.left < 0 || box.bottom > innerHeight || box.right > innerWidth })"
                    ".map((one) => one.outerHTML)")
                self.assertEqual(outside, [])
                self.assertLessEqual(self.browser.run("return document.documentElement.scrollWidth"), 400)

    def test_every_control_has_a_name(self):
        prefilled = self.prefill("run", f"<> <{AUTO}executesAutomationPlan> <{self.mayfly.url}/oslc/users/ann/plans/cluster> .")
        self.show(prefilled)
        self.browser.until_text("label", "Nodes")
        self.assertEqual(self.browser.run(
            "return [...document.querySelectorAll('input, select, textarea')].filter((one) =>"
            "  !one.labels.length && !one.getAttribute('aria-label')).map((one) => one.outerHTML)"), [])


class WithoutAuthentication(Dialogs):
    more_config = '\n[server]\nauth = "none"\n'

    def test_nobody_has_to_sign_in(self):
        self.show(self.address("plans"), signed_in=False)
        self.browser.until_text("[role=listbox]", "Virtual machines")


if __name__ == "__main__":
    harness.main()
