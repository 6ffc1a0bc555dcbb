/// Compact row form of a server's status inside its rack: values by position, digest as bytes.
extension ServerStatus: Codable {
    package init(from decoder: any Decoder) throws {
        var values = try decoder.unkeyedContainer()
        self.init(
            generation: try values.decode(UInt64.self),
            dc: try values.decode(TwinKey.self),
            topology: try values.decode(Topology.self),
            agentVersion: try values.decodeIfPresent(String.self),
            relay: try values.decodeIfPresent(String.self),
            interval: try values.decode(Milliseconds.self),
            condition: try values.decode(ServerCondition.self),
            conditionSince: try values.decode(Timestamp.self),
            isInMaintenance: try values.decode(Bool.self),
            continuity: try values.decode(Continuity.self),
            incidents: try values.decode([IncidentBrief].self),
            digest: try values.decode(Digest.self),
            foldsVersion: try values.decode(Version.self))
        guard incidents.count <= Limits.openIncidentsPerTwinMax else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "wanted at most \(Limits.openIncidentsPerTwinMax) "
                        + "incidents, found \(incidents.count)"))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.unkeyedContainer()
        try values.encode(generation)
        try values.encode(dc)
        try values.encode(topology)
        try values.encode(agentVersion)
        try values.encode(relay)
        try values.encode(interval)
        try values.encode(condition)
        try values.encode(conditionSince)
        try values.encode(isInMaintenance)
        try values.encode(continuity)
        try values.encode(incidents)
        try values.encode(digest)
        try values.encode(foldsVersion)
    }
}

extension Digest: Codable {
    package init(from decoder: any Decoder) throws {
        self.init(bytes: try decoder.singleValueContainer().decode([UInt8].self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(buckets)
    }
}

extension ServerCondition: Codable {}
