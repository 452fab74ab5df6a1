// What one conversion costs with Apache Jena: a document read and written again in the same syntax.
// The first half of the time is for the compiler to warm up.
//
//   java -cp JARS Jena.java FOLDER SECONDS

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.jena.rdf.model.Model;
import org.apache.jena.rdf.model.ModelFactory;
import org.apache.jena.riot.Lang;
import org.apache.jena.riot.RDFDataMgr;
import org.apache.jena.riot.RDFFormat;

class Jena {
  static final String BASE = "https://mayfly.example.com/";

  static long convert(byte[] text, Lang lang, RDFFormat format) {
    Model model = ModelFactory.createDefaultModel();
    RDFDataMgr.read(model, new ByteArrayInputStream(text), BASE, lang);
    RDFDataMgr.write(new ByteArrayOutputStream(), model, format);
    return model.size();
  }

  static void time(Path file, Lang lang, RDFFormat format, double seconds) throws Exception {
    byte[] text = Files.readAllBytes(file);
    long triples = 0;
    for (long end = System.nanoTime() + (long) (seconds * 1e9); System.nanoTime() < end; )
      triples = convert(text, lang, format);
    List<Long> took = new ArrayList<>();
    for (long end = System.nanoTime() + (long) (seconds * 1e9); System.nanoTime() < end; ) {
      long begun = System.nanoTime();
      convert(text, lang, format);
      took.add(System.nanoTime() - begun);
    }
    Collections.sort(took);
    System.out.printf("%s %d %.1f%n", file.getFileName(), triples, took.get(took.size() / 2) / 1e3);
  }

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    double seconds = Double.parseDouble(arguments[1]);
    // Of Jena's two writers of each syntax the one whose layout is as ours.
    time(folder.resolve("document.ttl"), Lang.TURTLE, RDFFormat.TURTLE_PRETTY, seconds);
    time(folder.resolve("document.rdf"), Lang.RDFXML, RDFFormat.RDFXML_PLAIN, seconds);
    time(folder.resolve("document.jsonld"), Lang.JSONLD, RDFFormat.JSONLD_PLAIN, seconds);
  }
}
