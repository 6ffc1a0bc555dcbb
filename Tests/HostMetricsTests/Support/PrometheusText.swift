/// The samples of a Prometheus text exposition, as far as tests ask for them.
struct PrometheusText {
    struct Sample {
        var labels: [String: String]
        var value: Double
    }

    private var samples: [String: [Sample]] = [:]

    init(_ text: String) {
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let blank = line.lastIndex(of: " "),
                let value = Double(line[line.index(after: blank)...])
            else { continue }
            let series = line[..<blank]
            let name = String(series.prefix { $0 != "{" })
            let labels = series.matches(of: /(\w+)="([^"]*)"/).map { (String($0.1), String($0.2)) }
            samples[name, default: []].append(
                Sample(labels: Dictionary(labels) { $1 }, value: value))
        }
    }

    /// The samples of a metric whose labels are wanted.
    func all(_ name: String, where isWanted: ([String: String]) -> Bool = { _ in true }) -> [Sample]
    {
        (samples[name] ?? []).filter { isWanted($0.labels) }
    }

    func sum(_ name: String, where isWanted: ([String: String]) -> Bool = { _ in true }) -> Double {
        all(name, where: isWanted).reduce(0) { $0 + $1.value }
    }

    /// The metric's only sample with `label` = `value`.
    func value(_ name: String, _ label: String, _ value: String) -> Double? {
        all(name) { $0[label] == value }.first?.value
    }
}
