package import TwinCore

/// A sample as it goes out, with the flags of its report.
package struct BufferedReport: Sendable {
    package var sample: HostSample
    package var flags: ReportFlags

    package init(sample: HostSample, flags: ReportFlags) {
        self.sample = sample
        self.flags = flags
    }
}
