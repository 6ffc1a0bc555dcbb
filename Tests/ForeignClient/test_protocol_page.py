"""Protocol.md itself, read by a stranger: its bytes mean what it says, its ten lines run."""

import contextlib
import io
import json
import re
import unittest

import msgpack

import cluster

PAGE = (cluster.ROOT / "Sources" / "TwinWire" / "Protocol.md").read_text()
EXAMPLE = re.compile(r"^```example (.+?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BYTES_AND_MEANING = re.compile(
    r"^(?:envelope|payload) +((?:[0-9a-f]{2}\s+)+)means +(.*?)(?=^(?:envelope|payload)|\Z)",
    re.MULTILINE | re.DOTALL)
BINARY = re.compile(r"h'([0-9a-f]*)'")
NUMBER_KEY = re.compile(r"([{,] )(\d+):")


def value_of(meaning):
    """Reads the page's notation: JSON over several lines, with `h'…'` and integer keys."""
    text = " ".join(meaning.split())
    text = BINARY.sub(r'"h\1"', text)
    return json.loads(NUMBER_KEY.sub(r'\1"\2":', " " + text.replace("{", "{ ")))


def comparable(value):
    """A msgpack value in the same notation."""
    if isinstance(value, bytes):
        return "h" + value.hex()
    if isinstance(value, list):
        return [comparable(item) for item in value]
    if isinstance(value, dict):
        return {str(key): comparable(item) for key, item in value.items()}
    return value


class ProtocolPage(unittest.TestCase):
    def test_every_example_means_what_stands_beside_it(self):
        examples = EXAMPLE.findall(PAGE)
        self.assertGreater(len(examples), 40)
        for title, body in examples:
            parts = BYTES_AND_MEANING.findall(body)
            self.assertEqual(len(parts), 2, title)
            for digits, meaning in parts:
                with self.subTest(example=title):
                    found = msgpack.unpackb(bytes.fromhex(digits), strict_map_key=False)
                    self.assertEqual(comparable(found), value_of(meaning))

    def test_the_ten_lines_run(self):
        lines, = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
        self.assertLessEqual(len(lines.splitlines()), 10)
        running = cluster.Cluster()
        self.addCleanup(running.stop)
        printed = io.StringIO()
        names = {}
        with contextlib.redirect_stdout(printed):
            exec(lines.replace("tcp://127.0.0.1:7700", running.endpoint), names)
        names["socket"].close(linger=0)
        ping, report = printed.getvalue().splitlines()
        self.assertIn("'Ping'", ping)
        self.assertIn("unknown-address", report)
