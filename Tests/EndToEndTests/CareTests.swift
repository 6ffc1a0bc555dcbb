import Testing
import TwinCore
import TwinWire

extension EndToEnd {
    @Suite("care of a running service")
    struct CareTests {
        @Test(
            "any SQLite tool reads the rows of a running service",
            .enabled(if: reader != nil, "needs sqlite3 or python3"))
        func readableRows() async throws {
            let cluster = try await Cluster.serving(Member.smallest)
            let fleet = try Fleet(dc: "rows", racks: 1, serversPerRack: 5)
            try fleet.commission(by: cluster.client)
            let reports = ReportLoad(fleet, to: cluster.endpoint)
            let expected = fleet.servers.map { "\($0)|healthy|0" }.sorted()
            let file = cluster.folder.file("server-a/rows.sqlite")
            let question = "select key, status, open_incidents from twin"
            var lines: [String] = []
            // Rows follow the journal within seconds; each look is a process of its own.
            for _ in 0..<40 where lines != expected {
                try await Task.sleep(for: .milliseconds(500))
                let answer = try await Self.query(question, in: file, folder: cluster.folder)
                try #require(answer.status == 0, "\(answer.text)")
                lines = answer.text.split(separator: "\n").map(String.init).sorted()
            }
            #expect(lines == expected)
            #expect(try cluster.process(.serverA).isRunning)
            _ = try await reports.finish()
        }

        /// What reads SQLite files here.
        private static var reader: String? {
            Executables.system("sqlite3") ?? Executables.system("python3")
        }

        private static func query(
            _ question: String, in file: String, folder: ScratchFolder
        ) async throws -> Tool {
            let program = try #require(reader)
            guard program.hasSuffix("python3") else {
                return try await Tool.run(path: program, ["-readonly", file, question], in: folder)
            }
            let script = """
                import sqlite3, sys
                rows = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
                for row in rows.execute(sys.argv[2]): print("|".join(map(str, row)))
                """
            return try await Tool.run(path: program, ["-c", script, file, question], in: folder)
        }

        @Test("check calls the state of a running and of a stopped service sound")
        func check() async throws {
            let cluster = try await Cluster.serving(Member.smallest)
            let fleet = try Fleet(dc: "check", racks: 1, serversPerRack: 5)
            try fleet.commission(by: cluster.client)
            let reports = ReportLoad(fleet, to: cluster.endpoint)
            try await eventually("every server has reported") {
                try cluster.client.servers().allSatisfy { $0.lastReportAt != nil }
            }
            for member in cluster.members where member.tier != nil {
                let folder = cluster.folder.file(member.rawValue)
                for isRunning in [true, false] {
                    if !isRunning { #expect(try await cluster.stop(member) == .exit(0)) }
                    let check = try await Tool.run(
                        member.executable, ["check", folder], in: cluster.folder)
                    #expect(check.status == 0, "\(check.text)")
                    #expect(check.text.contains("\(folder) is sound"))
                }
                try cluster.start(member)
                try await cluster.untilServing()
            }
            _ = try await reports.finish()
        }

        @Test("a backup of a running service restores into an empty directory, at a new epoch")
        func backupAndRestore() async throws {
            let cluster = try await Cluster.serving()
            let fleet = try Fleet(dc: "copy", racks: 2, serversPerRack: 6)
            try fleet.commission(by: cluster.client)
            let before = ReportLoad(fleet, to: cluster.endpoint)
            try await eventually("every server has reported") {
                try cluster.client.servers().allSatisfy { $0.lastReportAt != nil }
            }
            let backup = cluster.folder.file("server-a.backup")
            let state = cluster.folder.file("server-a")
            let made = try await Tool.run(
                "server-twin-svc", ["backup", "--state-dir", state, backup], in: cluster.folder)
            #expect(made.status == 0, "\(made.text)")
            let again = try await Tool.run(
                "server-twin-svc", ["backup", "--state-dir", state, backup], in: cluster.folder)
            #expect(again.status == 74, "an existing file is not overwritten")
            let sent = try await before.finish()

            // The disk is lost, and with it what came after the backup.
            try await cluster.kill(.serverA)
            try cluster.folder.move("server-a", to: "lost")
            let restored = try await Tool.run(
                "server-twin-svc", ["restore", backup, "--state-dir", state], in: cluster.folder)
            #expect(restored.status == 0, "\(restored.text)")
            #expect(restored.text.contains("Lost: everything after"))
            try cluster.start(.serverA)
            try await cluster.untilServing()

            let after = ReportLoad(fleet, to: cluster.endpoint)
            try await eventually("every server is healthy again") {
                try cluster.client.servers().allSatisfy { $0.status == "healthy" }
            }
            // On a machine with more to do than cores a rack was really silent for a while.
            try await eventually("no rack is unhealthy") {
                try cluster.client.unhealthyRacks(fleet.dc).racks.isEmpty
            }
            let sentAfter = try await after.finish()
            for key in fleet.servers {
                let server = try cluster.client.server(key)
                let count = sent[key, default: 0] + sentAfter[key, default: 0]
                if server.owner.instance == "server-a" {
                    #expect(server.owner.epoch > 1, "\(key) opens at a new epoch")
                    #expect(server.report.accepted <= count)
                    #expect(server.report.accepted > sentAfter[key, default: 0])
                } else {
                    #expect(server.owner.epoch == 1)
                    #expect(server.report.accepted == count)
                }
            }
        }
    }
}
