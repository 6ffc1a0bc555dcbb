import Logging
import Testing
import TwinCore
import twin_agent

@Suite("What an agent is told")
struct AgentSettingsTests {
    private func settings(
        _ flags: [String: String?] = [:], _ environment: [String: String] = [:],
        hostName: String = "web-01"
    ) throws -> AgentSettings {
        try AgentSettings(flags: flags, environment: environment, hostName: hostName)
    }

    @Test("nothing needs to be said")
    func defaults() throws {
        let settings = try settings()
        #expect(settings == AgentSettings(server: try TwinKey("web-01")))
        #expect(settings.broker == "tcp://127.0.0.1:7700")
        #expect(settings.interval == .seconds(10))
    }

    @Test("flags prevail over the environment, and the environment mirrors every flag")
    func sources() throws {
        let settings = try settings(
            ["broker": "tcp://a:1", "interval": nil],
            [
                "TWIN_BROKER": "tcp://b:2", "TWIN_SERVER": "dc1-r01-s01", "TWIN_INTERVAL": "1m",
                "TWIN_ROOT": "/", "TWIN_STATE_DIR": "/var/lib/twin", "TWIN_LOG_LEVEL": "debug",
                "TWIN_LOG_FORMAT": "json",
            ])
        var expected = AgentSettings(server: try TwinKey("dc1-r01-s01"))
        expected.broker = "tcp://a:1"
        expected.interval = .minutes(1)
        expected.stateDirectory = "/var/lib/twin"
        expected.logLevel = .debug
        expected.logFormat = .json
        #expect(settings == expected)
    }

    @Test("all mistakes are named together, each with its flag or variable")
    func mistakes() {
        let error = #expect(throws: AgentSettingsError.self) {
            try settings(
                [
                    "broker": "ipc://x", "server": "a b", "interval": "500ms",
                    "root": "/nowhere", "log-format": "xml",
                ], ["TWIN_STATE_DIR": "", "TWIN_LOG_LEVEL": "loud"])
        }
        #expect(
            error?.problems == [
                "--broker: wanted tcp://HOST:PORT, for example tcp://127.0.0.1:7700, "
                    + "found \"ipc://x\"",
                "--server: wanted a key of 1 to 128 of A-Z a-z 0-9 . _ -, found \"a b\"",
                "--interval: wanted 1s to 1h, found \"500ms\"",
                "--root: wanted a directory that holds proc and sys, found \"/nowhere\"",
                "TWIN_STATE_DIR: wanted a directory, found \"\"",
                "TWIN_LOG_LEVEL: wanted one of trace, debug, info, notice, warning, error, "
                    + "critical, found \"loud\"",
                "--log-format: wanted text or json, found \"xml\"",
            ])
    }

    @Test("an interval is a whole number of seconds, minutes or hours, 1 s to 1 h")
    func intervals() throws {
        for (text, seconds) in [("1s", 1), ("90s", 90), ("15m", 900), ("1h", 3_600)] as [(_, Int64)]
        {
            #expect(try settings(["interval": text]).interval == .seconds(seconds))
        }
        for text in ["", "s", "0s", "-1s", "10", "61m", "2h", "1.5s", "99999999999999999999s"] {
            #expect(throws: AgentSettingsError.self) { try settings(["interval": text]) }
        }
    }

    @Test(
        "a host's name becomes a key",
        arguments: [
            ("web-01.example.org", "web-01.example.org"), ("büro pc", "b--ro-pc"),
            (String(repeating: "x", count: 200), String(repeating: "x", count: 128)),
        ])
    func hostNames(name: String, key: String) throws {
        #expect(try settings(hostName: name).server == TwinKey(key))
    }

    @Test("a host without a name must be told its key")
    func nameless() {
        let error = #expect(throws: AgentSettingsError.self) { try settings(hostName: "") }
        #expect(
            error?.problems == [
                "--server (or TWIN_SERVER): wanted a key, as this host has no name"
            ])
    }
}
