import Glibc
import Testing
import TwinClient
import TwinCore
import TwinStore
import TwinWire

extension EndToEnd {
    @Suite("processes that end abnormally")
    struct QuarantineTests {
        /// Without Swift's own report of a crash, which takes many seconds.
        private static let quietly = ["/usr/bin/env", "SWIFT_BACKTRACE=enable=no"]

        private func helper(
            _ end: String, in folder: ScratchFolder
        ) throws -> (process: ServiceProcess, page: String) {
            let page = folder.file("in-hand-\(end)")
            let command =
                Self.quietly + [
                    try Executables.path("failing-instance"), "hold", page, end,
                ]
            let process = try ServiceProcess(
                command[0], Array(command.dropFirst()), log: folder.file("\(end).log"))
            return (process, page)
        }

        @Test(
            "each signal of its own doing marks what the process had in hand, and ends it",
            arguments: [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE])
        func signals(_ signal: Int32) async throws {
            let folder = try ScratchFolder()
            let (process, page) = try helper("\(signal)", in: folder)
            #expect(try await process.end() == .signal(signal))
            #expect(
                try InHand(path: page).abnormalEnd
                    == AbnormalEnd(level: .input, name: "s1", digest: 42, signal: signal))
        }

        @Test(
            "a trap of Swift and a stack that is used up are marked too",
            arguments: ["trap", "overflow"])
        func traps(_ end: String) async throws {
            let folder = try ScratchFolder()
            let (process, page) = try helper(end, in: folder)
            guard case .signal(let signal) = try await process.end() else {
                Issue.record("it ended by no signal")
                return
            }
            let found = try #require(try InHand(path: page).abnormalEnd)
            #expect(found.signal == signal)
            #expect(found.name == "s1" && found.digest == 42)
        }

        @Test(
            "kill -9 marks nothing; nor does another thread's end, nor one with nothing in hand",
            arguments: ["wait", "thread", "released"])
        func unmarked(_ end: String) async throws {
            let folder = try ScratchFolder()
            let (process, page) = try helper(end, in: folder)
            if end == "wait" {
                try await eventually("it holds its input") { process.log.contains("held") }
                process.send(SIGKILL)
            }
            let signals = ["wait": SIGKILL, "thread": SIGSEGV, "released": SIGABRT]
            #expect(try await process.end() == signals[end].map { ServiceProcess.End.signal($0) })
            #expect(try InHand(path: page).abnormalEnd == nil)
        }

        @Test("a message that stops its service twice is quarantined, and its twin lives on")
        func poison() async throws {
            let cluster = try Cluster(Member.smallest)
            for member in Member.smallest where member != .serverA { try cluster.start(member) }
            try await restart(cluster)
            let body = CommissionRequest(dc: try TwinKey("dc1"), rack: try TwinKey("r1"))
            for key in ["poison-1", "s1"] {
                _ = try cluster.client.ask(
                    try address(key), .commission, body, for: CommandDocument.self)
            }
            for _ in 0..<2 {
                try await poison(cluster)
                try await restart(cluster)
            }
            #expect(try refusal(cluster)?.code == .quarantined)
            for key in ["poison-1", "s1"] {
                _ = try cluster.client.ask(
                    try address(key), .commission, body, for: CommandDocument.self)
            }
            _ = try cluster.client.ask(try address("s1"), .getServer, for: PingDocument.self)

            let id = "server@server-a:1"
            let list = try await cluster.twinctl("quarantine", "list")
            #expect(list.text.contains(id) && list.text.contains("server/poison-1"))
            try await eventually("status counts it") {
                try cluster.client.status().quarantined == 1
            }
            let show = try await cluster.twinctl("quarantine", "show", id)
            #expect(show.text.contains("GetServer to server/poison-1"), "\(show.text)")

            // Handed back it stops the service once more, and is still there.
            let requeue = try await cluster.twinctl("--timeout", "1s", "quarantine", "requeue", id)
            #expect(requeue.status != 0)
            try await ended(cluster)
            try await restart(cluster)
            #expect(try await cluster.twinctl("quarantine", "list").text.contains(id))
            try await poison(cluster)
            try await restart(cluster)
            #expect(try refusal(cluster)?.code == .quarantined)

            let drop = try await cluster.twinctl("quarantine", "drop", id)
            #expect(drop.status == 0, "\(drop.text)")
            let empty = try await cluster.twinctl("quarantine", "list")
            #expect(empty.text.contains("nothing is in quarantine"), "\(empty.text)")
            #expect(try refusal(cluster)?.code == .quarantined)
        }

        // MARK: steps

        private func address(_ key: String) throws -> Destination {
            .twin(TwinAddress(tier: .server, key: try TwinKey(key)))
        }

        private func restart(_ cluster: Cluster) async throws {
            try cluster.start(.serverA, wrapper: Self.quietly, executable: "failing-instance")
            try await cluster.untilServing()
        }

        /// Sends what stops the service, and waits for its end.
        private func poison(_ cluster: Cluster) async throws {
            #expect(try refusal(cluster) == nil)
            try await ended(cluster)
        }

        private func ended(_ cluster: Cluster) async throws {
            guard case .signal = try await cluster.process(.serverA).end() else {
                Issue.record("the service did not end by a signal")
                return
            }
        }

        /// How the poisoned message is refused; nil when no answer comes.
        private func refusal(_ cluster: Cluster) throws -> Refusal? {
            let once = RetryTerms(
                timeout: .seconds(2), attemptTimeout: .seconds(2), waitsForOwner: false)
            let poisoned = try address("poison-1")
            do {
                _ = try cluster.client.ask(
                    poisoned, .getServer, for: PingDocument.self, terms: once)
                return nil
            } catch let ClientError.refused(refusal) where refusal.code == .quarantined {
                return refusal
            } catch is ClientError {
                return nil
            }
        }
    }
}
