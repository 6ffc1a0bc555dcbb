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
