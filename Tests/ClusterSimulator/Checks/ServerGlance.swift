import TwinCore

/// What a look at every server once a second reads of its twin.
struct ServerGlance {
    let server: Int
    let statusWord: String
    /// False once it is out of watch.
    var isCommissioned: Bool { statusWord != "decommissioned" }
    /// When it was heard again after its latest silence.
    let returnedAt: Timestamp?
}
