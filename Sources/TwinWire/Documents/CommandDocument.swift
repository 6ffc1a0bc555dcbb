package import TwinCore

/// The answer to a command that changes something: durable when it is `ok`.
package struct CommandDocument: AnswerDocument {
    package var version: Int = DocumentFormat.version
    package var ok: Bool
    package var address: String
    /// False when the present state already was what the command asks for.
    package var changed: Bool
    /// Of a commission: the generation in force, for `ifGeneration` of the next one.
    @Null package var generation: UInt64?
    /// Where in its shard's history the answer stands.
    package var position: UInt64

    package init(
        ok: Bool, address: String, changed: Bool, generation: UInt64? = nil, position: UInt64
    ) {
        self.ok = ok
        self.address = address
        self.changed = changed
        self.generation = generation
        self.position = position
    }

    /// The answer of a twin's owner.
    package init(
        address: TwinAddress, changed: Bool, generation: UInt64? = nil, position: Position
    ) {
        self.init(
            ok: true, address: address.description, changed: changed, generation: generation,
            position: position.rawValue)
    }
}
