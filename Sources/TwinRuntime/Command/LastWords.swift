internal import TwinStore

/// What a service says about the error that ends it.
enum LastWords {
    /// The error's sentence; before it the word of the refusals when the disk or what is on it
    /// failed, so that one search finds both.
    static func of(_ error: any Error) -> String {
        guard let error = error as? StoreError else { return "\(error)" }
        switch error.kind {
        case .diskFull, .inputOutput, .corrupt, .poisoned: return "storage-failed: \(error)"
        case .wrongCluster, .newerSchema, .locked, .notEmpty, .missing, .forbidden, .tooLarge:
            return "\(error)"
        }
    }
}
