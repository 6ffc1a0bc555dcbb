import TwinClient

/// Says on stderr what takes longer than two seconds, and how far it is.
final class Progress {
    private let note: (String) -> Void
    private let startMilliseconds = ClientTime.monotonicMilliseconds
    private var lastMilliseconds: Int64
    private var count = 0
    private var total: Int?
    private var what: String

    /// How long a command is silent, and how often it speaks then.
    private static let patienceMilliseconds: Int64 = 2_000

    init(_ what: String, note: @escaping (String) -> Void) {
        self.what = what
        self.note = note
        lastMilliseconds = startMilliseconds
    }

    /// What is going on now; `total` = how many steps it has, when that is known.
    func begin(_ what: String, total: Int? = nil) {
        self.what = what
        self.total = total
        count = 0
    }

    /// One step is done.
    func step() {
        count += 1
        look()
    }

    /// Called between waits.
    func look() {
        let now = ClientTime.monotonicMilliseconds
        guard now - lastMilliseconds >= Self.patienceMilliseconds else { return }
        lastMilliseconds = now
        let seconds = (now - startMilliseconds) / 1_000
        if let total {
            note("\(what): \(count) of \(total), \(seconds) s")
        } else {
            note("\(what): \(seconds) s")
        }
    }
}
