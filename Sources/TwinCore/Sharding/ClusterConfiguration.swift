/// Cluster-wide settings: the broker's flags, handed out at registration and journalled.
package struct ClusterConfiguration: Equatable, Sendable, Codable {
    /// Incidents of at least this severity page.
    package var pageFrom: Severity
    /// Whether servers labelled `simulated=true` may be commissioned.
    package var allowsSimulation: Bool
    /// `staleAfter`; nil = the default, which is also what rows and files of older releases say.
    package private(set) var staleAfterMilliseconds: Int64?

    package init(
        pageFrom: Severity = .error, allowsSimulation: Bool = false,
        staleAfter: Milliseconds = Limits.staleAfterDefault
    ) {
        self.pageFrom = pageFrom
        self.allowsSimulation = allowsSimulation
        self.staleAfter = staleAfter
    }

    /// After so long without a word from shards below, a data center says in every answer that
    /// its picture is stale; `Limits.staleAfterMin` to `Limits.staleAfterMax`.
    package var staleAfter: Milliseconds {
        get {
            staleAfterMilliseconds.map { Self.bounded(Milliseconds(rawValue: $0)) }
                ?? Limits.staleAfterDefault
        }
        set {
            let bounded = Self.bounded(newValue)
            staleAfterMilliseconds = bounded == Limits.staleAfterDefault ? nil : bounded.rawValue
        }
    }

    private static func bounded(_ span: Milliseconds) -> Milliseconds {
        min(max(span, Limits.staleAfterMin), Limits.staleAfterMax)
    }
}
