/// Somebody outside the cluster with a connection to the broker.
protocol SimulatedClient: AnyObject {
    var name: String { get }
    var link: Int { get }
    /// Reads, does what is due, asks for more.
    /// - Returns: when it wants to act again at the latest.
    func act() -> Int64
    /// The run is over before the answers to what it has sent last.
    func giveUp()
    /// True when everything it began has ended.
    var isIdle: Bool { get }
}

extension SimulatedClient {
    func giveUp() {}
}
