"""What we write, read by rdflib; what rdflib writes, read by us. Isomorphic both times, or it fails.

usage: rdf_rdflib.py RDF_CONVERT    (with the Python of python_env.sh rdflib; rdf_rdflib.sh does that)
"""

import collections
import logging
import pathlib
import subprocess
import sys
import tempfile
import warnings

import rdflib
from rdflib.compare import isomorphic

GRAPHS = 100
OURS = {".ttl": "turtle", ".rdf": "xml", ".xml": "xml", ".jsonld": "json-ld"}
THEIRS = {"turtle": ".ttl", "longturtle": ".ttl", "nt": ".nt", "xml": ".rdf", "pretty-xml": ".rdf",
          "json-ld": ".jsonld"}

# Otherwise +1 and 1 would be the same to it, and it would tell about each "1e3" that is no integer.
rdflib.NORMALIZE_LITERALS = False
logging.disable(logging.WARNING)
warnings.simplefilter("ignore")


def read(path, form):
    graph = rdflib.Graph()
    graph.parse(data=path.read_bytes(), format=form, publicID="http://base.example/")
    return graph


def rdflib_can_write(graph, form):
    """False for what rdflib itself does not read back: our reader is not to be judged by that."""
    try:
        again = rdflib.Graph().parse(data=graph.serialize(format=form), format=form.replace("pretty-", "")
                                     .replace("longturtle", "turtle"), publicID="http://base.example/")
        return isomorphic(again, graph)
    except Exception:
        return False


def main():
    program = sys.argv[1]
    failures = []
    counts = collections.Counter()
    pairs = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subprocess.run([program, "write", str(GRAPHS), name], check=True)
        for number in range(1, GRAPHS + 1):
            plain = folder / f"{number}.nt"
            expected = read(plain, "nt")
            for ending, form in OURS.items():
                counts[f"our {ending}"] += 1
                try:
                    if not isomorphic(read(plain.with_suffix(ending), form), expected):
                        failures.append(f"rdflib reads {number}{ending} otherwise than {number}.nt")
                except Exception as error:
                    failures.append(f"rdflib refuses {number}{ending}: {error}")
            if number % 2 == 0:
                continue  # such graphs as rdflib's own writers stumble over
            for form, ending in THEIRS.items():
                if not rdflib_can_write(expected, form):
                    counts[f"rdflib cannot {form}"] += 1
                    continue
                counts[f"rdflib's {form}"] += 1
                theirs = folder / f"{number}.{form}{ending}"
                theirs.write_bytes(expected.serialize(format=form, encoding="utf-8"))
                pairs.append(f"{theirs} {plain}\n")
        judged = subprocess.run([program, "compare"], input="".join(pairs), text=True, capture_output=True)
        if judged.returncode != 0:
            failures.append(f"we read otherwise:\n{judged.stdout}{judged.stderr}")
    for failure in failures:
        print(failure)
    print(", ".join(f"{what}: {count}" for what, count in sorted(counts.items())), f"- {len(failures)} failures")
    # Nothing is proven by a test that compares nothing.
    weak = [form for form in THEIRS if counts[f"rdflib's {form}"] < GRAPHS / 20]
    if weak:
        print("too few graphs compared:", ", ".join(weak))
    return 1 if failures or weak else 0


if __name__ == "__main__":
    sys.exit(main())
