/// How many racks and servers of a data center are how.
package struct CountsDocument: Codable, Equatable, Sendable {
    package var racks: Int
    package var unhealthy: Int
    package var unknown: Int
    /// Racks in maintenance: left out of the verdict and counted here.
    package var maintenance: Int
    package var servers: Int
    package var missing: Int

    package init(
        racks: Int, unhealthy: Int, unknown: Int, maintenance: Int, servers: Int, missing: Int
    ) {
        self.racks = racks
        self.unhealthy = unhealthy
        self.unknown = unknown
        self.maintenance = maintenance
        self.servers = servers
        self.missing = missing
    }
}
