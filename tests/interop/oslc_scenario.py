"""The client of oslc_client.py against the real programs: every dialect, every form.

usage: oslc_scenario.py BINARIES
"""

import pathlib
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import oslc_client  # noqa: E402
from playground import Cloudsim, Mayfly  # noqa: E402

CONFIG = """
[clouds.aws]
rate_percent = 6000

[clouds.digitalocean]
rate_percent = 6000

[patience]
poll = "1s"
look_up = "4s"
absence = "1s"

[oslc]
dialect = "{dialect}"
"""
DIALECTS = {"both": (oslc_client.PUBLISHED, oslc_client.DRAFT), "published": (oslc_client.PUBLISHED,),
            "2014": (oslc_client.DRAFT,)}


def check_isomorphic(mayfly, user, token):
    """Every form of a document says the same."""
    for path in ("plans/vm", "plans", "results", ""):
        iri = f"{mayfly.url}/oslc/users/{user}/{path}".rstrip("/")
        graphs = []
        for media in oslc_client.SYNTAX:
            client = oslc_client.Client(user, token, media, oslc_client.PUBLISHED)
            graphs.append(client.get(iri))
        for graph in graphs[1:]:
            oslc_client.need(oslc_client.rdflib.compare.isomorphic(graphs[0], graph), f"{iri} differs by form")


def replay_all(binaries, cloudsim, folder, dialect):
    folder = pathlib.Path(folder) / dialect
    folder.mkdir()
    mayfly = Mayfly(binaries, folder, cloudsim.url, CONFIG.format(dialect=dialect))
    token = mayfly.add_user("ann")
    mayfly.start()
    try:
        ann = mayfly.client("ann", token)
        ann.must(201, "POST", "keys", cloudsim.aws_key())
        ann.must(201, "POST", "templates/web", {"request": {"kind": "vm", "count": 1, "vcpus": 1, "memory_gib": 1}})
        for vocabulary in DIALECTS[dialect]:
            for media in oslc_client.SYNTAX:
                # Once as a client of each text: restarts take their time.
                thorough = media == "text/turtle" and vocabulary is DIALECTS[dialect][0] and dialect != "published"
                seen = oslc_client.replay(mayfly.url, "ann", token, media, vocabulary, "web", thorough,
                                          count=2, lease="2h")
                names = {iri.rsplit("#", 1)[1] for iri in seen["carried out"]}
                oslc_client.need(not thorough or names == {"extend", "restart", "redeploy"}, f"only {names} are offered")
                oslc_client.need("torn down" in seen["repeated"].serialize(), "nothing says that it was gone")
                print(f"{dialect} as {'published' if vocabulary is oslc_client.PUBLISHED else 'draft'}, {media}: ok",
                      flush=True)
        check_isomorphic(mayfly, "ann", token)
    finally:
        mayfly.stop()


def main():
    binaries = sys.argv[1]
    with tempfile.TemporaryDirectory(prefix="mayfly-oslc-") as folder:
        cloudsim = Cloudsim(binaries, folder, speed=60)
        try:
            for dialect in DIALECTS:
                replay_all(binaries, cloudsim, folder, dialect)
            oslc_client.need(not cloudsim.living(), f"machines are left: {cloudsim.living()}")
        finally:
            cloudsim.stop()


if __name__ == "__main__":
    main()
