import CCurl
import FoundationEssentials

/// Where mails go, as one URL says it.
///
/// `smtp://host` (port 25 unless given), `smtp://host?starttls=required`, `smtps://host` (port 465 unless given);
/// `user:password@` before the host, percent-encoded where they hold anything but letters, digits and `-._~`.
/// Without `smtps` or `starttls=required` nothing is encrypted.
package struct SMTPServer: Sendable {
    package enum Security: Sendable {
        case none
        case startTLS
        case implicitTLS
    }

    package let host: String
    package let port: Int
    package let security: Security
    let login: SMTPLogin?

    /// Whether anybody on the way can read the password; worth a warning.
    package var sendsPasswordInClear: Bool { security == .none && login != nil }

    /// What libcurl is given: no credentials, no query.
    var location: String { "\(security == .implicitTLS ? "smtps" : "smtp")://\(host):\(port)" }

    /// Reads the URL with libcurl's own parser, so that what was checked is what is connected to.
    ///
    /// - Throws: what is wrong, without repeating any of the URL.
    package init(url: String) throws(SMTPServerError) {
        guard !url.utf8.contains(0), let parts = curl_url() else { throw .malformed }
        defer { curl_url_cleanup(parts) }
        guard curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK else { throw .malformed }
        let isEncrypted =
            switch Self.part(CURLUPART_SCHEME, of: parts) {
            case "smtp": false
            case "smtps": true
            default: throw .unsupportedScheme
            }
        guard let host = Self.part(CURLUPART_HOST, of: parts), !host.isEmpty else { throw .malformed }
        let path = Self.part(CURLUPART_PATH, of: parts) ?? "/"
        guard path == "/", Self.part(CURLUPART_FRAGMENT, of: parts) == nil else { throw .unexpectedPath }

        switch Self.part(CURLUPART_QUERY, of: parts) {
        case nil: security = isEncrypted ? .implicitTLS : .none
        case "starttls=required" where !isEncrypted: security = .startTLS
        default: throw .unsupportedParameter
        }
        let port = Self.part(CURLUPART_PORT, of: parts).flatMap { Int($0) }
        self.host = host.lowercased()
        self.port = port ?? (isEncrypted ? 465 : 25)
        login = try Self.login(in: parts)
    }

    private static func login(in parts: OpaquePointer) throws(SMTPServerError) -> SMTPLogin? {
        let hasLogin = [CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS].contains { part($0, of: parts) != nil }
        guard hasLogin else { return nil }
        let flags = UInt32(CURLU_URLDECODE)
        guard part(CURLUPART_OPTIONS, of: parts) == nil,
            let user = part(CURLUPART_USER, of: parts, flags), !user.isEmpty,
            let password = part(CURLUPART_PASSWORD, of: parts, flags)
        else { throw .malformedLogin }
        return SMTPLogin(user: user, password: password)
    }

    private static func part(_ name: CURLUPart, of parts: OpaquePointer, _ flags: UInt32 = 0) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(parts, name, &text, flags) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(validatingCString: text)
    }
}

extension SMTPServer: CustomStringConvertible, CustomDebugStringConvertible {
    /// The URL without user and password: some services take a token as either.
    package var description: String {
        let credentials = login == nil ? "" : "‹secret›@"
        let query = security == .startTLS ? "?starttls=required" : ""
        return "\(security == .implicitTLS ? "smtps" : "smtp")://\(credentials)\(host):\(port)\(query)"
    }

    package var debugDescription: String { description }
}

/// What we log in with; prints as `‹secret›`.
struct SMTPLogin: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    let user: String
    let password: String

    var description: String { "‹secret›" }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// What is wrong with an SMTP URL, in words that hold none of it: any part may be a misplaced password.
package enum SMTPServerError: Error, CustomStringConvertible {
    case malformed
    case unsupportedScheme
    case unsupportedParameter
    case unexpectedPath
    case malformedLogin

    package var description: String {
        switch self {
        case .malformed: "is not a URL such as smtp://user:password@mail.example.org:587?starttls=required"
        case .unsupportedScheme: "must begin with smtp:// or smtps://"
        case .unsupportedParameter: "may have no parameter but starttls=required, and that only with smtp://"
        case .unexpectedPath:
            "must end after the host and port, or with ?starttls=required; a / or # in the password is written %2F or %23"
        case .malformedLogin: "must hold both user and password, or neither, percent-encoded (; is written %3B)"
        }
    }
}
