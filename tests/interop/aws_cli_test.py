#!/usr/bin/env python3
"""AWS's own command line against cloudsim: what it understands and waits for, AWS would have said.

usage: aws_cli_test.py CLOUDSIM
Starts CLOUDSIM on a free port and ends only that. Needs `aws` (Debian: awscli); without it, it fails.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
import urllib.request

CLOUDSIM = ""
UBUNTU = "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id"


class Simulator:
    """One cloudsim process; fast, so that boots take a fraction of a second."""

    def __init__(self):
        self.process = subprocess.Popen(
            [CLOUDSIM, "--listen", "127.0.0.1:0", "--speed", "300", "--seed", "1"],
            stdout=subprocess.PIPE, text=True)
        said = ""
        while "ledger" not in said:
            line = self.process.stdout.readline()
            if not line:
                raise RuntimeError("cloudsim ended at its start: " + said)
            said += line
        self.url = re.search(r"listens on (\S+)", said)[1]
        self.key = re.search(r"access key id +(\S+)", said)[1]
        self.secret = re.search(r"secret access key +(\S+)", said)[1]

    def stop(self):
        self.process.terminate()
        code = self.process.wait(timeout=20)
        self.process.stdout.close()
        return code

    def ask(self, path, method="GET", body=None):
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.url + path, data=data, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            text = answer.read()
        return json.loads(text) if text else None


class AwsCli(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.simulator = Simulator()
        cls.home = tempfile.TemporaryDirectory()

    @classmethod
    def tearDownClass(cls):
        code = cls.simulator.stop()
        cls.home.cleanup()
        if code != 0:
            raise AssertionError(f"cloudsim ended with {code}")

    def tearDown(self):
        self.simulator.ask("/_sim/faults", "DELETE")

    def run_cli(self, *arguments, key=None, secret=None, region="us-east-1"):
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": self.home.name,
            "AWS_ACCESS_KEY_ID": key or self.simulator.key,
            "AWS_SECRET_ACCESS_KEY": secret or self.simulator.secret,
            "AWS_DEFAULT_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_PAGER": "",
            "NO_PROXY": "127.0.0.1",
        }
        for name in ("PYENV_ROOT", "PYENV_VERSION"):
            if name in os.environ:
                environment[name] = os.environ[name]
        return subprocess.run(
            ["aws", "--endpoint-url", self.simulator.url, "--output", "json", *arguments],
            env=environment, capture_output=True, text=True, timeout=120)

    def aws(self, *arguments, **options):
        result = self.run_cli(*arguments, **options)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout) if result.stdout.strip() else None

    def refusal(self, *arguments, **options):
        """The error code that the command line read out of the answer."""
        result = self.run_cli(*arguments, **options)
        self.assertNotEqual(result.returncode, 0, result.stdout)
        found = re.search(r"An error occurred \(([^)]+)\)", result.stderr)
        self.assertTrue(found, result.stderr)
        return found[1]

    def image(self, region="us-east-1"):
        answer = self.aws("ssm", "get-parameter", "--name", UBUNTU, region=region)
        return answer["Parameter"]["Value"]

    def launch_arguments(self, token, count=1, instance_type="t3.micro", tag="interop"):
        return ["ec2", "run-instances", "--image-id", self.image(), "--instance-type", instance_type,
                "--count", str(count), "--client-token", token, "--tag-specifications",
                f"ResourceType=instance,Tags=[{{Key=Name,Value={tag}}},{{Key=mayfly:reservation,Value={tag}}}]"]

    def launch(self, *arguments, **options):
        answer = self.aws(*self.launch_arguments(*arguments, **options))
        return [instance["InstanceId"] for instance in answer["Instances"]]

    def test_identity(self):
        identity = self.aws("sts", "get-caller-identity")
        self.assertEqual(identity["Account"], "123456789012")

    def test_roles_of_emr(self):
        role = self.aws("iam", "get-role", "--role-name", "EMR_DefaultRole")["Role"]
        self.assertEqual(role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Service"],
                         "elasticmapreduce.amazonaws.com")
        profile = self.aws("iam", "get-instance-profile", "--instance-profile-name", "EMR_EC2_DefaultRole")
        self.assertEqual([role["RoleName"] for role in profile["InstanceProfile"]["Roles"]], ["EMR_EC2_DefaultRole"])
        self.assertEqual(self.refusal("iam", "get-role", "--role-name", "Nobody"), "NoSuchEntity")
        self.simulator.ask("/_sim/account", "POST", {"emr_roles": False})
        try:
            self.assertEqual(self.refusal("iam", "get-role", "--role-name", "EMR_DefaultRole"), "NoSuchEntity")
            self.assertEqual(self.refusal("iam", "get-instance-profile", "--instance-profile-name",
                                          "EMR_EC2_DefaultRole"), "NoSuchEntity")
        finally:
            self.simulator.ask("/_sim/account", "POST", {})

    def test_quota(self):
        wanted = ["service-quotas", "get-service-quota", "--service-code", "ec2", "--quota-code"]
        quota = self.aws(*wanted, "L-1216C47A", region="eu-west-1")["Quota"]
        self.assertEqual(quota["Value"], 1152)
        self.assertIn("eu-west-1", quota["QuotaArn"])
        self.assertEqual(self.refusal(*wanted, "L-00000000"), "NoSuchResourceException")

    def test_dry_runs_change_nothing(self):
        group = ["ec2", "create-security-group", "--group-name", "tried", "--description", "d", "--dry-run"]
        self.assertEqual(self.refusal(*group), "DryRunOperation")
        ids = self.launch("dry-run-1")
        self.assertEqual(self.refusal("ec2", "terminate-instances", "--dry-run", "--instance-ids", *ids),
                         "DryRunOperation")
        groups = self.aws("ec2", "describe-security-groups")["SecurityGroups"]
        self.assertNotIn("tried", [group["GroupName"] for group in groups])
        living = {machine["id"] for machine in self.simulator.ask("/_sim/ledger") if not machine["ended"]}
        self.assertLessEqual(set(ids), living)

    def test_places(self):
        regions = [r["RegionName"] for r in self.aws("ec2", "describe-regions")["Regions"]]
        self.assertIn("us-east-1", regions)
        self.assertIn("eu-central-1", regions)
        self.assertFalse([region for region in regions if region.startswith("us-gov")])
        zones = self.aws("ec2", "describe-availability-zones", region="eu-west-1")
        self.assertEqual([z["ZoneName"] for z in zones["AvailabilityZones"]],
                         ["eu-west-1a", "eu-west-1b", "eu-west-1c"])
        subnets = self.aws("ec2", "describe-subnets", "--filters", "Name=default-for-az,Values=true")
        self.assertEqual(len(subnets["Subnets"]), 3)
        vpcs = self.aws("ec2", "describe-vpcs", "--filters", "Name=is-default,Values=true")
        self.assertEqual(vpcs["Vpcs"][0]["VpcId"], subnets["Subnets"][0]["VpcId"])

    def test_types(self):
        offerings = self.aws("ec2", "describe-instance-type-offerings", "--location-type",
                             "availability-zone", "--filters", "Name=instance-type,Values=m5.large")
        zones = {o["Location"] for o in offerings["InstanceTypeOfferings"]}
        self.assertIn("us-east-1a", zones)
        everything = self.aws("ec2", "describe-instance-type-offerings")
        self.assertGreater(len(everything["InstanceTypeOfferings"]), 1000)
        types = self.aws("ec2", "describe-instance-types", "--instance-types", "m5.large", "t4g.nano")
        found = {t["InstanceType"]: t for t in types["InstanceTypes"]}
        self.assertEqual(found["m5.large"]["VCpuInfo"]["DefaultVCpus"], 2)
        self.assertEqual(found["m5.large"]["MemoryInfo"]["SizeInMiB"], 8192)
        self.assertEqual(found["t4g.nano"]["ProcessorInfo"]["SupportedArchitectures"], ["arm64"])

    def test_images(self):
        image = self.image()
        described = self.aws("ec2", "describe-images", "--image-ids", image)["Images"][0]
        self.assertEqual(described["Architecture"], "x86_64")
        self.assertEqual(described["RootDeviceName"], "/dev/sda1")
        self.assertNotEqual(self.image("eu-west-1"), image)
        self.assertEqual(self.refusal("ssm", "get-parameter", "--name", "/nothing"), "ParameterNotFound")
        self.assertEqual(self.refusal("ec2", "describe-images", "--image-ids", "ami-00000000000000000"),
                         "InvalidAMIID.NotFound")

    def test_a_token_gives_the_same_machines(self):
        first = self.launch("token-same", 2)
        self.assertEqual(len(first), 2)
        self.assertEqual(self.launch("token-same", 2), first)
        self.assertEqual(self.refusal(*self.launch_arguments("token-same", 1)),
                         "IdempotentParameterMismatch")

    def test_a_machine_lives_and_ends(self):
        [instance] = self.launch("token-life", tag="life")
        self.aws("ec2", "wait", "instance-running", "--instance-ids", instance)
        found = self.aws("ec2", "describe-instances", "--filters", "Name=tag:mayfly:reservation,Values=life",
                         "Name=instance-state-name,Values=running")
        described = found["Reservations"][0]["Instances"][0]
        self.assertEqual(described["InstanceId"], instance)
        self.assertEqual(described["ClientToken"], "token-life")
        self.assertRegex(described["PublicIpAddress"], r"^\d+\.\d+\.\d+\.\d+$")
        self.assertIn({"Key": "Name", "Value": "life"}, described["Tags"])
        ended = self.aws("ec2", "terminate-instances", "--instance-ids", instance)
        self.assertEqual(ended["TerminatingInstances"][0]["CurrentState"]["Name"], "shutting-down")
        self.assertEqual(ended["TerminatingInstances"][0]["PreviousState"]["Name"], "running")
        self.aws("ec2", "wait", "instance-terminated", "--instance-ids", instance)
        described = self.aws("ec2", "describe-instances", "--instance-ids", instance)["Reservations"][0]["Instances"][0]
        entry = [e for e in self.simulator.ask("/_sim/ledger") if e["id"] == instance][0]
        self.assertEqual(described["LaunchTime"][:19] + "Z", entry["billed_from"])
        self.assertEqual(described["StateTransitionReason"],
                         f"User initiated ({entry['billed_until'].replace('T', ' ').replace('Z', ' GMT')})")
        self.assertEqual(entry["state"], "terminated")
        self.assertEqual(entry["tags"]["mayfly:reservation"], "life")
        self.assertGreaterEqual(entry["billed_seconds"], 60)
        self.assertGreater(entry["cost"], 0)

    def test_listings_are_paged(self):
        ids = self.launch("token-pages", 7, tag="pages")
        pages = self.aws("ec2", "describe-instances", "--page-size", "5", "--filters",
                         "Name=tag:Name,Values=pages")
        listed = [i["InstanceId"] for r in pages["Reservations"] for i in r["Instances"]]
        self.assertEqual(sorted(listed), sorted(ids))

    def test_credentials_are_checked_as_aws_does(self):
        wrong = {"secret": "wrong"}
        unknown = {"key": "AKIAIOSFODNN7UNKNOWN"}
        self.assertEqual(self.refusal("sts", "get-caller-identity", **wrong), "SignatureDoesNotMatch")
        self.assertEqual(self.refusal("sts", "get-caller-identity", **unknown), "InvalidClientTokenId")
        self.assertEqual(self.refusal("ec2", "describe-regions", **wrong), "AuthFailure")
        self.assertEqual(self.refusal("ec2", "describe-regions", **unknown), "AuthFailure")
        self.assertEqual(self.refusal("ssm", "get-parameter", "--name", UBUNTU, **wrong),
                         "InvalidSignatureException")

    def test_refusals_have_awss_codes(self):
        self.assertEqual(self.refusal("ec2", "terminate-instances", "--instance-ids", "i-0123456789abcdef0"),
                         "InvalidInstanceID.NotFound")
        self.assertEqual(self.refusal("ec2", "terminate-instances", "--instance-ids", "web"),
                         "InvalidInstanceID.Malformed")
        self.assertEqual(self.refusal(*self.launch_arguments("token-dry"), "--dry-run"), "DryRunOperation")
        self.assertEqual(self.refusal(*self.launch_arguments("token-type", instance_type="m99.huge")),
                         "Unsupported")
        self.assertEqual(self.refusal("ec2", "describe-instances", "--filters", "Name=smell,Values=good"),
                         "InvalidParameterValue")
        self.assertEqual(self.refusal("ec2", "describe-volumes"), "InvalidAction")

    def test_security_groups(self):
        created = self.aws("ec2", "create-security-group", "--group-name", "mayfly", "--description", "d")
        group = created["GroupId"]
        allow = ["ec2", "authorize-security-group-ingress", "--group-id", group, "--protocol", "tcp",
                 "--port", "22", "--cidr", "0.0.0.0/0"]
        self.aws(*allow)
        self.assertEqual(self.refusal(*allow), "InvalidPermission.Duplicate")
        self.assertEqual(self.refusal("ec2", "create-security-group", "--group-name", "mayfly",
                                      "--description", "d"), "InvalidGroup.Duplicate")
        described = self.aws("ec2", "describe-security-groups", "--group-ids", group)["SecurityGroups"][0]
        self.assertEqual(described["IpPermissions"][0]["FromPort"], 22)
        self.assertEqual(described["IpPermissions"][0]["IpRanges"][0]["CidrIp"], "0.0.0.0/0")

    def test_protection_and_tags(self):
        [instance] = self.launch("token-protected", tag="protected")
        self.aws("ec2", "wait", "instance-running", "--instance-ids", instance)
        self.aws("ec2", "modify-instance-attribute", "--instance-id", instance, "--disable-api-termination")
        self.assertEqual(self.refusal("ec2", "terminate-instances", "--instance-ids", instance),
                         "OperationNotPermitted")
        self.aws("ec2", "modify-instance-attribute", "--instance-id", instance,
                 "--no-disable-api-termination")
        self.aws("ec2", "create-tags", "--resources", instance, "--tags", "Key=owner,Value=ann")
        tags = self.aws("ec2", "describe-tags", "--filters", f"Name=resource-id,Values={instance}",
                        "Name=key,Values=owner")["Tags"]
        self.assertEqual(tags[0]["Value"], "ann")
        self.aws("ec2", "terminate-instances", "--instance-ids", instance)

    def test_faults_reach_the_wire(self):
        arguments = self.launch_arguments("token-faults")
        self.simulator.ask("/_sim/faults", "POST", {"faults": [{"fault": "capacity", "cloud": "aws"}]})
        self.assertEqual(self.refusal(*arguments), "InsufficientInstanceCapacity")
        self.simulator.ask("/_sim/faults", "POST", {"faults": [{"fault": "throttle"}]})
        self.assertEqual(self.refusal(*arguments), "RequestLimitExceeded")
        self.simulator.ask("/_sim/faults", "DELETE")
        self.assertEqual(self.aws(*arguments)["Instances"][0]["ClientToken"], "token-faults")

    def cluster_arguments(self, name, *more, instance_type="m5.xlarge"):
        return ["emr", "create-cluster", "--name", name, "--release-label", "emr-6.15.0",
                "--applications", "Name=Hadoop", "Name=Spark", "Name=Ganglia", "Name=Zeppelin",
                "--instance-groups",
                f"InstanceGroupType=MASTER,InstanceCount=1,InstanceType={instance_type}",
                f"InstanceGroupType=CORE,InstanceCount=2,InstanceType={instance_type}",
                "--service-role", "EMR_DefaultRole", "--tags", f"mayfly:reservation={name}",
                "--ec2-attributes", "InstanceProfile=EMR_EC2_DefaultRole", *more]

    def describe_cluster(self, cluster):
        return self.aws("emr", "describe-cluster", "--cluster-id", cluster)["Cluster"]

    def test_a_cluster_lives_and_ends(self):
        cluster = self.aws(*self.cluster_arguments("cluster-life"))["ClusterId"]
        starting = self.describe_cluster(cluster)
        self.assertIn(starting["Status"]["State"], ("STARTING", "BOOTSTRAPPING"))
        self.assertEqual([g["RequestedInstanceCount"] for g in starting["InstanceGroups"]], [1, 2])
        self.assertEqual(starting["Tags"], [{"Key": "mayfly:reservation", "Value": "cluster-life"}])
        self.aws("emr", "wait", "cluster-running", "--cluster-id", cluster)
        ready = self.describe_cluster(cluster)
        self.assertIn(ready["Status"]["State"], ("RUNNING", "WAITING"))
        self.assertRegex(ready["MasterPublicDnsName"], r"^ec2-.*\.amazonaws\.com$")
        self.assertIn(cluster, [c["Id"] for c in self.aws("emr", "list-clusters", "--active")["Clusters"]])
        nodes = self.aws("emr", "list-instances", "--cluster-id", cluster)["Instances"]
        described = self.aws("ec2", "describe-instances", "--filters",
                             f"Name=tag:aws:elasticmapreduce:job-flow-id,Values={cluster}")
        self.assertEqual(sorted(n["Ec2InstanceId"] for n in nodes),
                         sorted(i["InstanceId"] for r in described["Reservations"] for i in r["Instances"]))
        self.assertEqual(len(nodes), 3)
        self.aws("emr", "terminate-clusters", "--cluster-ids", cluster)
        self.aws("emr", "wait", "cluster-terminated", "--cluster-id", cluster)
        over = self.describe_cluster(cluster)["Status"]
        self.assertEqual(over["StateChangeReason"]["Code"], "USER_REQUEST")
        entry = [e for e in self.simulator.ask("/_sim/ledger") if e["id"] == cluster][0]
        self.assertEqual((entry["cloud"], entry["nodes"], entry["state"]), ("emr", 3, "terminated"))
        self.assertGreaterEqual(entry["billed_seconds"], 60)
        self.assertGreater(entry["cost"], 0)

    def test_a_protected_cluster_is_kept(self):
        cluster = self.aws(*self.cluster_arguments("guarded", "--termination-protected"))["ClusterId"]
        self.assertEqual(self.refusal("emr", "terminate-clusters", "--cluster-ids", cluster),
                         "ValidationException")
        self.aws("emr", "modify-cluster-attributes", "--cluster-id", cluster, "--no-termination-protected")
        self.aws("emr", "terminate-clusters", "--cluster-ids", cluster)
        self.assertIn(self.describe_cluster(cluster)["Status"]["State"], ("TERMINATING", "TERMINATED"))

    def test_emr_refuses_in_its_own_words(self):
        self.assertEqual(self.refusal("emr", "describe-cluster", "--cluster-id", "j-UNKNOWN"),
                         "InvalidRequestException")
        self.assertEqual(self.refusal("emr", "terminate-clusters", "--cluster-ids", "j-UNKNOWN"),
                         "ValidationException")
        self.assertEqual(self.refusal(*self.cluster_arguments("small", instance_type="t3.micro")),
                         "ValidationException")
        self.assertEqual(self.refusal(*self.cluster_arguments("keyless"), secret="wrong"),
                         "InvalidSignatureException")
        self.simulator.ask("/_sim/faults", "POST", {"faults": [{"fault": "missing_roles"}]})
        self.assertEqual(self.refusal(*self.cluster_arguments("roles")), "ValidationException")

    def test_a_cluster_without_room_dies_later(self):
        self.simulator.ask("/_sim/faults", "POST", {"faults": [{"fault": "capacity", "cloud": "emr"}]})
        cluster = self.aws(*self.cluster_arguments("crowded"))["ClusterId"]
        self.assertNotEqual(self.run_cli("emr", "wait", "cluster-running", "--cluster-id", cluster).returncode, 0)
        status = self.describe_cluster(cluster)["Status"]
        self.assertIn("EC2 is out of capacity", status["StateChangeReason"]["Message"])

    def test_key_pairs(self):
        with tempfile.NamedTemporaryFile("w", suffix=".pub") as key:
            key.write("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl ann\n")
            key.flush()
            importing = ["ec2", "import-key-pair", "--key-name", "k1", "--public-key-material", f"fileb://{key.name}"]
            self.assertEqual(self.aws(*importing)["KeyName"], "k1")
            self.assertEqual(self.refusal(*importing), "InvalidKeyPair.Duplicate")
        pairs = self.aws("ec2", "describe-key-pairs", "--key-names", "k1")["KeyPairs"]
        self.assertEqual(pairs[0]["KeyType"], "ed25519")
        self.aws("ec2", "delete-key-pair", "--key-name", "k1")
        self.assertEqual(self.refusal("ec2", "describe-key-pairs", "--key-names", "k1"),
                         "InvalidKeyPair.NotFound")

    def test_somebody_else_can_end_a_machine(self):
        [instance] = self.launch("token-drift", tag="drift")
        self.aws("ec2", "wait", "instance-running", "--instance-ids", instance)
        self.simulator.ask(f"/_sim/instances/{instance}/terminate", "POST")
        self.aws("ec2", "wait", "instance-terminated", "--instance-ids", instance)


if __name__ == "__main__":
    CLOUDSIM = sys.argv.pop(1)
    unittest.main(verbosity=2)
