package import TwinCore

/// Payload of `GetUnhealthyRacks`.
package struct UnhealthyRacksRequest: Equatable, Sendable, Codable {
    /// At most this many racks; 1,000 unless told.
    package var limit: Int?
    /// The `cursor` of the page before.
    package var after: String?

    package init(limit: Int? = nil, after: String? = nil) {
        self.limit = limit
        self.after = after
    }
}

/// Payload of `ListTwins`, `ListIncidents`, `ListMaintenance` and `ListUnknown`: one page of what
/// one instance holds, in address order; and of `ListQuarantine`, oldest first.
package struct ListRequest: Equatable, Sendable, Codable {
    package var limit: Int?
    /// The `cursor` of this instance's page before.
    package var after: String?
    /// Keeps only twins of this status word.
    package var status: String?
    package var rack: TwinKey?
    package var dc: TwinKey?
    package var kind: String?
    /// Keeps only incidents of at least this severity.
    package var severity: Severity?
    /// Keeps only twins that carry all these labels.
    package var labels: [String: String]?
    /// Folded incidents too.
    package var all: Bool?
    /// Keeps only twins of these shards.
    package var shards: ShardSet?

    package init(
        limit: Int? = nil, after: String? = nil, status: String? = nil, rack: TwinKey? = nil,
        dc: TwinKey? = nil, kind: String? = nil, severity: Severity? = nil,
        labels: [String: String]? = nil, all: Bool? = nil, shards: ShardSet? = nil
    ) {
        self.limit = limit
        self.after = after
        self.status = status
        self.rack = rack
        self.dc = dc
        self.kind = kind
        self.severity = severity
        self.labels = labels
        self.all = all
        self.shards = shards
    }
}

/// Where a reader of alerts stands: for each shard the last record it has, in shard order.
package struct AlertCursor: Equatable, Sendable, Codable {
    package struct Place: Hashable, Sendable, Codable {
        package var shard: UInt16
        package var epoch: Epoch
        package var sequence: UInt64

        package init(shard: UInt16, epoch: Epoch, sequence: UInt64) {
            self.shard = shard
            self.epoch = epoch
            self.sequence = sequence
        }

        package init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            shard = try container.decode(UInt16.self)
            epoch = try container.decode(Epoch.self)
            sequence = try container.decode(UInt64.self)
        }

        package func encode(to encoder: any Encoder) throws {
            var container = encoder.unkeyedContainer()
            try container.encode(shard)
            try container.encode(epoch)
            try container.encode(sequence)
        }
    }

    package var tier: Tier
    /// Ascending by shard.
    package var places: [Place]

    package init(tier: Tier, places: [Place] = []) {
        self.tier = tier
        self.places = places
    }

    /// The place in one shard; nil = from the oldest record on.
    package func place(in shard: UInt16) -> Place? { places.first { $0.shard == shard } }

    /// Moves one shard's place forward.
    package mutating func advance(to place: Place) {
        guard let index = places.firstIndex(where: { $0.shard >= place.shard }) else {
            places.append(place)
            return
        }
        if places[index].shard == place.shard {
            places[index] = place
        } else {
            places.insert(place, at: index)
        }
    }
}

/// Payload of `ReadAlerts`, to one instance: its shards' records after the cursor.
package struct ReadAlertsRequest: Equatable, Sendable, Codable {
    package var after: AlertCursor?
    /// Leaves out records before this time (milliseconds since 1970).
    package var sinceMilliseconds: Int64?
    package var limit: Int?
    /// With nothing to tell, the answer waits so long for the first record; at most 30 s.
    package var waitMilliseconds: Int64?

    package init(
        after: AlertCursor? = nil, sinceMilliseconds: Int64? = nil, limit: Int? = nil,
        waitMilliseconds: Int64? = nil
    ) {
        self.after = after
        self.sinceMilliseconds = sinceMilliseconds
        self.limit = limit
        self.waitMilliseconds = waitMilliseconds
    }
}

/// Payload of `GetQuarantined`, `RequeueQuarantined` and `DropQuarantined`, to the instance that
/// holds the message.
package struct QuarantinedRequest: Equatable, Sendable, Codable {
    /// The number behind the colon of the message's id.
    package var id: Int64

    package init(id: Int64) { self.id = id }
}
