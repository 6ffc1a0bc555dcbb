package import TwinWire

/// The answer to a command that changes something, as a short sentence.
package enum CommandRenderer {
    /// - Parameter deed: what the command did, as it is said of the twin: `commissioned`.
    package static func text(_ document: CommandDocument, deed: String) -> String {
        var sentence =
            document.changed
            ? "\(document.address) \(deed)" : "\(document.address) was already \(deed)"
        if let generation = document.generation { sentence += ", generation \(generation)" }
        return sentence
    }
}
