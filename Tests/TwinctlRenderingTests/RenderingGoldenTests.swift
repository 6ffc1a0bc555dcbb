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
