"""Runs a test program beside moto, an AWS written by others, in the mode in which it checks every request's
signature and permissions. The server lives in this process, on a free port of 127.0.0.1, and ends with it.

The program finds in its environment: MAYFLY_MOTO_URL; MAYFLY_MOTO_KEY_ID and _SECRET of a user with the
policy that `mayfly keys doctor aws --policy` prints; MAYFLY_MOTO_POWERLESS_KEY_ID and _SECRET of one without any.
Of EMR's roles only that of the nodes exists.
"""

import json
import logging
import os
import pathlib
import subprocess
import sys

# moto reads this when it is imported: so many calls are let through, the ones that make the users and the role.
SETUP_CALLS = 8
os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = str(SETUP_CALLS)

import boto3  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402

TOP = pathlib.Path(__file__).resolve().parents[2]


def documented_policy():
    """data/policies/aws.json, without what moto cannot judge: it knows no conditions here and compares every
    resource with '*'. What remains is the list of actions, which has to suffice."""
    policy = json.loads((TOP / "data" / "policies" / "aws.json").read_text(encoding="utf-8"))
    for statement in policy["Statement"]:
        statement.pop("Condition", None)
        statement["Resource"] = "*"
    return policy


def make_users(url):
    iam = boto3.client("iam", endpoint_url=url, region_name="us-east-1", aws_access_key_id="setup",
                       aws_secret_access_key="setup")
    keys = []
    for name in ("mayfly", "powerless"):
        iam.create_user(UserName=name)
        keys.append(iam.create_access_key(UserName=name)["AccessKey"])
    iam.put_user_policy(UserName="mayfly", PolicyName="mayfly", PolicyDocument=json.dumps(documented_policy()))
    role = "EMR_EC2_DefaultRole"
    iam.create_role(RoleName=role, AssumeRolePolicyDocument="{}")
    iam.create_instance_profile(InstanceProfileName=role)
    iam.add_role_to_instance_profile(InstanceProfileName=role, RoleName=role)
    return keys


def main():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    url = "http://127.0.0.1:%d" % server.get_host_and_port()[1]
    able, powerless = make_users(url)
    environment = dict(os.environ, MAYFLY_MOTO_URL=url,
                       MAYFLY_MOTO_KEY_ID=able["AccessKeyId"],
                       MAYFLY_MOTO_SECRET=able["SecretAccessKey"],
                       MAYFLY_MOTO_POWERLESS_KEY_ID=powerless["AccessKeyId"],
                       MAYFLY_MOTO_POWERLESS_SECRET=powerless["SecretAccessKey"])
    try:
        return subprocess.run(sys.argv[1:], env=environment, cwd=TOP, timeout=300).returncode
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(main())
