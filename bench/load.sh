#!/bin/sh
# Loads a whole server on this machine and prints the tables of docs/performance.md: reads and durable creates
# a second (wrk), long lists, memory with a hundred thousand idle reservations.
#
#   bench/load.sh [SECONDS]      for each figure; default: 10
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/scripts/packages.sh"
. "$root/scripts/build.sh"
install_packages '' bench
build mayfly cloudsim fill
exec python3 "$root/bench/load.py" "$root/build/release" "${1:-10}"
