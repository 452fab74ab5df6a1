#!/bin/sh
# Plays many seeds of the simulation and prints what came of them: seeds a second, simulated years for each
# hour of a core, broken promises (and how to replay them).
#
#   bench/campaign.sh [--first SEED] [--count SEEDS] [--jobs THREADS] [--failures MOST] [--every SECONDS]
#   bench/campaign.sh --count 1000000            the large one
#
# Default: the seeds 1 to 20000 on all cores, a line every 10 s, stop after 10 broken promises.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/scripts/packages.sh"
. "$root/scripts/build.sh"
install_packages ''
build campaign
cd "$root"
exec "$root/build/release/campaign" "$@"
