package import Foundation

/// The `.eml` files that a server without a mail server writes.
package struct MailFolder: Sendable {
    private let folder: URL

    /// - Parameter folder: the server's data directory; mails may lie deeper.
    package init(in folder: URL) {
        self.folder = folder
    }

    /// All mails to an address, oldest first.
    package func mails(to address: String) throws -> [WrittenMail] {
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        let mails = try (files?.allObjects ?? []).compactMap { $0 as? URL }
            .filter { $0.pathExtension == "eml" }
            .map { (written: try modified($0), mail: WrittenMail(try Data(contentsOf: $0))) }
        return mails.filter { $0.mail.recipient == address }.sorted { $0.written < $1.written }.map(\.mail)
    }

    private func modified(_ file: URL) throws -> Date {
        try FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate] as? Date ?? .distantPast
    }

    /// Waits until so many mails to an address are there that suit, and answers the last of them.
    package func mail(
        to address: String,
        number: Int = 1,
        where suits: (WrittenMail) -> Bool = { _ in true }
    ) async throws -> WrittenMail {
        try await eventually("mail \(number) to \(address)") {
            let mails = try mails(to: address).filter(suits)
            return mails.count >= number ? mails[number - 1] : nil
        }
    }

    /// Waits for the code of the mail with this number that tells one.
    package func code(to address: String, number: Int = 1, where suits: (WrittenMail) -> Bool = { _ in true }) async throws
        -> String
    {
        let mail = try await mail(to: address, number: number) { $0.code != nil && suits($0) }
        return mail.code ?? ""
    }
}

/// A mail as its reader sees it.
package struct WrittenMail: Sendable {
    package let headers: [String: String]
    package let text: String

    package init(_ data: Data) {
        let source = String(decoding: data, as: UTF8.self)
        let parts = source.split(separator: "\r\n\r\n", maxSplits: 1)
        var headers: [String: String] = [:]
        var last = ""
        for line in (parts.first ?? "").split(separator: "\r\n") {
            if line.first?.isWhitespace == true {
                headers[last, default: ""] += line
                continue
            }
            let pair = line.split(separator: ":", maxSplits: 1)
            last = pair[0].lowercased()
            headers[last] = pair.count > 1 ? String(pair[1].drop { $0 == " " }) : ""
        }
        self.headers = headers
        text = Self.decodeQuotedPrintable(parts.count > 1 ? String(parts[1]) : "")
    }

    /// The address alone.
    package var recipient: String {
        let to = headers["to"] ?? ""
        return to.firstMatch(of: /<(.+)>/).map { String($0.1) } ?? to
    }

    package var subject: String { headers["subject"] ?? "" }

    /// The six digits that stand on a line of their own.
    package var code: String? {
        text.firstMatch(of: /(?m)^\s*(\d{6})\s*$/).map { String($0.1) }
    }

    private static func decodeQuotedPrintable(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.replacing("=\r\n", with: "").utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "="), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            else {
                bytes.append(byte)
                continue
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n")
    }
}
