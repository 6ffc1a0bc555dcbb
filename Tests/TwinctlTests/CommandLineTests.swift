import ArgumentParser
import Testing
import TwinClient
import TwinCore
import TwinWire

@testable import twinctl

@Suite("The command line")
struct CommandLineTests {
    private func parse(_ line: String) throws -> any ParsableCommand {
        let arguments = line.split(separator: " ").map(String.init)
        return try Twinctl.parseAsRoot(GlobalArguments.afterCommand(arguments))
    }

    @Test(
        "what cli.md lists is understood",
        arguments: [
            "status", "unhealthy-racks", "unhealthy-racks dc1 --exit-code",
            "incidents --rack r1 --dc dc1 --kind missing-report --severity error",
            "incidents --label feed=A --label zone=z1 --all",
            "alerts", "alerts --follow --since 1h", "alerts --after abc --all",
            "alerts --cursor-file c --follow", "get server s1", "get rack dc1-r07", "get dc",
            "get rack/dc1-r07", "list server --where status=missing --limit 5 --after s1",
            "list rack", "list dc", "list unknown",
            "commission s1 --dc dc1 --rack r1 --label feed=A",
            "commission --file f.csv --dry-run", "commission --file f.csv --prune --yes",
            "commission --unknown s1 --rack r1", "decommission s1 s2",
            "decommission --file f --yes",
            "maintenance set rack/r1 --for 2h --reason move", "maintenance end rack/r1",
            "maintenance list", "acknowledge rack/r1:1 --comment on-it --for 8h",
            "acknowledge rack/r1:1 --undo", "report s1 system.cpu.utilization=0.4 --at 1m",
            "request broker Ping", "request server/s1 GetServer {}", "ping", "ping server/s1",
            "quarantine list", "quarantine show server@server-a:3",
            "quarantine requeue server@server-a:3", "quarantine drop rack@r:1 --json",
            "move server#12 server-2", "drain server-1 --no-wait", "rebalance rack --dry-run",
            "adopt server#12 server-2 --yes --json", "check", "check dc1",
            "--json --timeout 2s status", "--broker=tcp://h:1 get dc dc1",
        ])
    func understood(_ line: String) throws {
        _ = try parse(line)
    }

    @Test(
        "what cannot be meant is a usage error",
        arguments: [
            "get", "list", "list racks", "commission", "commission s1", "commission s1 --file f",
            "commission --dry-run s1 --rack r", "commission --file f --rack r",
            "decommission", "decommission s1 --file f", "maintenance set r1 --for 2h",
            "maintenance set r1 --for soon --reason x", "acknowledge rack/r1:1 --undo --for 1h",
            "alerts --after a --cursor-file b", "report s1", "status --color blue",
            "quarantine show", "quarantine drop", "ping --timeout 0s", "list server --limit 0",
            "stauts", "move server#12", "drain", "rebalance", "rebalance racks", "adopt server#1",
        ])
    func misunderstood(_ line: String) {
        do {
            _ = try parse(line)
            Issue.record("parsed")
        } catch {
            #expect(Twinctl.exitCode(for: error).rawValue == TwinClient.ExitStatus.usage.rawValue)
        }
    }

    @Test("global options count before and behind the command")
    func globals() throws {
        for line in ["--json --timeout 2s ping", "ping --json --timeout 2s"] {
            let command = try #require(try parse(line) as? PingCommand)
            #expect(command.global.json)
            #expect(command.global.timeout.span == .seconds(2))
        }
        let request = try #require(
            try parse("--json request broker Ping -- {}") as? RequestCommand)
        #expect(request.global.json && request.json == "{}")
        #expect(
            Session.endpoint(GlobalOptions.parseOrExit([]), ["TWIN_BROKER": "tcp://h:1"])
                == "tcp://h:1")
    }

    @Test(
        "times are typed with their unit",
        arguments: [
            ("5s", 5_000), ("500ms", 500), ("2h", 7_200_000), ("1.5m", 90_000),
            ("30d", 2_592_000_000), ("7", 7_000),
            ("s", nil), ("5x", nil), ("-5s", nil), ("0s", nil), ("99999d", nil),
        ] as [(String, Int64?)])
    func times(_ text: String, _ milliseconds: Int64?) {
        #expect(TimeSpan(argument: text)?.span.rawValue == milliseconds)
    }

    @Test("a quarantined message is named by its instance and its number, and by nothing else")
    func quarantined() throws {
        let place = try QuarantinePlace("server@server-a:3")
        #expect(place.instance.description == "server@server-a")
        #expect(place.request == QuarantinedRequest(id: 3))
        for text in ["3", "server-a:3", "server/s1:3", "server@a:x", "server@a:0", "server@a", ""] {
            #expect(throws: ClientError.self) { try QuarantinePlace(text) }
        }
    }

    @Test("KEY and tier/KEY name the same twin, another tier's does not")
    func names() throws {
        #expect(try Naming.twin("s1", in: .server).description == "server/s1")
        #expect(try Naming.twin("server/s1", in: .server).description == "server/s1")
        #expect(try Naming.twin("rack/r1").description == "rack/r1")
        #expect(try Naming.destination("s1").description == "server/s1")
        #expect(try Naming.destination("server#12").description == "server#12")
        for text in ["rack/s1", "", "a b", "server/"] {
            #expect(throws: ClientError.self) { try Naming.twin(text, in: .server) }
        }
    }
}
