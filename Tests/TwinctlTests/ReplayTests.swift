import ArgumentParser
import Foundation
import Testing
import TwinClient
import TwinCore

@testable import twinctl

@Suite("replay")
struct ReplayCommandTests {
    private static let nobody = ["TWIN_BROKER": "tcp://127.0.0.1:1"]

    private func run(_ arguments: [String]) throws -> (TwinClient.ExitStatus, Told) {
        let told = Told()
        let line = ["replay", "--server", "omi-1"] + arguments
        let command = try #require(try Twinctl.parseAsRoot(line) as? any TwinctlCommand)
        return (command.execute(output: told.output, environment: Self.nobody), told)
    }

    /// A file that lives as long as `body`.
    private func withFile<Result>(
        _ text: String, _ body: (String) throws -> Result
    ) throws -> Result {
        let path = NSTemporaryDirectory() + "series-\(UUID().uuidString)"
        defer { unsafe unlink(path) }
        try Data(text.utf8).write(to: URL(filePath: path))
        return try body(path)
    }

    /// Two hours of a temperature margin at one minute, an hour too hot.
    private static let margins = (0..<120).map { (40..<100).contains($0) ? "3" : "30" }
    private static let series = "hw.temperature.margin\n" + margins.joined(separator: "\n") + "\n"
    private static let labels = (0..<120).map { (40..<100).contains($0) ? "1" : "0" }
        .joined(separator: "\n")

    @Test("a labelled series is judged by the production twin, and scored")
    func scored() throws {
        let told = try withFile(Self.series) { csv in
            try withFile(Self.labels) { labels in
                let (status, told) = try run(["--csv", csv, "--labels", labels])
                #expect(status == .ok)
                return told
            }
        }
        let text = told.answers.joined(separator: "\n")
        #expect(text.contains("server/omi-1: 120 rows of 1 metric, every 1 min (2 h)"))
        #expect(text.contains("temperature"))
        #expect(text.contains("1 of 1 event found (100 %)"))
        #expect(text.contains("0 false incidents"))
    }

    @Test("a packed file is the same as a plain one")
    func packed() throws {
        try withFile(Self.series) { csv in
            let gzip = Process()
            gzip.executableURL = URL(filePath: "/usr/bin/env")
            gzip.arguments = ["gzip", "-k", csv]
            try gzip.run()
            gzip.waitUntilExit()
            defer { unsafe unlink(csv + ".gz") }
            let plain = try run(["--csv", csv, "--json"])
            let packed = try run(["--csv", csv + ".gz", "--json"])
            #expect(plain.1.answers == packed.1.answers)
            #expect(packed.0 == .ok)
        }
    }

    @Test("without a header the metrics are c1, c2 …")
    func headless() throws {
        try withFile("1,2\n3,4\n") { csv in
            let (status, told) = try run(["--csv", csv, "--json"])
            #expect(status == .ok)
            #expect(told.answers.joined().contains("\"metrics\":2"))
        }
    }

    @Test(
        "a mistake in a file is told with its place",
        arguments: [("1,2\n3,x\n", "line 2, column 2"), ("1,2\n3\n", "line 2"), ("", "line 1")])
    func mistakes(text: String, place: String) throws {
        try withFile(text) { csv in
            let (status, told) = try run(["--csv", csv])
            #expect(status == .usage)
            #expect(told.notes.joined().contains(place))
        }
    }

    @Test("labels that are not one a row are refused with both numbers")
    func labelCount() throws {
        try withFile("1\n2\n3\n") { csv in
            try withFile("0\n1\n") { labels in
                let (status, told) = try run(["--csv", csv, "--labels", labels])
                #expect(status == .usage)
                let wanted = "wanted 3 lines, one a row of the series, found 2"
                #expect(told.notes.joined().contains(wanted))
            }
        }
    }

    @Test("a file that is not there, or only looks packed, is told by its name")
    func unreadable() throws {
        let (status, told) = try run(["--csv", "/nowhere/x.csv"])
        #expect(status == .usage)
        #expect(told.notes.joined().contains("--csv /nowhere/x.csv: cannot be read"))
        let path = NSTemporaryDirectory() + "broken-\(UUID().uuidString).gz"
        defer { unsafe unlink(path) }
        try Data([0x1F, 0x8B, 1, 2, 3]).write(to: URL(filePath: path))
        let broken = try run(["--csv", path])
        #expect(broken.0 == .usage)
        #expect(broken.1.notes.joined().contains("gzip cannot unpack it"))
    }
}
