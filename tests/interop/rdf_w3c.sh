#!/bin/sh
# rdf_w3c.sh RDF_W3C [FOLDER]: runs the program against W3C's test suites, which it clones into FOLDER
# (build/w3c) unless they are there already. Needs git and, the first time, a network.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=$1
folder=${2:-$(cd "$here/../.." && pwd)/build/w3c}

mkdir -p "$folder"
for suite in rdf-tests json-ld-api; do
  if [ ! -d "$folder/$suite" ]; then
    git clone --quiet --depth 1 "https://github.com/w3c/$suite" "$folder/$suite.part"
    mv "$folder/$suite.part" "$folder/$suite"
  fi
done
exec "$program" "$folder/rdf-tests" "$folder/json-ld-api"
