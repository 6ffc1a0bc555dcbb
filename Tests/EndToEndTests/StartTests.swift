import Foundation
import Glibc
import Testing
import TwinCore
import TwinWire

extension EndToEnd {
    @Suite("starting")
    struct StartTests {
        /// A wrong start must end while the operator is still looking: within 5 s, and what a
        /// busy machine adds.
        private static let promptly = 30.0

        @Test("services that start before their broker wait for it")
        func anyOrder() async throws {
            let cluster = try Cluster()
            for member in Member.instances.reversed() { try cluster.start(member) }
            try await eventually("all services have recovered") {
                try Member.instances.allSatisfy {
                    try cluster.process($0).log.contains("recovered")
                }
            }
            try cluster.start(.broker)
            try await cluster.untilServing()
        }

        @Test("of two processes with one name the second is refused, with who and which flag")
        func oneName() async throws {
            let cluster = try await Cluster.serving(Member.smallest)
            let second = try ServiceProcess(
                try Executables.path("server-twin-svc"),
                [
                    "--broker", cluster.servicesEndpoint, "--instance", "server-a", "--state-dir",
                    cluster.folder.file("second"),
                ], log: cluster.folder.file("second.log"))
            #expect(try await second.end(within: Self.promptly) == .exit(1))
            #expect(second.log.contains("another process is registered as server-a"))
            #expect(second.log.contains("--instance and --state-dir"))
            try await cluster.untilServing()
        }

        @Test("a state directory that is in use is refused, with the holder and the flag")
        func directoryInUse() async throws {
            let cluster = try await Cluster.serving(Member.smallest)
            let second = try await Tool.run(
                "server-twin-svc", cluster.arguments(.serverA), in: cluster.folder)
            #expect(second.status == 74)
            let holder = try cluster.process(.serverA).pid
            #expect(second.text.contains("in use by process \(holder)"))
            #expect(second.text.contains("--state-dir"))
        }

        @Test("an older copy of a state directory is refused, with what it is")
        func copiedDirectory() async throws {
            let cluster = try await Cluster.serving(Member.smallest)
            #expect(try await cluster.stop(.serverA) == .exit(0))
            try cluster.folder.copy("server-a", to: "copy")
            // The original goes on, and so the copy grows old.
            for _ in 0..<2 {
                try cluster.start(.serverA)
                try await cluster.untilServing()
                #expect(try await cluster.stop(.serverA) == .exit(0))
            }
            let copy = try ServiceProcess(
                try Executables.path("server-twin-svc"),
                ["--broker", cluster.servicesEndpoint, "--state-dir", cluster.folder.file("copy")],
                log: cluster.folder.file("copy.log"))
            #expect(try await copy.end(within: Self.promptly) == .exit(1))
            #expect(copy.log.contains("an older copy of the state directory of server-a"))
            #expect(copy.log.contains("--state-dir"))
            try cluster.start(.serverA)
            try await cluster.untilServing()
        }

        @Test("an instance of another cluster is refused, with both clusters and the flags")
        func otherCluster() async throws {
            let ours = try await Cluster.serving(Member.smallest)
            let other = try await Cluster.serving(Member.smallest)
            #expect(try await other.stop(.rackA) == .exit(0))
            let stray = try ServiceProcess(
                try Executables.path("rack-twin-svc"),
                [
                    "--broker", ours.servicesEndpoint, "--state-dir",
                    other.folder.file("rack-a"),
                ], log: other.folder.file("stray.log"))
            #expect(try await stray.end(within: Self.promptly) == .exit(1))
            #expect(stray.log.contains("belongs to another cluster"))
            #expect(stray.log.contains(try ours.client.status().cluster.id))
            #expect(stray.log.contains(try other.client.status().cluster.id))
            #expect(stray.log.contains("--broker and --state-dir"))
        }

        @Test("a taken port is refused with the flag", arguments: ["listen", "listen-services"])
        func takenPort(flag: String) async throws {
            let cluster = try await Cluster.serving(Member.smallest)
            let port = try FreePorts.draw(1)[0]
            let isListen = flag == "listen"
            let free = "tcp://127.0.0.1:\(port)"
            let second = try await Tool.run(
                "twin-broker",
                [
                    "--state-dir", cluster.folder.file("broker-2"), "--listen",
                    isListen ? cluster.endpoint : free, "--listen-services",
                    isListen ? free : cluster.servicesEndpoint,
                ], in: cluster.folder)
            #expect(second.status == 69)
            #expect(second.text.contains("--\(flag) (or TWIN_"))
            #expect(
                second.text.contains(isListen ? cluster.endpoint : cluster.servicesEndpoint))
        }

        @Test(
            "SIGTERM while a process still opens its state ends it quietly with 0",
            arguments: [
                (Member.broker, "placement.json"), (.serverA, "instance.json"),
                (.rackA, "instance.json"), (.dcA, "instance.json"),
            ])
        func stopAtOnce(member: Member, file: String) async throws {
            let cluster = try Cluster()
            // A pipe that nobody writes to: the process waits in the middle of its opening.
            let state = cluster.folder.file(member.rawValue)
            try FileManager.default.createDirectory(
                atPath: state, withIntermediateDirectories: true)
            let made = unsafe mkfifo("\(state)/\(file)", 0o600)
            try #require(made == 0)
            try cluster.start(member)
            try await eventually("it has locked its directory") {
                FileManager.default.fileExists(atPath: "\(state)/lock")
            }
            #expect(try await cluster.stop(member) == .exit(0))
            #expect(try cluster.process(member).log.isEmpty)
        }

        @Test("SIGTERM ends every process cleanly within 20 s")
        func cleanStop() async throws {
            let cluster = try await Cluster.serving()
            let fleet = try Fleet(dc: "stop", racks: 1, serversPerRack: 4)
            try fleet.commission(by: cluster.client)
            for member in Member.founders.reversed() {
                #expect(try await cluster.stop(member, within: 20) == .exit(0), "\(member)")
            }
        }
    }
}
