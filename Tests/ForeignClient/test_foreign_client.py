"""What Protocol.md promises, asked by a client that knows nothing else.

Every test has servers of its own, so that their order means nothing.
"""

import struct
import time
import unittest
import zlib

import msgpack
import zmq

import cluster
import wire

CPU = "system.cpu.utilization"
READONLY = "system.filesystem.readonly"
FRAME_BYTES_MAX = 1 << 20
BATCH_REPORTS_MAX = 4_096
INTERVAL_MILLISECONDS = 10_000

running = None


def setUpModule():
    global running
    running = cluster.Cluster()


def tearDownModule():
    running.stop()


def now_milliseconds():
    return int(time.time() * 1000)


def batch(names, base, reports, interval=INTERVAL_MILLISECONDS):
    """The packed form; `reports` are (key, milliseconds since base, values)."""
    entries = [
        [key, delta, 0, struct.pack(f"<{len(values)}f", *values), None]
        for key, delta, values in reports
    ]
    return [names, interval, "foreign/1", None, base, entries]


class ForeignClientTest(unittest.TestCase):
    def setUp(self):
        self.client = wire.Client(running.endpoint)
        self.addCleanup(self.client.__exit__)
        self.prefix = self.id().rsplit(".", 1)[-1].replace("_", "-")

    def key(self, number=0):
        return f"{self.prefix}-{number}"

    def commission(self, number=0, **fields):
        """Commissions a server of this test's rack in a dc of its own; returns its address."""
        address = f"server/{self.key(number)}"
        place = {"dc": f"{self.prefix}-dc", "rack": f"{self.prefix}-rack"}
        self.assertTrue(self.client.ask(address, "Commission", {**place, **fields})["ok"])
        return address

    def refused(self, destination, message_type, payload=None):
        with self.assertRaises(wire.Refused) as caught:
            self.client.ask(destination, message_type, payload)
        self.assertTrue(caught.exception.payload["message"])
        return caught.exception.code

    def owner(self, address):
        """The instance that GetPlacement names for a server: CRC-32 modulo the shard count."""
        placement = self.client.ask("broker", "GetPlacement")["placement"]
        shard = zlib.crc32(address.split("/")[1].encode()) % placement["shardCounts"]["server"]
        for run in placement["owners"]:
            if run["tier"] == "server" and run["first"] <= shard <= run["last"]:
                return run["instance"]
        self.fail(f"shard {shard} has no owner")

    def open_incident(self):
        """A server whose file system went read-only; returns its address and the incident."""
        address = self.commission()
        base = now_milliseconds()
        for step in range(-4, 1):
            at = base + step * INTERVAL_MILLISECONDS
            self.client.ask(address, "Report", {"at": at, "metrics": {READONLY: 1.0}})
        incident, = self.client.ask(address, "GetServer")["incidents"]
        return address, incident


class Sockets(ForeignClientTest):
    def test_a_req_socket_is_served_like_a_dealer(self):
        for kind in (zmq.REQ, zmq.DEALER):
            with self.subTest(kind=kind), wire.Client(running.endpoint, kind) as client:
                self.assertEqual(client.ask("broker", "Ping")["address"], "broker")
                with self.assertRaises(wire.Refused):
                    client.ask("server/nobody", "GetServer")
                self.assertEqual(client.ask("server@server-a", "Ping")["instance"], "server-a")

    def test_answers_name_their_request_however_many_are_on_their_way(self):
        wanted = {self.client.send("broker", "Ping", {}) for _ in range(200)}
        answered = {self.client.receive()[1] for _ in range(200)}
        self.assertEqual(answered, wanted)


class Commands(ForeignClientTest):
    def test_commission_again_is_ok_and_changes_nothing(self):
        first = self.client.ask(
            f"server/{self.key()}", "Commission",
            {"dc": "dc1", "rack": "r1", "labels": {"feed": "A"}})
        again = self.client.ask(
            f"server/{self.key()}", "Commission",
            {"dc": "dc1", "rack": "r1", "labels": {"feed": "A"}})
        self.assertEqual((first["changed"], again["changed"]), (True, False))
        self.assertEqual(first["generation"], again["generation"])

    def test_a_generation_that_is_not_in_force_is_a_conflict(self):
        address = self.commission()
        place = {"dc": "dc1", "rack": "elsewhere", "ifGeneration": 0}
        self.assertEqual(self.refused(address, "Commission", place), "conflict")

    def test_decommission_takes_a_server_out_of_watch(self):
        address = self.commission()
        self.assertTrue(self.client.ask(address, "Decommission")["changed"])
        self.assertEqual(
            self.refused(address, "Report", {"metrics": {CPU: 0.5}}), "unknown-address")

    def test_maintenance_begins_is_listed_and_ends(self):
        address = self.commission()
        window = {
            "id": "disk-swap", "owner": "ada", "reason": "new disk",
            "untilMilliseconds": now_milliseconds() + 3_600_000,
        }
        self.assertTrue(self.client.ask(address, "SetMaintenance", window)["changed"])
        self.assertFalse(self.client.ask(address, "SetMaintenance", window)["changed"])
        listed = self.client.ask(f"server@{self.owner(address)}", "ListMaintenance")["items"]
        self.assertIn((address, "disk-swap"), [(item["address"], item["id"]) for item in listed])
        self.assertTrue(
            self.client.ask(address, "EndMaintenance", {"id": "disk-swap"})["changed"])

    def test_an_incident_is_acknowledged_and_taken_back(self):
        address, incident = self.open_incident()
        said = {"incident": incident["id"], "owner": "ada", "comment": "on it"}
        self.client.ask(address, "Acknowledge", said)
        muted, = self.client.ask(address, "GetServer")["incidents"]
        self.assertEqual([mute["owner"] for mute in muted["mutedBy"]], ["ada"])
        self.client.ask(address, "Unacknowledge", {"incident": incident["id"]})
        plain, = self.client.ask(address, "GetServer")["incidents"]
        self.assertEqual(plain["mutedBy"], [])


class Reports(ForeignClientTest):
    def test_each_report_by_hand_gets_its_answer(self):
        address = self.commission()
        base = now_milliseconds()

        def outcome(at, metrics=None):
            report = {"at": at, "metrics": metrics or {CPU: 0.5}}
            return self.client.ask(address, "Report", report)["outcome"]

        self.assertEqual(outcome(base), "accepted")
        self.assertEqual(outcome(base), "duplicate")
        self.assertEqual(outcome(base - 60_000), "late")
        self.assertEqual(outcome(base - 3_600_000), "tooOld")
        text = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(base // 1000 + 2))
        self.assertEqual(outcome(text), "accepted")
        self.assertEqual(
            self.refused(address, "Report", {"at": base + 3_600_000, "metrics": {CPU: 0.5}}),
            "invalid")

    def test_too_many_metrics_are_refused_with_the_number(self):
        address = self.commission()
        metrics = {f"metric.{number}": 1.0 for number in range(65)}
        with self.assertRaises(wire.Refused) as caught:
            self.client.ask(address, "Report", {"metrics": metrics})
        self.assertEqual(caught.exception.code, "too-large")
        self.assertIn("65", caught.exception.payload["message"])

    def test_a_report_for_nobody_is_refused_and_listed(self):
        address = f"server/{self.key()}"
        report = {"metrics": {CPU: 0.5}}
        self.assertEqual(self.refused(address, "Report", report), "unknown-address")
        listed = self.client.ask(f"server@{self.owner(address)}", "ListUnknown")["items"]
        self.assertIn(address, [item["address"] for item in listed])

    def test_an_agent_sends_its_batch_to_its_own_twin(self):
        address = self.commission()
        base = now_milliseconds()
        reports = [(self.key(), step * 10_000, [0.5, float("nan")]) for step in (-2, -1, 0)]
        answer = self.client.ask(
            address, "ReportBatch", batch([CPU, "system.memory.utilization"], base, reports))
        self.assertEqual((answer["ok"], answer["accepted"]), (True, 3))
        server = self.client.ask(address, "GetServer")
        metrics = {metric["name"]: metric["last"] for metric in server["metrics"]}
        self.assertEqual(metrics[CPU], 0.5)
        self.assertEqual(server["report"]["intervalSeconds"], 10.0)

    def test_one_bad_report_of_a_relay_never_refuses_its_neighbours(self):
        by_owner = {}
        for number in range(40):
            address = self.commission(number)
            by_owner.setdefault(self.owner(address), []).append(self.key(number))
        self.assertEqual(set(by_owner), {"server-a", "server-b"})
        for instance, keys in by_owner.items():
            reports = [(key, 0, [0.5]) for key in keys]
            reports.insert(1, ("no key!", 0, [0.5]))
            answer = self.client.ask(
                f"server@{instance}", "ReportBatch", batch([CPU], now_milliseconds(), reports))
            self.assertEqual(answer["accepted"], len(keys))
            self.assertEqual(answer["refusedCount"], 1)
            refused, = answer["refused"]
            self.assertEqual((refused["first"], refused["last"]), (1, 1))

    def test_a_batch_beyond_its_limit_is_too_large(self):
        address = self.commission()
        reports = [(self.key(), step, [0.5]) for step in range(BATCH_REPORTS_MAX + 1)]
        self.assertEqual(
            self.refused(address, "ReportBatch", batch([CPU], now_milliseconds(), reports)),
            "too-large")


class Queries(ForeignClientTest):
    def test_every_twin_tells_what_it_knows(self):
        address = self.commission(labels={"feed": "A"})
        self.client.ask(address, "Report", {"metrics": {CPU: 0.5}})
        self.assertEqual(self.client.ask(address, "GetServer")["status"], "healthy")
        rack, dc = f"rack/{self.prefix}-rack", f"dc/{self.prefix}-dc"

        def ask_rack():
            try:
                return self.client.ask(rack, "GetRack")["members"]
            except wire.Refused as refused:
                self.assertEqual(refused.code, "unknown-address")

        members = wire.until(ask_rack)
        self.assertEqual([member["key"] for member in members], [self.key()])

        def ask_dc():
            try:
                return self.client.ask(dc, "GetDatacenter")["racks"]
            except wire.Refused as refused:
                self.assertEqual(refused.code, "unknown-address")

        racks = wire.until(ask_dc)
        self.assertEqual([known["key"] for known in racks], [f"{self.prefix}-rack"])
        unhealthy = self.client.ask(dc, "GetUnhealthyRacks")
        self.assertEqual(unhealthy["dc"], f"{self.prefix}-dc")
        self.assertEqual(unhealthy["racks"], [])

    def test_lists_come_in_pages(self):
        wanted = {self.commission(number) for number in range(30)}
        seen = []
        for instance in ("server-a", "server-b"):
            after = None
            while True:
                page = self.client.ask(
                    f"server@{instance}", "ListTwins",
                    {"limit": 7, "after": after, "dc": f"{self.prefix}-dc"})
                self.assertLessEqual(len(page["items"]), 7)
                seen += [item["address"] for item in page["items"]]
                after = page["cursor"]
                if after is None:
                    break
        self.assertEqual(sorted(seen), sorted(wanted))

    def test_the_alert_log_goes_on_from_its_cursor(self):
        address, incident = self.open_incident()
        instance = f"server@{self.owner(address)}"
        page = self.client.ask(instance, "ReadAlerts")
        about = [a for a in page["alerts"] if a["address"] == address]
        self.assertEqual([(a["change"], a["pages"]) for a in about], [("opened", True)])
        listed = self.client.ask(instance, "ListIncidents")["items"]
        self.assertIn(incident["id"], [item["id"] for item in listed])
        rest = self.client.ask(instance, "ReadAlerts", {"after": page["cursor"]})
        self.assertNotIn(about[0]["id"], [alert["id"] for alert in rest["alerts"]])

    def test_a_reader_that_waits_is_told_at_once(self):
        address = self.commission()
        instance = f"server@{self.owner(address)}"
        cursor = self.client.ask(instance, "ReadAlerts")["cursor"]
        with wire.Client(running.endpoint, timeout=30.0) as reader:
            reader.send(instance, "ReadAlerts", {"after": cursor, "waitMilliseconds": 20_000})
            base = now_milliseconds()
            for step in range(-4, 1):
                at = base + step * INTERVAL_MILLISECONDS
                self.client.ask(address, "Report", {"at": at, "metrics": {READONLY: 1.0}})
            _, _, page = reader.receive()
        self.assertIn(address, [alert["address"] for alert in page["alerts"]])

    def test_the_broker_answers_for_the_cluster(self):
        status = self.client.ask("broker", "ClusterStatus")
        names = {process["name"] for process in status["processes"]}
        self.assertLessEqual({"server-a", "server-b", "rack-a", "dc-a"}, names)


class HostileFrames(ForeignClientTest):
    """Whatever is sent: refused or ignored, and the next client is served."""

    def tearDown(self):
        with wire.Client(running.endpoint) as other:
            self.assertEqual(other.ask("broker", "Ping")["address"], "broker")
        self.assertEqual([p.poll() for p in running.processes], [None] * 5)

    def test_an_envelope_of_another_protocol_is_told_what_is_spoken(self):
        for message_type, version, code in [
            ("Ping", 99, "unsupported-version"), ("NoSuchType", 1, "invalid"),
        ]:
            with self.subTest(type=message_type, version=version):
                self.client.send("broker", message_type, {}, version=version)
                answer, _, payload = self.client.receive()
                self.assertEqual((answer, payload["code"]), ("Refused", code))

    def test_what_cannot_be_meant_is_refused_with_a_reason(self):
        address = self.commission()
        for destination, message_type, payload, code in [
            ("server/", "GetServer", {}, "invalid"),
            ("server/" + "k" * 129, "GetServer", {}, "invalid"),
            ("moon/key", "GetServer", {}, "invalid"),
            ("server@nobody", "Ping", {}, "unknown-address"),
            (address, "Commission", {"dc": 1, "rack": []}, "invalid"),
            (address, "Commission", b"\xc1", "invalid"),
            (address, "Report", b"\x81", "invalid"),
            (address, "ReportBatch", [1, 2, 3], "invalid"),
            (address, "Report", b"\x91" * 10_000, "invalid"),
            (address, "GetRack", {}, "invalid"),
        ]:
            with self.subTest(destination=destination[:20], type=message_type):
                self.assertEqual(self.refused(destination, message_type, payload), code)

    def test_what_only_services_send_is_refused_to_clients(self):
        for message_type in (
            "Register", "Beat", "Placement", "Statuses", "Receipts", "Audit", "AskAudit",
        ):
            with self.subTest(type=message_type):
                self.assertEqual(self.refused("broker", message_type), "unauthorized")

    def test_frames_that_make_no_message_are_ignored(self):
        ping = msgpack.packb([1, 0, "Ping", 7, None, None, None])
        for frames in [
            [b""], [b"", b""], [b"broker"], [b"broker", ping], [b"\xff" * 300, ping, b""],
            [b"broker", b"", b""], [b"broker", b"\xdd\xff\xff\xff\xff", b""],
            [b"broker", ping[:-1], b""], [b"x"] * 64,
        ]:
            self.client.socket.send_multipart(frames)

    def test_a_frame_beyond_its_limit_costs_the_sender_its_connection_only(self):
        self.client.socket.send_multipart([b"broker", b"x" * (FRAME_BYTES_MAX + 1), b""])
        self.client.socket.send_multipart([b"broker", b"x", b"y" * (8 * FRAME_BYTES_MAX)])

    def test_an_expired_request_is_not_carried_out(self):
        address = f"server/{self.key()}"
        place = {"dc": "dc1", "rack": "r1"}
        with self.assertRaises(wire.Refused) as caught:
            self.client.ask(address, "Commission", place, remaining=0)
        self.assertEqual(caught.exception.code, "expired")
        self.assertEqual(self.refused(address, "GetServer"), "unknown-address")


if __name__ == "__main__":
    unittest.main()
