internal import Msgpack
internal import TwinCore

/// An input as the quarantine keeps it: enough to hand it back, or to show it to a person.
struct QuarantinedInput: Codable, Equatable, Sendable {
    enum Form: String, Codable, Sendable {
        /// A message, or the part of one that the twin got: handed back as it came.
        case message
        /// A journalled input, in its journalled form.
        case journalled
        /// What the instance gives a twin by itself, such as a timer: there are no bytes.
        case own
    }

    var form: Form
    /// Where the message went, or the shard that journalled it.
    var destination: String
    /// The type of the message; nil for what was none.
    var type: String?
    var payload: [UInt8]

    var packed: [UInt8] {
        do {
            return try MsgpackEncoder.encode(self)
        } catch {
            invariant(false, "a quarantined input does not pack: \(error)")
            return []
        }
    }

    init(form: Form, destination: String, type: String?, payload: [UInt8]) {
        self.form = form
        self.destination = destination
        self.type = type
        self.payload = payload
    }

    /// Reads what `packed` gave.
    init(packed: [UInt8]) throws(MsgpackError) {
        self = try MsgpackDecoder.decode(QuarantinedInput.self, from: packed)
    }
}
