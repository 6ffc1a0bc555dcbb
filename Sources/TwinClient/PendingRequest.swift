internal import TwinCore
internal import TwinWire

/// A request that has no answer yet, with its second frame's constants.
struct PendingRequest {
    let request: ClientRequest
    let destinationBytes: [UInt8]
    var tracker: RequestTracker
    /// Of the first sending; nil before it.
    var sentNanoseconds: Int64?
    /// True while it stands in the connection's queue of what is to be sent.
    var isQueued = false
    /// When the tracker wants to be asked again.
    var dueMilliseconds: Int64 = 0

    init(_ request: ClientRequest, nowMilliseconds: Int64) {
        self.request = request
        destinationBytes = Array(request.destination.description.utf8)
        tracker = RequestTracker(terms: request.terms, nowMilliseconds: nowMilliseconds)
    }

    /// The error of a request that ended without an answer.
    func error(of end: RequestTracker.End, endpoint: String) -> ClientError {
        let seconds = (request.terms.timeout ?? .zero).seconds
        return switch end {
        case .refused(let refusal): .refused(refusal)
        case .neverSent: .nobodyAnswers(endpoint: endpoint, seconds: seconds)
        case .outcomeUnknown(let attempts):
            .outcomeUnknown(
                destination: request.destination.description, type: request.type,
                seconds: seconds, attempts: attempts)
        }
    }
}
