/// A parent's answer to a child's status: the version it holds, and all it tells that child.
///
/// Whole, never a difference; repeated until the child's status names `folds.version`.
package struct Receipt: Equatable, Sendable {
    package enum Disposition: Equatable, Sendable {
        /// The child is a member and the parent holds `version`.
        case member
        /// The child told that it left, or the parent does not know it: nothing more is owed.
        case notMember
        /// The parent does not hold the child's present version although it receipted it, or a
        /// parent shard under a new epoch may not: the child owes again. Answers an audit.
        case lacking
        /// The parent cannot take the child; the reason is shown and opens `not-watched`.
        case refused(reason: String)
    }

    package var parent: TwinKey
    package var version: Version
    package var disposition: Disposition
    package var folds: FoldSet

    package init(parent: TwinKey, version: Version, disposition: Disposition, folds: FoldSet) {
        self.parent = parent
        self.version = version
        self.disposition = disposition
        self.folds = folds
    }
}

/// What a parent takes over for one child: its folds and its maintenance, whole, possibly empty.
package struct FoldSet: Equatable, Sendable {
    /// (epoch, position) of the parent input that last changed this child's set.
    package var version: Version
    /// Sorted by child incident number.
    package var entries: [FoldEntry]
    package var maintenance: InheritedMaintenance?
    /// What the rack's own children may be folded under; only from a data center to a rack.
    package var silences: [SharedSilence]

    package init(
        version: Version = .none, entries: [FoldEntry] = [],
        maintenance: InheritedMaintenance? = nil, silences: [SharedSilence] = []
    ) {
        self.version = version
        self.entries = entries
        self.maintenance = maintenance
        self.silences = silences
    }

    /// Whether both say the same, whatever their versions.
    package func hasContent(of other: FoldSet) -> Bool {
        entries == other.entries && maintenance == other.maintenance && silences == other.silences
    }

    /// Whether nothing is folded, and this maintenance is all that is taken over.
    func hasOnly(_ maintenance: InheritedMaintenance?) -> Bool {
        entries.isEmpty && silences.isEmpty && self.maintenance == maintenance
    }

    /// False for the fold set of a child that is left alone.
    package var takesSomething: Bool {
        !entries.isEmpty || maintenance != nil || !silences.isEmpty
    }
}

/// A set without silences is coded without them, as it was before they existed.
extension FoldSet: Codable {
    private enum CodingKeys: String, CodingKey {
        case version, entries, maintenance, silences
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            version: try container.decode(Version.self, forKey: .version),
            entries: try container.decode([FoldEntry].self, forKey: .entries),
            maintenance: try container.decodeIfPresent(
                InheritedMaintenance.self, forKey: .maintenance),
            silences: try container.decodeIfPresent([SharedSilence].self, forKey: .silences) ?? [])
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(version, forKey: .version)
        try container.encode(entries, forKey: .entries)
        try container.encodeIfPresent(maintenance, forKey: .maintenance)
        if !silences.isEmpty { try container.encode(silences, forKey: .silences) }
    }
}

/// One child incident under one parent incident, by their numbers.
package struct FoldEntry: Equatable, Sendable, Codable {
    package let child: UInt32
    package let parent: IncidentID

    package init(child: UInt32, parent: IncidentID) {
        self.child = child
        self.parent = parent
    }
}

extension Receipt: Codable {
    private enum CodingKeys: String, CodingKey {
        case parent, version, disposition, reason, folds
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let word = try container.decode(String.self, forKey: .disposition)
        let disposition: Disposition
        switch word {
        case "member": disposition = .member
        case "not-member": disposition = .notMember
        case "lacking": disposition = .lacking
        case "refused":
            disposition = .refused(reason: try container.decode(String.self, forKey: .reason))
        default:
            throw DecodingError.dataCorruptedError(
                forKey: .disposition, in: container,
                debugDescription: "wanted member, not-member, lacking or refused, found \(word)")
        }
        self.init(
            parent: try container.decode(TwinKey.self, forKey: .parent),
            version: try container.decode(Version.self, forKey: .version),
            disposition: disposition, folds: try container.decode(FoldSet.self, forKey: .folds))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(parent, forKey: .parent)
        try container.encode(version, forKey: .version)
        switch disposition {
        case .member: try container.encode("member", forKey: .disposition)
        case .notMember: try container.encode("not-member", forKey: .disposition)
        case .lacking: try container.encode("lacking", forKey: .disposition)
        case .refused(let reason):
            try container.encode("refused", forKey: .disposition)
            try container.encode(reason, forKey: .reason)
        }
        try container.encode(folds, forKey: .folds)
    }
}
