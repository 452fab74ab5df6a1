#!/usr/bin/env python3
"""Breaks each safety rule on purpose, in a scratch copy, and says which check of the simulation notices.

usage: mutations.py [--seeds N] [--scratch DIR] [--around "COMMAND ..."] [--only "WORD|WORD"] [--table FILE]

Every mutation is an exact text and its replacement: when the code has moved, it fails loudly and has to be
written anew. A mutation that nothing notices fails the run. Takes minutes, so it is run by hand; --table
writes what tests/simulation/MUTATIONS.md holds. --around goes before each build command (nice, flock).
"""

import argparse
import collections
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
ATTEMPT = "src/lifecycles/attempt.cpp"
LAUNCH = "src/lifecycles/launch.cpp"
SEEN = "src/lifecycles/observation.cpp"
PLACE = "src/lifecycles/place.cpp"
ENGINE = "src/engine/engine.cpp"

# name, [(file, before, after)]
MUTATIONS = [
    ("write after the call: the effects run before the write", [
        (ENGINE, "  Entry& entry = *entries_.at(id);\n  entry.writing = true;\n",
         "  Entry& entry = *entries_.at(id);\n  entry.writing = true;\n"
         "  const auto early = std::make_shared<const Reservation>(decision.next);\n"
         "  for (const lifecycles::Effect& effect : decision.effects) effects_.run(early, effect);\n"
         "  decision.effects.clear();\n")]),
    ("one observation instead of two", [
        (SEEN, "  if (!machine.gone_first_at) {\n    machine.gone_first_at = asked_at;\n  } else if (",
         "  if (!machine.gone_first_at) machine.gone_first_at = asked_at, gap = Duration{};\n  if (")]),
    ("absence counts at once", [
        (SEEN, "    const Duration window = machine.seen ? policy.absence_window : policy.look_up_window;\n",
         "    const Duration window{};\n")]),
    ("absence before the terminate counts", [
        (ATTEMPT, "    if (machine.instance.state != InstanceState::terminated) machine.gone_first_at.reset();\n", "")]),
    ("a missing machine that runs is gone at once", [
        (SEEN, "    count_gone(context, attempt, machine, asked_at, window);\n",
         "    count_gone(context, attempt, machine, asked_at, Duration{window.count() / 1000});\n")]),
    ("ended although a launch is unclear", [
        (ATTEMPT, "  if (!all_gone || attempt.uncertain) return;\n", "  if (!all_gone) return;\n")]),
    ("a fresh token on retry", [
        (LAUNCH, "  attempt.look_ups = 0;\n  attempt.asked_at = context.now;\n",
         "  if (attempt.failures > 0) attempt.token += \"x\";\n"
         "  attempt.look_ups = 0;\n  attempt.asked_at = context.now;\n")]),
    ("no look-up before a second launch", [
        (LAUNCH, "  if (attempt.stage != Stage::ending) attempt.stage = Stage::unsure;\n",
         "  if (attempt.stage != Stage::ending) attempt.stage = Stage::launching;\n")]),
    ("one look-up before a second launch", [
        (LAUNCH, "  return attempt.look_ups >= context.policy.look_ups_min &&\n",
         "  return attempt.look_ups >= 1 ||\n")]),
    ("an unclear launch is taken for a failure", [
        (LAUNCH, "  if (failure.reaction == Reaction::ambiguous) {\n    become_unsure(context, attempt);\n"
         "    return;\n  }\n", "")]),
    ("surplus machines stay", [
        (ATTEMPT, "  return !machine.gone_at && (attempt.stage == Stage::ending || machine.slot < 0);\n",
         "  return !machine.gone_at && attempt.stage == Stage::ending && machine.slot >= 0;\n")]),
    ("no tombstone", [
        ("src/lifecycles/reservation.h", "  Duration tombstone = 24h;\n", "  Duration tombstone = 0s;\n")]),
    ("an accepted terminate means gone", [
        (ATTEMPT, "    machine.terminate_accepted_at = context.now;\n",
         "    machine.terminate_accepted_at = machine.gone_at = context.now;\n")]),
    ("a crash during a launch means that it did not happen", [
        (ATTEMPT, "  if (launching) become_unsure(context, attempt);\n", "")]),
    ("a crash while ending forgets an unclear launch", [
        (ATTEMPT, "  if (attempt.stage == Stage::ending && !attempt.asked.empty()) attempt.uncertain = true;\n",
         "  if (attempt.stage == Stage::ending) attempt.asked.clear();\n")]),
    ("released when terminate was asked for", [
        (ATTEMPT, "      attempt.machines, [](const Machine& machine) { return machine.gone_at.has_value(); });\n"
         "  if (!all_gone",
         "      attempt.machines, [](const Machine& machine) { return machine.terminate_asked_at.has_value(); });\n"
         "  if (!all_gone")]),
    ("the lease's end is ignored after a restart", [
        (ENGINE, "  settle(*entry, lifecycles::wake_of(*entry->state, settings_.policy));\n",
         "  auto forgetful = std::make_shared<Reservation>(*entry->state);\n"
         "  forgetful->expires_at.reset();\n  entry->state = forgetful;\n"
         "  settle(*entry, lifecycles::wake_of(*entry->state, settings_.policy));\n")]),
    ("the cost clock runs on after teardown was asked for", [
        ("src/model/reservation.cpp",
         "      user += cost(machine, std::min(now, attempt.end_requested_at.value_or(now)));\n",
         "      user += cost(machine, now);\n")]),
    ("the bill ends when teardown is asked for", [
        ("src/model/reservation.cpp", "      total += cost(machine, now);\n",
         "      total += cost(machine, std::min(now, attempt.end_requested_at.value_or(now)));\n")]),
    ("failover to a new zone with the old token", [
        (ATTEMPT, "      sha256_hex(fmt::format(\"{}\\n{}\\n{}\\n{}\\n{}\\n{}\", state.id, attempt.number, offer.cloud,\n"
         "                             offer.region, offer.instance_type, target.zone));\n",
         "      sha256_hex(fmt::format(\"{}\\n{}\\n{}\\n{}\", state.id, offer.cloud, offer.region,\n"
         "                             offer.instance_type));\n")]),
    ("a part of a launch is repeated under its token", [
        (LAUNCH, "  if (one_died(context, attempt)) {\n",
         "  if (one_died(context, attempt) && attempt.number < 0) {\n")]),
    ("an invisible machine is counted gone", [
        (ATTEMPT, "    if ((unknown && may_hide) || machine.terminate_accepted_at) continue;\n",
         "    if ((unknown && may_hide && false) || machine.terminate_accepted_at) continue;\n")]),
    ("a machine never seen is never missed", [
        (SEEN, "             (machine.seen || asked_at >= attempt.asked_at + policy.invisible_window)) {\n",
         "             machine.seen) {\n")]),
    ("a refused key is taken for gone", [
        (ATTEMPT, "    if (failure.reaction != Reaction::key_refused) note_first(context, *attempt, failure);\n"
         "    wait_for(",
         "    if (failure.reaction == Reaction::key_refused) {\n"
         "      for (Machine& machine : attempt->machines) machine.gone_at = context.now;\n    }\n"
         "    wait_for(")]),
    ("a write that was not answered is taken for lost", [
        (ENGINE, "(*found)->version == entry.version + 1 &&\n", "(*found)->version == entry.version + 2 &&\n")]),
    ("the price limit is forgotten in a failover", [
        ("src/engine/effects.cpp", "pricing::cheapest(*ports_.catalog(), state.request, reach, kCandidates)",
         "pricing::cheapest(*ports_.catalog(), [&] { auto r = state.request; "
         "r.max_price_usd_hour.reset(); return r; }(), reach, kCandidates)")]),
]


def run(command, **options):
    return subprocess.run(command, text=True, capture_output=True, **options)


def copy_tree(scratch):
    names = run(["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT), "ls-files"], check=True).stdout.split("\n")
    for name in filter(None, names):
        source, target = ROOT / name, scratch / name
        if source.is_file() and (not target.exists() or target.read_bytes() != source.read_bytes()):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)


def build(scratch, around):
    folder = scratch / "build" / "mutation"
    if not (folder / "build.ninja").exists():
        run([*around, "cmake", "-S", str(scratch), "-B", str(folder), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
             "-DMAYFLY_UNITY=ON", "-DCMAKE_CXX_COMPILER=clang++-19",
             "-DCMAKE_C_COMPILER=clang-19"], check=True)
    built = run([*around, "ninja", "-C", str(folder), "simulation_test"])
    if built.returncode != 0:
        sys.exit(f"does not build:\n{built.stdout[-3000:]}")
    return folder / "simulation_test"


def mutate(scratch, edits):
    for name, before, after in edits:
        path = scratch / name
        text = path.read_text()
        if text.count(before) != 1:
            sys.exit(f"{name} has moved: found {text.count(before)} times\n{before}")
        path.write_text(text.replace(before, after))


def restore(scratch, edits):
    for name, _, _ in edits:
        shutil.copyfile(ROOT / name, scratch / name)


def campaign(program, scratch, seeds):
    """(checks that noticed, by number of seeds; the first seed; whether it died)"""
    caught, first = collections.defaultdict(set), None
    environment = {**os.environ, "MAYFLY_SIM_SEEDS": str(seeds)}
    ran = run([str(program), "--gtest_filter=Simulation.ConvergesAfterFaultsAndCrashes"], cwd=scratch, env=environment,
              timeout=1800)
    for seed, check in re.findall(r"^seed (\d+): ([a-z ]+):", ran.stdout, re.MULTILINE):
        caught[check].add(int(seed))
        first = min(first or int(seed), int(seed))
    return caught, first, ran.returncode < 0


def crash_points(program, scratch):
    ran = run([str(program), "--gtest_filter=CrashPoints.*"], cwd=scratch, timeout=1800)
    return len(re.findall(r", (?:killed at|without any crash)", ran.stdout)), ran.returncode < 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=400)
    parser.add_argument("--scratch", default=os.path.join(tempfile.gettempdir(), "mayfly-mutations"))
    parser.add_argument("--around", default="")
    parser.add_argument("--only", default="", help="a word of its name; several with |")
    parser.add_argument("--table")
    options = parser.parse_args()
    scratch, around = pathlib.Path(options.scratch), shlex.split(options.around)
    copy_tree(scratch)
    rows, missed = [], []
    for name, edits in [("nothing is changed", []), *MUTATIONS]:
        if not any(word in name for word in options.only.split("|")):
            continue
        began = time.monotonic()
        mutate(scratch, edits)
        try:
            program = build(scratch, around)
            caught, first, died = campaign(program, scratch, options.seeds)
            points, died_there = crash_points(program, scratch)
        finally:
            restore(scratch, edits)
        checks = ", ".join(f"{check} ({len(seeds)})" for check, seeds in
                           sorted(caught.items(), key=lambda item: -len(item[1])))
        if died:
            checks = (checks + ", " if checks else "") + "an assertion"
        noticed = bool(checks) or points > 0 or died_there
        if noticed == (not edits):
            missed.append(name)
        rows.append(f"| {name} | {checks or '-'} | {first or '-'} | {'an assertion' if died_there else points} |")
        print(rows[-1], f"{time.monotonic() - began:.0f} s", flush=True)
    table = ("| broken on purpose | checks that notice (in so many seeds) | first seed | crash points |\n|---|---|---|---|\n"
             + "\n".join(rows) + "\n")
    if options.table:
        head = (f"# Mutation check\n\nWhat notices when a safety rule is broken: `tests/simulation/mutations.py --seeds "
                f"{options.seeds}`. The checks are those of `auditor.h` and `promises.h`; the last column counts what was "
                f"wrong after deaths at crash points.\n\n")
        pathlib.Path(options.table).write_text(head + table)
    if missed:
        sys.exit("NOT AS EXPECTED: " + "; ".join(missed))


if __name__ == "__main__":
    main()
