"""A client of OSLC Automation that has never heard of Mayfly.

Written from the specifications alone (OSLC Core 3.0, Automation 2.1, Actions 2.0, and the drafts of 2014): it is
given an address, a name and a password, and finds everything else by following what the documents say. It knows no
path and builds no address. `Vocabulary` says which of the texts it has read; it understands nothing of the other.
"""

import base64
import http.client
import json
import time
import urllib.parse

import rdflib
import rdflib.compare
from rdflib import RDF, BNode, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDFS

OSLC = Namespace("http://open-services.net/ns/core#")
AUTO = Namespace("http://open-services.net/ns/auto#")
HTTP = Namespace("http://www.w3.org/2011/http#")
METHODS = Namespace("http://www.w3.org/2011/http-methods#")

SYNTAX = {"application/rdf+xml": "xml", "text/turtle": "turtle", "application/ld+json": "json-ld"}
POLL_SECONDS = 0.3


class Unexpected(Exception):
    """The provider did what the specifications do not let it do."""


class Vocabulary:
    """Which terms a client knows where the text and its draft differ."""

    def __init__(self, future_action, teardown_action, executes, body_type):
        self.future_action = future_action
        self.teardown_action = teardown_action
        self.executes = executes
        self.body_type = body_type


PUBLISHED = Vocabulary(OSLC.futureAction, AUTO.TeardownAction, OSLC.executes, AUTO.AutomationRequest)
DRAFT = Vocabulary(AUTO.futureAction, OSLC.TeardownAction, AUTO.executes, OSLC.ContentFromRepresentation)


def need(truth, what):
    if not truth:
        raise Unexpected(what)
    return truth


class Answer:
    def __init__(self, status, headers, content):
        self.status = status
        self.headers = headers
        self.content = content

    def graph(self, iri):
        kind = self.headers.get_content_type()
        need(kind in SYNTAX, f"{iri} came as {kind}")
        return rdflib.Graph().parse(data=self.content, format=SYNTAX[kind], publicID=iri)


class Client:
    def __init__(self, user, password, media, vocabulary):
        self.authorization = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        self.media = media
        self.vocabulary = vocabulary

    # ---- HTTP

    def send(self, method, iri, content=None, media=None, headers=None, authorised=True):
        parts = urllib.parse.urlsplit(str(iri))
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        headers = {"Accept": self.media, "OSLC-Core-Version": "2.0", **(headers or {})}
        if authorised:
            headers["Authorization"] = self.authorization
        if content is not None:
            headers["Content-Type"] = media
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request(method, target, body=content, headers=headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, iri):
        answer = self.send("GET", iri)
        need(answer.status == 200, f"GET {iri} answers {answer.status}: {answer.content[:500]!r}")
        need(answer.headers["OSLC-Core-Version"], f"{iri} does not say which OSLC it speaks")
        return answer.graph(iri)

    def sign_in(self, host, user, password):
        """OAuth 2.0 (RFC 6749, 4.4), at the place that RFC 8414 names; what was given is a client's id and secret."""
        offered = self.send("GET", f"{host}/.well-known/oauth-authorization-server", authorised=False)
        need(offered.status == 200, f"no OAuth 2 is offered: {offered.status}")
        terms = json.loads(offered.content)
        need("client_credentials" in terms["grant_types_supported"], "no grant for programs")
        form = urllib.parse.urlencode({"grant_type": "client_credentials"}).encode()
        basic = "Basic " + base64.b64encode(f"{urllib.parse.quote(user)}:{urllib.parse.quote(password)}".encode()).decode()
        answer = self.send("POST", terms["token_endpoint"], form, "application/x-www-form-urlencoded",
                           {"Authorization": basic, "Accept": "application/json"}, authorised=False)
        need(answer.status == 200, f"no token: {answer.content!r}")
        token = json.loads(answer.content)
        need(token["token_type"].lower() == "bearer", "a token of an unknown type")
        self.authorization = f"Bearer {token['access_token']}"

    # ---- discovery

    def providers(self, host):
        root = self.send("GET", f"{host}/.well-known/oslc/rootservices.xml", authorised=False)
        need(root.status == 200, f"root services answer {root.status}")
        catalog = need(next(root.graph(host + "/").objects(None, OSLC.serviceProviderCatalog), None), "no catalog")
        challenge = self.send("GET", catalog, authorised=False)
        schemes = [one.split(" ")[0] for one in challenge.headers.get_all("WWW-Authenticate") or []]
        need(challenge.status == 401 and "Basic" in schemes, "no challenge for Basic")
        listed = self.get(catalog)
        return list(listed.objects(catalog, OSLC.serviceProvider))

    def deploy_service(self, provider):
        graph = self.get(provider)
        for service in graph.objects(provider, OSLC.service):
            if (service, OSLC.usage, AUTO.Deploy) in graph and (service, OSLC.domain, URIRef(str(AUTO))) in graph:
                return graph, service
        raise Unexpected("no service for deployments")

    def query_base(self, graph, service, kind):
        for capability in graph.objects(service, OSLC.queryCapability):
            if (capability, OSLC.resourceType, kind) in graph:
                return need(graph.value(capability, OSLC.queryBase), "no query base")
        raise Unexpected(f"nothing to query for {kind}")

    def factory(self, graph, usage):
        """Of whatever service: requests that are only kept may have one of their own."""
        for factory in graph.objects(None, OSLC.creationFactory):
            if (factory, OSLC.usage, usage) in graph and (factory, OSLC.resourceType, AUTO.AutomationRequest) in graph:
                return need(graph.value(factory, OSLC.creation), "a factory without an address")
        raise Unexpected(f"no factory for {usage}")

    def check_dialogs(self, graph, service):
        """What a tool with a screen needs: a page to choose a plan, and one to prepare a request. Where to send such a
        request when it shall run."""
        def dialog(predicate, kind, usage):
            for each in graph.objects(service, predicate):
                described = graph if (each, OSLC.dialog, None) in graph else self.get(each)
                if (each, OSLC.resourceType, kind) in described and (not usage or (each, OSLC.usage, usage) in described):
                    page = need(described.value(each, OSLC.dialog), "a dialog without a page")
                    shown = self.send("GET", page, headers={"Accept": "text/html"})
                    need(shown.status == 200 and shown.headers.get_content_type() == "text/html", f"{page} is no page")
                    return each, described
            raise Unexpected(f"no dialog for {kind} {usage}")

        dialog(OSLC.selectionDialog, AUTO.AutomationPlan, None)
        dialog(OSLC.creationDialog, AUTO.AutomationRequest, AUTO.ImmediateExecution)
        deferred, described = dialog(OSLC.creationDialog, AUTO.AutomationRequest, AUTO.DeferredExecution)
        for binding in described.objects(deferred, OSLC.binding):
            where = described if (binding, OSLC.creation, None) in described else self.get(binding)
            pattern = ((RDF.type, OSLC.CreationFactory), (OSLC.resourceType, AUTO.AutomationRequest),
                       (OSLC.usage, AUTO.ImmediateExecution), (OSLC.finalStatusLocation, AUTO.AutomationResult))
            if all((binding, *each) in where for each in pattern):
                return where.value(binding, OSLC.creation)
        raise Unexpected("nothing says how a prepared request is executed")

    def query(self, base, where=None):
        iri = str(base) + ("?" + urllib.parse.urlencode({"oslc.where": where}) if where else "")
        members = []
        while iri:
            graph = self.get(iri)
            members += graph.objects(base, RDFS.member)
            iri = str(graph.value(URIRef(iri), OSLC.nextPage) or "")
        return members

    # ---- plans and requests

    def plan_titled(self, base, title):
        for plan in self.query(base):
            graph = self.get(plan)
            if str(graph.value(plan, DCTERMS.title)) == title:
                return plan, graph
        raise Unexpected(f"no plan is titled {title}")

    def teardown_of(self, plan, graph):
        """The plan's future action for a teardown."""
        for action in graph.objects(plan, self.vocabulary.future_action):
            described = graph if (action, RDF.type, None) in graph else self.get(action)
            if (action, RDF.type, self.vocabulary.teardown_action) in described:
                need((action, RDF.type, OSLC.Action) in described, "a future action that is no oslc:Action")
                need((action, OSLC.binding, None) not in described, "a future action can be executed at once")
                return action
        raise Unexpected("no teardown is announced")

    def request_for(self, plan, graph, title, **values):
        """A request with every parameter that the plan demands."""
        body = rdflib.Graph()
        request = URIRef("")
        body.add((request, RDF.type, AUTO.AutomationRequest))
        body.add((request, DCTERMS.title, Literal(title)))
        body.add((request, AUTO.executesAutomationPlan, plan))
        for definition in graph.objects(plan, AUTO.parameterDefinition):
            name = str(graph.value(definition, OSLC.name))
            read_only = graph.value(definition, OSLC.readOnly)
            value = values.pop(name, None)
            if value is None and graph.value(definition, OSLC.occurs) in (OSLC["Exactly-one"], OSLC["One-or-many"]):
                value = graph.value(definition, OSLC.defaultValue)
                need(value is not None, f"{name} is required and has no default")
            if value is None or (read_only is not None and read_only.toPython()):
                continue
            instance = BNode()
            body.add((request, AUTO.inputParameter, instance))
            body.add((instance, RDF.type, AUTO.ParameterInstance))
            body.add((instance, OSLC.name, Literal(name)))
            body.add((instance, RDF.value, value if isinstance(value, Literal) else Literal(value)))
        need(not values, f"the plan does not take {sorted(values)}")
        return body.serialize(format=SYNTAX[self.media], encoding="utf-8")

    def create(self, factory, content, media):
        answer = self.send("POST", factory, content, media)
        need(answer.status == 201, f"POST {factory} answers {answer.status}: {answer.content[:800]!r}")
        return URIRef(need(answer.headers["Location"], "a creation without Location"))

    def result_of(self, base, request):
        found = self.query(base, f"oslc_auto:producedByAutomationRequest=<{request}>")
        need(len(found) == 1, f"{len(found)} results of {request}")
        return found[0]

    def until_finished(self, result, seconds=120):
        give_up = time.monotonic() + seconds
        while True:
            graph = self.get(result)
            states = set(graph.objects(result, AUTO.state))
            if states & {AUTO.complete, AUTO.canceled}:
                return graph
            need(time.monotonic() < give_up, f"{result} is not finished after {seconds} s, but {states}")
            time.sleep(POLL_SECONDS)

    # ---- actions

    def action_for(self, result, graph, future_action):
        for action in graph.objects(result, OSLC.action):
            described = graph if (action, OSLC.binding, None) in graph else self.get(action)
            if (action, self.vocabulary.executes, future_action) in described:
                need((action, RDF.type, self.vocabulary.teardown_action) in described, "the action changed its kind")
                return action, described
        return None, None

    def others(self, result, graph):
        """The actions that are no teardown: (the action, where it is described)."""
        for action in sorted(graph.objects(result, OSLC.action)):
            described = graph if (action, OSLC.binding, None) in graph else self.get(action)
            if (action, RDF.type, self.vocabulary.teardown_action) not in described:
                need((action, RDF.type, OSLC.Action) in described, f"{action} is no oslc:Action")
                yield action, described

    def standing(self, result, followed, future_action):
        """What there is to tear down: the result itself, or one that an action contributed in its place."""
        contributed = [each for one in followed for each in self.get(one).objects(one, AUTO.contribution)]
        for each in [result, *contributed]:
            graph = self.get(each)
            if (each, RDF.type, AUTO.AutomationResult) in graph and self.action_for(each, graph, future_action)[0]:
                return each, graph
        raise Unexpected(f"nothing offers a teardown after {followed}")

    def execute(self, action, graph):
        """Follows the binding: the request that came to be."""
        binding = need(graph.value(action, OSLC.binding), "an action without a binding")
        described = graph if (binding, RDF.type, None) in graph else self.get(binding)
        need((binding, RDF.type, HTTP.Request) in described, "a binding of an unknown pattern")
        need(described.value(binding, HTTP.mthd) == METHODS.POST, "a binding that is no POST")
        need(str(described.value(binding, HTTP.httpVersion)) == "1.1", "a binding without HTTP 1.1")
        body = described.value(binding, HTTP.body)
        need((body, RDF.type, self.vocabulary.body_type) in described, "a body of an unknown pattern")
        if self.vocabulary is PUBLISHED:
            final = described.value(binding, OSLC.finalStatusLocation)
            need(final == AUTO.AutomationResult, "a final status that is no result")
            template = body
        else:
            template = need(described.value(body, RDF.value), "content without a place")
        form = self.send("GET", template)
        need(form.status == 200, f"the template answers {form.status}")
        target = described.value(binding, HTTP.requestURI)
        return self.create(target, form.content, form.headers["Content-Type"]), (target, form)


def carry_out(client, results, action, where):
    """An action to its end: the result of it."""
    made = client.execute(action, where)[0]
    result = client.result_of(results, made)
    need((result, AUTO.verdict, AUTO.passed) in client.until_finished(result), f"{action} did not pass")
    return result


def replay(host, user, password, media, vocabulary, title, thorough=False, **values):
    """The temporary-deployment scenario: what was seen, for whoever wants to look closer. `thorough`: with OAuth 2, a
    look at the dialogs, and every other action that is offered on the way."""
    client = Client(user, password, media, vocabulary)
    if thorough:
        client.sign_in(host, user, password)
    provider = client.providers(host)[0]
    graph, service = client.deploy_service(provider)
    results = client.query_base(graph, service, AUTO.AutomationResult)
    run = client.factory(graph, AUTO.ImmediateExecution)
    prepare = client.factory(graph, AUTO.DeferredExecution)
    if thorough and vocabulary is PUBLISHED:
        run = client.check_dialogs(graph, service)

    plan, described = client.plan_titled(client.query_base(graph, service, AUTO.AutomationPlan), title)
    future_action = client.teardown_of(plan, described)

    prepared = client.create(prepare, client.request_for(plan, described, "A temporary deployment", **values), media)
    kept = client.send("GET", prepared)
    need(kept.status == 200, f"the prepared request answers {kept.status}")

    request = client.create(run, kept.content, kept.headers["Content-Type"])
    need(request != prepared, "the prepared request itself was run")
    result = client.result_of(results, request)
    finished = client.until_finished(result)
    need((result, AUTO.verdict, AUTO.passed) in finished, f"the deployment did not pass: {finished.serialize()}")

    carried_out = []
    if thorough:
        followed = []
        for other, described in client.others(result, finished):
            followed.append(carry_out(client, results, other, described))
            carried_out.append(str(other))
        result, finished = client.standing(result, followed, future_action)
    action, where = client.action_for(result, finished, future_action)
    need(action, f"the result offers no teardown, after {carried_out}")
    teardown, (target, form) = client.execute(action, where)
    ended = client.result_of(results, teardown)
    need((ended, AUTO.verdict, AUTO.passed) in client.until_finished(ended), "the teardown did not pass")

    afterwards = client.get(result)
    need(client.action_for(result, afterwards, future_action)[0] is None, "the teardown is still offered")
    deployment = need(afterwards.value(result, AUTO.contribution), "no contribution")
    again = client.create(target, form.content, form.headers["Content-Type"])
    repeated = client.get(client.result_of(results, again))
    need((None, AUTO.verdict, AUTO.passed) in repeated, "a teardown of what is gone does not pass")
    if thorough:  # what is offered when nothing is left makes something again, which is ended, too
        for other, described in client.others(result, afterwards):
            again = carry_out(client, results, other, described)
            carried_out.append(str(other))
            action, where = client.action_for(again, client.get(again), future_action)
            carry_out(client, results, need(action, "what was deployed again offers no teardown"), where)
    return {"result": result, "deployment": client.get(deployment), "outputs": finished, "repeated": repeated,
            "carried out": carried_out}
