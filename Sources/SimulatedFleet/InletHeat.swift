internal import TwinCore

/// The course of the inlet temperature of one server while cooling fails and after it.
///
/// It climbs by 0.5 … 3 °C a minute, up to 48 °C above normal, and falls by 2 °C a minute once
/// cooling works again. Servers protect themselves: those at the top of the rack first.
struct InletHeat {
    private let onset: Milliseconds
    private let end: Milliseconds
    private let degreesPerMinute: Double
    private let shutdownRise: Double

    init(of fault: Fault, at place: FaultPlace) {
        onset = fault.start + place.lead
        end = fault.end
        degreesPerMinute = 0.5 + 2.5 * fault.severity
        shutdownRise = 44 - 6 * place.height
    }

    /// Degrees above normal at `moment`.
    func rise(at moment: Milliseconds) -> Double {
        let heating = max(0, (min(moment, end) - onset).minutes)
        let peak = min(heating * degreesPerMinute, InletHeat.riseMax)
        let cooling = max(0, (moment - end).minutes)
        return max(0, peak - cooling * InletHeat.fallPerMinute)
    }

    /// When the server switches itself off; nil when cooling returns in time.
    var shutdown: Milliseconds? {
        let span = shutdownRise / degreesPerMinute * Milliseconds.millisecondsPerMinute
        let moment = onset + Milliseconds(rawValue: Int64(span))
        return moment < end ? moment : nil
    }

    private static let riseMax = 48.0
    private static let fallPerMinute = 2.0
}
