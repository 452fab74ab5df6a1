#!/bin/sh
# What OSLC clients wait for: queries over 100,000 results of one user, single resources, the service provider,
# asked of the real program over HTTP, one question at a time. Prints the table of docs/performance.md.
#
#   bench/oslc.sh [RESULTS]      default: 100000
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/scripts/build.sh"
build mayfly cloudsim oslc_fill
exec python3 "$root/bench/oslc.py" "$root/build/release" "${1:-100000}"
