/// An input that has ended the process twice and is refused before it is stepped.
package struct QuarantineBan: Sendable, Equatable {
    /// Address of the twin, or the destination of the message.
    package let twin: String
    /// 16 hexadecimal digits.
    package let digest: String
    package let ends: Int
    /// The signal of the last end.
    package let signal: Int32
    /// Its bytes are in the quarantine, or were and a person has dropped them.
    package let isKept: Bool

    package init(twin: String, digest: String, ends: Int, signal: Int32, isKept: Bool) {
        self.twin = twin
        self.digest = digest
        self.ends = ends
        self.signal = signal
        self.isKept = isKept
    }

    /// Whether both refuse the same input.
    package func isSameInput(as other: QuarantineBan) -> Bool {
        twin == other.twin && digest == other.digest
    }
}
