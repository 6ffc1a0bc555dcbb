/// What `check` found in a state directory.
package struct CheckReport: Sendable, Equatable {
    /// One thing worth a line.
    package struct Finding: Sendable, Equatable {
        package enum Weight: String, Sendable {
            /// Nothing is lost: a running write, the unsynced end of an interrupted one.
            case note
            /// Something that was written is not there any more.
            case damage
        }

        package let weight: Weight
        package let sentence: String
    }

    /// Nil when the identity cannot be read.
    package internal(set) var identity: InstanceIdentity?
    /// Nil when the rows cannot be read.
    package internal(set) var meta: RowMeta?
    package internal(set) var shardCount = 0
    /// Tombstones included.
    package internal(set) var twinCount = 0
    package internal(set) var alertCount = 0
    package internal(set) var quarantinedCount = 0
    /// Journal records read and found whole.
    package internal(set) var recordCount: UInt64 = 0
    package internal(set) var firstRecord: RecordNumber?
    package internal(set) var lastRecord: RecordNumber?
    /// At most `StoreLimits.findingsMax`, in the order they were made.
    package private(set) var findings: [Finding] = []
    package private(set) var damageCount = 0

    /// No damage anywhere.
    package var isSound: Bool { damageCount == 0 }

    mutating func note(_ sentence: String) { add(.note, sentence) }

    mutating func damage(_ sentence: String) {
        damageCount += 1
        add(.damage, sentence)
    }

    private mutating func add(_ weight: Finding.Weight, _ sentence: String) {
        guard findings.count < StoreLimits.findingsMax else { return }
        findings.append(Finding(weight: weight, sentence: sentence))
    }
}
