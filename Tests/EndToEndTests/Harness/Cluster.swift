import Foundation
import Glibc
import TwinClient
import TwinCore
import TwinWire

/// A whole cluster of real processes with a folder and ports of its own; all end with the value.
final class Cluster {
    let folder: ScratchFolder
    let endpoint: String
    let servicesEndpoint: String
    let client: Client
    let members: [Member]
    private var processes: [Member: ServiceProcess] = [:]

    /// Of each tier.
    let shards: Int

    /// Few, so that two instances of a tier both get work from a small fleet.
    static let shardsDefault = 16

    /// A cluster of which nothing runs yet.
    init(_ members: [Member] = Member.founders, shards: Int = shardsDefault) throws {
        folder = try ScratchFolder()
        self.members = members
        self.shards = shards
        let ports = try FreePorts.draw(2)
        endpoint = "tcp://127.0.0.1:\(ports[0])"
        servicesEndpoint = "tcp://127.0.0.1:\(ports[1])"
        client = try Client(endpoint)
    }

    deinit {
        // Processes first: what still writes would keep the folder from being removed.
        processes = [:]
        ClusterLogs.shared.keep(below: folder.path)
    }

    /// A cluster that serves.
    static func serving(_ members: [Member] = Member.founders) async throws -> Cluster {
        let cluster = try Cluster(members)
        for member in members { try cluster.start(member) }
        try await cluster.untilServing()
        return cluster
    }

    // MARK: processes

    /// Starts a member on its own state directory.
    /// - Parameters:
    ///   - wrapper: a command that ends by executing what follows it.
    ///   - executable: instead of the member's own.
    ///   - options: further flags.
    func start(
        _ member: Member, wrapper: [String] = [], executable: String? = nil,
        options: [String] = []
    ) throws {
        let path = try Executables.path(executable ?? member.executable)
        let command = wrapper + [path] + arguments(member) + options
        processes[member] = try ServiceProcess(
            command[0], Array(command.dropFirst()), log: folder.file("\(member.rawValue).log"))
    }

    func arguments(_ member: Member) -> [String] {
        let state = ["--state-dir", folder.file(member.rawValue)]
        guard member.tier != nil else {
            return state + [
                "--listen", endpoint, "--listen-services", servicesEndpoint, "--shards",
                "\(shards)", "--bootstrap", "--instances", plan, "--allow-simulation",
            ]
        }
        return state + ["--broker", servicesEndpoint, "--instance", member.rawValue]
    }

    private var plan: String {
        Tier.allCases.map { tier in "\(tier)=\(members.count { $0.tier == tier })" }
            .joined(separator: ",")
    }

    func process(_ member: Member) throws -> ServiceProcess {
        guard let process = processes[member] else {
            throw HarnessError("\(member.rawValue) was never started")
        }
        return process
    }

    /// kill -9, and waits until it is gone.
    func kill(_ member: Member) async throws {
        let process = try process(member)
        process.send(SIGKILL)
        let end = try await process.end()
        guard end == .signal(SIGKILL) else {
            throw HarnessError("\(member.rawValue) ended before it was killed: \(end)")
        }
    }

    /// SIGTERM, and how it ends.
    func stop(_ member: Member, within seconds: Double = 25) async throws -> ServiceProcess.End {
        let process = try process(member)
        process.send(SIGTERM)
        return try await process.end(within: seconds)
    }

    /// SIGSTOP: the process stands still.
    func freeze(_ member: Member) throws { try process(member).send(SIGSTOP) }

    /// SIGCONT: it goes on.
    func thaw(_ member: Member) throws { try process(member).send(SIGCONT) }

    // MARK: readiness

    /// Waits until every member answers and every shard has its owner.
    /// - Parameter present: who must answer; nil = the members it was born with.
    func untilServing(by present: [Member]? = nil, within seconds: Double = 60) async throws {
        try await eventually("every member serves", within: seconds) {
            let status = try client.ask(
                .broker, .clusterStatus, for: StatusDocument.self, terms: Self.brief)
            for tier in Tier.allCases {
                let owned = status.processes.filter { $0.tier == tier }.compactMap(\.shards)
                guard owned.reduce(0, +) == shards else { return false }
            }
            for member in present ?? members {
                guard let tier = member.tier else { continue }
                let destination = Destination.instance(tier, try InstanceName(member.rawValue))
                _ = try client.ask(
                    destination, .ping, for: PingDocument.self, terms: Self.brief)
            }
            return true
        }
    }

    private static let brief = RetryTerms(
        timeout: .seconds(1), attemptTimeout: .seconds(1), waitsForOwner: true)

    /// Runs `twinctl` against this cluster.
    func twinctl(_ arguments: String..., within seconds: Double = 60) async throws -> Tool {
        try await Tool.run(
            "twinctl", ["--broker", endpoint] + arguments, in: folder, within: seconds)
    }
}
