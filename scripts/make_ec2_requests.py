#!/usr/bin/python3
"""Writes src/clouds/aws/testdata/requests.json: the form bodies that AWS's own Python SDK (Debian's
python3-botocore) makes of the calls that our driver makes, so that a misspelt member is found at home.

    scripts/make_ec2_requests.py > src/clouds/aws/testdata/requests.json
"""

import json
import sys

import botocore.session

TAGS = [("Name", "mayfly-r-1-1-0..1"), ("mayfly:attempt", "1"), ("mayfly:installation", "i-home"),
        ("mayfly:reservation", "r-1")]


def tagged(resource, tags):
    return {"ResourceType": resource, "Tags": [{"Key": key, "Value": value} for key, value in tags]}


CALLS = {
    "RunInstances": dict(
        ImageId="ami-0abcdef1234567890", InstanceType="t3.micro", MinCount=2, MaxCount=2,
        ClientToken="token-1", UserData="#!/bin/sh\necho hi\n",
        BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {
            "VolumeSize": 25, "VolumeType": "gp3", "DeleteOnTermination": True, "Encrypted": True}}],
        NetworkInterfaces=[{"DeviceIndex": 0, "AssociatePublicIpAddress": True, "DeleteOnTermination": True,
                            "SubnetId": "subnet-a", "Groups": ["sg-1"]}],
        TagSpecifications=[tagged(kind, TAGS) for kind in ("instance", "volume", "network-interface")],
        MetadataOptions={"HttpTokens": "required", "HttpPutResponseHopLimit": 2, "HttpEndpoint": "enabled"},
        InstanceInitiatedShutdownBehavior="terminate", CreditSpecification={"CpuCredits": "standard"}),
    "DescribeInstances": dict(
        MaxResults=1000, NextToken="page 2/=",
        Filters=[{"Name": "tag:mayfly:installation", "Values": ["i-home"]}]),
    "TerminateInstances": dict(InstanceIds=["i-0a", "i-0b"]),
    "ModifyInstanceAttribute": dict(InstanceId="i-0a", DisableApiTermination={"Value": False}),
    "DescribeRegions": dict(Filters=[{"Name": "opt-in-status", "Values": ["opt-in-not-required", "opted-in"]}]),
    "DescribeImages": dict(ImageIds=["ami-0abcdef1234567890"]),
    "DescribeInstanceTypeOfferings": dict(
        LocationType="availability-zone", Filters=[{"Name": "instance-type", "Values": ["t3.micro"]}]),
    "DescribeSubnets": dict(Filters=[{"Name": "default-for-az", "Values": ["true"]},
                                     {"Name": "state", "Values": ["available"]}]),
    "DescribeSecurityGroups": dict(Filters=[{"Name": "group-name", "Values": ["mayfly"]},
                                            {"Name": "vpc-id", "Values": ["vpc-1"]}]),
    "CreateSecurityGroup": dict(
        GroupName="mayfly", VpcId="vpc-1",
        Description="Mayfly: ssh to the machines it starts. Shared by all of them, costs nothing.",
        TagSpecifications=[tagged("security-group", [("Name", "mayfly")])]),
    "AuthorizeSecurityGroupIngress": dict(
        GroupId="sg-1", IpPermissions=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22,
                                        "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
                                        "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}]),
}


class NotSent(Exception):
    pass


def bodies(client):
    sent = {}

    def keep(request, event_name, **_):
        sent[event_name.rpartition(".")[2]] = request.body
        raise NotSent  # nothing is to leave this machine

    client.meta.events.register("before-send.ec2", keep)
    for name, arguments in CALLS.items():
        try:
            getattr(client, botocore.xform_name(name))(**arguments)
        except NotSent:
            pass
    return sent


session = botocore.session.Session()
session.set_credentials("AKIAIOSFODNN7EXAMPLE", "none")
json.dump(bodies(session.create_client("ec2", region_name="us-east-1")), sys.stdout, indent=1)
print()
