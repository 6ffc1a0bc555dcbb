internal import FoundationEssentials
internal import Msgpack
package import TwinCore
package import TwinWire

/// Where a reader of the whole alert log stands: opaque text that it keeps and hands back.
///
/// The text is base64 of the msgpack array of the tiers' `AlertCursor`s.
package struct ReaderCursor: Equatable, Sendable {
    private var places: [AlertCursor]

    /// Before the oldest record.
    package init() { places = Tier.allCases.map { AlertCursor(tier: $0) } }

    /// Reads a cursor's text; a usage error says what is wrong with it.
    package init(text: String) throws(ClientError) {
        self.init()
        let trimmed = text.filter { !$0.isWhitespace }
        guard trimmed.utf8.count <= Limits.cursorBytesMax, let data = Data(base64Encoded: trimmed)
        else { throw Self.mistake("is not one") }
        do throws(MsgpackError) {
            for cursor in try MsgpackDecoder.decode([AlertCursor].self, from: Array(data)) {
                for place in cursor.places { advance(cursor.tier, to: place) }
            }
        } catch {
            throw Self.mistake("cannot be read: \(error)")
        }
    }

    package var text: String { Data(Payload.pack(places)).base64EncodedString() }

    /// The part that instances of one tier are asked with.
    package subscript(tier: Tier) -> AlertCursor { places[Int(tier.rawValue)] }

    /// The last record of a shard; nil = none yet.
    package func place(in shard: ShardID) -> AlertCursor.Place? {
        self[shard.tier].place(in: shard.index)
    }

    /// Moves one shard's place forward; never back.
    package mutating func advance(_ tier: Tier, to place: AlertCursor.Place) {
        let index = Int(tier.rawValue)
        if let held = places[index].place(in: place.shard),
            (held.epoch, held.sequence) >= (place.epoch, place.sequence)
        {
            return
        }
        places[index].advance(to: place)
    }

    /// True when the record stands at or before this cursor: it has been read.
    package func covers(_ id: AlertID) -> Bool {
        guard let held = place(in: id.shard) else { return false }
        return (held.epoch, held.sequence) >= (id.epoch, id.sequence)
    }

    private static func mistake(_ what: String) -> ClientError {
        .usage(
            message: "the cursor \(what): wanted the text that an earlier alerts printed",
            hint: "leave it out and begin with --since")
    }
}
