import HostMetrics
import Synchronization

/// How full the file systems were when the exporter was scraped: two programs that ask the live
/// disk one after the other differ by what others have written in between.
final class ScrapedSpace: FileSystemSpace {
    private let scrape = Mutex<PrometheusText?>(nil)

    /// Answers with the numbers of `text` from now on; nothing before.
    func show(_ text: PrometheusText) {
        scrape.withLock { $0 = text }
    }

    func space(atMountPoint path: String) -> (total: Double, available: Double)? {
        scrape.withLock { text in
            guard let total = text?.value("node_filesystem_size_bytes", "mountpoint", path),
                let available = text?.value("node_filesystem_avail_bytes", "mountpoint", path)
            else { return nil }
            return (total, available)
        }
    }
}
