/// The whole reference: what must be true inside the cluster, by what those outside were told.
struct ReferenceModel {
    var servers: [ReferenceServer]
    /// Every maintenance window of a rack that was ever asked for.
    var windows: [ReferenceWindow] = []

    init(servers: Int) { self.servers = Array(repeating: ReferenceServer(), count: servers) }
}
