import TwinCore

/// What a look at every server once a second reads of its twin.
struct ServerGlance {
    let server: Int
    let isCommissioned: Bool
    let statusWord: String
    /// When it was heard again after its latest silence.
    let returnedAt: Timestamp?
}
