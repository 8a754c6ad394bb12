/// One command of the program: what it is called, what it takes, and what it does.
struct Command: Sendable {
    struct Option: Sendable {
        let name: String
        /// How usage lines call the value; nil: the option has none.
        var value: String?
        var isRequired = false
        var isRepeatable = false
        let meaning: String

        fileprivate var usage: String {
            let text = name + (value.map { " \($0)" } ?? "")
            return (isRequired ? text : "[\(text)]") + (isRepeatable ? "…" : "")
        }
    }

    /// One word or several.
    let name: String
    /// How usage lines call what follows the options; nil: nothing does.
    var operands: String?
    let summary: String
    /// What help says below the options.
    var discussion = ""
    var options: [Option] = []
    let run: @Sendable (Arguments, Program) throws -> Int32

    var usage: String {
        let words = ["portero", name] + options.map(\.usage) + (operands.map { ["[\($0)]"] } ?? [])
        return words.joined(separator: " ")
    }

    /// Every command, in the order of help.
    static let all = [
        serve, migrate, adminCreate, organizationCreate, organizationDomain, organizationList, userList, userDeactivate,
        userActivate, userUnlock, userLogout, keyRotate, config, doctor, help,
    ]
}

/// What was given to a command.
struct Arguments: Equatable, Sendable {
    /// The options by name; those without a value have an empty one.
    var options: [String: String] = [:]
    /// The values of the options that may be repeated, in their order.
    var lists: [String: [String]] = [:]
    var operands: [String] = []

    func has(_ option: String) -> Bool {
        options[option] != nil || lists[option] != nil
    }
}

/// A command line that makes no sense, and what would.
struct UsageError: Error, Equatable {
    let complaint: String
    /// Lines.
    let usage: String
}
