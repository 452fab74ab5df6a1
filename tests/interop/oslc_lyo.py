"""Eclipse Lyo's client (lyo/Lyo.java) against the real programs, in the dialects that speak its language.

usage: oslc_lyo.py BINARIES

Needs java 17 and mvn, which fetches the client.
"""

import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from oslc_scenario import CONFIG  # noqa: E402
from playground import Cloudsim, Mayfly  # noqa: E402

# What it knows of plans, requests and results is the same in all; the way to a teardown is looked for as the published
# texts have it.
DIALECTS = ("both", "published")
JARS = ROOT / "build" / "lyo"


def walk(binaries, cloudsim, folder, dialect):
    folder = folder / dialect
    folder.mkdir()
    mayfly = Mayfly(binaries, folder, cloudsim.url, CONFIG.format(dialect=dialect))
    token = mayfly.add_user("ann")
    mayfly.start()
    try:
        mayfly.client("ann", token).must(201, "POST", "keys", cloudsim.aws_key())
        subprocess.run(["java", "-cp", f"{JARS}/*", HERE / "lyo" / "Lyo.java", mayfly.url, "ann", token], check=True,
                       timeout=300)
    finally:
        mayfly.stop()
    living = cloudsim.living()
    if living:
        raise SystemExit(f"left behind: {living}")


def main():
    binaries = pathlib.Path(sys.argv[1]).resolve()
    subprocess.run(["mvn", "-q", "-B", "-f", HERE / "lyo" / "pom.xml", "dependency:copy-dependencies",
                    f"-DoutputDirectory={JARS}"], check=True, timeout=300)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        cloudsim = Cloudsim(binaries, folder, speed=60, seed=1)
        try:
            for dialect in DIALECTS:
                print(f"dialect {dialect}", flush=True)
                walk(binaries, cloudsim, folder, dialect)
        finally:
            cloudsim.stop()
    print("passed")


if __name__ == "__main__":
    main()
