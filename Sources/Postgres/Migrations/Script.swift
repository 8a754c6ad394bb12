package import Reactor

/// SQL of our own that is run once: demo data, a test's tables.
package enum Script {
    /// Runs any number of statements over a connection made for them.
    ///
    /// They share one transaction unless they open their own.
    ///
    /// - Throws: `ScriptError`, or `CancellationError` when the task is cancelled, which undoes what is not committed.
    package static func run(_ text: String, url: String, on loop: EventLoop) async throws {
        try await Session.with(url, on: loop) { session in try await session.run(text) }
    }
}

/// Why a script stopped; it tells what the server said, for scripts hold no user's data.
package struct ScriptError: Error, Hashable, Sendable, CustomStringConvertible {
    package let sqlState: String?
    package let message: String
    /// Counted from 1.
    package let line: Int?
    /// What might be done about it.
    package private(set) var hint: String?

    /// Whether something is there that we may not do.
    package var isRefusal: Bool { sqlState == "42501" }

    /// One line.
    package var description: String {
        let place = line.map { "line \($0): " } ?? ""
        let text = place + message + (sqlState.map { " (SQLSTATE \($0))" } ?? "") + (hint.map { ". \($0)" } ?? "")
        return text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    static let aborted = ScriptError(sqlState: nil, message: "the connection was closed", line: nil)
}

extension ScriptError {
    init(_ report: ServerReport, in text: String) {
        sqlState = report.sqlState
        message = report.message
        hint = report.hint
        line = report.position.map { position in
            1 + text.unicodeScalars.prefix(max(0, position - 1)).count { $0 == "\n" }
        }
    }
}
