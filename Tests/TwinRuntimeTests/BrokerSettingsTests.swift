import Logging
import Synchronization
import Testing
import TwinCore
import TwinRuntime

struct BrokerSettingsTests {
    @Test("flags prevail over the environment, and the environment mirrors every flag")
    func sources() throws {
        let settings = try BrokerSettings(
            flags: ["listen": "tcp://127.0.0.1:9000", "state-dir": nil],
            environment: [
                "TWIN_LISTEN": "tcp://127.0.0.1:9001",
                "TWIN_LISTEN_SERVICES": "tcp://127.0.0.1:9002", "TWIN_STATE_DIR": "/s",
                "TWIN_BOOTSTRAP": "yes", "TWIN_INSTANCES": "server=2,rack=1,dc=1",
                "TWIN_SHARDS": "16", "TWIN_PAGE_FROM": "critical", "TWIN_ALLOW_SIMULATION": "1",
                "TWIN_STALE_AFTER": "5m", "TWIN_REBALANCE": "manual",
                "TWIN_LOG_LEVEL": "debug", "TWIN_LOG_FORMAT": "json",
            ])
        #expect(
            settings
                == BrokerSettings(
                    listen: "tcp://127.0.0.1:9000", listenServices: "tcp://127.0.0.1:9002",
                    stateDirectory: "/s", bootstrap: BootstrapPlan(server: 2, rack: 1, dc: 1),
                    shards: 16,
                    configuration: ClusterConfiguration(
                        pageFrom: .critical, allowsSimulation: true, staleAfter: .minutes(5)),
                    rebalancesByItself: false, log: LogSettings(level: .debug, format: .json)))
    }

    @Test("all mistakes are reported together, each with its flag or variable")
    func mistakes() {
        let error = #expect(throws: SettingsError.self) {
            try BrokerSettings(
                flags: [
                    "listen": "udp://x", "shards": "0", "bootstrap": "true",
                    "instances": "server=2", "rebalance": "maybe", "log-format": "xml",
                    "stale-after": "2d",
                ], environment: ["TWIN_PAGE_FROM": "loud"])
        }
        let problems = error?.problems ?? []
        let starts = [
            "--listen: wanted", "--state-dir (or TWIN_STATE_DIR): wanted",
            "--shards: wanted 1 to 4096, found \"0\"", "TWIN_PAGE_FROM: wanted one of",
            "--stale-after: wanted a time from 1s to 86400s, such as 60s or 5m, found \"2d\"",
            "--rebalance: wanted auto or manual, found \"maybe\"",
            "--log-format: wanted text or json", "--instances: wanted", "--bootstrap",
        ]
        #expect(problems.count == starts.count)
        for (problem, start) in zip(problems, starts) { #expect(problem.hasPrefix(start)) }
    }

    @Test(
        "listening beyond loopback needs --insecure-allow-remote",
        arguments: [
            ("tcp://127.0.0.1:7700", true), ("tcp://127.3.2.1:7700", true),
            ("tcp://[::1]:7700", true), ("tcp://0.0.0.0:7700", false), ("tcp://*:7700", false),
            ("tcp://10.0.0.1:7700", false), ("tcp://[::]:7700", false), ("tcp://eth0:7700", false),
        ])
    func loopback(listen: String, isAllowed: Bool) throws {
        let flags = ["listen": listen, "state-dir": "/s"]
        var problems: [String] = []
        do {
            _ = try BrokerSettings(flags: flags, environment: [:])
        } catch {
            problems = error.problems
        }
        #expect(problems.isEmpty == isAllowed)
        #expect(problems.allSatisfy { $0.contains("--insecure-allow-remote") })
        let open = try BrokerSettings(
            flags: flags.merging(["insecure-allow-remote": "true"]) { $1 }, environment: [:])
        #expect(open.listen == listen)
    }

    @Test(
        "text that is no endpoint is none",
        arguments: [
            "", "tcp://", "tcp://127.0.0.1", "tcp://127.0.0.1:", "tcp://127.0.0.1:0",
            "tcp://::1:70",
            "tcp://127.0.0.1:70000", "ipc://x", "tcp://a/b:70", "127.0.0.1:7700", "tcp://:7700",
        ])
    func noEndpoint(text: String) {
        #expect(Endpoint(text) == nil)
    }

    @Test(
        "instances are every tier once, at least one each",
        arguments: [
            "", "server=1", "server=1,rack=1", "server=0,rack=1,dc=1", "server=1,rack=1,dc=1,dc=1",
            "server=1,rack=x,dc=1", "server=1,rack=1,pod=1", "server=1;rack=1;dc=1",
            "server=1024,rack=1,dc=1",
        ])
    func noPlan(text: String) {
        #expect(BootstrapPlan(parsing: text) == nil)
    }

    @Test("a log event is one line, in text and in JSON, whatever is in it")
    func logLines() {
        let lines = Mutex<[String]>([])
        for format in LogSettings.Format.allCases {
            let log = LogSetup.logger("test", LogSettings(format: format)) { bytes in
                lines.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
            }
            log.warning("lost\nall", metadata: ["why": "a \"b\"\n", "at": "7"])
            log.debug("not written")
        }
        let written = lines.withLock { $0 }
        #expect(written.count == 2)
        let endings = [
            #"Z warning test: "lost\nall" at=7 why="a \"b\"\n""#,
            #"Z","level":"warning","label":"test","message":"lost\nall","at":"7","#
                + #""why":"a \"b\"\n"}"#,
        ]
        for (line, ending) in zip(written, endings) { #expect(line.hasSuffix(ending + "\n")) }
        #expect(written.allSatisfy { $0.count(where: \.isNewline) == 1 })
    }
}
