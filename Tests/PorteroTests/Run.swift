import Cryptography
import Synchronization

@testable import portero

/// One run of the program inside the test's process, with an environment and rooms of the test's choosing.
struct Run {
    let status: Int32
    let output: String
    let complaints: String

    init(
        _ line: String,
        environment: [String: String] = [:],
        standardInput: String? = nil,
        wiring: Wiring = .live
    ) {
        let words = line.split(separator: " ").map(String.init)
        self.init(words: words, environment: environment, standardInput: standardInput, wiring: wiring)
    }

    init(words: [String], environment: [String: String], standardInput: String?, wiring: Wiring) {
        let output = Mutex("")
        let complaints = Mutex("")
        let program = Program(
            environment: Environment(variables: environment),
            console: Console(
                write: { text in output.withLock { $0 += text } },
                complain: { text in complaints.withLock { $0 += text } },
                readSecretLine: { _ in standardInput.map { Secret($0) } }
            ),
            wiring: wiring
        )
        status = program.run(words)
        self.output = output.withLock { $0 }
        self.complaints = complaints.withLock { $0 }
    }
}

extension Secret {
    /// What is in it, to be compared.
    var text: String { withText { $0 } }
}
