/// A libpq URI, whose password no description shows.
struct DatabaseURL: Equatable, Sendable, CustomStringConvertible {
    /// For libpq.
    let uri: String
    let description: String

    /// Reads `postgresql://…`, with several hosts or none.
    init(_ text: String) throws(Refusal) {
        guard let parts = URLParts(text), ["postgresql", "postgres"].contains(parts.scheme) else { throw Refusal() }
        for host in parts.authority.split(separator: ",") where splitPort(host) == nil { throw Refusal() }
        let passwords = [parts.password].compactMap(\.self) + parts.parameters.filter(Self.isPassword).map(\.value)
        let users = [parts.user].compactMap(\.self) + parts.parameters.filter { $0.name == "user" }.map(\.value)
        if users.contains("postgres"), passwords.contains("postgres") {
            throw Refusal(reason: "whose user and password are the well-known ones")
        }
        uri = text
        description = Self.redacted(parts)
    }

    private static func isPassword(_ parameter: (name: String, value: String)) -> Bool {
        ["password", "sslpassword"].contains(parameter.name)
    }

    private static func redacted(_ parts: URLParts) -> String {
        let credentials = parts.user.map { $0 + (parts.password == nil ? "" : ":‹secret›") + "@" } ?? ""
        let parameters = parts.parameters.map { "\($0.name)=\(isPassword($0) ? "‹secret›" : $0.value)" }
        let query = parts.query == nil ? "" : "?" + parameters.joined(separator: "&")
        return "\(parts.scheme)://\(credentials)\(parts.authority)\(parts.path)\(query)"
    }
}

extension SettingKind where Value == DatabaseURL? {
    static let databaseURL = SettingKind(
        takes: "a libpq URI, such as postgresql://user:password@host/database",
        isSecret: true
    ) { text throws(Refusal) in
        try DatabaseURL(text)
    } show: {
        $0?.description ?? "unset"
    }
}
