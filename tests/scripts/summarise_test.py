#!/usr/bin/env python3
"""The count that ./test ends with must not be kinder than the tests were."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parent.parent.parent / "scripts/summarise_tests.py"


def entry(name, status="run", failed=False, output=""):
    failure = "<failure message='Failed'/>" if failed else ""
    return f'<testcase name="{name}" status="{status}">{failure}<system-out>{output}</system-out></testcase>'


def case(name, status="run", result="completed", failed=False):
    failure = "<failure message='x'/>" if failed else ""
    return f'<testcase classname="Room" name="{name}" status="{status}" result="{result}">{failure}</testcase>'


class Summary(unittest.TestCase):
    def summarise(self, entries, ctest_code=0, **programs):
        with tempfile.TemporaryDirectory() as folder:
            results = pathlib.Path(folder)
            if entries is not None:
                (results / "ctest.xml").write_text(f"<testsuite>{''.join(entries)}</testsuite>")
            for name, cases in programs.items():
                (results / f"{name}.xml").write_text(f"<testsuites><testsuite>{''.join(cases)}</testsuite></testsuites>")
            done = subprocess.run([sys.executable, str(SCRIPT), folder, str(ctest_code)], capture_output=True, text=True,
                                  check=False)
        return done.stdout.splitlines()[-1], done.returncode

    def test_cases_are_counted_and_programs_that_count_nothing_are_one(self):
        self.assertEqual(self.summarise([entry("core_test"), entry("structure")], core_test=[case("A"), case("B")]),
                         ("3 passed, 0 failed", 0))

    def test_what_fails_is_counted_once(self):
        self.assertEqual(self.summarise([entry("core_test", failed=True)], 8, core_test=[case("A"), case("B", failed=True)]),
                         ("1 passed, 1 failed", 1))

    def test_skipped_and_disabled_cases_have_failed(self):
        self.assertEqual(self.summarise([entry("core_test")], core_test=[
            case("A"), case("B", result="skipped"), case("C", status="notrun", result="suppressed")]),
            ("1 passed, 2 failed", 1))

    def test_a_program_that_dies_or_does_not_run_has_failed(self):
        self.assertEqual(self.summarise([entry("core_test", failed=True)], 8), ("0 passed, 1 failed", 1))
        self.assertEqual(self.summarise([entry("core_test", status="notrun")], 8), ("0 passed, 1 failed", 1))
        self.assertEqual(self.summarise([entry("core_test", failed=True)], 8, core_test=[case("A")]),
                         ("1 passed, 1 failed", 1))

    def test_pythons_unittest_is_counted_by_what_it_says(self):
        good = "Ran 5 tests in 1.0s\n\nOK\n"
        self.assertEqual(self.summarise([entry("e2e", output=good)]), ("5 passed, 0 failed", 0))
        skipped = "Ran 5 tests in 1.0s\n\nOK (skipped=2)\n"
        self.assertEqual(self.summarise([entry("e2e", output=skipped)]), ("3 passed, 2 failed", 1))
        bad = "Ran 5 tests in 1.0s\n\nFAILED (failures=1, errors=1)\n"
        self.assertEqual(self.summarise([entry("e2e", failed=True, output=bad)], 8), ("3 passed, 2 failed", 1))

    def test_nothing_is_no_success(self):
        self.assertEqual(self.summarise([]), ("0 passed, 1 failed", 1))
        self.assertEqual(self.summarise(None, 8), ("0 passed, 1 failed", 1))
        self.assertEqual(self.summarise([entry("structure")], 8), ("1 passed, 1 failed", 1))


if __name__ == "__main__":
    unittest.main()
