/// One maintenance window of a rack, as whoever set it must find it.
struct ReferenceWindow {
    enum State {
        /// Asked for, or to be ended, without an answer so far.
        case unsure
        /// Its begin got ok.
        case inForce
        /// Its end got ok.
        case ended
    }

    let rack: Int
    let id: String
    /// It ends by itself then, in milliseconds since the run began.
    let until: Int64
    var state = State.unsure
    /// The rack's instance was restored since it was asked for: nobody knows.
    var isForgotten = false

    mutating func isSet() { state = isForgotten ? .unsure : .inForce }
    mutating func isEnded() { state = isForgotten ? .unsure : .ended }
    mutating func forget() {
        isForgotten = true
        state = .unsure
    }
}
