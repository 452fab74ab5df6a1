"""RDF as readers that others wrote understand it: two for each syntax.

rdflib reads everything; besides, Raptor (`rapper`) reads Turtle, N-Triples and RDF/XML, and PyLD reads JSON-LD. For
OSLC's own JSON of 2.0 nobody has one, so there is a small one here, written from the rules of its specification; that
syntax has no datatypes and no languages, so `plain` takes them away before graphs are compared.
"""

import collections
import json
import logging
import subprocess
import warnings

import pyld.jsonld
import rdflib
import rdflib.compare
from rdflib import BNode, Literal, URIRef

# Otherwise +1 and 1 would be the same to it.
rdflib.NORMALIZE_LITERALS = False
logging.disable(logging.WARNING)
warnings.simplefilter("ignore")

LEGACY = "application/json"
# What rdflib and rapper call a syntax.
NAMES = {
    "text/turtle": ("turtle", "turtle"),
    "application/rdf+xml": ("xml", "rdfxml"),
    "application/xml": ("xml", "rdfxml"),
    "application/n-triples": ("nt", "ntriples"),
    "application/ld+json": ("json-ld", None),
}
MEDIA = (*NAMES, LEGACY)


class Unreadable(Exception):
    """One of the readers does not understand a document, or they do not agree."""


def read_with_rdflib(media, content, base):
    return rdflib.Graph().parse(data=content, format=NAMES[media][0], publicID=base)


def read_with_rapper(media, content, base):
    done = subprocess.run(["rapper", "-q", "-i", NAMES[media][1], "-o", "ntriples", "-", base],
                          input=content, capture_output=True)
    if done.returncode != 0 or done.stderr:
        raise Unreadable(f"rapper: {done.stderr.decode(errors='replace')}")
    return rdflib.Graph().parse(data=done.stdout, format="nt")


def fetch_nothing(iri, _options):
    raise Unreadable(f"PyLD was made to fetch {iri}")


def read_with_pyld(content, base):
    quads = pyld.jsonld.to_rdf(json.loads(content), {
        "base": base, "format": "application/n-quads", "documentLoader": fetch_nothing})
    return rdflib.Graph().parse(data=quads, format="nt")


class LegacyReader:
    """The JSON of OSLC Core 2.0: "prefixes", "rdf:about", "rdf:resource", and "rdf:nodeID" for what is named twice."""

    def __init__(self, content):
        self.graph = rdflib.Graph()
        self.prefixes = {}
        self.blanks = {}
        whole = json.loads(content, parse_float=str)
        for node in whole if isinstance(whole, list) else [whole]:
            self.prefixes = node.pop("prefixes")
            self.node(node)

    def expanded(self, name):
        prefix, local = name.split(":", 1)
        return URIRef(self.prefixes[prefix] + local)

    def node(self, node):
        if "rdf:about" in node:
            subject = URIRef(node["rdf:about"])
        elif "rdf:nodeID" in node:
            subject = self.blanks.setdefault(node["rdf:nodeID"], BNode())
        else:
            subject = BNode()
        for name, values in node.items():
            if name in ("rdf:about", "rdf:nodeID"):
                continue
            for value in values if isinstance(values, list) else [values]:
                self.graph.add((subject, self.expanded(name), self.value(value)))
        return subject

    def value(self, value):
        if isinstance(value, dict):
            return URIRef(value["rdf:resource"]) if "rdf:resource" in value else self.node(value)
        if isinstance(value, bool):
            return Literal("true" if value else "false")
        return Literal(str(value))


def plain(graph):
    """Without what the JSON of OSLC 2.0 cannot say."""
    made = rdflib.Graph()
    for subject, predicate, value in graph:
        made.add((subject, predicate, Literal(str(value)) if isinstance(value, Literal) else value))
    return made


def readings(media, content, base):
    """What each reader understands: (its name, a graph)."""
    readers = {}
    if media == LEGACY:
        readers["the reader of OSLC's JSON"] = lambda: LegacyReader(content).graph
    else:
        readers["rdflib"] = lambda: read_with_rdflib(media, content, base)
        if NAMES[media][1]:
            readers["rapper"] = lambda: read_with_rapper(media, content, base)
        else:
            readers["PyLD"] = lambda: read_with_pyld(content, base)
    for name, read in readers.items():
        try:
            yield name, read()
        except Exception as error:  # noqa: BLE001: each reader has its own, and each of them is a finding
            raise Unreadable(f"{name} refuses {media} of {base}: {error}\n"
                             f"{content.decode(errors='replace')[:3000]}") from error


def fingerprint(graph):
    """Equal for isomorphic graphs, and only for those."""
    return tree_of(graph) or rdflib.compare.to_isomorphic(graph).internal_hash()


def tree_of(graph):
    """Blank nodes by what is said about them; nothing when one is named twice. As most are not, and rdflib's own way
    takes a hundred times as long."""
    named = collections.Counter(value for _, _, value in graph if isinstance(value, BNode))
    blanks = {subject for subject in graph.subjects() if isinstance(subject, BNode)} | set(named)
    if any(count > 1 for count in named.values()):
        return None
    seen = set()

    def told(term):
        if not isinstance(term, BNode):
            return term.n3()
        seen.add(term)
        return "[" + " ".join(sorted(f"{predicate} {told(value)};" for predicate, value in
                                     graph.predicate_objects(term))) + "]"

    lines = [f"{subject.n3()} {predicate} {told(value)}" for subject, predicate, value in graph
             if not isinstance(subject, BNode)]
    lines += [told(root) for root in blanks - set(named)]
    return None if seen != blanks else "\n".join(sorted(lines))


AGREED = {}


def agree(documents, base):
    """All documents (media type to content) say the same to all readers: that graph. Each set of them is read once."""
    known = (base, *sorted(documents.items()))
    if known not in AGREED:
        AGREED[known] = read_and_compare(documents, base)
    return AGREED[known]


def read_and_compare(documents, base):
    first = None
    marks = {}
    for media, content in documents.items():
        for name, graph in readings(media, content, base):
            bare = media == LEGACY
            if first is None:
                first = graph
                marks = {False: fingerprint(graph), True: fingerprint(plain(graph))}
            elif fingerprint(graph) != marks[bare]:
                _, ours, theirs = rdflib.compare.graph_diff(plain(first) if bare else first, graph)
                raise Unreadable(
                    f"{name} understands {media} of {base} otherwise: it does not have\n{ours.serialize(format='nt')}"
                    f"but\n{theirs.serialize(format='nt')}")
    return first
