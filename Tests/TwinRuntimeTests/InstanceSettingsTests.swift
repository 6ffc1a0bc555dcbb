import Testing
import TwinCore
import TwinRuntime

struct InstanceSettingsTests {
    @Test("an instance stops with its shards unless it is told to give them away first")
    func drainOnStop() throws {
        func patience(_ flags: [String: String?]) throws -> Milliseconds? {
            try InstanceSettings(
                flags: flags.merging(["state-dir": "/s"]) { $1 }, environment: [:]
            ).drainPatience
        }
        #expect(try patience([:]) == nil)
        #expect(try patience(["drain-timeout": "5s"]) == nil)
        #expect(try patience(["drain-on-stop": "true"]) == .seconds(60))
        #expect(try patience(["drain-on-stop": "true", "drain-timeout": "5s"]) == .seconds(5))
        let settings = try InstanceSettings(
            flags: [:],
            environment: [
                "TWIN_STATE_ROOT": "/r", "TWIN_DRAIN_ON_STOP": "1", "TWIN_DRAIN_TIMEOUT": "2m",
                "TWIN_NAME_FILE": "/n",
            ])
        #expect(settings.state == .root("/r"))
        #expect(settings.drainPatience == .minutes(2))
        #expect(settings.nameFile == "/n")
    }

    @Test("what may be dropped is named by shard and epoch")
    func droppable() throws {
        func droppable(_ text: String?) throws -> [UInt16: Epoch] {
            try InstanceSettings(
                flags: ["state-dir": "/s", "drop-stale": text], environment: [:]
            ).droppable
        }
        #expect(try droppable(nil) == [:])
        #expect(
            try droppable("12@3,40@1") == [12: Epoch(rawValue: 3), 40: Epoch(rawValue: 1)])
        for wrong in ["12", "12@0", "4096@1", "12@3,", "server#12@3", "all", "-1@1"] {
            let error = #expect(throws: SettingsError.self) { _ = try droppable(wrong) }
            #expect(error?.problems.first?.contains("wanted SHARD@EPOCH") == true)
        }
    }

    @Test("a state directory and a root of them are one too many")
    func places() throws {
        let error = #expect(throws: SettingsError.self) {
            try InstanceSettings(
                flags: ["state-dir": "/s", "state-root": "/r", "drain-timeout": "soon"],
                environment: [:])
        }
        let problems = error?.problems ?? []
        #expect(problems.count == 2)
        #expect(problems.first?.contains("wanted one of them, found both") == true)
        #expect(throws: SettingsError.self) {
            try InstanceSettings(flags: [:], environment: [:])
        }
    }
}
