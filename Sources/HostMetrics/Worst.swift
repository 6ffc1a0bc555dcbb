/// Keeps the worst of several devices' values and its device's name.
///
/// Among equals the first stays. A harmless value (no drops, link up) names nobody.
struct Worst {
    enum Direction { case highest, lowest }

    private let direction: Direction
    private let harmless: Double?
    private(set) var value: Double?
    private var candidate: String?

    init(_ direction: Direction, harmless: Double? = nil) {
        self.direction = direction
        self.harmless = harmless
    }

    /// The device behind `value`, nil if there is nothing to tell.
    var device: String? { value == harmless ? nil : candidate }

    mutating func consider(_ value: Double?, of device: @autoclosure () -> String) {
        guard let value else { return }
        if let worst = self.value {
            switch direction {
            case .highest: guard value > worst else { return }
            case .lowest: guard value < worst else { return }
            }
        }
        self.value = value
        candidate = device()
    }
}
