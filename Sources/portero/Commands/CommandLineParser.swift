/// Reads command lines strictly: what is not declared is refused.
struct CommandLineParser {
    private let commands: [Command]

    init(_ commands: [Command]) {
        self.commands = commands
    }

    /// Finds the command and its arguments; `--help` anywhere, and nothing else, asks for help about it.
    func parse(_ words: [String]) throws(UsageError) -> (command: Command, arguments: Arguments) {
        switch words.first {
        case nil: throw UsageError(complaint: "no command", usage: overview)
        case "--version": return (.version, try alone(words, .version))
        case "--help", "-h": return (.help, try alone(words, .help))
        case let first?:
            let candidates = commands.filter { words.starts(with: $0.words) }
            guard let command = candidates.max(by: { $0.words.count < $1.words.count }) else {
                throw unknown(first, words)
            }
            let rest = words.dropFirst(command.words.count)
            if rest.contains("--help") || rest.contains("-h") {
                return (.help, Arguments(operands: command.words))
            }
            return (command, try parse(rest, for: command))
        }
    }

    private func alone(_ words: [String], _ command: Command) throws(UsageError) -> Arguments {
        guard words.count == 1 else {
            throw UsageError(complaint: "\(words[0]) stands alone", usage: overview)
        }
        return Arguments()
    }

    private func unknown(_ first: String, _ words: [String]) -> UsageError {
        let family = commands.filter { $0.words.count > 1 && $0.words.first == first }
        guard family.isEmpty else {
            let complaint = words.count > 1 ? "\(first) has no command \(quoted(words[1]))" : "\(first) needs a command"
            return UsageError(complaint: complaint, usage: usage(of: family))
        }
        return UsageError(complaint: "there is no command \(quoted(first))", usage: overview)
    }

    private func parse(_ words: ArraySlice<String>, for command: Command) throws(UsageError) -> Arguments {
        var arguments = Arguments()
        var rest = words
        while let word = rest.popFirst() {
            guard word.hasPrefix("-"), word != "-" else {
                arguments.operands.append(word)
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let option = command.options.first(where: { $0.name == parts[0] }) else {
                throw refuse("\(command.name) has no option \(quoted(parts[0]))", command)
            }
            guard option.isRepeatable || !arguments.has(option.name) else {
                throw refuse("\(option.name) is given twice", command)
            }
            var value = parts.count == 2 ? parts[1] : nil
            if option.value == nil, value != nil { throw refuse("\(option.name) takes no value", command) }
            if option.value != nil, value == nil { value = rest.popFirst() }
            if let placeholder = option.value, value ?? "" == "" {
                throw refuse("\(option.name) needs a value: \(placeholder)", command)
            }
            if option.isRepeatable {
                arguments.lists[option.name, default: []].append(value ?? "")
            } else {
                arguments.options[option.name] = value ?? ""
            }
        }
        if command.operands == nil, let operand = arguments.operands.first {
            throw refuse("\(command.name) takes no argument \(quoted(operand))", command)
        }
        for option in command.options where option.isRequired && !arguments.has(option.name) {
            throw refuse("\(command.name) needs \(option.name)", command)
        }
        return arguments
    }

    private func refuse(_ complaint: String, _ command: Command) -> UsageError {
        UsageError(complaint: complaint, usage: usage(of: [command]))
    }

    private func usage(of commands: [Command]) -> String {
        commands.map { "usage: \($0.usage)\n" }.joined()
    }

    private var overview: String { "usage: portero COMMAND; portero help lists the commands\n" }
}

extension Command {
    var words: [String] { name.split(separator: " ").map(String.init) }
}
