package import TwinClient
package import TwinCore
package import TwinWire

/// How one batch of the agent's reports ended.
package enum BatchEnd: Equatable, Sendable {
    /// All of them are durable.
    case taken
    /// They were answered, and will not be taken however often they come.
    case refused(Refusal.Code, String)
    /// They are not taken yet, or nobody knows.
    case kept(ClientError)

    /// Reads the answer. All reports are of one twin, and the few that catching up allows: what
    /// keeps one of them keeps the batch, because a twin takes the others twice without harm.
    package init(_ result: Result<ReportBatchReply, ClientError>) {
        switch result {
        case .success(let reply):
            let kept = reply.refused.first { Self.mayPass($0.code) }
            guard let range = kept ?? reply.refused.first else {
                self = .taken
                return
            }
            self = Self.refused(Refusal(range.code, range.message))
        case .failure(.refused(let refusal)): self = Self.refused(refusal)
        case .failure(let error): self = .kept(error)
        }
    }

    private static func refused(_ refusal: Refusal) -> BatchEnd {
        mayPass(refusal.code)
            ? .kept(.refused(refusal)) : .refused(refusal.code, refusal.message)
    }

    /// A service that could not store a report stops, and takes it once its disk is cured.
    private static func mayPass(_ code: Refusal.Code) -> Bool {
        code.isWorthRetrying || code == .storageFailed
    }
}

extension BatchEnd {
    /// True when the connection is of no use any more: nobody answered, or not in our language.
    var breaksConnection: Bool {
        switch self {
        case .taken, .refused, .kept(.refused): false
        case .kept: true
        }
    }

    var isKept: Bool {
        switch self {
        case .kept: true
        case .taken, .refused: false
        }
    }

    /// Whether people need not be told of this after `previous`: numbers in a sentence may differ.
    func isLike(_ previous: BatchEnd?) -> Bool {
        switch (self, previous) {
        case (.taken, .taken): true
        case (.refused(let code, _), .refused(let other, _)): code == other
        case (.kept(let error), .kept(let other)):
            breaksConnection == previous?.breaksConnection
                && error.document.error.code == other.document.error.code
        case (.taken, _), (.refused, _), (.kept, _): false
        }
    }
}
