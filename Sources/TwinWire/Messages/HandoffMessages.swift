package import TwinCore

/// Payload of `Handoff`, owner to new owner: a part of a shard's state. Parts come in order, each
/// after the answer to the one before; the last one ends the copy.
package struct HandoffChunk: Equatable, Sendable, Codable {
    /// One twin as its row keeps it; a later part replaces it.
    package struct Twin: Equatable, Sendable, Codable {
        package var ordinal: UInt32
        /// The position of its last input.
        package var position: Position
        package var state: [UInt8]
        /// The state goes on in the next part, because it is larger than one; nil = it is whole.
        package var isContinued: Bool?

        package init(
            ordinal: UInt32, position: Position, state: [UInt8], isContinued: Bool? = nil
        ) {
            self.isContinued = isContinued
            self.ordinal = ordinal
            self.position = position
            self.state = state
        }
    }

    /// One record of the shard's alert log.
    package struct Alert: Equatable, Sendable, Codable {
        package var epoch: Epoch
        package var sequence: UInt64
        package var at: Timestamp
        package var change: String
        package var severity: UInt8?
        package var pages: Bool
        package var subject: String
        package var document: [UInt8]
    }

    /// An input of the shard that has ended its owner's process and is refused.
    package struct Ban: Equatable, Sendable, Codable {
        /// The twin's address, or the destination of the whole message.
        package var name: String
        /// 16 hexadecimal digits.
        package var digest: String
        package var ends: Int
        /// Of the last end.
        package var signal: Int32

        package init(name: String, digest: String, ends: Int, signal: Int32) {
            self.name = name
            self.digest = digest
            self.ends = ends
            self.signal = signal
        }
    }

    package var index: UInt16
    /// The epoch that the new owner will have.
    package var epoch: Epoch
    /// The number of the move.
    package var move: UInt64
    /// From 0; the first part begins the copy anew.
    package var number: Int
    /// The shard's row; with the first part, when its metric sets have changed, with the last.
    package var header: ShardHeader?
    package var twins: [Twin] = []
    /// Ordinals of twins of earlier parts that are no more.
    package var gone: [UInt32] = []
    package var alerts: [Alert] = []
    /// With the last part: what is refused, at most `Limits.handoffBansMax`; nil from an owner of
    /// an older release.
    package var bans: [Ban]?
    /// With the last part: over everything, by `HandoffDigest`.
    package var digest: UInt64?

    package init(index: UInt16, epoch: Epoch, move: UInt64, number: Int) {
        self.move = move
        self.index = index
        self.epoch = epoch
        self.number = number
    }
}

/// Payload of the answer to `Handoff`: the part is saved; after the last one, durably.
package struct HandoffAnswer: Equatable, Sendable, Codable {
    package var number: Int
    /// What is durable here, after the last part.
    package var digest: UInt64?

    package init(number: Int, digest: UInt64? = nil) {
        self.number = number
        self.digest = digest
    }
}

extension HandoffChunk.Alert {
    package init(_ alert: LoggedAlert) {
        self.init(
            epoch: alert.epoch, sequence: alert.sequence, at: alert.at,
            change: alert.change.rawValue, severity: alert.severity?.rawValue, pages: alert.pages,
            subject: alert.subject, document: alert.document)
    }

    /// The record as the log of `shard` keeps it; throws `invalid` for words that are none.
    package func logged(in shard: UInt16) throws(Refusal) -> LoggedAlert {
        guard let change = AlertChange(rawValue: change) else {
            throw Refusal(.invalid, "Handoff: wanted a change of an incident", found: self.change)
        }
        return LoggedAlert(
            shard: shard, epoch: epoch, sequence: sequence, at: at, change: change,
            severity: severity.flatMap(Severity.init(rawValue:)), pages: pages, subject: subject,
            document: document)
    }
}
