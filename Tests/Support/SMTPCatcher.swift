package import Foundation

/// A real SMTP server for a test: `smtp-catcher.py`, run as a process of its own.
///
/// It stores each mail before it accepts it, so that what was delivered can be read at once.
package final class SMTPCatcher: Sendable {
    package enum Encryption: String, Sendable {
        case none = ""
        case startTLS = "--starttls"
        case implicitTLS = "--tls"
    }

    /// Where in a conversation it can be told to misbehave; `content` is the end of the mail's text.
    package enum Stage: String, Sendable {
        case connection = "CONNECT"
        case sender = "MAIL"
        case recipient = "RCPT"
        case content = "DATA"
        case farewell = "QUIT"
    }

    /// What it tells as it happens.
    package struct Event: Decodable, Sendable {
        package enum Kind: String, Decodable, Sendable {
            case listening, obeyed, stalling, message, closed
        }

        package let event: Kind
        fileprivate let port: Int?
        fileprivate let certificate: String?
    }

    package let port: Int
    /// A PEM file to trust, where it speaks TLS.
    package let certificate: String?
    package let directory: URL
    private let process: LineProcess

    /// Starts a server on a free port of 127.0.0.1, or on `port`; with a `login` (`user:password`) it takes no mail without.
    package init(_ encryption: Encryption = .none, login: String? = nil, on port: Int = 0) async throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "portero-mail-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "smtp-catcher.py").path
        var arguments = [script, directory.path, "--port", String(port)]
        if encryption != .none { arguments.append(encryption.rawValue) }
        if let login { arguments.append(contentsOf: ["--login", login]) }
        process = try LineProcess("/usr/bin/python3", arguments)
        let announcement = try await Self.nextEvent(of: process)
        self.port = announcement.port ?? 0
        certificate = announcement.certificate
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    /// Answers with `reply` (such as `550 nobody here`) whoever reaches `stage`.
    package func refuse(at stage: Stage, with reply: String) async throws {
        try await order(Order(stage: stage.rawValue, reply: reply))
    }

    /// Says nothing to whoever reaches `stage`.
    package func stall(at stage: Stage) async throws {
        try await order(Order(stage: stage.rawValue, stall: true))
    }

    package func behave(at stage: Stage) async throws {
        try await order(Order(stage: stage.rawValue))
    }

    private struct Order: Encodable {
        let stage: String
        var reply: String?
        var stall: Bool?
    }

    private func order(_ order: Order) async throws {
        try process.write(String(decoding: JSONEncoder().encode(order), as: UTF8.self))
        try await event(.obeyed)
    }

    /// Waits until this happens, passing over what happened before.
    package func event(_ wanted: Event.Kind) async throws {
        while try await Self.nextEvent(of: process).event != wanted {}
    }

    private static func nextEvent(of process: LineProcess) async throws -> Event {
        guard let line = await process.nextLine() else { throw SMTPCatcherError.endedEarly }
        return try JSONDecoder().decode(Event.self, from: Data(line.utf8))
    }

    /// All mails so far, in the order of their arrival.
    package func mails() throws -> [CaughtMail] {
        try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "json" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .map { file in
                var mail = try JSONDecoder().decode(CaughtMail.self, from: Data(contentsOf: file))
                mail.source = try Data(contentsOf: file.deletingPathExtension().appendingPathExtension("eml"))
                return mail
            }
    }

    /// Waits for the mail with this number, counted from 1.
    package func mail(number: Int = 1) async throws -> CaughtMail {
        while true {
            if let mail = try mails().dropFirst(number - 1).first { return mail }
            try await event(.message)
        }
    }

    /// Ends the server, and waits until its port is closed.
    package func stop() async {
        await process.stop()
    }
}

package enum SMTPCatcherError: Error {
    case endedEarly
}

/// A mail as Python's email package reads it.
package struct CaughtMail: Decodable, Sendable {
    package let sender: String
    package let recipients: [String]
    package let isEncrypted: Bool
    /// Who logged in.
    package let user: String?
    package let headers: [[String]]
    /// What the parser found wrong.
    package let defects: [String]
    package let text: String
    /// The bytes as they came, with libcurl's dots taken out again.
    package fileprivate(set) var source = Data()

    private enum CodingKeys: CodingKey {
        case sender, recipients, isEncrypted, user, headers, defects, text
    }

    /// The value of the header with this name, if there is exactly one.
    package func header(_ name: String) -> String? {
        let values = headers.filter { $0.first?.lowercased() == name.lowercased() }.compactMap(\.last)
        return values.count == 1 ? values[0] : nil
    }
}
