import Foundation
import TwinClient

/// Who acts: `--owner`, else `$USER`, else the account that the process runs under.
enum Owner {
    static func name(_ option: String?) throws(ClientError) -> String {
        if let option, !option.isEmpty { return option }
        if let user = ProcessInfo.processInfo.environment["USER"], !user.isEmpty { return user }
        let account = NSUserName()
        guard !account.isEmpty else {
            throw .usage(message: "who are you? $USER is empty", hint: "add --owner NAME")
        }
        return account
    }
}
