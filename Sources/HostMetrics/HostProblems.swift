/// The malformed files of a host in the order of their discovery, one entry a file.
package struct HostProblems: Sendable {
    /// Further files are counted in `unlisted` only.
    package static let listedMax = 64
    /// Malformed content may be long; this much of it is shown.
    private static let shownCharactersMax = 60

    package private(set) var listed: [HostProblem] = []
    package private(set) var unlisted: UInt64 = 0

    package init() {}

    mutating func note(_ file: String, wanted: String, found: some StringProtocol) {
        if let index = listed.firstIndex(where: { $0.file == file }) {
            listed[index].count += 1
            return
        }
        guard listed.count < Self.listedMax else {
            unlisted += 1
            return
        }
        let shown = found.prefix(Self.shownCharactersMax)
        listed.append(
            HostProblem(
                file: file, sentence: "\(file): wanted \(wanted), found '\(shown)'", count: 1))
    }
}
