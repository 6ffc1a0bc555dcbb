package import TwinCore
internal import TwinWire

/// Who owns what: asked once, and again when somebody says `not-owner`.
extension Connection {
    /// The placement as last told; asks the broker the first time and with `refreshed`.
    package mutating func placement(
        refreshed: Bool = false, terms: RetryTerms = RetryTerms()
    ) throws(ClientError) -> Placement {
        if !refreshed, let knownPlacement { return knownPlacement }
        return try askPlacement(terms: terms).placement
    }

    /// The placement as it is now, and which instances there are.
    mutating func askPlacement(terms: RetryTerms) throws(ClientError) -> PlacementDocument {
        let reply = try request(ClientRequest(.broker, .getPlacement, terms: terms))
        let document = try reply.decode(PlacementDocument.self)
        // A broker that restarted from an older file may tell a lower version: it decides.
        knownPlacement = document.placement
        return document
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
