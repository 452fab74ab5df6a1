// The temporary deployment by Eclipse Lyo's own client, which nobody of us wrote: its discovery, its queries, its
// classes of the Automation vocabulary (oslc-java-client-resources), in each syntax that it speaks.
//
//   java -cp 'JARS/*' Lyo.java BASE USER TOKEN
//
// Lyo knows no actions; what is read of them is read with the Jena that it brings.

import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.ws.rs.client.ClientBuilder;
import javax.ws.rs.core.Response;
import org.apache.jena.query.QueryExecutionFactory;
import org.apache.jena.query.QuerySolution;
import org.apache.jena.query.ResultSet;
import org.apache.jena.rdf.model.Model;
import org.apache.jena.rdf.model.ModelFactory;
import org.eclipse.lyo.client.OslcClient;
import org.eclipse.lyo.client.RootServicesHelper;
import org.eclipse.lyo.client.oslc.resources.AutomationPlan;
import org.eclipse.lyo.client.oslc.resources.AutomationRequest;
import org.eclipse.lyo.client.oslc.resources.AutomationResult;
import org.eclipse.lyo.client.oslc.resources.ParameterInstance;
import org.eclipse.lyo.client.oslc.resources.Property;
import org.eclipse.lyo.client.query.OslcQuery;
import org.eclipse.lyo.client.query.OslcQueryParameters;
import org.eclipse.lyo.client.query.OslcQueryResult;
import org.eclipse.lyo.oslc4j.core.model.Compact;
import org.eclipse.lyo.oslc4j.core.model.CreationFactory;
import org.eclipse.lyo.oslc4j.core.model.Link;
import org.eclipse.lyo.oslc4j.core.model.ResourceShape;
import org.eclipse.lyo.oslc4j.core.model.Service;
import org.eclipse.lyo.oslc4j.core.model.ServiceProvider;
import org.glassfish.jersey.client.authentication.HttpAuthenticationFeature;

public class Lyo {
  static final String AUTO = "http://open-services.net/ns/auto#";
  static final List<String> SYNTAXES = List.of("application/rdf+xml", "text/turtle", "application/ld+json");
  // How to end what a result deployed: where to send what kind of request.
  static final String TEARDOWN = """
      PREFIX oslc: <http://open-services.net/ns/core#>
      PREFIX auto: <http://open-services.net/ns/auto#>
      PREFIX http: <http://www.w3.org/2011/http#>
      SELECT ?address ?plan WHERE {
        ?result oslc:action ?action .
        ?action a auto:TeardownAction ; oslc:binding ?binding .
        ?binding a http:Request ; http:requestURI ?address ; http:body ?body .
        ?body auto:executesAutomationPlan ?plan }""";

  final OslcClient client;
  final String syntax;

  Lyo(String user, String token, String syntax) {
    ClientBuilder builder = ClientBuilder.newBuilder();
    builder.register(HttpAuthenticationFeature.basic(user, token));
    this.client = new OslcClient(builder);
    this.syntax = syntax;
  }

  static void need(boolean true_, Object otherwise) {
    if (!true_) throw new AssertionError(otherwise);
  }

  // ---- its ways of finding and reading

  <T> T get(String address, Class<T> kind) {
    Response answer = client.getResource(address, syntax);
    need(answer.getStatus() == 200, address + " answers " + answer.getStatus());
    return answer.readEntity(kind);
  }

  String create(String factory, Object resource) {
    Response answer = client.createResource(factory, resource, syntax, syntax);
    String body = answer.readEntity(String.class);
    need(answer.getStatus() == 201, factory + " answers " + answer.getStatus() + ": " + body);
    return answer.getHeaderString("Location");
  }

  List<String> members(String base, String where) {
    OslcQueryParameters parameters = new OslcQueryParameters();
    if (where != null) {
      parameters.setPrefix("oslc_auto=<" + AUTO + ">");
      parameters.setWhere(where);
    }
    List<String> found = new ArrayList<>();
    OslcQueryResult page = new OslcQuery(client, base, 1, parameters).submit();
    while (true) {
      found.addAll(Arrays.asList(page.getMembersUrls()));
      if (!page.hasNext()) return found;
      page = page.next();
    }
  }

  AutomationRequest until(String address, String state) throws Exception {
    AutomationRequest request = get(address, AutomationRequest.class);
    for (int i = 0; i < 600; ++i) {
      if (Arrays.asList(request.getStates()).contains(URI.create(AUTO + state))) return request;
      Thread.sleep(100);
      request = get(address, AutomationRequest.class);
    }
    throw new AssertionError(address + " never was " + state + ": " + Arrays.toString(request.getStates()) + " "
        + request.getDescription());
  }

  static Map<String, String> values(ParameterInstance[] parameters) {
    Map<String, String> values = new TreeMap<>();
    for (ParameterInstance each : parameters) values.put(each.getName(), each.getValue());
    return values;
  }

  static AutomationRequest requestFor(URI plan, String title, Map<String, String> values) {
    AutomationRequest request = new AutomationRequest();
    request.setTitle(title);
    request.setExecutesAutomationPlan(new Link(plan));
    values.forEach((name, value) -> {
      ParameterInstance parameter = new ParameterInstance();
      parameter.setName(name);
      parameter.setValue(value);
      request.addInputParameter(parameter);
    });
    return request;
  }

  // ---- the walk

  void walk(String base, String user) throws Exception {
    String catalog = new RootServicesHelper(base, AUTO, client).getCatalogUrl();
    String provider = client.lookupServiceProviderUrl(catalog, "Mayfly for " + user);
    String plans = client.lookupQueryCapability(provider, AUTO, AUTO + "AutomationPlan");
    String results = client.lookupQueryCapability(provider, AUTO, AUTO + "AutomationResult");
    String factory = client.lookupCreationFactory(provider, AUTO, AUTO + "AutomationRequest");

    URI plan = choosePlan(plans);
    String request = create(factory, requestFor(plan, "From Lyo", Map.of("vcpus", "2", "memory_gib", "4")));
    until(request, "complete");
    List<String> found = members(results, "oslc_auto:producedByAutomationRequest=<" + request + ">");
    need(found.size() == 1, "results of one request: " + found);
    checkResult(found.get(0), request);
    tearDown(found.get(0));
    AutomationRequest small = requestFor(plan, "To be called off", Map.of("vcpus", "1", "memory_gib", "1"));
    int tries = 1;
    while (!cancel(create(factory, small))) need(++tries < 10, "it always was complete before it could be called off");
    keepAndDropPlan(provider);
    readWhatDescribes(provider, request);
  }

  URI choosePlan(String plans) {
    List<String> found = members(plans, null);
    need(found.size() == 2, "two plans, one a page: " + found);
    AutomationPlan plan = get(found.stream().filter(each -> each.endsWith("/vm")).findFirst().get(), AutomationPlan.class);
    Map<String, Property> parameters = Arrays.stream(plan.getParameterDefinitions())
        .collect(Collectors.toMap(Property::getName, each -> each));
    need(Arrays.asList(parameters.get("clouds").getAllowedValues()).contains("aws"), "no cloud to choose");
    need(parameters.get("public_ip").isReadOnly(), "an address can be given");
    return plan.getAbout();
  }

  void checkResult(String address, String request) {
    AutomationResult result = get(address, AutomationResult.class);
    need(Arrays.equals(result.getVerdicts(), new URI[] {URI.create(AUTO + "passed")}), "it did not pass");
    need(result.getProducedByAutomationRequest().getValue().toString().equals(request), "of another request");
    need(values(result.getInputParameters()).get("vcpus").equals("2"), "what was asked for is not told");
    need(values(result.getOutputParameters()).containsKey("public_ip"), "nothing came out");
    need(result.getContributions().length == 1, "nothing was deployed");
  }

  void tearDown(String result) throws Exception {
    Model model = ModelFactory.createDefaultModel();
    model.read(new java.io.StringReader(client.getResource(result, "text/turtle").readEntity(String.class)), result, "TTL");
    ResultSet rows = QueryExecutionFactory.create(TEARDOWN, model).execSelect();
    need(rows.hasNext(), "no way to tear it down");
    QuerySolution way = rows.next();
    need(!rows.hasNext(), "more than one way to tear it down");
    URI plan = URI.create(way.getResource("plan").getURI());
    until(create(way.getResource("address").getURI(), requestFor(plan, "Down", Map.of())), "complete");
  }

  // Reads it into an object, changes that, writes it back: so every property has to survive the way there and back.
  // False if it was complete first.
  boolean cancel(String address) throws Exception {
    Response answer = client.getResource(address, syntax);
    AutomationRequest request = answer.readEntity(AutomationRequest.class);
    request.setDesiredState(URI.create(AUTO + "canceled"));
    Response put = client.updateResource(address, request, syntax, syntax, answer.getHeaderString("ETag"));
    String body = put.readEntity(String.class);
    if (put.getStatus() == 409) {
      tearDown(address.replace("/requests/", "/results/"));
      return false;
    }
    need(put.getStatus() == 200, "PUT answers " + put.getStatus() + ": " + body);
    AutomationRequest over = until(address, "canceled");
    need(over.getDesiredState().equals(URI.create(AUTO + "canceled")), "the wish is forgotten");
    return true;
  }

  void keepAndDropPlan(String provider) throws Exception {
    AutomationPlan plan = new AutomationPlan();
    plan.setTitle("Kept by Lyo");
    for (String name : List.of("vcpus", "memory_gib")) {
      Property parameter = new Property();
      parameter.setName(name);
      parameter.setDefaultValue("1");
      plan.addParameterDefinition(parameter);
    }
    String kept = create(client.lookupCreationFactory(provider, AUTO, AUTO + "AutomationPlan"), plan);
    need(get(kept, AutomationPlan.class).getTitle().equals("Kept by Lyo"), "the title is lost");
    Response gone = client.deleteResource(kept);
    need(gone.getStatus() == 204, "DELETE answers " + gone.getStatus());
    gone.close();
  }

  void readWhatDescribes(String address, String request) {
    int dialogs = 0;
    for (Service service : get(address, ServiceProvider.class).getServices()) {
      dialogs += service.getCreationDialogs().length + service.getSelectionDialogs().length;
      for (CreationFactory factory : service.getCreationFactories()) {
        for (URI shape : factory.getResourceShapes())
          need(get(shape.toString(), ResourceShape.class).getProperties().length > 0, shape + " is empty");
      }
    }
    need(dialogs == 4, dialogs + " dialogs");
    Response answer = client.getResource(request, "application/x-oslc-compact+xml");
    Compact compact = answer.readEntity(Compact.class);
    need(compact.getTitle().equals("From Lyo"), "its preview is titled " + compact.getTitle());
    Response preview = client.getResource(compact.getSmallPreview().getDocument().toString(), "text/html");
    need(preview.getStatus() == 200, "the preview answers " + preview.getStatus());
    preview.close();
  }

  public static void main(String[] arguments) throws Exception {
    for (String syntax : SYNTAXES) {
      new Lyo(arguments[1], arguments[2], syntax).walk(arguments[0], arguments[1]);
      System.out.println(syntax + ": found, launched, torn down, called off, kept and dropped a plan");
    }
  }
}
