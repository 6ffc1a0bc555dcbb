extension SimulatedNetwork {
    /// Where a message of a client to a twin goes when the broker knows only the twin's first
    /// owner: the routing id of that one while it is there.
    mutating func firstOwner(
        of frames: [[UInt8]], for routingID: [UInt8], _ ledger: BrokerLedger
    ) -> [UInt8] {
        guard ledger.isOfClient(frames), let link = link(of: routingID) else { return routingID }
        let destination = String(decoding: frames[1], as: UTF8.self)
        guard destination.contains("/") else { return routingID }
        let first = ledger.firstLink(of: destination, now: link)
        guard first != link, let stale = links[first].routingID else { return routingID }
        // It takes bytes that the broker did not mean for it, and the other one never gets them.
        note(repeatedBytes: frames.reduce(0) { $0 + $1.count }, toward: first)
        settle(frames, link)
        return stale
    }
}
