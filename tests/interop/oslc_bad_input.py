"""What must not be sent, sent: by a client that is not ours, over HTTP, in every type that a body may have.

usage: oslc_bad_input.py BINARIES    (with the Python of python_env.sh rdflib; oslc.sh does that)

Every answer has to be the 4xx that the specifications ask for (501 for what is optional), with an oslc:Error that can
be read in the type that was asked for; nothing may be fetched, told that was not sent, or end the server.
"""

import itertools
import json
import pathlib
import socket
import sys
import tempfile
import threading
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import oslc_client  # noqa: E402
import rdf_readers  # noqa: E402
from oslc_client import AUTO, DCTERMS, OSLC, RDF, BNode, Literal, URIRef, need  # noqa: E402
from oslc_scenario import CONFIG  # noqa: E402
from playground import Cloudsim, Mayfly  # noqa: E402
from rdflib import RDFS, XSD, Graph  # noqa: E402

WRITERS = {"text/turtle": "turtle", "application/rdf+xml": "xml", "application/xml": "pretty-xml",
           "application/ld+json": "json-ld", "application/n-triples": "nt"}
PREFIXES = {"oslc": str(OSLC), "oslc_auto": str(AUTO), "dcterms": str(DCTERMS), "rdf": str(RDF)}
SECRET = "what-nobody-may-see"
MIB = 1 << 20
SHOWN = 40


def legacy(graph, subject):
    """The JSON of OSLC 2.0 for a tree of nodes."""
    def short(iri):
        prefix = next(name for name, base in PREFIXES.items() if str(iri).startswith(base))
        return f"{prefix}:{str(iri)[len(PREFIXES[prefix]):]}"

    def value(term):
        if isinstance(term, URIRef):
            return {"rdf:resource": str(term)}
        return node(term) if isinstance(term, BNode) else str(term)

    def node(term):
        made = {} if isinstance(term, BNode) else {"rdf:about": str(term)}
        for predicate in set(graph.predicates(term)):
            made[short(predicate)] = [value(each) for each in graph.objects(term, predicate)]
        return made

    return json.dumps({"prefixes": PREFIXES, **node(subject)}).encode()


def written(graph, media):
    if media == rdf_readers.LEGACY:
        roots = [subject for subject in graph.subjects(RDF.type, AUTO.AutomationRequest)] or [URIRef("")]
        return b"[" + b",".join(legacy(graph, root) for root in roots) + b"]"
    return graph.serialize(format=WRITERS[media], encoding="utf-8")


class Listener:
    """Somewhere that a document may try to make the server look."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}/bait"
        self.visits = 0
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            visitor, _ = self.socket.accept()
            self.visits += 1
            visitor.close()


class Wrong:
    def __init__(self, mayfly, cloudsim, secret_file, listener):
        self.mayfly = mayfly
        self.token = mayfly.add_user("ann")
        self.other = mayfly.add_user("bob")
        mayfly.start()
        mayfly.client("ann", self.token).must(201, "POST", "keys", cloudsim.aws_key())
        self.client = oslc_client.Client("ann", self.token, "text/turtle", oslc_client.PUBLISHED)
        self.secret_file = secret_file
        self.listener = listener
        self.counted = 0
        self.failures = []
        self.accepts = itertools.cycle(rdf_readers.MEDIA)
        graph, service = self.client.deploy_service(self.client.providers(mayfly.url)[0])
        self.run = str(self.client.factory(graph, AUTO.ImmediateExecution))
        self.prepare = str(self.client.factory(graph, AUTO.DeferredExecution))
        self.results = str(self.client.query_base(graph, service, AUTO.AutomationResult))
        self.plans = str(self.client.query_base(graph, service, AUTO.AutomationPlan))
        self.plan, _ = self.client.plan_titled(URIRef(self.plans), "Virtual machines")
        self.finished = None

    # ---- asking

    def expect(self, expected, method, iri, content=None, media=None, headers=None, what="", **more):
        """expected: a status, or several; each refusal can be read in the type that it is asked for."""
        accept = next(self.accepts)
        answer = self.client.send(method, iri, content, media, {"Accept": accept, **(headers or {})}, **more)
        self.counted += 1
        allowed = expected if isinstance(expected, tuple) else (expected,)
        try:
            need(answer.status in allowed, f"is answered {answer.status} instead of {expected}")
            need(SECRET.encode() not in answer.content, "tells what was not sent")
            if answer.status >= 400 and method != "HEAD":
                self.is_error(answer, str(iri), (headers or {}).get("Accept", accept))
        except (oslc_client.Unexpected, rdf_readers.Unreadable) as error:
            self.failures.append(f"{what or method} {str(iri)[:200]} {media or ''} {headers or ''} "
                                 f"{(content or b'')[:200]!r}:\n    {error}\n    {answer.content[:300]!r}")
        return answer

    def is_error(self, answer, iri, accept):
        media = answer.headers.get_content_type()
        if answer.status in (413, 431) and media == "application/problem+json":
            return  # refused before anybody looked at what is acceptable
        need(media == accept or accept not in rdf_readers.MEDIA, f"is answered in {media} instead of {accept}")
        graph = rdf_readers.agree({media: answer.content}, iri)
        error = need(graph.value(None, RDF.type, OSLC.Error), "is refused without an oslc:Error")
        need(str(graph.value(error, OSLC.statusCode)) == str(answer.status), "says another status")
        need(str(graph.value(error, OSLC.message) or ""), "is refused without a word")

    def request(self, *statements, title="Wrong", plan=None, parameters=None):
        graph = Graph()
        subject = URIRef("")
        graph.add((subject, RDF.type, AUTO.AutomationRequest))
        if title:
            graph.add((subject, DCTERMS.title, Literal(title)))
        if plan != "":
            graph.add((subject, AUTO.executesAutomationPlan, URIRef(plan or self.plan)))
        for name, value in parameters or [("vcpus", 1), ("memory_gib", 1)]:
            instance = BNode()
            graph.add((subject, AUTO.inputParameter, instance))
            graph.add((instance, OSLC.name, Literal(name)))
            graph.add((instance, RDF.value, value if isinstance(value, (URIRef, BNode)) else Literal(value)))
        for predicate, value in statements:
            graph.add((subject, predicate, value))
        return graph

    # ---- what peers test (P82), in each type

    def requests(self):
        """(what is wrong, the request)"""
        small = [("vcpus", 1), ("memory_gib", 1)]
        elsewhere = str(self.plan).replace("/ann/", "/bob/")
        nameless = self.request()
        for instance in list(nameless.objects(None, AUTO.inputParameter)):
            nameless.remove((instance, OSLC.name, None))
        two = Graph()
        for name in ("urn:one", "urn:another"):
            two.parse(data=written(self.request(), "text/turtle"), format="turtle", publicID=name)
        nothing = Graph()
        nothing.add((URIRef(""), DCTERMS.title, Literal("Nothing")))
        return {
            "no title": self.request(title=None),
            "a title that is a resource": self.request((DCTERMS.title, URIRef("urn:title")), title=None),
            "no plan": self.request(plan=""),
            "two plans": self.request((AUTO.executesAutomationPlan, URIRef(f"{self.plans}/cluster"))),
            "a plan that is text": self.request((AUTO.executesAutomationPlan, Literal(self.plan)), plan=""),
            "a plan that does not exist": self.request(plan=f"{self.plans}/template:none"),
            "a plan of another's": self.request(plan=elsewhere),
            "a plan elsewhere": self.request(plan="http://elsewhere.example/plan"),
            "a plan that is none": self.request(plan=self.results),
            "an action as a plan": self.request(plan=f"{self.plan}/future-stop"),
            "a teardown of nothing": self.request(plan=f"{self.plan}/future-stop?targetId=r-none"),
            "an illegal value": self.request(parameters=[*small, ("arch", "vax")]),
            "a word for a number": self.request(parameters=[("vcpus", "many"), ("memory_gib", 1)]),
            "a negative number": self.request(parameters=[("vcpus", -1), ("memory_gib", 1)]),
            "a huge number": self.request(parameters=[("vcpus", 10**40), ("memory_gib", 1)]),
            "not a number": self.request(parameters=[
                ("vcpus", 1), ("memory_gib", Literal("NaN", datatype=XSD.double))]),
            "a resource for a number": self.request(parameters=[("vcpus", URIRef("urn:two")), ("memory_gib", 1)]),
            "nothing for a number": self.request(parameters=[("vcpus", BNode()), ("memory_gib", 1)]),
            "a required parameter missing": self.request(parameters=[("memory_gib", 1)]),
            "more than one where one may be": self.request(parameters=[*small, ("vcpus", 2)]),
            "a read-only parameter": self.request(parameters=[*small, ("public_ip", "192.0.2.1")]),
            "a parameter without a name": nameless,
            "a parameter that is text": self.request((AUTO.inputParameter, Literal("vcpus=1"))),
            "a long value": self.request(parameters=[*small, ("name", "x" * 100_000)]),
            "two requests": two,
            "no request": nothing,
        }

    def bad_requests(self):
        for what, graph in self.requests().items():
            for media in rdf_readers.MEDIA:
                for factory in (self.run, self.prepare):
                    answer = self.expect(400, "POST", factory, written(graph, media), media, what=what)
                    if "ldp#constrainedBy" not in (answer.headers["Link"] or ""):
                        self.failures.append(f"{what}: no shape is named")
        for media in rdf_readers.MEDIA:
            for factory in (self.run, self.prepare):
                self.expect(400, "POST", factory, b"", media)
        # What no plan knows is kept; a client that says more than we understand is no bad client.
        unknown = self.request((URIRef("urn:unheard-of"), Literal("of")),
                               parameters=[("vcpus", 1), ("memory_gib", 1), ("unheard_of", "kept")])
        for media in WRITERS:
            made = self.expect(201, "POST", self.prepare, written(unknown, media), media)
            graph = self.client.get(made.headers["Location"])
            need((None, OSLC.name, Literal("unheard_of")) in graph, f"{media} loses an unknown parameter")

    # ---- what is no document at all

    def xml(self, title, before="", attributes=""):
        return (f'<?xml version="1.0"?>{before}<rdf:RDF xmlns:rdf="{RDF}" xmlns:d="{DCTERMS}" xmlns:a="{AUTO}">'
                f'<a:AutomationRequest rdf:about="" {attributes}><d:title>{title}</d:title>'
                f'<a:executesAutomationPlan rdf:resource="{self.plan}"/></a:AutomationRequest></rdf:RDF>').encode()

    def xml_documents(self):
        deep = "<d:x><rdf:Description>" * 20_000
        laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 20))
        quadratic = f'<!DOCTYPE x [<!ENTITY l "{"l" * 50_000}">]>'
        file, bait = f"file://{self.secret_file}", self.listener.url
        return [
            self.xml("x")[:-20], b"<", b"\x00" * 100, b"<rdf:RDF/>", self.xml("&#0;"), self.xml("&undefined;"),
            self.xml("x", attributes='rdf:ID="1 2"'), self.xml(deep), self.xml("\u00fc").replace(b"\xc3", b""),
            self.xml("&s;", f'<!DOCTYPE x [<!ENTITY s SYSTEM "{file}">]>'),
            self.xml("&s;", f'<!DOCTYPE x [<!ENTITY s SYSTEM "{bait}">]>'),
            self.xml("&s;", f'<!DOCTYPE x [<!ENTITY s PUBLIC "s" "{bait}">]>'),
            self.xml("&s;", f'<!DOCTYPE x [<!ENTITY % p SYSTEM "{bait}"> %p;]>'),
            self.xml("&s;", f'<!DOCTYPE x SYSTEM "{bait}">'),
            self.xml("&l19;", f'<!DOCTYPE x [<!ENTITY l0 "l">{laughs}]>'),
            self.xml("&l;" * 1000, quadratic),
            self.xml("&l;", '<!DOCTYPE x [<!ENTITY l "&m;"><!ENTITY m "&l;">]>'),
            '<?xml version="1.0" encoding="UTF-7"?><x/>'.encode(),
            self.xml("x").decode().replace('"1.0"', '"1.0" encoding="UTF-16"').encode(),
        ]

    def documents(self):
        bait = json.dumps(self.listener.url)
        turtle = written(self.request(), "text/turtle")
        return {
            "text/turtle": [turtle[:-10], b"\xff\xfe\x00", b"<> a <x> . \xc3(", b"[" * 100_000, b"(" * 100_000,
                            b"@prefix x: <relative . <> a x:y .", b'<> a "open', b'<> <x> "\\uD800" .', b"<> a <a b> .",
                            f"@base <file://{self.secret_file}> . <> a <> , ".encode()],
            "application/n-triples": [b"<> <> <> <> .", b'_: <urn:p> "x" .', b"<urn:s> <urn:p> \x00 ."],
            "application/rdf+xml": self.xml_documents(),
            "application/xml": self.xml_documents(),
            "application/ld+json": [
                b"{", b"[]", b'"text"', b"null", b"NaN", b'{"@id": 1}', b'{"a":1,"a":2}', b'{"@graph":' * 1000,
                b"[" * 100_000, b'{"@type":"\xff"}', b'{"@context":%s}' % bait.encode(),
                b'{"@context":[{"@import":%s}]}' % bait.encode(), b'{"@context":{"@base":1}}',
                b'{"@context":{"a":"b","b":"a"},"a":1}', b'{"@value":"x","@id":"y"}',
                b'{"@context":{"x":{"@id":"urn:x","@container":"@graph"}},"x":{}}'],
            "application/json": [
                b"{", b"[]", b"null", b'{"rdf:type":[{"rdf:resource":"x"}]}', b'{"prefixes":1}', b"[" * 100_000,
                b'{"prefixes":{"a":"urn:a:"},"b:c":1}', b'{"prefixes":{"a":"urn:a:"},"a:c":{"rdf:resource":1}}',
                b'{"prefixes":{"a":"urn:a:"},"a:c":' + b'{"a:c":' * 1000],
        }

    def bad_documents(self):
        for media, documents in self.documents().items():
            for content in documents:
                for target in (self.run, self.prepare, self.plans):
                    self.expect(400, "POST", target, content, media)
        for media in rdf_readers.MEDIA:
            self.expect(413, "POST", self.run, b" " * (4 * MIB), media)
        need(self.listener.visits == 0, f"{self.listener.visits} visits to where documents pointed")

    def types_of_bodies(self):
        """What Content-Type may say, and may not."""
        for media in rdf_readers.MEDIA:
            body = written(self.request(title="R\u00e9sum\u00e9"), media)
            for good in (media, f"{media};charset=utf-8", f'{media} ; charset="UTF-8" ; profile=x', media.upper()):
                self.expect(201, "POST", self.prepare, body, good)
            if not media.endswith("xml"):
                self.expect((400, 415), "POST", self.prepare, body.decode().encode("latin-1", "replace"),
                            f"{media};charset=iso-8859-1")
        xml = self.xml("R\u00e9sum\u00e9").decode()
        given = "".join(f"<a:inputParameter><a:ParameterInstance><o:name xmlns:o='{OSLC}'>{name}</o:name><rdf:value>1"
                        "</rdf:value></a:ParameterInstance></a:inputParameter>" for name in ("vcpus", "memory_gib"))
        xml = xml.replace("</a:AutomationRequest>", given + "</a:AutomationRequest>")
        for encoding in ("iso-8859-1", "utf-16"):
            declared = xml.replace('"1.0"', f'"1.0" encoding="{encoding}"').encode(encoding)
            made = self.expect(201, "POST", self.prepare, declared, "application/rdf+xml")
            need((None, DCTERMS.title, Literal("R\u00e9sum\u00e9", datatype=RDF.XMLLiteral))
                 in self.client.get(made.headers["Location"]), f"{encoding} is read otherwise")
        for wrong in ("text/plain", "application/octet-stream", "text/html", "multipart/form-data", "text/", "/",
                      "application/rdf+xml, text/turtle", "text/turtle;charset=ebcdic", "image/svg+xml"):
            for method, iri in (("POST", self.run), ("POST", self.prepare), ("PUT", self.finished)):
                self.expect(415, method, iri, written(self.request(), "text/turtle"), wrong, self.matching(iri, method))

    # ---- the table of status codes (1Q)

    def matching(self, iri, method="PUT"):
        if method != "PUT":
            return {}
        return {"If-Match": self.client.send("GET", iri, headers={"Accept": "text/turtle"}).headers["ETag"],
                "Accept": "text/turtle"}

    def launch(self):
        made = self.client.create(self.run, written(self.request(title="Finished"), "text/turtle"), "text/turtle")
        self.client.until_finished(self.client.result_of(URIRef(self.results), made))
        self.finished = str(made)

    def statuses(self):
        provider = self.run.rsplit("/", 1)[0]
        canceled = f"<{self.finished}> <{AUTO.desiredState}> <{AUTO.canceled}> .".encode()
        title = f"<{self.finished}> <{DCTERMS.title}> \"Finished\" .".encode()
        turtle = "text/turtle"
        for method in ("GET", "HEAD"):
            for iri in (self.finished, self.results, self.plan, provider):
                self.expect(200, method, iri)
        self.expect(200, "PUT", self.finished, title, turtle, self.matching(self.finished))
        self.expect(409, "PUT", self.finished, canceled, turtle, self.matching(self.finished))
        self.expect(400, "PUT", self.finished, canceled, turtle)
        self.expect(412, "PUT", self.finished, canceled, turtle, {"If-Match": '"another"'})
        for state in (str(AUTO.complete), "urn:nonsense"):
            wish = f"<{self.finished}> <{AUTO.desiredState}> <{state}> .".encode()
            self.expect(400, "PUT", self.finished, wish, turtle, self.matching(self.finished))
        prepared = self.client.create(self.prepare, written(self.request(), turtle), turtle)
        self.expect((200, 204), "DELETE", prepared)
        self.expect((404, 410), "GET", prepared)
        for version in ("1.0", "0.9"):
            self.expect(400, "GET", self.plan, headers={"OSLC-Core-Version": version})
        challenges = self.expect(401, "GET", self.plan, authorised=False).headers.get_all("WWW-Authenticate")
        need(any(one.startswith("Basic ") for one in challenges), f"the challenges are {challenges}")
        for credentials in ("Basic", "Basic !", "Basic " + "A" * 5000, "Bearer ", "Bearer nobody's", "Digest x"):
            self.expect(401, "GET", self.plan, authorised=False, headers={"Authorization": credentials})
        self.expect(403, "GET", provider.replace("/ann", "/bob"))
        self.expect(403, "POST", self.run.replace("/ann/", "/bob/"), written(self.request(), turtle), turtle)
        for accept in ("invalid/content-type", "image/png", "text/turtle;q=0", "audio/*"):
            self.expect(406, "GET", self.plan, headers={"Accept": accept})
        for method, iri in (("DELETE", self.plan), ("PATCH", self.finished), ("DELETE", provider)):
            self.expect(405, method, iri, b"", turtle)
        self.expect((405, 415), "POST", self.results, b"", turtle)
        options = self.expect((200, 204), "OPTIONS", self.run, authorised=False)
        need("POST" in options.headers["Allow"] and "turtle" in options.headers["Accept-Post"], "OPTIONS says too little")

    def unknown(self):
        provider = self.run.rsplit("/", 1)[0]
        names = ["none", "r-none", "%2e%2e", "%00", "a%2Fb", "%F0%9F%90%9D", "x" * 3000, "'%20or%201=1--", "r-1%0d%0a"]
        for place in ("plans", "requests", "results", "prepared", "deployments", "shapes", "nowhere"):
            for name in names:
                self.expect((404, 400), "GET", f"{provider}/{place}/{name}")
        for target in ("r-none", "", "%00", "x" * 3000):
            for word in ("", "/creation", "/request-template"):
                self.expect((404, 400), "GET", f"{self.plan}/future-stop{word}?targetId={target}")

    def queries(self):
        provider = self.run.rsplit("/", 1)[0]
        where = [
            "", " ", "nonsense", "dcterms:title", "dcterms:title=", "=x", "nope:title=\"x\"", "dcterms:title=\"open",
            "dcterms:title=<open", "dcterms:title~\"x\"", "dcterms:title=\"x\" or dcterms:title=\"y\"",
            "dcterms:title=\"x\" and", "dcterms:title in", "dcterms:title in [", "dcterms:title in []",
            "dcterms:title in [\"x\"", "dcterms:title=\"x\"]", "<http://x>=1", "*", "dcterms:title=\"\\", "a:b:c=1",
            "dcterms:created>yesterday", " and ".join(["dcterms:title=\"x\""] * 300), "dcterms:title=\u20ac",
            "dcterms:title=\"x\"\x00", "(" * 1000]
        select = ["dcterms:title,", "nope:x", ",", "dcterms:creator{", "dcterms:creator{}", "dcterms:creator}", "{}",
                  "dcterms:creator{" * 500, "dcterms:title dcterms:creator", "<urn:x>", "\x01"]
        prefixes = ["x", "x=", "x=<", "=<urn:x>", "x=<urn:x>,", "x=urn:x", "x=<urn:x>y"]
        orders = ["", "+", "dcterms:title,", "+nope:x", "+dcterms:creator{", "+dcterms:creator{}", "<urn:x>", "+oslc:score",
                  "+dcterms:creator{" * 500, "*"]
        searches = ["", "word", "\"open", "\"a\",", "\"a\" \"b\"", ",", "\"\"", "\"a\" and \"b\""]
        sizes = ["none", "0", "-1", "1.5", "", "9" * 40, "1e3", " 1"]
        for base in (self.plans, self.results, f"{provider}/requests"):
            for name, values in (("where", where), ("select", select), ("prefix", prefixes), ("pageSize", sizes)):
                for value in values:
                    query = urllib.parse.urlencode({f"oslc.{name}": value})
                    self.expect(400, "GET", f"{base}?{query}")
            for cursor in ("nonsense", "", "\u20ac", "x" * 3000, "' or 1=1"):
                query = urllib.parse.urlencode({"oslc.paging": "true", "cursor": cursor})
                self.expect((200, 400, 404, 410), "GET", f"{base}?{query}")
            for optional in ({"oslc.where": "dcterms:creator{foaf:name=\"x\"}"}, {"oslc.orderBy": "+dcterms:created"},
                             {"oslc.searchTerms": "\"x\""}):
                self.expect((200, 501), "GET", f"{base}?{urllib.parse.urlencode(optional)}")
            for name, values in (("orderBy", orders), ("searchTerms", searches)):
                for value in values:
                    query = urllib.parse.urlencode({f"oslc.{name}": value})
                    self.expect((400, 501), "GET", f"{base}?{query}")
        for value in select:
            self.expect(400, "GET", f"{self.plan}?{urllib.parse.urlencode({'oslc.properties': value})}")

    # ---- what is no HTTP

    def raw(self, content, allowed, close=True):
        parts = urllib.parse.urlsplit(self.mayfly.url)
        with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
            connection.sendall(content)
            if close:
                connection.shutdown(socket.SHUT_WR)
            received = b""
            while b"\r\n" not in received:
                more = connection.recv(65536)
                if not more:
                    break
                received += more
        self.counted += 1
        status = int(received.split()[1]) if received else 0
        if status not in allowed:
            self.failures.append(f"{content[:300]!r} is answered {received[:300]!r}")

    def broken_http(self):
        path = urllib.parse.urlsplit(self.run).path
        body = written(self.request(), "text/turtle")

        def post(*headers, target=path, version="HTTP/1.1", content=body):
            lines = [f"POST {target} {version}", "Host: x", f"Authorization: {self.client.authorization}",
                     "Content-Type: text/turtle", *headers]
            return "\r\n".join(lines).encode() + b"\r\n\r\n" + content

        short = len(body) - 20
        for content, allowed in (
                (post(f"Content-Length: {short}"), (400,)),  # cut short: no Turtle
                (post(f"Content-Length: {len(body) + 9}"), (0, 400, 408)),  # the rest never comes
                (post("Content-Length: -1"), (400,)),
                (post("Content-Length: many"), (400,)),
                (post("Content-Length: 99999999999999999999999"), (400, 413)),
                (post("Content-Length: 5", f"Content-Length: {len(body)}"), (400,)),
                (post(f"Content-Length: {len(body)}", "Transfer-Encoding: chunked"), (400,)),
                (post("Transfer-Encoding: chunked", content=b"zz\r\n" + body), (400,)),
                (post("Transfer-Encoding: chunked", content=b"ffffffffff\r\n" + body), (400, 413)),
                (post("Transfer-Encoding: gzip"), (400, 501)),
                (post(), (400, 411)),  # a body of no length is none: no request in it
                (post(f"Content-Length: {len(body)}", target=path + "%zz"), (400,)),
                (post(f"Content-Length: {len(body)}", target=path + "?oslc.where=%FF"), (400,)),
                (post(f"Content-Length: {len(body)}", version="HTTP/9.9"), (400, 505)),
                (post(f"Content-Length: {len(body)}", "Bad Header: x"), (400,)),
                (post(f"Content-Length: {len(body)}", "X: " + "y" * 100_000), (400, 431)),
                (b"\x16\x03\x01\x02\x00\x01\x00", (0, 400)), (b"\r\n" * 2000, (0, 400, 431)), (b"\x00" * 100, (0, 400))):
            self.raw(content, allowed)

    # ---- more than fits

    def too_large(self):
        """More members than an unpaged answer has: led to the first page (302), and all are found."""
        ann = self.mayfly.client("ann", self.token)
        for number in range(1001):
            ann.must(201, "POST", f"templates/t{number}", {"request": {
                "kind": "vm", "count": 1, "vcpus": 1, "memory_gib": 1}})
        page = str(self.expect(302, "GET", self.plans).headers["Location"])
        members = []
        while page:
            graph = self.client.get(page)
            members += graph.objects(URIRef(self.plans), RDFS.member)
            page = str(graph.value(URIRef(page), OSLC.nextPage) or "")
        if len(members) != 1003 or len(set(members)) != 1003:
            self.failures.append(f"of 1003 plans {len(members)} are found, {len(set(members))} different ones")

    def everything(self):
        self.launch()
        for part in (self.bad_requests, self.bad_documents, self.types_of_bodies, self.statuses, self.unknown,
                     self.queries, self.broken_http, self.too_large):
            before = self.counted
            part()
            print(f"{part.__name__}: {self.counted - before} answers", flush=True)


def main():
    binaries = sys.argv[1]
    with tempfile.TemporaryDirectory(prefix="mayfly-oslc-") as folder:
        secret_file = pathlib.Path(folder) / "secret"
        secret_file.write_text(SECRET)
        cloudsim = Cloudsim(binaries, folder, speed=60)
        mayfly = Mayfly(binaries, folder, cloudsim.url, CONFIG.format(dialect="both"))
        try:
            wrong = Wrong(mayfly, cloudsim, secret_file, Listener())
            wrong.everything()
            for failure in wrong.failures[:SHOWN]:
                print(failure)
            need(not wrong.failures, f"{len(wrong.failures)} of {wrong.counted} answers are not as they have to be")
            need(mayfly.server.alive(), "the server has ended")
            need(len(cloudsim.ledger()) == 1, f"something was launched: {cloudsim.ledger()}")
        finally:
            mayfly.stop()
            cloudsim.stop()


if __name__ == "__main__":
    main()
