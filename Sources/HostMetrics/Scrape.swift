internal import TwinCore

/// One sample in the making: collectors read the host through it and put their values into it.
struct Scrape {
    struct Reading {
        /// NaN: the host has the metric, but no value now.
        var value: Float
        var device: String?
    }

    let root: HostRoot
    /// Wall time of the sample.
    let at: Timestamp
    let boot: BootIdentity
    var rates: CounterRates
    var problems: HostProblems
    private(set) var readings: [HostMetric: Reading] = [:]

    init(
        root: HostRoot, at: Timestamp, boot: BootIdentity, rates: CounterRates,
        problems: HostProblems
    ) {
        self.root = root
        self.at = at
        self.boot = boot
        self.rates = rates
        self.problems = problems
    }

    /// The host has this metric; nil = it has no value this time (first sample, reset, no traffic).
    mutating func set(_ metric: HostMetric, to value: Double?, device: String? = nil) {
        readings[metric] = Reading(
            value: value.map { Float($0) } ?? .nan, device: value == nil ? nil : device)
    }

    mutating func set(_ metric: HostMetric, to worst: Worst) {
        set(metric, to: worst.value, device: worst.device)
    }

    /// The whole number that a file consists of; nil if unreadable or, as a problem, malformed.
    mutating func number(in file: String) -> UInt64? {
        guard let text = root.text(of: file) else { return nil }
        let trimmed = text.trimmed
        guard let number = UInt64(trimmed) else {
            problems.note(file, wanted: "a number of at least 0", found: trimmed)
            return nil
        }
        return number
    }

    /// The number with sign that a file consists of; nil if unreadable or, as a problem, malformed.
    mutating func signedNumber(in file: String) -> Int64? {
        guard let text = root.text(of: file) else { return nil }
        let trimmed = text.trimmed
        guard let number = Int64(trimmed) else {
            problems.note(file, wanted: "a whole number", found: trimmed)
            return nil
        }
        return number
    }

    /// `count` fields of a line of `file` as numbers, from index `first` on; nil, and a problem, if
    /// there are fewer or one of them is no number.
    mutating func numbers(
        in line: Substring, of file: String, from first: Int, count: Int
    ) -> [UInt64]? {
        let numbers = line.fields.dropFirst(first).prefix(count).compactMap { UInt64($0) }
        guard numbers.count == count else {
            problems.note(file, wanted: "\(count) numbers after field \(first)", found: line)
            return nil
        }
        return numbers
    }
}
