import Foundation
import Testing
import TwinCore
import TwinRuntime
import TwinStore

@Suite("Determinism")
struct RecoveryDeterminismTests {
    /// Set in the processes that the test starts: where to write what the story came to.
    private static let outputVariable = "TWIN_DETERMINISM_OUTPUT"
    /// Set too: the state comes from rows half-way and the journal, not from the live run.
    private static let restoredVariable = "TWIN_DETERMINISM_RESTORED"

    @Test("Two processes with other hash seeds, one restored half-way: the same effects and bytes")
    func twoProcesses() throws {
        let environment = ProcessInfo.processInfo.environment
        if let output = environment[Self.outputVariable] {
            let isRestored = environment[Self.restoredVariable] != nil
            try Self.tell(isRestored: isRestored).write(
                toFile: output, atomically: true, encoding: .utf8)
            return
        }
        let files = try InstanceFiles()
        let live = try Self.run(isRestored: false, output: files.path + "/live")
        let restored = try Self.run(isRestored: true, output: files.path + "/restored")
        #expect(live == restored)
        #expect(live.split(separator: "\n").count == 3)
    }

    /// The story's effects, its journals and its final state, a number each.
    private static func tell(isRestored: Bool) throws -> String {
        let files = try InstanceFiles()
        let servers = try files.rows(.server)
        let racks = try files.rows(.rack)
        let datacenters = try files.rows(.dc)
        var cluster = try InstanceCluster()
        cluster.server.rows = servers
        cluster.rack.rows = racks
        cluster.dc.rows = datacenters
        try cluster.story()
        // Half-way: the rows stay as they are from here on.
        cluster.server.savesRows = false
        cluster.rack.savesRows = false
        cluster.dc.savesRows = false
        try cluster.pass(seconds: 60, reporting: [])
        try cluster.pass(seconds: 60, reporting: InstanceCluster.storyKeys)

        var journals = InstanceDigest()
        for record in cluster.server.records + cluster.rack.records + cluster.dc.records {
            journals.add(record)
        }
        if isRestored {
            cluster.server.core = try cluster.server.recovered(from: servers)
            cluster.rack.core = try cluster.rack.recovered(from: racks)
            cluster.dc.core = try cluster.dc.recovered(from: datacenters)
        }
        var state = InstanceDigest()
        state.add(try InstanceNode.durableState(of: cluster.server.core))
        state.add(try InstanceNode.durableState(of: cluster.rack.core))
        state.add(try InstanceNode.durableState(of: cluster.dc.core))
        return "effects \(cluster.effects.value)\njournals \(journals.value)\nstate \(state.value)"
    }

    /// Runs this very test in a process of its own.
    private static func run(isRestored: Bool, output: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = [
            "--testing-library", "swift-testing", "--filter", "RecoveryDeterminismTests",
        ]
        var environment = ProcessInfo.processInfo.environment
        environment["SWIFT_DETERMINISTIC_HASHING"] = nil
        environment[outputVariable] = output
        environment[restoredVariable] = isRestored ? "1" : nil
        process.environment = environment
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return try String(contentsOfFile: output, encoding: .utf8)
    }
}
