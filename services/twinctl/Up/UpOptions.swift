/// What the person who types `up` decides.
package struct UpOptions: Equatable, Sendable {
    package static let instancesMax = 26
    package static let defaultInstances = 2
    package static let defaultPort: UInt16 = 7700

    package var serverInstances = UpOptions.defaultInstances
    package var rackInstances = UpOptions.defaultInstances
    /// For clients; the services use the next one.
    package var port = UpOptions.defaultPort
    package var isSimulating = true
    package var stateDirectory: String

    package init(
        serverInstances: Int = UpOptions.defaultInstances,
        rackInstances: Int = UpOptions.defaultInstances, port: UInt16 = UpOptions.defaultPort,
        isSimulating: Bool = true, stateDirectory: String
    ) {
        self.serverInstances = serverInstances
        self.rackInstances = rackInstances
        self.port = port
        self.isSimulating = isSimulating
        self.stateDirectory = stateDirectory
    }

    package var clientEndpoint: String { "tcp://127.0.0.1:\(port)" }
    package var serviceEndpoint: String { "tcp://127.0.0.1:\(port + 1)" }
}
