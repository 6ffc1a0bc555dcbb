/// Cluster-wide settings: the broker's flags, handed out at registration and journalled.
package struct ClusterConfiguration: Equatable, Sendable, Codable {
    /// Incidents of at least this severity page.
    package var pageFrom: Severity
    /// Whether servers labelled `simulated=true` may be commissioned.
    package var allowsSimulation: Bool

    package init(pageFrom: Severity = .error, allowsSimulation: Bool = false) {
        self.pageFrom = pageFrom
        self.allowsSimulation = allowsSimulation
    }
}
