/// The measures of one server that a rack can explain, one logarithmic byte each.
///
/// 0 = absent. Otherwise bucket b stands for 2^((b − 128) / 4): steps of 19 %, from 2⁻³² to 2³².
/// Zero and negative values take bucket 1. So a rack sees thirty servers at 1.5 % drops although
/// none crosses its limit.
package struct Digest: Equatable, Sendable {
    /// What each byte measures, in the order of the bytes on the wire.
    package enum Measure: Int, CaseIterable, Sendable {
        case dropped = 0
        case errors, retransmits, temperatureMargin, fanSpeed, power, voltage, throttles
        case frequencyRatio

        /// The metric whose latest value the byte carries.
        package var metric: String {
            switch self {
            case .dropped: "system.network.dropped"
            case .errors: "system.network.errors"
            case .retransmits: "system.tcp.retransmit_ratio"
            case .temperatureMargin: "hw.temperature.margin"
            case .fanSpeed: "hw.fan.speed"
            case .power: "hw.power"
            case .voltage: "hw.voltage"
            case .throttles: "system.cpu.throttles"
            case .frequencyRatio: "system.cpu.frequency.ratio"
            }
        }
    }

    /// One bucket a measure, `Measure.allCases` long.
    package private(set) var buckets: [UInt8]

    package init() {
        buckets = Array(repeating: 0, count: Measure.allCases.count)
    }

    /// Takes the bytes of the wire; missing ones are absent, further ones are ignored.
    package init(bytes: [UInt8]) {
        self.init()
        for index in 0..<min(bytes.count, buckets.count) { buckets[index] = bytes[index] }
    }

    /// The middle of the bucket of `measure`; nil when absent.
    package subscript(measure: Measure) -> Double? {
        let bucket = buckets[measure.rawValue]
        return bucket == 0 ? nil : Digest.value(of: bucket)
    }

    package mutating func set(_ measure: Measure, to value: Double?) {
        buckets[measure.rawValue] = value.map(Digest.bucket(of:)) ?? 0
    }

    /// The bucket of a value, 1…255: exact powers by exponent, quarters by comparison.
    package static func bucket(of value: Double) -> UInt8 {
        guard value > 0 else { return 1 }
        guard value < largest else { return 255 }
        let exponent = Int(value.exponent)
        let significand = value.significand
        let quarter = quarterBounds.lastIndex { significand >= $0 } ?? 0
        let bucket = 128 + exponent * 4 + quarter
        return UInt8(min(max(bucket, 1), 255))
    }

    package static func value(of bucket: UInt8) -> Double {
        guard bucket > 1 else { return 0 }
        let steps = Int(bucket) - 128
        let exponent = steps >= 0 ? steps / 4 : (steps - 3) / 4
        return Double(
            sign: .plus, exponent: exponent, significand: quarterBounds[steps - exponent * 4])
    }

    /// 2^(n/4) for n = 0…3.
    private static let quarterBounds = [
        1.0, 1.189_207_115_002_721, 1.414_213_562_373_095, 1.681_792_830_507_429,
    ]
    private static let largest = 4_294_967_296.0
}
