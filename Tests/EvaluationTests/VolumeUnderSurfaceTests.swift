import Evaluation
import Testing

@Suite struct VolumeUnderSurfaceTests {
    private let labels = (0..<1_000).map { (300..<340).contains($0) || (700..<720).contains($0) }

    @Test("A score that is the label is almost perfect, its opposite almost nothing")
    func extremes() throws {
        let perfect = labels.map { $0 ? 1.0 : 0 }
        let opposite = labels.map { $0 ? 0.0 : 1 }
        #expect(try value(perfect, widthMax: 0) == 1)
        #expect(try value(perfect, widthMax: 20) > 0.7)
        #expect(try value(opposite, widthMax: 20) < 0.15)
    }

    @Test("A constant score gets about the share of labelled rows")
    func constant() throws {
        let constant = labels.map { _ in 0.5 }
        #expect((0.05...0.07).contains(try value(constant, widthMax: 0)))
    }

    @Test("A score that peaks once in each event beats one that finds a single event")
    func everyEventCounts() throws {
        let both = labels.indices.map { $0 == 310 || $0 == 710 ? 1.0 : 0 }
        let single = labels.indices.map { $0 == 310 || $0 == 311 ? 1.0 : 0 }
        #expect(try value(both, widthMax: 20) > value(single, widthMax: 20))
    }

    @Test("Without a labelled row there is nothing to compare")
    func nothing() {
        #expect(VolumeUnderSurface.precisionRecall(labels: [false], scores: [1]) == nil)
    }

    private func value(_ scores: [Double], widthMax: Int) throws -> Double {
        try #require(
            VolumeUnderSurface.precisionRecall(labels: labels, scores: scores, widthMax: widthMax))
    }
}
