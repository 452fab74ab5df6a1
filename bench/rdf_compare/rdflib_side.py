"""What one conversion costs with rdflib: a document read and written again in the same syntax.

usage: rdflib_side.py FOLDER SECONDS
"""

import pathlib
import statistics
import sys
import time

import rdflib

FORMS = {"document.ttl": "turtle", "document.rdf": "xml", "document.jsonld": "json-ld"}

folder, seconds = pathlib.Path(sys.argv[1]), float(sys.argv[2])
for name, form in FORMS.items():
    text = (folder / name).read_bytes()
    took = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        begun = time.perf_counter()
        graph = rdflib.Graph().parse(data=text, format=form, publicID="https://mayfly.example.com/")
        graph.serialize(format=form, encoding="utf-8")
        took.append(time.perf_counter() - begun)
    print(name, len(graph), f"{statistics.median(took) * 1e6:.1f}")
