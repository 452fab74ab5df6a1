#!/usr/bin/env python3
"""`mayfly keys doctor` finds what an account lacks, says how to mend it, and makes nothing."""

import json

import harness


class Doctor(harness.EndToEnd):
    def setUp(self):
        self.addCleanup(self.clouds.heal)
        self.addCleanup(self.clouds.aws_account)
        self.before = self.clouds.ledger()

    def tearDown(self):
        self.assertEqual(len(self.clouds.ledger()), len(self.before), "the doctor started something")

    def examine(self, key="aws", *arguments, code=0):
        """The findings by their checks, and the whole document."""
        result = self.client.run("keys", "doctor", key, *arguments, "--json", check=False)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        document = json.loads(result.stdout)
        return {finding["check"]: finding for finding in document["findings"]}, document

    def outcomes(self, findings, outcome):
        return sorted(check for check, finding in findings.items() if finding["outcome"] == outcome)

    def test_nothing_is_missing_of_a_whole_account(self):
        findings, document = self.examine()
        self.assertEqual(self.outcomes(findings, "missing"), [])
        # No machine runs that an end could be tried on, and EMR has no dry run.
        self.assertEqual(self.outcomes(findings, "unknown"), ["change_clusters", "end_machines"])
        self.assertEqual((document["region"], document["cluster"]), ("us-east-1", "unknown"))
        words = self.client.run("keys", "doctor", "aws").stdout
        self.assertIn("Clusters: nothing is missing as far as can be seen.", words)

    def test_missing_roles_are_told_with_the_command_that_makes_them(self):
        self.clouds.aws_account(emr_roles=False)
        findings, document = self.examine(code=7)
        self.assertEqual(self.outcomes(findings, "missing"), ["emr_instance_profile", "emr_service_role"])
        self.assertEqual(findings["emr_service_role"]["remedy"], "aws emr create-default-roles")
        self.assertEqual((document["vm"], document["cluster"]), ("unknown", "missing"))
        words = self.client.run("keys", "doctor", "aws", check=False).stdout
        self.assertEqual(words.count("  aws emr create-default-roles\n"), 1, words)
        self.assertIn("Clusters: something is missing.", words)

    def test_missing_rights_are_named(self):
        self.clouds.faults(*({"fault": "forbidden", "operation": operation}
                             for operation in ("RunInstances", "ListClusters", "GetParameter")))
        findings, document = self.examine(code=7)
        self.assertEqual(self.outcomes(findings, "missing"), ["emr", "image", "launch"])
        self.assertIn("ec2:RunInstances", findings["launch"]["detail"])
        self.assertIn("mayfly keys doctor aws --policy", findings["launch"]["remedy"])
        self.assertEqual((document["vm"], document["cluster"]), ("missing", "missing"))

    def test_a_small_quota_is_a_warning(self):
        self.clouds.aws_account(standard_vcpus=5)
        findings, _ = self.examine("aws", "--region", "eu-west-1")
        self.assertEqual(self.outcomes(findings, "warning"), ["vcpu_quota"])
        self.assertIn("--region eu-west-1", findings["vcpu_quota"]["remedy"])

    def test_a_token_is_examined(self):
        findings, document = self.examine("digitalocean")
        self.assertEqual(self.outcomes(findings, "unknown"), ["change_machines"])
        self.assertEqual(self.outcomes(findings, "missing"), [])
        self.assertNotIn("cluster", document)

    def test_a_revoked_key_is_a_finding(self):
        key = {"cloud": "aws", "id": self.clouds.access_key_id}
        self.clouds.key({**key, "state": "revoked"})
        self.addCleanup(self.clouds.key, {**key, "state": "active"})
        findings, _ = self.examine(code=7)
        self.assertEqual(self.outcomes(findings, "missing"), ["identity"])
        self.assertEqual(findings["identity"]["remedy"], "mayfly keys add aws")

    def test_the_policy_needs_no_server(self):
        policy = json.loads(self.client.run("keys", "doctor", "aws", "--policy").stdout)
        self.assertEqual(policy["Version"], "2012-10-17")


class WithAMachine(harness.EndToEnd):
    keys = ("aws",)

    def test_the_end_is_tried_on_a_machine_of_ours_which_lives_on(self):
        made = self.reserve(clouds=["aws"])
        region = made["placement"]["region"]
        result = self.client.run("keys", "doctor", "aws", "--region", region, "--json")
        findings = {finding["check"]: finding for finding in json.loads(result.stdout)["findings"]}
        self.assertEqual(findings["end_machines"]["outcome"], "ok", findings["end_machines"])
        [machine] = self.machines_of(made["id"])
        self.assertIsNone(machine["ended"])
        self.release(made)


if __name__ == "__main__":
    harness.main()
