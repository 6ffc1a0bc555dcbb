import Foundation
import Testing
import TwinCore
import TwinWire
import twinctl

@Suite("Rendering")
struct RenderingTests {
    @Test(
        "a ratio is a percentage with no more digits than it needs",
        arguments: [
            (0, "0 %"), (0.42, "42 %"), (0.015, "1.5 %"), (0.02, "2 %"), (0.00001, "0.001 %"),
            (0.0031, "0.31 %"), (0.000001, "<0.001 %"), (1.2, "120 %"), (-0.05, "-5 %"),
        ])
    func percent(_ ratio: Double, _ text: String) {
        #expect(HumanNumbers.percent(ratio) == text)
    }

    @Test(
        "a length of time has its two largest units",
        arguments: [
            (0, "0 s"), (999, "0 s"), (43_204, "43 s"), (122_259, "2 min 2 s"), (60_000, "1 min"),
            (11_532_000, "3 h 12 min"), (97 * 3_600_000, "4 d 1 h"), (-5, "0 s"),
        ] as [(Int64, String)])
    func span(_ milliseconds: Int64, _ text: String) {
        #expect(HumanNumbers.span(Milliseconds(rawValue: milliseconds)) == text)
    }

    @Test("sizes, rates and seconds keep two or three figures")
    func sizes() {
        #expect(HumanNumbers.bytes(61 << 30) == "61 GiB")
        #expect(HumanNumbers.bytes(1_536) == "1.5 KiB")
        #expect(HumanNumbers.bytes(0) == "0 B")
        #expect(HumanNumbers.bytes(.max) == "16384 PiB")
        #expect(HumanNumbers.seconds(0.0018) == "1.8 ms")
        #expect(HumanNumbers.seconds(0.000085) == "85 µs")
        #expect(HumanNumbers.seconds(75) == "1 min 15 s")
        #expect(HumanNumbers.rate(0.25) == "0.3")
        #expect(HumanNumbers.rate(12_500) == "12,500")
        #expect(HumanNumbers.rate(.infinity) == "9,223,372,036,854,775,807")
    }

    @Test("a spark line has a blank where nothing was reported and a full block at the limit")
    func sparkLine() {
        #expect(SparkLine.text([0, 0.5, nil, 1, 2], in: 0...1, columns: 16) == "▁▄ ██")
        #expect(SparkLine.text([0, 1, 1, 0], in: 0...1, columns: 2) == "▄▄")
        #expect(SparkLine.text([3, 3], in: 3...3, columns: 2) == "▁▁")
        #expect(SparkLine.text([], in: 0...1, columns: 16) == "")
    }

    @Test("a time of another day carries its date, and local time its own")
    func times() throws {
        let utc = HumanTime(now: RenderingSamples.now, zone: .utc)
        let zone = try #require(TimeZone(secondsFromGMT: 3_600))
        let local = HumanTime(now: RenderingSamples.now, zone: .local(zone))
        let late = try RenderingSamples.time("23:30:00.007")
        #expect(utc.precise(late) == "23:30:00.007Z")
        #expect(local.clock(late) == "2026-11-23 00:30:00")
        #expect(utc.clock(try RFC3339(parsing: "2026-11-21T14:02:36Z")) == "2026-11-21 14:02:36Z")
    }

    @Test("colour follows --color, the terminal and NO_COLOR, in this order")
    func colour() {
        let isPlain = { (palette: Palette) in palette.paint("x", .bad) == "x" }
        #expect(isPlain(Palette(.never, isTerminal: true, environment: [:])))
        #expect(!isPlain(Palette(.always, isTerminal: false, environment: ["NO_COLOR": "1"])))
        #expect(!isPlain(Palette(.auto, isTerminal: true, environment: ["NO_COLOR": ""])))
        #expect(isPlain(Palette(.auto, isTerminal: true, environment: ["NO_COLOR": "1"])))
        #expect(isPlain(Palette(.auto, isTerminal: true, environment: ["TERM": "dumb"])))
        #expect(isPlain(Palette(.auto, isTerminal: false, environment: [:])))
    }

    @Test("colour changes no column: without its escapes a coloured answer is the plain one")
    func colourIsInvisible() throws {
        let plain = RenderContext(now: RenderingSamples.now)
        let coloured = RenderContext(now: RenderingSamples.now, palette: .coloured)
        let pairs = [
            (
                StatusRenderer.text(try RenderingSamples.status(), plain),
                StatusRenderer.text(try RenderingSamples.status(), coloured)
            ),
            (
                ServerRenderer.text(try RenderingSamples.server(), plain),
                ServerRenderer.text(try RenderingSamples.server(), coloured)
            ),
            (
                UnhealthyRacksRenderer.text(try RenderingSamples.unhealthyRacks(), plain),
                UnhealthyRacksRenderer.text(try RenderingSamples.unhealthyRacks(), coloured)
            ),
        ]
        for (plainText, colouredText) in pairs {
            #expect(colouredText != plainText)
            #expect(colouredText.replacing(/\u{1B}\[[0-9;]*m/, with: "") == plainText)
        }
    }

    @Test("neighbouring updates of one incident are shown as the latest of them")
    func foldedUpdates() throws {
        let alerts = try RenderingSamples.alerts()
        var quiet = alerts[1]
        quiet.pages = false
        var newer = quiet
        newer.incident?.summary = "Newest."
        let renderer = AlertRenderer(RenderContext(now: RenderingSamples.now, width: 120))
        let text = renderer.text([alerts[0], quiet, newer, quiet, alerts[2]])
        #expect(text.split(separator: "\n").count == 4)
        #expect(!text.contains("Newest."))
    }

    @Test("a long sentence breaks between words, below where it began")
    func wrapping() throws {
        var alert = try RenderingSamples.alerts()[1]
        alert.incident?.summary = String(repeating: "word ", count: 30)
        let renderer = AlertRenderer(RenderContext(now: RenderingSamples.now, width: 80))
        let lines = renderer.text(alert).split(separator: "\n")
        #expect(lines.count > 3)
        for line in lines { #expect(line.count <= 80) }
        for line in lines.dropFirst() {
            #expect(line.prefix { $0 == " " }.count == 48)
        }
    }

    @Test("a change of verdict and a gap are told too")
    func otherRecords() throws {
        let renderer = AlertRenderer(RenderContext(now: RenderingSamples.now))
        let verdict = AlertDocument(
            id: "dc#3:1:9", at: try RenderingSamples.time("14:02:36"), change: "verdict",
            pages: false, address: "dc/dc1", verdict: .unhealthy)
        #expect(
            renderer.text(verdict)
                == "14:02:36.000  verdict   –         dc/dc1        Now unhealthy.")
        let gap = AlertGapDocument(
            gap: AlertGapDocument.Gap(from: "rack#1:1:4", to: "rack#1:1:9", resume: "c9"))
        #expect(
            renderer.text(gap)
                == "records rack#1:1:4 to rack#1:1:9 are no longer kept; going on at c9")
    }

    @Test("an error names code, sentence, found, wanted and the next command")
    func error() {
        let document = ErrorDocument(
            Refusal(
                .overloaded, "server/s1: too many former racks", found: "5", wanted: "at most 4",
                hint: "twinctl get server s1"))
        let text = ErrorRenderer.text(document, RenderContext(now: RenderingSamples.now))
        #expect(
            text == """
                twinctl: overloaded: server/s1: too many former racks
                  found     5
                  wanted    at most 4
                  The same command may be repeated.
                → twinctl get server s1
                """)
    }

    @Test("a command answers in one sentence, and says when there was nothing to do")
    func command() {
        var document = CommandDocument(
            ok: true, address: "server/s1", changed: true, generation: 88, position: 1)
        #expect(
            CommandRenderer.text(document, deed: "commissioned")
                == "server/s1 commissioned, generation 88")
        document.changed = false
        document.generation = nil
        #expect(
            CommandRenderer.text(document, deed: "decommissioned")
                == "server/s1 was already decommissioned")
    }

    @Test("ping names who answered and how fast")
    func ping() {
        var document = PingDocument(
            address: "server/s1", instance: "server-b", epoch: 2, protocol: 1,
            roundTripMilliseconds: 0.42)
        #expect(
            PingRenderer.text(document) == "server/s1: server-b, epoch 2, protocol 1, 420 µs")
        (document.address, document.instance, document.epoch) = ("broker", nil, nil)
        #expect(PingRenderer.text(document) == "broker: protocol 1, 420 µs")
    }

    @Test("an empty answer is a sentence")
    func empty() throws {
        let context = RenderContext(now: RenderingSamples.now)
        #expect(
            IncidentsRenderer.text(IncidentsDocument(items: []), context) == "nothing is wrong")
        #expect(
            MaintenanceRenderer.text(MaintenanceListDocument(items: []), context)
                == "no maintenance is planned or running")
        var status = try RenderingSamples.status()
        status.datacenters = []
        let dc = try #require(status.processes.firstIndex { $0.tier == .dc })
        status.processes[dc].state = .lost
        #expect(
            StatusRenderer.text(status, context).hasPrefix(
                "NO DATA CENTER  data center picture unavailable: dc instance dc-a is away (lost)"))
        (status.processes[dc].state, status.processes[dc].twins) = (.ok, 0)
        #expect(
            StatusRenderer.text(status, context).hasPrefix(
                "NO DATA CENTER  nothing is commissioned yet"))
    }

    @Test("status names the shards that move, and does not worry about who was drained")
    func moves() throws {
        var status = try RenderingSamples.status()
        status.refused = [:]
        let place = try #require(status.processes.firstIndex { $0.name == "server-a" })
        status.moves = (0..<10).map {
            StatusDocument.Move(
                shard: "server#\($0)", from: "server-a", to: "server-b", phase: "copying")
        }
        status.processes[place].draining = true
        let context = RenderContext(now: RenderingSamples.now)
        let text = StatusRenderer.text(status, context)
        #expect(
            text.contains(
                "\n\nserver#0 is moving from server-a to server-b (copying)\nserver#1 is moving "))
        #expect(text.contains("server#7 is moving") && !text.contains("server#8 is moving"))
        #expect(text.contains("\nand 2 more shards are moving\n"))
        #expect(text.contains("server-a  server  draining     128"))

        status.moves = nil
        status.processes[place].shards = 0
        status.processes[place].state = .lost
        let after = StatusRenderer.text(status, context)
        #expect(after.contains("server-a  server  drained       0") && !after.contains("is lost"))
        // Whoever is lost with shards is trouble, drained or not.
        status.processes[place].shards = 1
        #expect(StatusRenderer.text(status, context).contains("server-a is lost since"))
    }

    @Test("a healthy data center is said in one line")
    func healthy() throws {
        var document = try RenderingSamples.unhealthyRacks()
        (document.verdict, document.healthy, document.racks) = (.healthy, true, [])
        document.counts.unhealthy = 0
        let text = UnhealthyRacksRenderer.text(
            document, RenderContext(now: RenderingSamples.now, width: 90))
        #expect(text.hasPrefix("dc1 is HEALTHY: 11 racks, 0 unknown "))
        #expect(!text.contains("\n"))
    }
}
