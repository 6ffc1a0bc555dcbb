import ArgumentParser
import Foundation
import TwinClient
import TwinCore
import TwinWire

/// `twinctl check`: a plugin for Nagios and Icinga, after the Monitoring Plugins guidelines.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Nagios/Icinga plugin: one line, exit 0/1/2/3",
        discussion: """
            CRITICAL (2) when the data center is unhealthy, UNKNOWN (3) when it cannot be judged \
            or asked, WARNING (1) when it is healthy but racks are unknown or the picture is \
            stale, else OK (0).
            """)

    @Argument(help: "The data center; may be left out when there is one.")
    var dc: String?

    @OptionGroup var global: GlobalOptions

    func run() throws {
        Interruption.watch()
        let state = check(output: .standard, environment: ProcessInfo.processInfo.environment)
        if state != .ok { throw ExitCode(state.rawValue) }
    }

    /// Every failure is the state UNKNOWN, on stdout, as such plugins do.
    func check(output: Output, environment: [String: String]) -> PluginState {
        do throws(ClientError) {
            var session = try Session(global, output: output, environment: environment)
            let document = try session.unhealthyRacks(of: try session.datacenter(dc))
            let state = PluginState(document)
            output.answer("\(state.word) - \(Self.sentence(document)) | \(Self.numbers(document))")
            return state
        } catch {
            output.answer("\(PluginState.unknown.word) - \(error.document.error.message)")
            return .unknown
        }
    }

    private static func sentence(_ document: UnhealthyRacksDocument) -> String {
        let counts = document.counts
        var text = "\(document.dc) \(document.verdict.rawValue): "
            + "\(counts.unhealthy) of \(counts.racks) racks unhealthy"
        if counts.unknown > 0 { text += ", \(counts.unknown) unknown" }
        let named = document.racks.prefix(racksNamed).map {
            "\($0.key) \($0.cause ?? $0.kind)"
        }
        if !named.isEmpty { text += " (\(named.joined(separator: ", ")))" }
        if document.stale { text += ", picture stale" }
        let silent = document.staleness?.silent.map { $0.instance ?? "nobody" } ?? []
        if !silent.isEmpty { text += " (\(silent.joined(separator: ", ")) not heard)" }
        // "|" begins the numbers.
        return text.replacing("|", with: "/")
    }

    private static func numbers(_ document: UnhealthyRacksDocument) -> String {
        let counts = document.counts
        return "racks=\(counts.racks) unhealthy=\(counts.unhealthy) unknown=\(counts.unknown) "
            + "servers=\(counts.servers) missing=\(counts.missing)"
    }

    private static let racksNamed = 3
}
