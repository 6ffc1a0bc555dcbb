/// Why a service could not start: one sentence that names the flag to change.
package struct StartError: Error, Equatable, Sendable, CustomStringConvertible {
    package let status: ExitStatus
    package let sentence: String

    package init(_ status: ExitStatus, _ sentence: String) {
        self.status = status
        self.sentence = sentence
    }

    package var description: String { sentence }
}
