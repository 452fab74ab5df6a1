#!/bin/sh
# One result of an automation, read and written again in each syntax by src/rdf, rdflib and Apache Jena, one after
# the other on this machine: a table of medians.
#
#   bench/rdf_compare.sh [SECONDS]      for each figure (Jena gets as much again to warm up); default: 5
#
# Needs java 17 and mvn, which fetches Jena.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/scripts/packages.sh"
. "$root/scripts/build.sh"
install_packages '' bench
build rdf_compare
here=$root/bench/rdf_compare
seconds=${1:-5}
python=$("$root/tests/interop/python_env.sh" rdflib)
jars=$root/build/jena
mvn -q -B -f "$here/pom.xml" dependency:copy-dependencies -DoutputDirectory="$jars"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$root/build/release/rdf_compare" write "$here/result.ttl" "$folder"
"$root/build/release/rdf_compare" time "$folder" "$seconds" >"$folder/ours"
"$python" "$here/rdflib_side.py" "$folder" "$seconds" >"$folder/rdflib"
java -cp "$jars/*" "$here/Jena.java" "$folder" "$seconds" >"$folder/jena"
paste -d' ' "$folder/ours" "$folder/rdflib" "$folder/jena" | awk '
  { if ($2 != $5 || $2 != $8) { print "not the same graph: " $0; exit 1 }
    if (NR == 1) {
      print "| " $2 " triples | ours | rdflib | Jena | rdflib/ours | Jena/ours |"
      print "|---|---|---|---|---|---|"
    }
    sub("document.", "", $1)
    printf "| %s | %.1f us | %.0f us | %.0f us | %.0f | %.1f |\n", $1, $3, $6, $9, $6 / $3, $9 / $3 }'
