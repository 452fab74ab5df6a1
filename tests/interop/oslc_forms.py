"""Every resource, in every type, by two readers for each: all of them have to understand the same.

usage: oslc_forms.py BINARIES    (with the Python of python_env.sh rdflib; oslc.sh does that)

Begins at the root services and goes wherever a document leads, so a new kind of resource is found without a word
here; which kinds must have been seen is written down at KINDS. In each dialect, against the real programs.
"""

import collections
import json
import pathlib
import re
import sys
import tempfile
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import oslc_client  # noqa: E402
import rdf_readers  # noqa: E402
from oslc_client import AUTO, DCTERMS, OSLC, RDF, URIRef, need  # noqa: E402
from oslc_scenario import CONFIG, DIALECTS  # noqa: E402
from playground import Cloudsim, Mayfly  # noqa: E402
from rdflib import XSD, Graph, Literal  # noqa: E402

# Addresses with the names in them left out.
KINDS = """
/rootservices
/.well-known/oslc/rootservices.xml
/.well-known/oslc/sp-catalog
/oslc/catalog
/oslc/shapes/*
/oslc/users/*
/oslc/users/*/details
/oslc/users/*/shapes/*
/oslc/users/*/plans
/oslc/users/*/plans/*
/oslc/users/*/plans/*/future-stop
/oslc/users/*/plans/*/future-stop?targetId
/oslc/users/*/plans/*/future-stop/creation?targetId
/oslc/users/*/plans/*/future-stop/request-template?targetId
/oslc/users/*/plans/*/future-restart
/oslc/users/*/plans/*/future-restart?targetId
/oslc/users/*/plans/*/future-restart/creation?targetId
/oslc/users/*/plans/*/future-restart/request-template?targetId
/oslc/users/*/plans/*/future-extend
/oslc/users/*/plans/*/future-extend?targetId
/oslc/users/*/plans/*/future-extend/creation?targetId
/oslc/users/*/plans/*/future-extend/request-template?targetId
/oslc/users/*/plans/*/future-stop/requests/*
/oslc/users/*/plans/*/future-stop/results/*
/oslc/users/*/requests
/oslc/users/*/requests/*
/oslc/users/*/results
/oslc/users/*/results/*
/oslc/users/*/results/*/request-template
/oslc/users/*/results?cursor&oslc.pageSize&oslc.paging
/oslc/users/*/results?oslc.select
/oslc/users/*/results?oslc.orderBy&oslc.searchTerms
/oslc/users/*/dialogs/*
/oslc/users/*/plans/*/compact
/oslc/users/*/requests/*/compact
/oslc/users/*/results/*/compact
/oslc/users/*/deployments/*/compact
/oslc/users/*/results/*?oslc.properties
/oslc/users/*/prepared
/oslc/users/*/prepared/*
/oslc/users/*/deployments/*
""".split()
NAMED = {"users", "plans", "requests", "results", "prepared", "deployments", "shapes", "dialogs"}

# What a text may have that some syntax treats as its own.
AWKWARD = "R&D <b>\"it's\"</b> ]]> \\ \u00fcn\u00efcode \U0001f41d, a tab\t and a line\n."
# rdflib does not write a carriage return in markup as canonical XML has it, so only text gets one.
RETURN = AWKWARD + "\r"
# Cut at an even number of bytes it is cut within a character.
LONG = "Runs" + "\u20ac" * 100
TRIES = 5
PAGES = ("text/html", "image/svg+xml")
# Leads to what is not offered: see errors().
OAUTH1 = "http://jazz.net/xmlns/prod/jazz/jfs/1.0/oauth"
LINK = re.compile(r'<([^>]*)>; *rel="([^"]*)"')


def kind_of(iri):
    parts = urllib.parse.urlsplit(iri)
    words = parts.path.split("/")
    named = ["*" if at and words[at - 1] in NAMED else word for at, word in enumerate(words)]
    names = sorted({pair.split("=")[0] for pair in parts.query.split("&") if pair})
    return "/".join(named) + ("?" + "&".join(names) if names else "")


class Walk:
    def __init__(self, client, host):
        self.client = client
        self.host = host
        self.kinds = collections.Counter()
        self.read = 0

    def fetch(self, iri, media, method="GET", **more):
        return self.client.send(method, iri, headers={"Accept": media, **more.pop("headers", {})}, **more)

    def document(self, iri, media, expected, **more):
        answer = self.fetch(iri, media, **more)
        need(answer.status == expected, f"{iri} as {media} answers {answer.status}: {answer.content[:500]!r}")
        need(answer.headers.get_content_type() == media, f"{iri} as {media} is {answer.headers['Content-Type']}")
        return answer.content

    def graph(self, iri, expected=200, media=rdf_readers.MEDIA, **more):
        """The same in each type. What changed in the meantime is asked for again."""
        for _ in range(TRIES):
            first = self.document(iri, "text/turtle", expected, **more)
            documents = {each: self.document(iri, each, expected, **more) for each in media}
            if documents["text/turtle"] == first and self.document(iri, "text/turtle", expected, **more) == first:
                self.read += len(documents)
                return rdf_readers.agree(documents, iri)
        raise oslc_client.Unexpected(f"{iri} never stands still")

    def visit(self, iri):
        """Where it leads to."""
        self.kinds[kind_of(iri)] += 1
        answer = self.fetch(iri, "text/turtle")
        # Documents for browsers alone may say so, or pass over what is accepted (RFC 9110, 12.5.1).
        if answer.status == 406 or answer.headers.get_content_type() in PAGES:
            page = self.fetch(iri, "text/html, image/*")
            need(page.status == 200 and page.headers.get_content_type() in PAGES,
                 f"{iri} is neither RDF nor a page: {page.status}")
            return set()
        if b"oslc:Compact ;" in answer.content:
            graph = self.compact(iri)
        else:
            graph = self.graph(iri)
            need((URIRef(iri.split("?oslc.")[0]), None, None) in graph, f"{iri} says nothing about itself")
        links = {str(term).split("#")[0] for triple in graph if not triple[1].startswith(OAUTH1) for term in triple
                 if isinstance(term, URIRef)}
        links |= {link for header in answer.headers.get_all("Link", []) for link, relation in LINK.findall(header)
                  if relation == f"{OSLC}Compact"}
        return {link for link in links if link.startswith(self.host + "/")} | set(self.variations(iri, graph))

    def compact(self, iri):
        """Has a JSON of its own, and a type for its XML."""
        other = (rdf_readers.LEGACY, "application/n-triples")
        graph = self.graph(iri, media=[media for media in rdf_readers.MEDIA if media not in other])
        subject = graph.value(None, RDF.type, OSLC.Compact)
        told = json.loads(self.document(iri, "application/json", 200))
        small = graph.value(graph.value(subject, OSLC.smallPreview), OSLC.document)
        need(told["smallPreview"]["document"] == str(small), f"{iri} has another preview in JSON")
        need(told["title"] and graph.value(subject, DCTERMS.title), f"{iri} has no title")
        ours = self.document(iri, "application/x-oslc-compact+xml", 200)
        read = rdf_readers.agree({"application/rdf+xml": ours}, iri)
        need(read.value(read.value(subject, OSLC.smallPreview), OSLC.document) == small, f"{iri} differs in its XML")
        return graph

    def variations(self, iri, graph):
        """What no document has a link to, but the specifications say how to ask for."""
        for base in graph.objects(None, OSLC.queryBase):
            yield f"{base}?oslc.select=*"
            yield f"{base}?oslc.paging=true&oslc.pageSize=2"
            yield f"{base}?" + urllib.parse.urlencode({
                "oslc.prefix": "o=<http://open-services.net/ns/core#>",
                "oslc.select": "dcterms:title,o:serviceProvider{dcterms:title},oslc_auto:inputParameter{o:name}"})
            yield f"{base}?oslc.pageSize=1&oslc.orderBy=%2Bdcterms:title"
            yield f"{base}?" + urllib.parse.urlencode({
                "oslc.searchTerms": '"r&d","runs"', "oslc.orderBy": "+dcterms:title,-dcterms:created"})
        if (URIRef(iri), RDF.type, AUTO.AutomationResult) in graph:
            yield iri + "?oslc.properties=dcterms:title,oslc_auto:contribution"

    def everything(self, made):
        """`made`: what its maker was told of and nobody else."""
        waiting = [f"{self.host}/rootservices", f"{self.host}/.well-known/oslc/rootservices.xml",
                   f"{self.host}/.well-known/oslc/sp-catalog", *made]
        known = set(waiting)
        while waiting:
            for link in sorted(self.visit(waiting.pop()) - known):
                known.add(link)
                waiting.append(link)

    def errors(self, results):
        """Each refusal is an oslc:Error in the type that was asked for."""
        awkward = urllib.parse.quote(AWKWARD)
        # Where a message quotes what was sent it may not break what it is written in.
        cut = urllib.parse.quote("\u20ac" * 40)
        for expected, iri, more in (
                (404, f"{self.host}/oslc/nowhere", {}),
                (404, f"{results}/r-unknown", {}),
                (400, f"{results}?oslc.where={awkward}", {}),
                (400, f"{results}?oslc.where=dcterms:title={cut}", {}),
                (400, f"{results}?oslc.where=dcterms:title=x{cut}", {}),
                (400, f"{results}?oslc.where=%01%EF%BF%BE", {}),
                (400, f"{results}?oslc.pageSize=none", {}),
                (501, f"{self.host}/oslc/oauth1", {}),
                (405, results, {"method": "DELETE"}),
                (401, results, {"authorised": False}),
                (400, results, {"headers": {"OSLC-Core-Version": "1.0"}})):
            graph = self.graph(iri, expected, **more)
            error = need(graph.value(None, RDF.type, OSLC.Error), f"{iri} is refused without an oslc:Error")
            need(graph.value(error, OSLC.statusCode) == Literal(str(expected)), f"{iri} says another status")
            need(str(graph.value(error, OSLC.message)), f"{iri} is refused without a word")


def request(plan, title, **values):
    """In Turtle: a parameter for each value, which the plan knows or does not know."""
    body = Graph()
    subject = URIRef("")
    body.add((subject, RDF.type, AUTO.AutomationRequest))
    body.add((subject, DCTERMS.title, Literal(title)))
    body.add((subject, AUTO.executesAutomationPlan, URIRef(plan)))
    for name, value in values.items():
        instance = oslc_client.BNode()
        body.add((subject, AUTO.inputParameter, instance))
        body.add((instance, OSLC.name, Literal(name)))
        body.add((instance, RDF.value, value if isinstance(value, URIRef) else Literal(value)))
    return body


def ways_of_sending(client, prepare, body):
    """The same request in each type that bodies may have: the same is kept."""
    forms = {"text/turtle": "turtle", "application/rdf+xml": "xml", "application/xml": "pretty-xml",
             "application/ld+json": "json-ld", "application/n-triples": "nt"}
    first = None
    for media, form in forms.items():
        content = body.serialize(format=form, encoding="utf-8")
        for accepted in (media, "text/turtle"):
            answer = client.send("POST", prepare, content, f"{media}; charset=utf-8", {"Accept": accepted})
            need(answer.status == 201, f"{media} is refused: {answer.content[:500]!r}")
            iri = answer.headers["Location"]
            told = Graph() + rdf_readers.agree({answer.headers.get_content_type(): answer.content}, iri)
            for term in (DCTERMS.identifier, DCTERMS.created, URIRef("urn:mayfly:oslc:expires")):
                need(len(list(told.objects(URIRef(iri), term))) == 1, f"{iri} has not one {term}")
                told.remove((URIRef(iri), term, None))
            text = told.serialize(format="nt").replace(iri, "urn:made")
            kept = Graph().parse(data=text, format="nt")
            first = first or kept
            _, before, now = oslc_client.rdflib.compare.graph_diff(first, kept)
            need(not before and not now, f"{media} loses\n{before.serialize(format='nt')}and has\n"
                                         f"{now.serialize(format='nt')}")


def fill(host, token, cloudsim):
    """Of each kind something: what passed, runs, failed, was torn down, and was only prepared."""
    client = oslc_client.Client("ann", token, "text/turtle", oslc_client.PUBLISHED)
    graph, service = client.deploy_service(client.providers(host)[0])
    run = client.factory(graph, AUTO.ImmediateExecution)
    prepare = client.factory(graph, AUTO.DeferredExecution)
    results = client.query_base(graph, service, AUTO.AutomationResult)
    plan, described = client.plan_titled(client.query_base(graph, service, AUTO.AutomationPlan), "Virtual machines")
    made = {"vcpus": 1, "memory_gib": 1}

    def send(to, title, **values):
        # The one writer of rdflib's that leaves numbers as they are.
        return client.create(to, request(plan, title, **values).serialize(format="nt", encoding="utf-8"),
                             "application/n-triples")

    odd = {"text": RETURN, "day": Literal("2026-11-22", datatype=XSD.date),
           "number": Literal("1.5E300", datatype=XSD.double), "flag": True, "big": 10**30,
           "link": URIRef("http://elsewhere.example/\u00fc?a=b&c=d#e")}
    ended, running = send(run, AWKWARD, **made, **odd), send(run, LONG, count=2, lease="2h", **made)
    for launched in (ended, running):
        client.until_finished(client.result_of(results, launched))
    cloudsim.faults({"fault": "capacity"})
    failed = send(run, "No room", regions="us-east-1", instance_type="t3.micro")
    prepared = send(prepare, AWKWARD, **made, **odd)
    verdicts = {}
    for request_iri in (ended, failed):
        result = client.result_of(results, request_iri)
        finished = client.until_finished(result)
        verdicts[request_iri] = finished.value(result, AUTO.verdict)
        if request_iri == ended:
            action, where = client.action_for(result, finished, client.teardown_of(plan, described))
            stopping = client.execute(action, where)[0]
            stopped = client.result_of(results, stopping)
    client.until_finished(stopped)
    cloudsim.heal()
    need(verdicts[ended] == AUTO.passed and verdicts[failed] in (AUTO.error, AUTO.failed), f"verdicts: {verdicts}")
    # rdflib's own writers spell such numbers each in its way.
    values = {name: value for name, value in {**made, **odd}.items() if name not in ("big", "number")}
    ways_of_sending(client, prepare, request(plan, "R&D <b>\u00fc</b>", **values))
    return [prepared, stopping, stopped]


def look_at(mayfly, token, dialect, made):
    client = oslc_client.Client("ann", token, "text/turtle", oslc_client.PUBLISHED)
    walk = Walk(client, mayfly.url)
    walk.everything(map(str, made))
    walk.errors(f"{mayfly.url}/oslc/users/ann/results")
    missing = set(KINDS) - set(walk.kinds)
    need(not missing, f"never seen: {sorted(missing)}; seen: {sorted(walk.kinds)}")
    print(f"{dialect}: {sum(walk.kinds.values())} resources of {len(walk.kinds)} kinds, {walk.read} documents: ok",
          flush=True)
    return sorted(set(walk.kinds) - set(KINDS))


def main():
    binaries = sys.argv[1]
    with tempfile.TemporaryDirectory(prefix="mayfly-oslc-") as folder:
        cloudsim = Cloudsim(binaries, folder, speed=60)
        mayfly = Mayfly(binaries, folder, cloudsim.url, CONFIG.format(dialect="both"))
        try:
            token = mayfly.add_user("ann")
            mayfly.start()
            ann = mayfly.client("ann", token)
            ann.must(201, "POST", "keys", cloudsim.aws_key())
            ann.must(201, "POST", "templates/web", {"request": {"kind": "vm", "count": 1, "vcpus": 1, "memory_gib": 1}})
            made = fill(mayfly.url, token, cloudsim)
            for dialect in DIALECTS:
                mayfly.config.write_text(CONFIG.format(dialect=dialect))
                mayfly.stop()
                mayfly.start()
                new = look_at(mayfly, token, dialect, made)
            if new:
                print("besides:", *new)
        finally:
            mayfly.stop()
            cloudsim.stop()


if __name__ == "__main__":
    main()
