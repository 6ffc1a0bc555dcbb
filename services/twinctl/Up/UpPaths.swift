import Foundation

/// Where `up` keeps what: one directory, removed to start anew.
package struct UpPaths: Equatable, Sendable {
    package let directory: String

    package var logs: String { directory + "/logs" }
    package var lock: String { directory + "/up.pid" }
    /// Exists once the cluster was born: from then on the broker is never told `--bootstrap`.
    package var birthMark: String { directory + "/born" }

    package init(_ directory: String) { self.directory = directory }

    package func state(of name: String) -> String { directory + "/" + name }
    package func log(of name: String) -> String { logs + "/" + name + ".log" }

    /// `--state-dir`'s default: `$XDG_STATE_HOME/dc-twins`, else `~/.local/state/dc-twins`.
    package static func defaultDirectory(environment: [String: String]) -> String {
        if let base = environment["XDG_STATE_HOME"], base.hasPrefix("/") {
            return base + "/dc-twins"
        }
        let home = environment["HOME"] ?? NSHomeDirectory()
        return home + "/.local/state/dc-twins"
    }

    /// The names of the instances of a tier that once ran here, in order.
    /// - Parameter first: the place in the order to begin at.
    package func instances(of tier: String, from first: Int = 0) -> [String] {
        let places = min(first, UpOptions.instancesMax)..<UpOptions.instancesMax
        return places.map { UpPlan.instanceName(tier, $0) }
            .filter { FileManager.default.fileExists(atPath: state(of: $0)) }
    }
}
