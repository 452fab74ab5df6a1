#!/usr/bin/python3
"""Writes src/clouds/emr/testdata/requests.json: the bodies that AWS's own Python SDK (Debian's
python3-botocore) makes of the calls that our EMR driver makes, so that a misspelt member is found at home.

    scripts/make_emr_requests.py > src/clouds/emr/testdata/requests.json
"""

import json
import sys

import botocore.session

DISK = {"EbsBlockDeviceConfigs": [{"VolumeSpecification": {"VolumeType": "gp3", "SizeInGB": 64},
                                   "VolumesPerInstance": 1}]}
OPEN = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
         "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}]
OPEN += [{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": "203.0.113.0/24"}]}
         for port in (8890, 80, 18080)]


def group(name, role, count, market):
    return {"Name": name, "InstanceRole": role, "InstanceType": "m5.xlarge", "InstanceCount": count,
            "Market": market, "EbsConfiguration": DISK}


CALLS = {
    "emr": {
        "RunJobFlow": dict(
            Name="mayfly-r-1-1-0", LogUri="s3://logs/here/", ReleaseLabel="emr-6.15.0",
            Applications=[{"Name": name} for name in ("Hadoop", "Spark", "Ganglia", "Zeppelin")],
            Instances={"InstanceGroups": [group("master", "MASTER", 1, "ON_DEMAND"),
                                          group("core", "CORE", 2, "SPOT")],
                       "Ec2KeyName": "mayfly-0123", "Ec2SubnetId": "subnet-a",
                       "AdditionalMasterSecurityGroups": ["sg-1"],
                       "KeepJobFlowAliveWhenNoSteps": True, "TerminationProtected": False},
            EbsRootVolumeSize=15, JobFlowRole="EMR_EC2_DefaultRole", ServiceRole="EMR_DefaultRole",
            StepConcurrencyLevel=1, AutoTerminationPolicy={"IdleTimeout": 3600},
            Tags=[{"Key": "mayfly:attempt", "Value": "1"}, {"Key": "mayfly:installation", "Value": "i-home"},
                  {"Key": "mayfly:reservation", "Value": "r-1"},
                  {"Key": "for-use-with-amazon-emr-managed-policies", "Value": "true"}]),
        # The second page of the second listing of a pass.
        "ListClusters": dict(CreatedAfter=1767323045 - 6 * 3600, Marker="more",
                             ClusterStates=["TERMINATED", "TERMINATED_WITH_ERRORS"]),
        "DescribeCluster": dict(ClusterId="j-1"),
        "TerminateJobFlows": dict(JobFlowIds=["j-1", "j-2"]),
        "SetTerminationProtection": dict(JobFlowIds=["j-1", "j-2"], TerminationProtected=False),
    },
    "ec2": {
        "ImportKeyPair": dict(KeyName="mayfly-86ffba97709efccb6c5750ff5fbece0c",
                              PublicKeyMaterial="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample"),
        "DescribeSubnets": dict(Filters=[{"Name": "subnet-id", "Values": ["subnet-x"]},
                                         {"Name": "state", "Values": ["available"]}]),
        "CreateSecurityGroup": dict(
            GroupName="mayfly open to 203.0.113.0/24", VpcId="vpc-1",
            Description="Mayfly: ssh, and web pages of its clusters to 203.0.113.0/24. Shared by all of "
                        "them, costs nothing.",
            TagSpecifications=[{"ResourceType": "security-group", "Tags": [
                {"Key": "Name", "Value": "mayfly open to 203.0.113.0/24"}]}]),
        "AuthorizeSecurityGroupIngress": dict(GroupId="sg-2", IpPermissions=OPEN),
        "DescribeInstances": dict(MaxResults=1000, Filters=[
            {"Name": "tag:aws:elasticmapreduce:job-flow-id", "Values": ["j-1"]}]),
    },
}


class NotSent(Exception):
    pass


def bodies(client, service, calls):
    sent = {}

    def keep(request, event_name, **_):
        body = request.body.decode() if isinstance(request.body, bytes) else request.body
        sent[event_name.rpartition(".")[2]] = json.loads(body) if service == "emr" else body
        raise NotSent  # nothing is to leave this machine

    client.meta.events.register("before-send." + service, keep)
    for name, arguments in calls.items():
        try:
            getattr(client, botocore.xform_name(name))(**arguments)
        except NotSent:
            pass
    return sent


session = botocore.session.Session()
session.set_credentials("AKIAIOSFODNN7EXAMPLE", "none")
everything = {}
for of, made in CALLS.items():
    everything.update(bodies(session.create_client(of, region_name="us-east-1"), of, made))
json.dump(everything, sys.stdout, indent=1)
print()
