package import Msgpack
package import TwinCore

extension Receipt: SelfPacking {
    package func pack(into packer: inout Packer) {
        let word: StaticString
        var reason: String?
        switch disposition {
        case .member: word = "member"
        case .notMember: word = "not-member"
        case .lacking: word = "lacking"
        case .refused(let why):
            word = "refused"
            reason = why
        }
        packer.packMapHeader(reason == nil ? 4 : 5)
        packer.packKey("parent")
        packer.pack(parent)
        packer.packKey("version")
        packer.pack(version)
        packer.packKey("disposition")
        packer.packKey(word)
        packer.pack(present: reason, as: "reason")
        packer.packKey("folds")
        folds.pack(into: &packer)
    }
}
