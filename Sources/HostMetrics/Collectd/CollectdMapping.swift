/// What a collectd value is called here and how its number is turned into our unit.
package struct CollectdMapping: Sendable, Equatable {
    /// A name of `MetricCatalogue` where one fits, else a free name judged by its baseline alone.
    package let metric: String
    package let transformation: Transformation

    package enum Transformation: Sendable, Equatable {
        /// The unit is ours already.
        case same
        /// Percent → ratio: x ÷ 100.
        case percent
        /// Percent that is left → ratio in use: 1 − x ÷ 100.
        case percentLeft
        /// Milliseconds → seconds; also milliseconds per second → ratio: x ÷ 1000.
        case milliseconds
    }

    /// `value` in the unit of `metric`.
    package func converted(_ value: Double) -> Double {
        switch transformation {
        case .same: value
        case .percent: value / 100
        case .percentLeft: 1 - value / 100
        case .milliseconds: value / 1_000
        }
    }
}
