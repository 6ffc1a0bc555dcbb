/// Where a running broker listens.
package struct BrokerEndpoints: Equatable, Sendable {
    package let clients: String
    package let services: String
}
