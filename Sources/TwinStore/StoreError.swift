/// What durable state could not do, as one sentence an operator can act on.
///
/// `sentence` says what was wanted and what was found; `file` and `offset` say where. A disk's
/// mistake stops the instance: nobody retries after one of these.
package struct StoreError: Error, Equatable, Sendable {
    /// What kind of trouble it is: decides the exit code and what a person does next.
    package enum Kind: String, Sendable, CaseIterable {
        /// The file system has no space or no quota left, or the file may not grow further.
        case diskFull = "disk-full"
        /// The device or the file system refused a read, a write or a sync.
        case inputOutput = "input-output"
        /// Bytes are not what was written: a checksum, a missing record, a damaged file.
        case corrupt
        /// The state belongs to another cluster or another tier.
        case wrongCluster = "wrong-cluster"
        /// The state was written by a newer release than this one.
        case newerSchema = "newer-schema"
        /// Another process has the state directory open.
        case locked
        /// A place that must be empty is not.
        case notEmpty = "not-empty"
        /// A file or directory that must exist does not.
        case missing
        /// This process may not read or write there.
        case forbidden
        /// One record is larger than the journal takes.
        case tooLarge = "too-large"
        /// An earlier write or sync failed, so nothing further is believed.
        case poisoned
    }

    package let kind: Kind
    package let sentence: String
    /// The file the sentence is about, as the disk names it.
    package let file: String?
    /// Bytes from the start of `file`.
    package let offset: UInt64?

    package init(_ kind: Kind, _ sentence: String, file: String? = nil, offset: UInt64? = nil) {
        self.kind = kind
        self.sentence = sentence
        self.file = file
        self.offset = offset
    }
}

extension StoreError: CustomStringConvertible {
    package var description: String {
        switch (file, offset) {
        case (let file?, let offset?): "\(sentence) (\(file), offset \(offset))"
        case (let file?, nil): "\(sentence) (\(file))"
        case (nil, _): sentence
        }
    }
}
