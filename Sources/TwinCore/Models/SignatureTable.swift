/// The signature table of a rack as data: what each cause looks like in its members' statuses.
///
/// Shares, windows and base rates come from published studies, see `domain.md`; a deployment may
/// bring its own table. One bad NIC, fan, disk or DIMM is one server and so matches no row.
package struct SignatureTable: Equatable, Sendable {
    /// The row of a silent rack. Its sign is silence itself, its window two intervals.
    package var silence: SignatureRow
    /// What the return of a silent rack's members tells.
    package var returns: ReturnSignature
    /// Silence of the members of one agent version or relay while the others are heard.
    package var reporter: SignatureRow
    /// Rows of likeness, in the order in which they may fold a member's incident.
    package var likeness: [SignatureRow]

    package static let standard = SignatureTable(
        silence: unreachable, returns: ReturnSignature(), reporter: reporterSilence,
        likeness: [network, power, cooling, throttlingAlone])

    /// The value half-way to its limit from which a measure counts as mildly bad; nil = no limit.
    package static func halfLimit(of measure: Digest.Measure) -> SignatureCondition? {
        switch measure {
        case .dropped: .above(.dropped, droppedHalf)
        case .errors: .above(.errors, errorsHalf)
        case .retransmits: .above(.retransmits, retransmitsHalf)
        case .temperatureMargin: .below(.temperatureMargin, marginDouble)
        case .fanSpeed, .power, .voltage, .throttles, .frequencyRatio: nil
        }
    }

    private static let droppedHalf = 0.01
    private static let errorsHalf = 0.005
    private static let retransmitsHalf = 0.025
    /// Twice the warning limit of the temperature margin, in degrees: less is worse.
    private static let marginDouble = 20.0
    /// A margin under which servers with rising fans count as heated, in degrees.
    private static let marginHeated = 15.0
    /// The critical margin: under it throttling is the heat's doing, whatever came before.
    private static let marginCritical = 5.0
    private static let throttlesNoticed = 0.1

    /// ≥ 50 % silent with onsets within two intervals. Base rates: ToR switches fail three times as
    /// often as the power of one whole rack.
    private static let unreachable = SignatureRow(
        kind: .rackUnreachable, severity: .critical, title: "Rack unreachable", phrase: "silent",
        signs: [], share: 0.5, folds: [.missingReport, .linkDown],
        variants: [
            SignatureVariant(
                signs: [[.incident(.powerSupply)], [.incident(.voltage)]], share: 0.5, cause: nil,
                candidates: [
                    CauseCandidate(cause: .rackPower, likelihood: 0.9),
                    CauseCandidate(cause: .torSwitch, likelihood: 0.1),
                ]),
            SignatureVariant(
                signs: [[.incident(.temperature)], [.below(.temperatureMargin, marginCritical)]],
                share: 0.5, cause: nil,
                candidates: [
                    CauseCandidate(cause: .cooling, likelihood: 0.8),
                    CauseCandidate(cause: .torSwitch, likelihood: 0.15),
                    CauseCandidate(cause: .rackPower, likelihood: 0.05),
                ]),
            SignatureVariant(
                cause: nil,
                candidates: [
                    CauseCandidate(cause: .torSwitch, likelihood: 0.75),
                    CauseCandidate(cause: .rackPower, likelihood: 0.25),
                ]),
        ])

    /// Not a rack's own trouble, but these members must be folded by somebody: the data center
    /// folds this incident under its `collector-fault`, else it tells the group once.
    private static let reporterSilence = SignatureRow(
        kind: .rackCommonCause, subject: "reporter", title: "Common cause",
        phrase: "silent, the others heard", signs: [], share: 0.8, folds: [.missingReport],
        variants: [])

    private static let network = SignatureRow(
        kind: .rackNetworkDegraded, title: "Rack network degraded",
        phrase: "with drops, errors, retransmits or links down",
        signs: [
            [.incident(.packetDrops)], [.incident(.networkErrors)], [.incident(.retransmits)],
            [.incident(.linkDown)], [.above(.dropped, droppedHalf)], [.above(.errors, errorsHalf)],
            [.above(.retransmits, retransmitsHalf)],
        ],
        share: 0.3, folds: [.packetDrops, .networkErrors, .retransmits, .linkDown, .missingReport],
        variants: [
            SignatureVariant(
                cause: .torSwitchDegraded,
                candidates: [
                    CauseCandidate(cause: .torSwitchDegraded, likelihood: 0.8),
                    CauseCandidate(cause: .networkSwitch, likelihood: 0.2),
                ])
        ])

    /// A feed lost switches supplies off; a brownout lowers volts and frequency at full margin.
    private static let power = SignatureRow(
        kind: .rackPowerDegraded, title: "Rack power degraded",
        phrase: "with a supply off, low volts or throttled at full temperature margin",
        signs: [
            [.incident(.powerSupply)], [.incident(.voltage)],
            [.fallen(.voltage, buckets: 1), .above(.throttles, throttlesNoticed)],
            [.fallen(.voltage, buckets: 2), .fallen(.frequencyRatio, buckets: 1)],
            [
                .above(.throttles, throttlesNoticed), .fallen(.frequencyRatio, buckets: 1),
                .steady(.temperatureMargin), .above(.temperatureMargin, marginCritical),
            ],
            [
                .incident(.throttling), .steady(.temperatureMargin),
                .above(.temperatureMargin, marginCritical),
            ],
        ],
        share: 0.4, folds: [.powerSupply, .voltage, .throttling],
        variants: [
            SignatureVariant(
                signs: [[.incident(.powerSupply)]], share: 0.5, cause: .powerFeed,
                candidates: [
                    CauseCandidate(cause: .powerFeed, likelihood: 0.8),
                    CauseCandidate(cause: .rackPower, likelihood: 0.2),
                ]),
            SignatureVariant(
                cause: .powerDegraded,
                candidates: [
                    CauseCandidate(cause: .powerDegraded, likelihood: 0.8),
                    CauseCandidate(cause: .powerFeed, likelihood: 0.2),
                ]),
        ])

    /// Fans rise first, then the margin falls, then processors throttle, and in the end the servers
    /// switch themselves off one after another: their silence is part of it.
    private static let cooling = SignatureRow(
        kind: .rackCooling, title: "Rack cooling", phrase: "heating up",
        signs: [
            [.incident(.temperature)],
            [
                .risen(.fanSpeed, buckets: 1), .fallen(.temperatureMargin, buckets: 2),
                .below(.temperatureMargin, marginHeated),
            ],
            [.incident(.throttling), .fallen(.temperatureMargin, buckets: 2)],
            [.incident(.throttling), .below(.temperatureMargin, marginCritical)],
        ],
        share: 0.3, folds: [.temperature, .throttling, .missingReport],
        variants: [
            SignatureVariant(
                cause: .cooling,
                candidates: [
                    CauseCandidate(cause: .cooling, likelihood: 0.8),
                    CauseCandidate(cause: .coolingZone, likelihood: 0.2),
                ])
        ])

    /// Throttling without a known margin: heat or power, and we do not guess.
    private static let throttlingAlone = SignatureRow(
        kind: .rackCommonCause, subject: "throttling", title: "Unknown, common cause",
        phrase: "throttled, temperature margin unknown",
        signs: [[.incident(.throttling), .absent(.temperatureMargin)]], share: 0.4,
        folds: [.throttling],
        variants: [
            SignatureVariant(
                cause: .unknown,
                candidates: [
                    CauseCandidate(cause: .cooling, likelihood: 0.5),
                    CauseCandidate(cause: .powerDegraded, likelihood: 0.5),
                ])
        ])
}

/// How the return of silent members tells a switch from power.
package struct ReturnSignature: Equatable, Sendable {
    /// The share of the outage's members whose return must be known before it decides.
    package var knownShare = 0.5
    /// The share of known returns that must agree; less is "unknown, common cause".
    package var agreeingShare = 0.8
    /// The share of the outage's members that must be back for "all back together".
    package var togetherShare = 0.9
    /// A silence of this length with all back together is a reboot of the switch.
    package var rebootSilence: ClosedRange<Milliseconds> = .minutes(2) ... .minutes(10)
    /// How sure a return makes us.
    package var likelihood = 0.95

    package init() {}
}
