#!/usr/bin/env python3
"""The policy that people are told to use has every action that our drivers call, and no other; and its page in
docs/ shows it as it is.

usage: policy_test.py
"""

import json
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
POLICY = ROOT / "data" / "policies" / "aws.json"
PAGE = ROOT / "docs" / "aws-permissions.md"
DRIVERS = [ROOT / "src" / "clouds" / "aws", ROOT / "src" / "clouds" / "emr"]

# The calls as the drivers write them: the service that IAM knows them by, and how to find them.
CALLS = {
    "ec2": r'ec2_form\(\s*"(\w+)"',
    "sts": r'sts_form\(\s*"(\w+)"',
    "iam": r'iam_form\(\s*"(\w+)"',
    "ssm": r'"AmazonSSM\.(\w+)"',
    "servicequotas": r'"ServiceQuotasV20190624\.(\w+)"',
    "elasticmapreduce": r'(?:\.emr\(\w+,\s*|ElasticMapReduce\.)"(\w+)"',
}
# AWS asks for these beside a call of ours: tags on what it creates, a cluster's timeout, roles, and EMR's own role.
IMPLIED = {
    "ec2:CreateTags": "ec2:RunInstances",
    "elasticmapreduce:AddTags": "elasticmapreduce:RunJobFlow",
    "elasticmapreduce:PutAutoTerminationPolicy": "elasticmapreduce:RunJobFlow",
    "iam:PassRole": "elasticmapreduce:RunJobFlow",
    "iam:CreateServiceLinkedRole": "elasticmapreduce:RunJobFlow",
}
NEEDS_NO_GRANT = {"sts:GetCallerIdentity"}


def as_list(value):
    return value if isinstance(value, list) else [value]


def called():
    text = "\n".join(path.read_text() for folder in DRIVERS for path in sorted(folder.glob("*.cpp"))
                     if not path.name.endswith("_test.cpp"))
    return {f"{service}:{name}" for service, pattern in CALLS.items() for name in re.findall(pattern, text)}


class Policy(unittest.TestCase):
    def setUp(self):
        self.policy = json.loads(POLICY.read_text())

    def test_has_exactly_what_is_called(self):
        granted = {action for statement in self.policy["Statement"] for action in as_list(statement["Action"])}
        needed = called() - NEEDS_NO_GRANT
        for action, cause in IMPLIED.items():
            self.assertIn(cause, needed)
            needed.add(action)
        self.assertEqual(granted, needed)

    def test_ends_and_tags_only_what_is_ours(self):
        by_name = {statement["Sid"]: statement for statement in self.policy["Statement"]}
        for name in ("EndOurMachines", "EndOurClusters"):
            [condition] = by_name[name]["Condition"]["StringLike"]
            self.assertTrue(condition.endswith(":ResourceTag/mayfly:installation"), condition)
        self.assertIn("ec2:CreateAction", by_name["TagWhatIsCreated"]["Condition"]["StringEquals"])
        for statement in self.policy["Statement"]:
            if statement["Action"] == "iam:PassRole":
                self.assertIn("iam:PassedToService", statement["Condition"]["StringLike"])
                self.assertRegex(statement["Resource"], r":role/EMR_(EC2_)?DefaultRole$")

    def test_is_one_that_iam_takes(self):
        names = [statement["Sid"] for statement in self.policy["Statement"]]
        self.assertEqual(len(names), len(set(names)))
        self.assertTrue(all(re.fullmatch(r"[A-Za-z0-9]+", name) for name in names))
        self.assertLessEqual(len(re.sub(r"\s", "", POLICY.read_text())), 6144)

    def test_is_explained_as_it_is(self):
        page = PAGE.read_text()
        self.assertIn("```json\n" + POLICY.read_text() + "```\n", page)
        for statement in self.policy["Statement"]:
            self.assertIn(f"| `{statement['Sid']}` |", page)

    def test_page_has_every_check_of_the_doctor(self):
        page = PAGE.read_text()
        for path in DRIVERS[0].glob("doctor*.cpp"):
            if path.name.endswith("_test.cpp"):
                continue
            for check in re.findall(r'\{"(\w+)", \w+, &Doctor::|note\("(\w+)"', path.read_text()):
                self.assertIn(f"| `{check[0] or check[1]}` |", page)


if __name__ == "__main__":
    unittest.main(verbosity=2)
