package import TwinCore
internal import TwinWire

/// Who owns what: asked once, and again when somebody says `not-owner`.
extension Connection {
    /// The placement as last told; asks the broker the first time and with `refreshed`.
    package mutating func placement(
        refreshed: Bool = false, terms: RetryTerms = RetryTerms()
    ) throws(ClientError) -> Placement {
        if !refreshed, let knownPlacement { return knownPlacement }
        let reply = try request(ClientRequest(.broker, .getPlacement, terms: terms))
        let placement = try reply.decode(PlacementDocument.self).placement
        // A broker that restarted from an older file may tell a lower version: it decides.
        knownPlacement = placement
        return placement
    }

    /// The data centers there are, in key order.
    package mutating func datacenters(
        terms: RetryTerms = RetryTerms()
    ) throws(ClientError) -> [TwinKey] {
        let twins = try gather(
            .dc, .listTwins, ListRequest(), as: ListDocument.self, limit: nil, terms: terms)
        return try twins.items.map { item throws(ClientError) in
            do throws(AddressError) {
                return try TwinKey(item.key)
            } catch {
                throw .badAnswer(destination: "dc", type: .listTwins, reason: "\(error)")
            }
        }
    }
}
