"""The table of compose/bench: medians, ratios, targets, and what it refuses."""

import contextlib
import importlib.util
import io
import json
import pathlib
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).parents[2] / "compose" / "bench_table.py"
SPEC = importlib.util.spec_from_file_location("bench_table", SCRIPT)
bench_table = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(bench_table)


def rows(*runs):
    """What `read` makes of these (row, figures)."""
    with tempfile.NamedTemporaryFile("w", suffix=".runs") as file:
        for row, figures in runs:
            file.write(json.dumps({"row": row, "figures": figures}) + "\n")
        file.flush()
        return bench_table.read(file.name)


def entry(document, label):
    found = [row for row in document["rows"] if row["label"] == label]
    assert len(found) == 1, f"wanted one row {label}, found {len(found)}"
    return found[0]


class BenchTableTests(unittest.TestCase):
    def test_a_figure_is_the_median_of_its_runs_beside_the_least_and_the_greatest(self):
        measured = rows(*[("engine-1", {"reportsPerSecond": rate}) for rate in (3, 9, 1, 7, 5)])
        row = entry(bench_table.document(measured, ""), "one instance")
        self.assertEqual((row["median"], row["min"], row["max"]), (5, 1, 9))

    def test_a_ratio_is_taken_run_by_run(self):
        measured = rows(
            ("transport-single", {"reportsPerSecond": 100}), ("single", {"reportsPerSecond": 80}),
            ("transport-single", {"reportsPerSecond": 50}), ("single", {"reportsPerSecond": 20}))
        row = entry(bench_table.document(measured, ""), "packed form, of raw transport")
        self.assertEqual(row["runs"], [0.8, 0.4])
        self.assertEqual(row["over"], {"row": "transport-single", "figure": "reportsPerSecond"})

    def test_a_target_is_met_at_its_bound_and_missed_beyond_it(self):
        for rate, is_met in ((2_200_000, True), (2_199_999, False)):
            measured = rows(("engine-2", {"reportsPerSecond": rate}))
            row = entry(bench_table.document(measured, ""), "two instances")
            self.assertEqual(row["met"], is_met)
        for size, is_met in ((2_500, True), (2_501, False)):
            measured = rows(("memory", {"bytesPerTwin": size}))
            row = bench_table.document(measured, "")["rows"][0]
            self.assertEqual(row["met"], is_met)

    def test_every_process_that_was_measured_has_its_line(self):
        measured = rows(
            ("single", {"cpuSecondsPerMillion.broker": 1, "cpuSecondsPerMillion.server-2": 2}))
        labels = [row["label"] for row in bench_table.document(measured, "")["rows"]]
        self.assertEqual(labels, [
            "packed form: CPU s per million reports, broker",
            "packed form: CPU s per million reports, server-2"])

    def test_what_was_not_measured_has_no_line(self):
        self.assertEqual(bench_table.document(rows(), "")["rows"], [])

    def test_the_table_shows_target_and_verdict(self):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            bench_table.table(rows(("engine-2", {"reportsPerSecond": 1_000_000})))
        line = output.getvalue().splitlines()[-1]
        self.assertIn("1,000,000 /s", line)
        self.assertIn(">= 2,200,000  MISSED", line)

    def test_a_line_that_is_no_run_is_named(self):
        with tempfile.NamedTemporaryFile("w", suffix=".runs") as file:
            file.write("{}\n")
            file.flush()
            with self.assertRaises(SystemExit) as stop:
                bench_table.read(file.name)
        self.assertIn(":1: wanted a run", str(stop.exception))


if __name__ == "__main__":
    unittest.main()
