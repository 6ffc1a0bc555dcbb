/// The durable form of a server twin: one list of fields in fixed order; window and baseline as
/// bytes; its metric set by id, found again through `decoder.userInfo[.metricSets]`.
///
/// decode(encode(x)) == x, and equal twins encode alike.
extension ServerTwin: Codable {
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(key)
        try container.encode(ordinal)
        try container.encode(book)
        try container.encode(standing)
        try container.encode(generation)
        try container.encode(commissionedAt)
        try container.encode(commissionedElapsed)
        for version in [version, receipted, foldsVersion] {
            try container.encode(version.epoch.rawValue)
            try container.encode(version.position.rawValue)
        }
        try container.encode(isRefused)
        try container.encode(formerRacks)
        try container.encode(digest.buckets)
        try container.encode(digestAt)
        try container.encode(presence)
        try container.encode(condition.rawValue)
        try container.encode(conditionSince)
        try container.encode(continuity)
        try container.encode(lastHeard)
        try container.encode(silenceDue)
        try container.encode(futureRun)
        try container.encode(profile)
        try container.encode(counters)
        try container.encode(bootSeconds)
        try container.encode(metricSet.id)
        try container.encode(window.blob)
        try container.encode(baseline.blob)
        try container.encode(latestBlob)
        try container.encode(latest.devices)
        try container.encode(trackers)
        try container.encode(deviations)
    }

    package init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        let key = try container.decode(TwinKey.self)
        let ordinal = try container.decode(UInt32.self)
        self.init(key: key, ordinal: ordinal, firstIncidentNumber: 0)
        // Times and numbers as they are: each type of their own would cost several times as much.
        book = try container.decode(IncidentBook.self)
        standing = try container.decode(ServerStanding.self)
        generation = try container.decode(UInt64.self)
        commissionedAt = Timestamp(milliseconds: try container.decode(Int64.self))
        commissionedElapsed = Elapsed(milliseconds: try container.decode(Int64.self))
        version = try ServerTwin.version(from: &container)
        receipted = try ServerTwin.version(from: &container)
        foldsVersion = try ServerTwin.version(from: &container)
        isRefused = try container.decode(Bool.self)
        formerRacks = try container.decode([TwinKey].self)
        digest = Digest(bytes: try container.decode([UInt8].self))
        digestAt = Elapsed(milliseconds: try container.decode(Int64.self))
        presence = try container.decode(ServerPresence.self)
        let word = try container.decode(UInt8.self)
        guard let condition = ServerCondition(rawValue: word) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "wanted a server condition, found \(word)")
        }
        self.condition = condition
        conditionSince = Timestamp(milliseconds: try container.decode(Int64.self))
        continuity = try container.decode(Continuity.self)
        lastHeard = try container.decodeIfPresent(Int64.self).map(Elapsed.init(milliseconds:))
        silenceDue = try container.decodeIfPresent(Int64.self).map(Elapsed.init(milliseconds:))
        futureRun = try container.decode(UInt8.self)
        profile = try container.decode(ReporterProfile.self)
        counters = try container.decode(ReportCounters.self)
        bootSeconds = try container.decodeIfPresent(Int64.self)
        try decodeReports(from: &container, decoder)
        trackers = try container.decode([RuleTracker].self)
        deviations = try container.decode([DeviationTracker].self)
    }

    private mutating func decodeReports(
        from container: inout any UnkeyedDecodingContainer, _ decoder: any Decoder
    ) throws {
        let id = try container.decode(UInt16.self)
        if id != MetricSet.empty.id {
            guard let set = (decoder.userInfo[.metricSets] as? MetricSets)?[id] else {
                throw DecodingError.dataCorruptedError(
                    in: container,
                    debugDescription: "server/\(key) has metric set \(id); its shard has not")
            }
            metricSet = set
        }
        let path = decoder.codingPath
        window = try ReportWindow(blob: container.decode([UInt8].self), path: path)
        baseline = try Baseline(blob: container.decode([UInt8].self), path: path)
        var reader = BlobReader(try container.decode([UInt8].self), path: path)
        for _ in 0..<metricSet.count { latest.values.append(try reader.takeFloat()) }
        try reader.finish()
        latest.devices = try container.decode([WorstDevice].self)
        guard window.columns == metricSet.windowColumns,
            baseline.metrics.count == metricSet.count
        else {
            throw reader.corrupted(
                "metric set \(id) has \(metricSet.count) metrics, the window "
                    + "\(window.columns) columns, the baseline \(baseline.metrics.count)")
        }
    }

    /// The values of the newest report, four bytes each.
    package var latestBlob: [UInt8] {
        var writer = BlobWriter(count: latest.values.count * 4)
        for value in latest.values { writer.put(value) }
        return writer.bytes
    }

    private static func version(
        from container: inout any UnkeyedDecodingContainer
    ) throws -> Version {
        let epoch = Epoch(rawValue: try container.decode(UInt32.self))
        return Version(
            epoch: epoch, position: Position(rawValue: try container.decode(UInt64.self)))
    }
}

extension ReportCounters: Codable {
    package init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        accepted = try container.decode(UInt64.self)
        late = try container.decode(UInt64.self)
        tooOld = try container.decode(UInt64.self)
        future = try container.decode(UInt64.self)
        implausible = try container.decode(UInt64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        for count in [accepted, late, tooOld, future, implausible] { try container.encode(count) }
    }
}

extension ServerStanding: Codable {
    private enum Word: UInt8, Codable {
        case unborn = 0
        case commissioned, decommissioned
    }

    package init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        switch try container.decode(Word.self) {
        case .unborn: self = .unborn
        case .commissioned: self = .commissioned(try container.decode(Commission.self))
        case .decommissioned:
            self = .decommissioned(
                try container.decode(Commission.self), at: try container.decode(Elapsed.self),
                isForgotten: try container.decode(Bool.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        switch self {
        case .unborn: try container.encode(Word.unborn)
        case .commissioned(let commission):
            try container.encode(Word.commissioned)
            try container.encode(commission)
        case .decommissioned(let commission, let since, let isForgotten):
            try container.encode(Word.decommissioned)
            try container.encode(commission)
            try container.encode(since)
            try container.encode(isForgotten)
        }
    }
}

extension Commission: Codable {
    package init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        self.init(
            rack: try container.decode(TwinKey.self), dc: try container.decode(TwinKey.self),
            labels: try container.decode([TwinLabel].self),
            interval: try container.decode(Milliseconds?.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(rack)
        try container.encode(dc)
        try container.encode(labels)
        try container.encode(interval)
    }
}
