/// The folders of the host's logical processors in sysfs.
enum ProcessorFolders {
    private static let parent = "sys/devices/system/cpu"

    /// `sys/devices/system/cpu/cpu0` and so on, in the order of the names.
    static func all(below root: HostRoot) -> [String] {
        root.entries(of: parent).filter { $0.isNumbered("cpu") }.map { "\(parent)/\($0)" }
    }
}
