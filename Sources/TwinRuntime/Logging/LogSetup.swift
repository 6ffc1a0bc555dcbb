package import Logging

/// Makes swift-log write to stderr, once per process.
package enum LogSetup {
    /// To be called before the first `Logger` is made.
    package static func bootstrap(_ settings: LogSettings) {
        LoggingSystem.bootstrap { label in
            LineLogHandler(label: label, settings: settings, write: LineLogHandler.writeToStderr)
        }
    }

    /// A logger that needs no bootstrap, for tests: every line goes to `write`.
    package static func logger(
        _ label: String, _ settings: LogSettings, write: @escaping @Sendable ([UInt8]) -> Void
    ) -> Logger {
        Logger(label: label) { LineLogHandler(label: $0, settings: settings, write: write) }
    }
}
