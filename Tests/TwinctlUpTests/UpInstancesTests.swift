import Foundation
import Testing

@testable import twinctl

@Suite("up with another number of instances")
struct UpInstancesTests {
    /// A directory in which three server instances and one rack instance ran.
    private func state(placement: String?) throws -> ScratchState {
        let state = try ScratchState()
        for name in ["broker", "server-a", "server-b", "server-c", "rack-a"] {
            try FileManager.default.createDirectory(
                atPath: state.paths.state(of: name), withIntermediateDirectories: true)
        }
        if let placement {
            let text =
                #"{"format":1,"crc32":"7f3a91c0","record":{"clusterID":"c1","placement":"#
                + #"{"version":9,"owners":["# + placement + "]}}}"
            let file = state.paths.state(of: "broker") + "/placement.json"
            try Data(text.utf8).write(to: URL(filePath: file))
        }
        return state
    }

    private func run(_ first: Int, _ last: Int, _ instance: String) -> String {
        #"{"tier":"server","first":\#(first),"last":\#(last),"instance":"\#(instance)","#
            + #""epoch":1,"born":true}"#
    }

    private func refusal(_ state: borrowing ScratchState, server: Int) -> String? {
        let options = UpOptions(
            serverInstances: server, rackInstances: 2, stateDirectory: state.paths.directory)
        do throws(UpError) {
            try UpSession.checkInstances(options, state.paths)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("more instances simply join; fewer are refused with what would be lost")
    func fewer() throws {
        let owners = [run(0, 99, "server-a"), run(100, 199, "server-b"), run(200, 255, "server-c")]
        let state = try state(placement: owners.joined(separator: ","))
        #expect(refusal(state, server: 3) == nil)
        #expect(refusal(state, server: 5) == nil)
        let sentence = refusal(state, server: 1) ?? ""
        #expect(sentence.contains("server-b with its 100 shards, server-c with its 56 shards"))
        #expect(sentence.hasSuffix("`twinctl drain server-c`"))
    }

    @Test("an instance that owns nothing may be left out")
    func drained() throws {
        let state = try state(placement: run(0, 255, "server-a"))
        #expect(refusal(state, server: 1) == nil)
    }

    @Test("without the broker's file nobody is left out")
    func unknown() throws {
        let state = try state(placement: nil)
        #expect(refusal(state, server: 2)?.contains("server-c, which may own shards") == true)
    }
}
