import Foundation
import Testing
import TwinCore
import TwinWire

extension EndToEnd {
    @Suite("disks that fail")
    struct StorageTests {
        private static let storageFailed = ServiceProcess.End.exit(74)

        /// A cluster whose first server instance dies of its disk while reports come in.
        private struct Patient {
            let cluster: Cluster
            let fleet: Fleet
            let reports: ReportLoad

            init(_ name: String, wrapper: [String] = []) async throws {
                cluster = try Cluster()
                fleet = try Fleet(dc: name, racks: 2, serversPerRack: 6)
                for member in Member.founders {
                    try cluster.start(member, wrapper: member == .serverA ? wrapper : [])
                }
                try await cluster.untilServing()
                try fleet.commission(by: cluster.client)
                reports = ReportLoad(fleet, to: cluster.endpoint)
                let client = cluster.client
                try await eventually("every server has reported") {
                    try client.servers().allSatisfy { $0.lastReportAt != nil }
                }
            }

            /// Starts the instance on a healthy disk and checks that nothing that got `ok` is gone.
            func verifyRecovery() async throws {
                try cluster.start(.serverA)
                try await cluster.untilServing()
                for (key, count) in try await reports.finish() {
                    #expect(try cluster.client.server(key).report.accepted == count, "\(key)")
                }
            }
        }

        @Test(
            "a full disk stops the instance with a sentence, and nothing that got ok is lost",
            .enabled(if: Executables.system("prlimit") != nil, "needs prlimit of util-linux"))
        func fullDisk() async throws {
            // A write past the limit fails only while its signal is ignored.
            let patient = try await Patient(
                "full", wrapper: ["/bin/sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"])
            let process = try patient.cluster.process(.serverA)
            let limited = try await Tool.run(
                path: try #require(Executables.system("prlimit")),
                ["--pid", "\(process.pid)", "--fsize=4096"], in: patient.cluster.folder)
            try #require(limited.status == 0, "\(limited.text)")
            #expect(try await process.end() == Self.storageFailed)
            #expect(process.log.contains("storage-failed"))
            #expect(process.log.contains("file size limit reached"))
            #expect(process.log.contains("4096 bytes"))
            #expect(process.log.contains(patient.cluster.folder.path))
            try await patient.verifyRecovery()
        }

        @Test(
            "a disk that fails to sync, or says that it is full, stops the instance for good",
            .enabled(if: Executables.system("strace") != nil, "needs strace"),
            arguments: [
                ("fdatasync:error=EIO", ["Input/output error", "disk I/O error"]),
                ("pwrite64:error=ENOSPC", ["no space left on this file system"]),
            ])
        func failingCalls(fault: String, causes: [String]) async throws {
            let patient = try await Patient("eio")
            let process = try patient.cluster.process(.serverA)
            let call = fault.prefix { $0 != ":" }
            let tracer = try ServiceProcess(
                try #require(Executables.system("strace")),
                [
                    "-f", "-p", "\(process.pid)", "-e", "trace=\(call)", "-e", "inject=\(fault)",
                    "-o", "/dev/null",
                ], log: patient.cluster.folder.file("strace.log"))
            #expect(try await process.end() == Self.storageFailed, "\(tracer.log)")
            #expect(process.log.contains("storage-failed"))
            #expect(causes.contains { process.log.contains($0) }, "\(process.log)")
            #expect(process.log.contains(patient.cluster.folder.file("server-a")))
            try await patient.verifyRecovery()
        }

        @Test("a flipped bit in the journal is found by check, and the service refuses to start")
        func flippedJournal() async throws {
            let patient = try await Patient("bit")
            _ = try await patient.reports.finish()
            let cluster = patient.cluster
            // Killed, so that the rows are behind and the journal is needed.
            try await cluster.kill(.serverA)
            let segment = cluster.folder.file("server-a/journal/journal-0000000001.seg")
            try Bits.flip(in: segment) { bytes in
                let last = try #require(bytes.lastIndex { $0 != 0 })
                return (Self.recordsOffset + last) / 2
            }
            try await Self.verifyRefusal(in: cluster, naming: "journal-0000000001.seg")
        }

        @Test("a flipped bit in a row is found by check, and the service refuses to start")
        func flippedRow() async throws {
            let patient = try await Patient("row")
            _ = try await patient.reports.finish()
            let cluster = patient.cluster
            let key = try #require(
                try patient.fleet.servers.first {
                    try cluster.client.server($0).owner.instance == "server-a"
                })
            // Stopped, so that the rows are whole in their file.
            #expect(try await cluster.stop(.serverA) == .exit(0))
            try Bits.flip(in: cluster.folder.file("server-a/rows.sqlite")) { bytes in
                let found = try #require(bytes.range(of: Data("\(key)healthy".utf8)))
                return found.upperBound + Self.intoState
            }
            try await Self.verifyRefusal(in: cluster, naming: "rows.sqlite")
        }

        /// Where records begin in a segment.
        private static let recordsOffset = 4_096
        /// Some bytes into what follows the readable columns.
        private static let intoState = 40

        private static func verifyRefusal(
            in cluster: Cluster, naming file: String
        ) async throws {
            let check = try await Tool.run(
                "server-twin-svc", ["check", cluster.folder.file("server-a")], in: cluster.folder)
            #expect(check.status == 74)
            #expect(check.text.contains("damage: "))
            #expect(check.text.contains(file))
            #expect(check.text.contains("is DAMAGED"))
            try cluster.start(.serverA)
            let process = try cluster.process(.serverA)
            #expect(try await process.end() == storageFailed)
            #expect(process.log.contains("storage-failed"))
            #expect(process.log.contains(file))
        }
    }
}

/// Damage to files.
enum Bits {
    /// Flips one bit of the byte that `place` chooses.
    static func flip(in file: String, at place: (Data) throws -> Int) throws {
        var bytes = try Data(contentsOf: URL(filePath: file))
        bytes[try place(bytes)] ^= 0x10
        try bytes.write(to: URL(filePath: file))
    }
}
