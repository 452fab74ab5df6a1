#!/usr/bin/python3
"""Writes src/clouds/aws/testdata/sigv4_cases.json: requests signed by AWS's own Python SDK (Debian's
python3-botocore), so that our signer is compared with one that we did not write.

    scripts/make_sigv4_vectors.py > src/clouds/aws/testdata/sigv4_cases.json
"""

import datetime
import json
import sys
from unittest import mock

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ID, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
HOST = ["Host", "example.amazonaws.com"]

CASES = [
    dict(name="plain get", method="GET"),
    dict(name="post with body", headers=[HOST, ["Content-Type", "text/plain"]], body="a=1&b=2"),
    dict(name="body that is not ASCII", body="gr\u00fc\u00df \u65e5\u672c"),
    dict(name="path with escapes", path="/a%20b/%C3%BC/c%2Fd"),
    dict(name="path with unreserved marks", path="/-._~/A9"),
    dict(name="path with dots and empty segments", path="/a/./b//../c/"),
    dict(name="path above the root", path="/../../a"),
    dict(name="query out of order", query="b=2&a=1&C=3"),
    dict(name="query with one name twice", query="a=2&a=1&a=10"),
    dict(name="query whose names are beginnings of others", query="ab=1&a=1&a-b=1"),
    dict(name="query with empty values", query="b=&a="),
    dict(name="query with escapes", query="q=a%20b%2Fc&%C3%BC=%7E"),
    dict(name="query with an equals sign in a value", query="a=b%3Dc&d=e=f"),
    dict(name="headers in any order and case",
         headers=[["X-Zebra", "1"], HOST, ["x-amz-target", "AmazonSSM.GetParameter"], ["ACCEPT", "*/*"]]),
    dict(name="header values with blanks",
         headers=[HOST, ["X-Blanks", "  a   b  "], ["X-Tab", "a\t b"], ["X-Empty", ""]]),
    dict(name="headers that come twice",
         headers=[HOST, ["X-Twice", "b"], ["X-Other", "1"], ["X-Twice", "a"]]),
    dict(name="host with a port", headers=[["Host", "127.0.0.1:5000"]], service="ec2"),
    dict(name="session credentials", token="FwoGZXIvYXdzE//+==", service="sts"),
    dict(name="last second of a year", time="2027-12-31T23:59:59Z", region="ap-southeast-2"),
    dict(name="first second of a leap day", time="2028-02-29T00:00:00Z"),
    dict(name="service whose name is not its host's", service="pricing"),
]


class FixedClock(datetime.datetime):
    moment = None

    @classmethod
    def utcnow(cls):
        return cls.moment

    @classmethod
    def now(cls, tz=None):
        return cls.moment.replace(tzinfo=tz)


def signed(case):
    case = dict(dict(method="POST", path="/", query="", headers=[HOST], body="", token="",
                     region="us-east-1", service="service", time="2026-01-02T03:04:05Z"), **case)
    host = dict((name.lower(), value) for name, value in case["headers"])["host"]
    url = "https://" + host + case["path"] + ("?" + case["query"] if case["query"] else "")
    request = AWSRequest(method=case["method"], url=url, data=case["body"].encode())
    for name, value in case["headers"]:
        request.headers.add_header(name, value)
    signer = botocore.auth.SigV4Auth(Credentials(ID, SECRET, case["token"] or None), case["service"],
                                     case["region"])
    FixedClock.moment = datetime.datetime.strptime(case["time"], "%Y-%m-%dT%H:%M:%SZ")
    with mock.patch.object(botocore.auth.datetime, "datetime", FixedClock):
        signer.add_auth(request)
    case["authorization"] = request.headers["Authorization"]
    return case


json.dump({"id": ID, "secret": SECRET, "cases": [signed(case) for case in CASES]}, sys.stdout, indent=1)
print()
