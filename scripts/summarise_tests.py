#!/usr/bin/env python3
"""Counts what the tests did; the last line is `N passed, N failed`.

usage: summarise_tests.py RESULTS CTEST_CODE

RESULTS holds ctest.xml and one XML file for each GoogleTest program. A program that wrote none counts by
what its output says (Python's unittest) or as one test. Whatever was skipped, disabled or not run has
failed: proof that is missing without a word is none. Exits 0 only if something passed, nothing failed and
ctest (whose exit code is CTEST_CODE) agrees.
"""

import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree


def google_test(path):
    """(passed, [(what, why)]) of one program."""
    passed, failed = 0, []
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        if case.find("failure") is not None:
            failed.append((name, "failed"))
        elif case.get("status") != "run" or case.get("result") != "completed":
            failed.append((name, case.get("result") or case.get("status") or "not run"))
        else:
            passed += 1
    return passed, failed


def unit_test(output):
    """The same from what Python's unittest prints last; None if it is not its output."""
    ran = re.findall(r"^Ran (\d+) tests? in ", output, re.MULTILINE)
    if not ran:
        return None
    total = sum(map(int, ran))
    bad = sum(int(number) for number in
              re.findall(r"(?:failures|errors|skipped|expected failures|unexpected successes)=(\d+)", output))
    return max(total - bad, 0), [("unittest", "failed, errors or skipped")] * bad


def program(case, cases_files):
    name = case.get("name")
    ended_well = case.get("status") == "run" and case.find("failure") is None
    output = case.findtext("system-out") or ""
    cases = cases_files.pop(name, None)
    passed, failed = 0, []
    if cases is not None:
        passed, failed = google_test(cases)
    elif unit_test(output) is not None:
        passed, failed = unit_test(output)
    elif ended_well:
        passed = 1
    if not ended_well and not failed:
        failed = [("", "did not run" if case.get("status") in ("notrun", "disabled") else "failed")]
    return passed, [(f"{name} {what}".strip(), why) for what, why in failed]


def main():
    results, ctest_code = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    cases_files = {path.stem: path for path in results.glob("*.xml") if path.name != "ctest.xml"}
    passed, failed = 0, []
    try:
        for case in ElementTree.parse(results / "ctest.xml").getroot().iter("testcase"):
            more_passed, more_failed = program(case, cases_files)
            passed += more_passed
            failed += more_failed
    except (OSError, ElementTree.ParseError) as error:
        failed.append(("ctest", f"left no results: {error}"))
    if ctest_code != 0 and not failed:
        failed.append(("ctest", f"ended with {ctest_code}"))
    if passed == 0 and not failed:
        failed.append(("ctest", "no test was run"))
    for name, why in failed:
        print(f"FAILED: {name}: {why}")
    print(f"{passed} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
