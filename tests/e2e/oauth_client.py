"""OAuth 2 by requests-oauthlib, which knows nothing of Mayfly: finds the token endpoint, gets tokens in both ways of
saying who it is, uses them, revokes them, and prints what it saw as JSON.

usage: oauth_client.py URL CA USER < TOKEN    (with the Python of tests/interop/python_env.sh oauth)
"""

import json
import sys

import requests
from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error
from requests_oauthlib import OAuth2Session


def main(url, ca, user):
    secret = sys.stdin.read().strip()
    server = requests.get(f"{url}/.well-known/oauth-authorization-server", verify=ca, timeout=30).json()
    seen = {"issuer": server["issuer"]}
    for way in ("basic", "form"):
        session = OAuth2Session(client=BackendApplicationClient(client_id=user))
        session.verify = ca
        more = {"include_client_id": True} if way == "form" else {"auth": (user, secret)}
        token = session.fetch_token(server["token_endpoint"], client_secret=secret, timeout=30, verify=ca, **more)
        door = f"{url}/users/{user}"
        seen[way] = {
            "access_token": token["access_token"], "expires_in": token["expires_in"],
            "rest": session.get(door, timeout=30).status_code,
            "oslc": session.get(f"{url}/oslc/users/{user}/plans/vm", headers={"Accept": "text/turtle"},
                                timeout=30).status_code}
        address, headers, body = BackendApplicationClient(client_id=user).prepare_token_revocation_request(
            server["revocation_endpoint"], token["access_token"])
        who = {"auth": (user, secret)} if way == "basic" else {}
        body += "" if way == "basic" else f"&client_id={user}&client_secret={secret}"
        revoked = requests.post(address, headers=headers, data=body, verify=ca, timeout=30, **who)
        seen[way]["revoked"] = [revoked.status_code, session.get(door, timeout=30).status_code]
    try:
        session = OAuth2Session(client=BackendApplicationClient(client_id=user))
        session.fetch_token(server["token_endpoint"], auth=(user, "wrong"), verify=ca, timeout=30)
        seen["wrong"] = "a token"
    except OAuth2Error as refused:
        seen["wrong"] = refused.error
    print(json.dumps(seen))


main(*sys.argv[1:])
