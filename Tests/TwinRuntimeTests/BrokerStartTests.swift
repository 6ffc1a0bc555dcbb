import Foundation
import Logging
import Testing
import TwinCore
import TwinRuntime
import TwinStore

struct BrokerStartTests {
    @Test("a taken port is a sentence that names the flag")
    func takenPort() throws {
        let harness = try BrokerHarness()
        let directory = NSTemporaryDirectory() + "broker-\(UUID().uuidString)"
        defer { remove(directory) }
        let error = #expect(throws: StartError.self) {
            try BrokerService(
                BrokerSettings(
                    listen: harness.broker.endpoints.clients, listenServices: "tcp://127.0.0.1:*",
                    stateDirectory: directory), log: quiet)
        }
        #expect(error?.status == .unavailable)
        #expect(error?.sentence.hasPrefix("--listen (or TWIN_LISTEN): tcp://127.0.0.1:") == true)
        #expect(error?.sentence.contains("is taken") == true)
    }

    @Test("a state directory in use is refused")
    func lockedDirectory() throws {
        let harness = try BrokerHarness()
        let error = #expect(throws: StoreError.self) {
            try BrokerHarness.start(harness.directory, nil)
        }
        #expect(error?.kind == .locked)
        #expect(error?.sentence.contains("--state-dir") == true)
    }

    @Test("another shard count than the stored one is refused")
    func otherShards() async throws {
        let harness = try BrokerHarness()
        _ = try harness.members()
        harness.broker.stop()
        try await harness.broker.run()
        let error = #expect(throws: StartError.self) {
            try BrokerService(
                BrokerSettings(
                    listen: "tcp://127.0.0.1:*", listenServices: "tcp://127.0.0.1:*",
                    stateDirectory: harness.directory, shards: 16), log: quiet)
        }
        #expect(error?.sentence.contains("made with 8 shards, found 16") == true)
    }

    @Test("files have mode 0600, the directory 0700")
    func modes() throws {
        let harness = try BrokerHarness()
        _ = try harness.members()
        for (path, mode) in [("", 0o700), ("/lock", 0o600), ("/placement.json", 0o600)] {
            let attributes = try FileManager.default.attributesOfItem(
                atPath: harness.directory + path)
            #expect(attributes[.posixPermissions] as? Int == mode)
        }
    }

    private var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    private func remove(_ directory: String) {
        do {
            try FileManager.default.removeItem(atPath: directory)
        } catch {
            print("left behind: \(directory): \(error)")
        }
    }
}
