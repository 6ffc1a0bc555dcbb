/// Where a server stands and how it is to be watched: the content of a commission.
package struct Commission: Equatable, Sendable {
    package var rack: TwinKey
    package var dc: TwinKey
    /// Sorted by name, names unique, at most `Limits.labelsPerServerMax`.
    package var labels: [TwinLabel]
    /// The interval to expect when the reporter declares none; nil = 10 s.
    package var interval: Milliseconds?

    package init(rack: TwinKey, dc: TwinKey, labels: [TwinLabel], interval: Milliseconds?) {
        self.rack = rack
        self.dc = dc
        self.labels = labels
        self.interval = interval
    }
}
