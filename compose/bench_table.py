#!/usr/bin/env python3
"""Turns what the runs of compose/bench measured into one table, and into JSON.

  bench_table.py RUNS [--json FILE] [--machine TEXT]   the table of all rows
  bench_table.py RUNS --value ROW FIGURE               the median of one figure, for the script

RUNS has one line of JSON a run: {"row": NAME, "figures": {NAME: NUMBER}}. Every figure is shown as
median, least and greatest of its runs; ratios are taken run by run. Nothing but the standard
library.
"""

import argparse
import json
import statistics
import sys

# Targets: at least (">=") or at most ("<=") so much; None = the figure is only shown.
NO_TARGET = None


class Shown:
    """A figure of the table: `row` and `figure` name it in RUNS; a figure that ends in "." stands
    for all that begin so, one line for each."""

    def __init__(self, row, figure, label, unit, target=NO_TARGET, over=None, over_scale=1):
        self.row, self.figure, self.label, self.unit = row, figure, label, unit
        self.target = target
        # (row, figure) that this one is divided by.
        self.over = over
        self.over_scale = over_scale


PERCENTILES = ["p50", "p99", "p99.9", "max"]


def latency(row, label, target=NO_TARGET, prefix=""):
    """One line for each percentile; the target is p99's."""
    return [
        Shown(row, f"{prefix}{name}Milliseconds", f"{label}, {name}", "ms",
              target if name == "p99" else NO_TARGET)
        for name in PERCENTILES
    ]


def processes(row, label):
    return [
        Shown(row, "cpuSecondsPerMillion.", f"{label}: CPU s per million reports", "s"),
        Shown(row, "residentMegabytes.", f"{label}: resident", "MB"),
    ]


SECTIONS = [
    ("The raw libraries", [
        Shown("transport-single", "reportsPerSecond", "transport, one report a message", "/s"),
        Shown("transport-map", "reportsPerSecond", "transport, one report by names", "/s"),
        Shown("transport-packed", "reportsPerSecond", "transport, 1,000 reports a message", "/s"),
        Shown("disk-small", "p50Milliseconds", "append and fdatasync, 4 KiB, p50", "ms"),
        Shown("disk-small", "p99Milliseconds", "append and fdatasync, 4 KiB, p99", "ms"),
        Shown("disk-fresh", "p50Milliseconds", "the same in blocks never written, p50", "ms"),
        Shown("disk-fresh", "p99Milliseconds", "the same in blocks never written, p99", "ms"),
        Shown("disk-large", "p50Milliseconds", "append and fdatasync, a full commit, p50", "ms"),
        Shown("disk-large", "p99Milliseconds", "append and fdatasync, a full commit, p99", "ms"),
        Shown("disk-large", "megabytesPerSecond", "append and fdatasync, a full commit", "MB/s"),
    ]),
    ("The engine alone", [
        Shown("engine-1", "reportsPerSecond", "one instance", "/s"),
        Shown("engine-1", "cpuMicrosecondsPerReport", "one instance: CPU a report", "µs"),
        Shown("engine-2", "reportsPerSecond", "two instances", "/s", (">=", 2_200_000)),
        Shown("engine-2", "cpuMicrosecondsPerReport", "two instances: CPU a report", "µs"),
        Shown("engine-2", "bytesPerCommit", "two instances: bytes a commit", "B"),
        Shown("allocations", "allocationsPerReport", "allocations a report", "", ("<=", 0)),
        Shown("allocations", "allocationsPerTurn", "allocations a batch and its turn", ""),
        Shown("engine-1", "journalBytesPerReport", "journal a report, batches of 1,000", "B",
              ("<=", 64)),
        Shown("engine-40", "journalBytesPerReport", "journal a report, batches of 40", "B",
              ("<=", 64)),
    ]),
    ("Packed reports with ok", [
        Shown("packed-shuffled", "reportsPerSecond", "twins in no order", "/s",
              (">=", 1_000_000)),
        Shown("packed-shuffled", "slowestSecondReports", "twins in no order, slowest second", "/s"),
        Shown("packed-shuffled", "reportsPerSecond", "twins in no order, of raw transport", "",
              over=("transport-packed", "reportsPerSecond")),
        *processes("packed-shuffled", "twins in no order"),
        Shown("packed-rack", "reportsPerSecond", "twins in rack order", "/s", (">=", 1_000_000)),
        *processes("packed-rack", "twins in rack order"),
        Shown("packed-shuffled", "commissionsPerSecond", "commissions", "/s"),
    ]),
    ("One report a message", [
        Shown("single", "reportsPerSecond", "packed form", "/s"),
        Shown("single", "reportsPerSecond", "packed form, of raw transport", "", (">=", 0.6),
              over=("transport-single", "reportsPerSecond")),
        *processes("single", "packed form"),
        Shown("map", "reportsPerSecond", "map form", "/s"),
        Shown("map", "reportsPerSecond", "map form, of raw transport", "",
              over=("transport-map", "reportsPerSecond")),
        *processes("map", "map form"),
    ]),
    ("Latency, open loop", [
        *latency("latency", "report → ok, 20,000/s"),
        Shown("latency", "p99Milliseconds", "report → ok, 20,000/s, p99 of the raw commit's", "",
              ("<=", 3), over=("disk-small", "p99Milliseconds")),
        *latency("latency-1", "packed → ok, 1 % of the packed maximum"),
        *latency("latency-50", "packed → ok, 50 % of the packed maximum"),
        *latency("latency-90", "packed → ok, 90 % of the packed maximum"),
        *latency("alerts", "report → server's alert, beside 20,000/s", ("<=", 10), "server."),
        *latency("alerts", "report → rack's alert, holds excluded", NO_TARGET, "rack."),
        *latency("alerts", "report → data center's alert, holds excluded", NO_TARGET, "dc."),
        *latency("alerts", "quorum → GetUnhealthyRacks, holds excluded", ("<=", 15), "visible."),
    ]),
    ("One of eight shards of 1,000 full twins moves forth and back", [
        *latency("move", "its messages held by the broker", ("<=", 100), "held."),
        *latency("move", "its longest report of a move", prefix="longestOfMove."),
        *latency("move", "report → ok of other shards, nothing moves", prefix="othersResting."),
        *latency("move", "report → ok of other shards, one moves", prefix="others."),
        Shown("move", "others.p99Milliseconds", "the same, p99 of p99 while nothing moves", "",
              over=("move", "othersResting.p99Milliseconds")),
        *latency("move", "a move from order to end", prefix="took."),
        Shown("move", "givenUp", "moves given up", ""),
    ]),
    ("Memory and disk", [
        Shown("memory", "bytesPerTwin", "a twin with 90 reports × 10 metrics", "B",
              ("<=", 2_500)),
        Shown("memory-processes", "residentMegabytes.", "40,000 twins, full windows", "MB"),
        Shown("memory-large", "residentMegabytes.", "1,000,000 twins", "MB"),
        Shown("recovery", "diskBytesPerTwin", "rows and journal a twin, 40,000", "B"),
        Shown("recovery-large", "diskBytesPerTwin", "rows and journal a twin, 1,000,000", "B"),
    ]),
    ("After kill -9", [
        Shown("recovery", "restartSeconds", "40,000 twins, full load → first ok", "s"),
        Shown("recovery-large", "restartSeconds", "1,000,000 twins, 100,000/s → first ok", "s",
              ("<=", 10)),
        Shown("replay", "reportsPerSecond", "replay of the journal", "/s"),
        Shown("replay", "megabytesPerSecond", "replay of the journal", "MB/s"),
    ]),
    ("Scaling: CPU a report, engine alone", [
        *[Shown(f"scaling-{twins}", "cpuMicrosecondsPerReport", f"{twins} twins", "µs")
          for twins in (1_000, 10_000, 100_000, 1_000_000)],
        *[Shown(f"scaling-instances-{count}", figure, f"{count} instances", unit)
          for count in (1, 2, 4)
          for figure, unit in (("cpuMicrosecondsPerReport", "µs"), ("reportsPerSecond", "/s"))],
    ]),
    ("Incident storm: all 40 servers of 300 racks within a second", [
        Shown("storm", "completeSeconds", "first fault → the data center's view is right", "s"),
        Shown("storm", "completeAfterHoldSeconds", "the same without the racks' hold", "s"),
        Shown("storm", "statusesOwedPeak", "most statuses owed", ""),
        Shown("storm", "lagSecondsPeak", "oldest turn not committed", "s"),
        Shown("storm", "alertRecords", "alert records", ""),
        Shown("storm", "pages", "of them pages", ""),
    ]),
]


def read(path):
    """{row: [figures of each run]} in the order of the runs."""
    rows = {}
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                run = json.loads(line)
                rows.setdefault(run["row"], []).append(run["figures"])
            except (ValueError, KeyError) as error:
                sys.exit(f"bench_table: {path}:{number}: wanted a run, found {line!r} ({error})")
    return rows


def values(rows, row, figure):
    return [run[figure] for run in rows.get(row, []) if figure in run]


def expanded(shown, rows):
    """The lines that one entry stands for: itself, or one for each part that was measured."""
    if not shown.figure.endswith("."):
        return [shown]
    names = {name for run in rows.get(shown.row, []) for name in run
             if name.startswith(shown.figure)}
    return [Shown(shown.row, name, f"{shown.label}, {name[len(shown.figure):]}", shown.unit)
            for name in sorted(names)]


def lines(rows):
    """(section, label, unit, runs, target) of all that was measured, in the table's order."""
    for section, entries in SECTIONS:
        for entry in entries:
            for shown in expanded(entry, rows):
                runs = values(rows, shown.row, shown.figure)
                if shown.over:
                    base = values(rows, *shown.over)
                    runs = [run / under for run, under in zip(runs, base) if under]
                if runs:
                    yield section, shown, runs


def is_met(target, median):
    if target is None:
        return None
    sense, bound = target
    return median >= bound if sense == ">=" else median <= bound


def number(value):
    """Three digits or more: 1,234,567 and 12.3 and 0.042."""
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 1 \
        else f"{value:.3f}"


def document(rows, machine):
    result = []
    for section, shown, runs in lines(rows):
        median = statistics.median(runs)
        entry = {
            "section": section, "label": shown.label, "row": shown.row, "figure": shown.figure,
            "unit": shown.unit, "median": median, "min": min(runs), "max": max(runs),
            "runs": runs, "target": None, "met": is_met(shown.target, median),
        }
        if shown.target:
            entry["target"] = {"sense": shown.target[0], "bound": shown.target[1]}
        if shown.over:
            entry["over"] = {"row": shown.over[0], "figure": shown.over[1]}
        result.append(entry)
    return {"version": 1, "machine": machine, "rows": result}


def table(rows):
    cells = []
    section = None
    for name, shown, runs in lines(rows):
        if name != section:
            section = name
            cells.append((f"\n{name}", "", "", "", ""))
        median = statistics.median(runs)
        met = is_met(shown.target, median)
        unit = f" {shown.unit}" if shown.unit else ""
        cells.append((
            f"  {shown.label}", f"{number(median)}{unit}",
            f"({number(min(runs))} … {number(max(runs))}) of {len(runs)}",
            f"{shown.target[0]} {number(shown.target[1])}" if shown.target else "",
            "" if met is None else "met" if met else "MISSED",
        ))
    widths = [max((len(row[column].strip("\n")) for row in cells), default=0)
              for column in range(5)]
    for label, median, spread, target, met in cells:
        lead = "\n" if label.startswith("\n") else ""
        line = (f"{label.strip(chr(10)):<{widths[0]}}  {median:>{widths[1]}}  "
                f"{spread:<{widths[2]}}  {target:>{widths[3]}}  {met}")
        print(lead + line.rstrip())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs")
    parser.add_argument("--json")
    parser.add_argument("--machine", default="")
    parser.add_argument("--value", nargs=2, metavar=("ROW", "FIGURE"))
    options = parser.parse_args()
    rows = read(options.runs)
    if options.value:
        runs = values(rows, *options.value)
        if not runs:
            sys.exit(f"bench_table: no run has {options.value[1]} of {options.value[0]}")
        print(statistics.median(runs))
        return
    table(rows)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(document(rows, options.machine), file, ensure_ascii=False, indent=1)
            file.write("\n")


if __name__ == "__main__":
    main()
