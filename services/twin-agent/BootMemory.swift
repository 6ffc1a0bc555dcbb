internal import HostMetrics
internal import Logging

/// The boot that the twin was last told of, in memory and, where the agent may, in a file.
struct BootMemory {
    private let file: BootFile?
    private let log: Logger
    private(set) var boot: BootIdentity?
    private var isFailing = false

    /// A file that cannot be read counts as none: at worst one reboot goes untold.
    init(directory: String?, log: Logger) {
        file = directory.map(BootFile.init(directory:))
        self.log = log
        do {
            boot = try file?.read()
        } catch {
            log.warning(
                "the last boot cannot be read", metadata: ["reason": "\(error)"])
        }
    }

    /// Keeps a boot that is another than the one kept.
    mutating func remember(_ present: BootIdentity?) {
        guard let file, let present, present != boot else { return }
        do {
            try file.write(present)
            boot = present
            isFailing = false
        } catch {
            if !isFailing {
                log.warning(
                    "the boot cannot be kept", metadata: ["reason": "\(error)"])
            }
            isFailing = true
        }
    }
}
