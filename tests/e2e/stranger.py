"""Machines that Mayfly did not make, in the cloud accounts that it uses, made through the clouds' own APIs.

Somebody else's: some look like Mayfly's, and none may ever be touched. Strays: they carry our installation's own
tag and nothing answers for them, as after the loss of a database; those have to go.
"""

import datetime
import hashlib
import hmac
import re
import urllib.parse

from playground import Failure, ask

AWS_REGION = "us-east-1"
DROPLET_REGION = "nyc1"
OTHER_INSTALLATION = "m-somebody-elses"


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def sign(clouds, region, body, host, now):
    """The headers of a signed POST to EC2 (Signature Version 4)."""
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    scope = f"{stamp[:8]}/{region}/ec2/aws4_request"
    names = "content-type;host;x-amz-date"
    kind = "application/x-www-form-urlencoded"
    canonical = "\n".join(["POST", "/", "", f"content-type:{kind}", f"host:{host}", f"x-amz-date:{stamp}", "", names,
                           hashlib.sha256(body).hexdigest()])
    to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + clouds.secret_access_key).encode()
    for part in scope.split("/"):
        key = _hmac(key, part)
    signature = _hmac(key, to_sign).hex()
    return {"Content-Type": kind, "Host": host, "X-Amz-Date": stamp,
            "Authorization": f"AWS4-HMAC-SHA256 Credential={clouds.access_key_id}/{scope}, "
                             f"SignedHeaders={names}, Signature={signature}"}


def ec2(clouds, region, **form):
    body = urllib.parse.urlencode({"Version": "2016-11-15", **form}).encode()
    host = urllib.parse.urlsplit(clouds.url).netloc
    headers = sign(clouds, region, body, host, datetime.datetime.now(datetime.timezone.utc))
    status, _, answer = ask(clouds.url, "POST", "/", body, headers)
    if status != 200:
        raise Failure(f"{form['Action']} by somebody else: {status} {answer}")
    return answer


def instance(clouds, tags, region=AWS_REGION):
    """A running EC2 instance with these tags; its id."""
    images = ec2(clouds, region, Action="DescribeImages", **{
        "Filter.1.Name": "architecture", "Filter.1.Value.1": "x86_64"})
    form = {"TagSpecification.1.ResourceType": "instance"}
    for number, (name, value) in enumerate(tags.items(), 1):
        form[f"TagSpecification.1.Tag.{number}.Key"] = name
        form[f"TagSpecification.1.Tag.{number}.Value"] = value
    answer = ec2(clouds, region, Action="RunInstances", InstanceType="t3.micro", MinCount=1, MaxCount=1,
                 ImageId=re.search(r"<imageId>(ami-\w+)", images)[1], **(form if tags else {}))
    return re.search(r"<instanceId>(i-\w+)", answer)[1]


def droplet(clouds, name, tags, region=DROPLET_REGION):
    body = {"name": name, "region": region, "size": "s-1vcpu-1gb", "image": "ubuntu-24-04-x64", "tags": tags}
    status, _, answer = ask(clouds.url, "POST", "/v2/droplets", body, {"Authorization": f"Bearer {clouds.token}"})
    if status != 202:
        raise Failure(f"a droplet of somebody else: {status} {answer}")
    return str(answer["droplet"]["id"])


def settle_in(clouds):
    """Machines that are nothing like ours, and some that look like it, at both clouds: their ids."""
    another = {"mayfly:installation": OTHER_INSTALLATION, "mayfly:reservation": "r-of-another", "mayfly:attempt": "1"}
    return [
        instance(clouds, {}),
        instance(clouds, {"Name": "database", "env": "production"}),
        instance(clouds, {"Name": "mayfly-r-of-another-1-0", **another}),
        instance(clouds, {"mayfly": "yes", "mayfly:installation": ""}, region="us-east-2"),
        droplet(clouds, "database", []),
        droplet(clouds, "web-1", ["production", "mayfly"]),
        droplet(clouds, "mayfly-r-of-another-1-0", [f"{key}:{value}" for key, value in another.items()]),
    ]


def imitate(clouds, reservation, region):
    """Machines with a reservation's name and number, and without our installation's tag: their ids."""
    name = f"mayfly-{reservation['id']}-1-0"
    return [
        instance(clouds, {"Name": name, "mayfly:reservation": reservation["id"], "mayfly:attempt": "1",
                          "mayfly:installation": OTHER_INSTALLATION}, region),
        droplet(clouds, name, [f"mayfly:reservation:{reservation['id']}", "mayfly:attempt:1",
                               "mayfly:installation:" + OTHER_INSTALLATION]),
    ]


def go_astray(clouds, installation, region):
    """Machines that carry our installation's tag and name a reservation that never was: their ids."""
    tags = {"mayfly:installation": installation, "mayfly:reservation": "r-never-was", "mayfly:attempt": "1"}
    return [instance(clouds, {"Name": "mayfly-r-never-was-1-0", **tags}, region),
            droplet(clouds, "mayfly-r-never-was-1-0", [f"{key}:{value}" for key, value in tags.items()])]
