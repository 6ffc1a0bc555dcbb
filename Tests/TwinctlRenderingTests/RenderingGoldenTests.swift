import Foundation
import Testing
import TwinCore
import TwinWire
import twinctl

@Suite("What people see")
struct RenderingGoldenTests {
    @Test("status looks as the command line's description shows it")
    func status() throws {
        try expectGolden("status", StatusRenderer.text(RenderingSamples.status(), context(95)))
    }

    @Test("unhealthy-racks looks as the command line's description shows it")
    func unhealthyRacks() throws {
        let text = UnhealthyRacksRenderer.text(
            try RenderingSamples.unhealthyRacks(), context(94))
        try expectGolden("unhealthy-racks", text)
    }

    @Test("every answer of a data center says which part of its picture is stale, and whose it is")
    func stale() throws {
        let stale = try RenderingSamples.staleness()
        var racks = try RenderingSamples.unhealthyRacks()
        (racks.stale, racks.staleness) = (true, stale)
        try expectGolden("stale-unhealthy-racks", UnhealthyRacksRenderer.text(racks, context(94)))
        var dc = try RenderingSamples.datacenter()
        dc.staleness = stale
        try expectGolden("stale-dc", DatacenterRenderer.text(dc, context(100)))
        var status = try RenderingSamples.status()
        status.datacenters[0].staleness = stale
        try expectGolden("stale-status", StatusRenderer.text(status, context(95)))
        let list = ListDocument(
            tier: .dc,
            items: [
                ListDocument.Item(
                    address: "dc/dc1", key: "dc1", status: "healthy", dc: "dc1", incidents: [])
            ], missing: [], stale: [stale])
        try expectGolden("stale-list", ListRenderer.text(list, context(100)))
        let nothing = IncidentsDocument(items: [], stale: [stale])
        try expectGolden("stale-incidents", IncidentsRenderer.text(nothing, context(100)))
        let young = StalenessDocument(
            address: "dc/dc1", since: nil, racks: 0, racksTotal: 0, silent: [],
            unansweredShards: 256)
        let awaiting = IncidentsDocument(items: [], stale: [young])
        #expect(
            IncidentsRenderer.text(awaiting, context(100)) == """
                nothing is wrong
                dc/dc1 is stale: 256 rack shards yet to tell which racks there are
                """)
    }

    @Test("get server looks as the command line's description shows it")
    func server() throws {
        try expectGolden("server", ServerRenderer.text(RenderingSamples.server(), context(100)))
    }

    @Test("alerts look as the command line's description shows them")
    func alerts() throws {
        let renderer = AlertRenderer(context(120))
        let lines = [
            renderer.header, renderer.text(try RenderingSamples.alerts()),
            AlertRenderer.footer(behind: 0),
        ]
        try expectGolden("alerts", lines.joined(separator: "\n"))
    }

    @Test("get rack and get dc show who is not well and count the rest")
    func parents() throws {
        try expectGolden("rack", RackRenderer.text(RenderingSamples.rack(), context(100)))
        try expectGolden("dc", DatacenterRenderer.text(RenderingSamples.datacenter(), context(100)))
    }

    @Test("lists name what they lack and where they go on")
    func lists() throws {
        try expectGolden("list", ListRenderer.text(RenderingSamples.list(), context(100)))
        let reporter = UnknownReportersDocument.Item(
            address: "server/lab-1", key: "lab-1", since: try RenderingSamples.time("13:00:00"),
            lastReportAt: try RenderingSamples.time("14:03:11"), reports: 379)
        let unknown = UnknownReportersDocument(items: [reporter], missing: [])
        try expectGolden("list-unknown", ListRenderer.text(unknown, context(100)))
    }

    @Test("incidents are a line each, with the blast radius")
    func incidents() throws {
        var rack = try RenderingSamples.incident(
            "rack/dc1-r07:1", .rackUnreachable, since: "14:02:36", severity: .critical,
            summary: "Rack unreachable: 40 of 40 servers silent within 9.8 s.")
        (rack.serversAffected, rack.serversTotal) = (40, 40)
        var drops = try RenderingSamples.incident(
            "server/dc1-r02-s03:4", .packetDrops, since: "11:03:19", severity: .error,
            summary: "eth0 drops 3.1 % of its packets, limit 2 %.")
        drops.flapping = true
        drops.mutedBy = [MuteDocument(by: "acknowledgement", owner: "ana")]
        let document = IncidentsDocument(items: [rack, drops], cursor: "x1")
        try expectGolden("incidents", IncidentsRenderer.text(document, context(120)))
    }

    @Test("maintenance shows how long it still lasts")
    func maintenance() throws {
        let windows = try [("14:00:00", "16:00:00"), ("18:00:00", "19:30:00")].map { from, until in
            MaintenanceDocument(
                address: "rack/dc1-r03", id: "ana-1", owner: "ana", reason: "firmware",
                from: try RenderingSamples.time(from), until: try RenderingSamples.time(until))
        }
        let text = MaintenanceRenderer.text(MaintenanceListDocument(items: windows), context(100))
        try expectGolden("maintenance", text)
    }

    @Test("the quarantine says what ended a process, shows its bytes, and what to do with them")
    func quarantine() throws {
        let reason = "it has ended the process 2 times, last by SIGILL"
        let since = try RenderingSamples.time("14:00:00")
        let list = QuarantineListDocument(items: [
            QuarantineListDocument.Item(
                id: "server@server-a:3", at: since, twin: "server/dc1-r07-s12", form: "message",
                type: "ReportBatch", payloadBytes: 61, reason: reason),
            QuarantineListDocument.Item(
                id: "rack@rack-a:1", at: try RenderingSamples.time("14:01:00"),
                twin: "rack/dc1-r07", form: "own", type: nil, payloadBytes: 0, reason: reason),
        ])
        try expectGolden("quarantine-list", QuarantineRenderer.text(list, context(120)))
        #expect(
            QuarantineRenderer.text(QuarantineListDocument(items: []), context(80))
                == "nothing is in quarantine")

        var one = QuarantinedDocument(
            id: "server@server-a:3", at: since, twin: "server/dc1-r07-s12", form: "message",
            destination: "server@server-a", type: "GetServer", digest: "00c3a6b54c21ff2b",
            reason: reason, payloadBytes: 3, payload: [0x92, 0x01, 0xC0], isWhole: true)
        try expectGolden("quarantine-show", QuarantineRenderer.text(one, context(100)))
        one.payload = [UInt8](repeating: 0xC1, count: 40)
        one.payloadBytes = 70_000
        one.isWhole = false
        try expectGolden("quarantine-show-bytes", QuarantineRenderer.text(one, context(100)))
    }

    @Test("what became of a quarantined message is a sentence")
    func quarantineDeeds() {
        func text(_ deed: QuarantineCommandDocument.Deed, _ refusal: Refusal?) -> String {
            QuarantineRenderer.text(
                QuarantineCommandDocument(
                    id: "server@a:3", twin: "server/s1", deed: deed, refusal: refusal))
        }
        #expect(text(.requeued, nil) == "server@a:3 handed back: server/s1 took it")
        #expect(
            text(.requeued, Refusal(.invalid, "too late"))
                == "server@a:3 handed back: server/s1 refused it (invalid): too late")
        #expect(
            text(.dropped, nil)
                == "server@a:3 dropped: its bytes are gone, server/s1 goes on refusing it")
    }

    private func context(_ width: Int) -> RenderContext {
        RenderContext(now: RenderingSamples.now, width: width)
    }

    /// Compares with `Golden/NAME.txt`; with TWIN_WRITE_GOLDEN set it writes what is not there.
    private func expectGolden(_ name: String, _ text: String) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Golden/\(name).txt")
        let isWanted = ProcessInfo.processInfo.environment["TWIN_WRITE_GOLDEN"] != nil
        if isWanted, !FileManager.default.fileExists(atPath: file.path) {
            try Data((text + "\n").utf8).write(to: file)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == text + "\n")
    }
}
