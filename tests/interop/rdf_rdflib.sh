#!/bin/sh
# rdf_rdflib.sh RDF_CONVERT: our RDF readers and writers against rdflib's, both ways.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=$("$here/python_env.sh" rdflib)
exec "$python" "$here/rdf_rdflib.py" "$@"
