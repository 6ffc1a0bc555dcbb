import Foundation
import Testing
import twinctl

struct UpLockTests {
    @Test("a second up on one directory is refused, naming the process that runs there")
    func refusesTheSecond() throws {
        let state = try ScratchState()
        let lock = try UpLock(state.paths)
        let error = #expect(throws: UpError.self) { _ = try UpLock(state.paths) }
        #expect(error?.description.contains("process \(getpid())") == true)
        try lock.noteReady()
    }

    @Test("readers see who runs and whether it is ready, and nobody once it ended")
    func tellsTheHolder() throws {
        let state = try ScratchState()
        #expect(UpLock.holder(state.paths) == nil)
        do {
            let lock = try UpLock(state.paths)
            #expect(UpLock.holder(state.paths) == UpLock.Holder(pid: getpid(), isReady: false))
            try lock.noteReady()
            #expect(UpLock.holder(state.paths) == UpLock.Holder(pid: getpid(), isReady: true))
        }
        #expect(UpLock.holder(state.paths) == nil)
    }

    @Test("a log that grew too long is put aside before the next start")
    func rotatesLogs() throws {
        let state = try ScratchState()
        let path = state.paths.log(of: "server-a")
        let long = Data(count: LogFile.bytesMax + 1)
        try long.write(to: URL(filePath: path))
        _ = try LogFile(appendingTo: path)
        let old = try FileManager.default.attributesOfItem(atPath: path + ".old")
        #expect(old[.size] as? Int == long.count)
        #expect(LogFile.tail(path).isEmpty)
    }
}
