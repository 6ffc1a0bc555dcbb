internal import TwinCore

/// What an active fault does to the readings of one server: the signature table of the domain.
///
/// Silence is not here: see `Outage`. Every rule takes the healthy readings and bends them.
struct Symptoms {
    let fault: Fault
    let place: FaultPlace
    let interval: Milliseconds

    /// Bends `readings` taken at `moment`; leaves them alone outside the fault's time.
    func apply(to readings: inout ServerReadings, at moment: Milliseconds) {
        guard moment >= fault.start else { return }
        if case .cooling = fault.kind {
            heat(&readings, at: moment)
            return
        }
        guard moment < fault.end else { return }
        switch fault.kind {
        case .torDegraded: loseSwitchPackets(&readings)
        case .torReboot: readings.isLinkUp = false
        case .rackPower, .rowPower: loseFirstSupply(&readings, at: moment)
        case .feed: loseFeed(&readings)
        case .brownout: sag(&readings)
        case .nic: loseCardPackets(&readings)
        case .fan: slowFan(&readings, at: moment)
        case .disk: slowDisk(&readings, at: moment)
        case .dimm: breakMemory(&readings, at: moment)
        case .tor, .cooling, .reboot, .server, .agent, .collector, .clockSkew: break
        }
    }

    /// How far the server's clock is ahead because of this fault.
    func clockOffset(at moment: Milliseconds) -> Milliseconds {
        guard case .clockSkew = fault.kind, moment >= fault.start, moment < fault.end else {
            return .zero
        }
        return Milliseconds.seconds(90 + Int64(500 * fault.severity))
    }

    /// The share of reports that a degraded switch swallows, 0 for other faults.
    func reportLoss(at moment: Milliseconds) -> Double {
        guard case .torDegraded = fault.kind, moment >= fault.start, moment < fault.end else {
            return 0
        }
        return 0.02 + 0.1 * fault.severity
    }

    // MARK: network

    private func loseSwitchPackets(_ readings: inout ServerReadings) {
        guard place.share < 0.3 + 0.7 * fault.severity else { return }
        readings.retransmitRatio = 0.10 + 0.40 * fault.severity * place.otherShare
        if place.share < 0.4 * fault.severity {
            readings.networkDropped += 0.01 + 0.05 * place.otherShare
        }
    }

    private func loseCardPackets(_ readings: inout ServerReadings) {
        readings.networkDropped += 0.01 + 0.09 * fault.severity
        readings.networkErrors += 0.005 + 0.03 * fault.severity
        readings.retransmitRatio += 0.02 * fault.severity
    }

    // MARK: power

    private func loseFirstSupply(_ readings: inout ServerReadings, at moment: Milliseconds) {
        guard moment < fault.start + Outage.secondSupplyDelay(interval: interval) else { return }
        readings.isPowerSupplyOK = false
    }

    private func loseFeed(_ readings: inout ServerReadings) {
        readings.isPowerSupplyOK = false
        readings.voltage *= 0.85
        readings.throttles += 2
        readings.frequencyRatio *= 0.9
    }

    private func sag(_ readings: inout ServerReadings) {
        readings.voltage *= 0.88 - 0.12 * fault.severity
        readings.frequencyRatio *= 0.75 - 0.2 * fault.severity
        readings.power *= 0.8
        readings.throttles += 20
    }

    // MARK: heat

    private func heat(_ readings: inout ServerReadings, at moment: Milliseconds) {
        let rise = InletHeat(of: fault, at: place).rise(at: moment)
        let reserve = ServerReadings.fanSpeedMax - readings.fanSpeed
        readings.fanSpeed += reserve * min(rise / Symptoms.fanReserveDegrees, 1)
        let uncooled = max(0, rise - Symptoms.fanReserveDegrees)
        readings.temperature += 0.15 * min(rise, Symptoms.fanReserveDegrees) + 0.95 * uncooled
        throttleWhenHot(&readings)
    }

    private func slowFan(_ readings: inout ServerReadings, at moment: Milliseconds) {
        let ramp = Milliseconds.minutes(30) - Milliseconds.minutes(25).scaled(by: fault.severity)
        let progress = progress(at: moment, over: ramp)
        readings.fanSpeed *= 1 - 0.85 * progress
        readings.temperature += 0.9 * progress * readings.temperatureMargin
        throttleWhenHot(&readings)
    }

    private func throttleWhenHot(_ readings: inout ServerReadings) {
        let missing = Symptoms.throttleMargin - readings.temperatureMargin
        guard missing > 0 else { return }
        readings.throttles += 5 * missing
        readings.frequencyRatio = max(0.4, readings.frequencyRatio - 0.05 * missing)
    }

    // MARK: parts

    private func slowDisk(_ readings: inout ServerReadings, at moment: Milliseconds) {
        let ramp = fault.duration.scaled(by: Symptoms.diskRampShare)
        let progress = progress(at: moment, over: ramp)
        readings.diskLatency *= 1 + 9 * progress
        readings.diskUtilization += (1 - readings.diskUtilization) * progress
        readings.cpuIowait += 0.5 * progress
    }

    private func breakMemory(_ readings: inout ServerReadings, at moment: Milliseconds) {
        let reset = fault.duration.scaled(by: Outage.memoryResetShare)
        guard moment < fault.start + reset else { return }
        let progress = progress(at: moment, over: reset)
        readings.errorsCorrected += 0.5 + 5 * progress
        if progress >= 0.5 { readings.errorsUncorrected += progress >= 0.75 ? 2 : 1 }
    }

    /// How far the fault is on its way to its full effect, 0…1.
    private func progress(at moment: Milliseconds, over ramp: Milliseconds) -> Double {
        guard ramp > .zero else { return 1 }
        return min(max((moment - fault.start).minutes / ramp.minutes, 0), 1)
    }

    /// Inlet degrees that fans alone make up for.
    private static let fanReserveDegrees = 5.0
    /// Processors slow down below this margin.
    private static let throttleMargin = 8.0
    /// A failing disk gets worse over this part of its fault, then stays bad.
    static let diskRampShare = 1.0 / 3
}
