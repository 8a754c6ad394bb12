import Support
import Testing

/// One endpoint of the contract, with a body that it takes.
struct Endpoint: Sendable, CustomTestStringConvertible {
    enum Kind: Sendable, Hashable {
        case text
        case email
        case name
        case code
        case flag
        case uuid
        case list
        case date
        case permission
        case username
        /// One line of so many characters.
        case line(ClosedRange<Int>)
        case integer(ClosedRange<Int>)
        /// A session's number, or its digits in a string.
        case sessionNumber
        case object
    }

    struct Field: Sendable {
        let name: String
        let kind: Kind
        let isRequired: Bool
        let usual: JSONText
    }

    let method: String
    let path: String
    let needsToken: Bool
    /// Empty where there is no body.
    let fields: [Field]
    /// What a member needs to be let in; nil where membership is enough, or nothing is asked for.
    let right: String?

    var testDescription: String { "\(method) \(path)" }

    var takesBody: Bool { !fields.isEmpty }
    var needsBody: Bool { fields.contains { $0.isRequired } || path == "/auth/me" && method == "PATCH" }

    /// The path with something in place of its captures.
    var target: String { path.replacing(/\{\w+\}/, with: "01930000-0000-7000-8000-000000000001") }

    /// A body that suits, with changes.
    func body(_ changes: [String: JSONText?] = [:]) -> JSONText {
        var members: [String: JSONText] = [:]
        for field in fields { members[field.name] = field.usual }
        for (name, value) in changes { members[name] = value }
        return .object(members)
    }

    static let all: [Endpoint] = [
        Endpoint(
            "POST",
            "/auth/register",
            [email, password("password"), .init(name: "full_name", kind: .name, isRequired: true, usual: "Ana Llaves")]
        ),
        Endpoint("POST", "/auth/login", [email, password("password")]),
        Endpoint(
            "POST",
            "/auth/refresh",
            [
                .init(name: "refresh_token", kind: .text, isRequired: true, usual: "nobody's"),
                .init(name: "organization_id", kind: .uuid, isRequired: false, usual: nil),
            ]
        ),
        Endpoint("GET", "/auth/me", needsToken: true),
        Endpoint(
            "PATCH",
            "/auth/me",
            [.init(name: "full_name", kind: .name, isRequired: false, usual: nil)],
            needsToken: true
        ),
        Endpoint("POST", "/auth/logout", needsToken: true),
        Endpoint(
            "POST",
            "/auth/logout-all",
            [.init(name: "except_current", kind: .flag, isRequired: false, usual: nil)],
            needsToken: true
        ),
        Endpoint("GET", "/auth/sessions", needsToken: true),
        Endpoint("DELETE", "/auth/sessions/{id}", needsToken: true),
        Endpoint(
            "POST",
            "/auth/change-password",
            [password("current_password"), password("new_password")],
            needsToken: true
        ),
        Endpoint("POST", "/auth/forgot-password", [email]),
        Endpoint("POST", "/auth/reset-password", [email, code, password("new_password")]),
        Endpoint("POST", "/auth/verify-email", [email, code]),
        Endpoint("POST", "/auth/resend-verification", [email]),
        Endpoint("GET", "/auth/invitations", needsToken: true),
        Endpoint(
            "POST",
            "/auth/switch-organization",
            [.init(name: "organization_id", kind: .uuid, isRequired: true, usual: .string(nowhere))],
            needsToken: true
        ),
        Endpoint(
            "POST",
            "/auth/check",
            [
                .init(name: "permission", kind: .permission, isRequired: true, usual: "manage_users"),
                .init(name: "organization_id", kind: .uuid, isRequired: false, usual: nil),
                .init(name: "user_id", kind: .uuid, isRequired: false, usual: nil),
            ],
            needsToken: true
        ),
        Endpoint(
            "POST",
            "/auth/introspect",
            [.init(name: "token", kind: .text, isRequired: true, usual: "nobody's")],
            needsToken: true
        ),
        Endpoint(
            "POST",
            "/organizations/{id}/invitations",
            [email, .init(name: "role_id", kind: .uuid, isRequired: true, usual: .string(nowhere))],
            needsToken: true
        ),
        Endpoint("GET", "/organizations/{id}/invitations", needsToken: true),
        Endpoint("DELETE", "/organizations/{id}/invitations/{invitation_id}", needsToken: true),
        Endpoint("POST", "/organizations/{id}/invitations/{invitation_id}/resend", needsToken: true),
        Endpoint(
            "POST",
            "/invitations/accept",
            [
                .init(name: "token", kind: .text, isRequired: true, usual: "nobody's"),
                .init(name: "full_name", kind: .name, isRequired: false, usual: nil),
                .init(name: "password", kind: .text, isRequired: false, usual: nil),
            ]
        ),
        Endpoint(
            "POST",
            "/invitations/refuse",
            [.init(name: "token", kind: .text, isRequired: true, usual: "nobody's")]
        ),
        Endpoint(
            "POST",
            "/organizations/{id}/service-keys",
            [
                .init(name: "name", kind: .name, isRequired: true, usual: "Reservas"),
                .init(name: "permissions", kind: .list, isRequired: true, usual: ["manage_bookings"]),
                .init(name: "expires_at", kind: .date, isRequired: false, usual: nil),
            ],
            needsToken: true
        ),
        Endpoint("GET", "/organizations/{id}/service-keys", needsToken: true),
        Endpoint("DELETE", "/organizations/{id}/service-keys/{key_id}", needsToken: true),
    ]

    init(
        _ method: String,
        _ path: String,
        _ fields: [Field] = [],
        needsToken: Bool = false,
        right: String? = nil
    ) {
        self.method = method
        self.path = path
        self.fields = fields
        self.needsToken = needsToken
        self.right = right
    }

    private static let nowhere = "01930000-0000-7000-8000-000000000001"
    private static let email = Field(name: "email", kind: .email, isRequired: true, usual: "nadie@correo.example")
    private static let code = Field(name: "code", kind: .code, isRequired: true, usual: "123456")

    private static func password(_ name: String) -> Field {
        Field(name: name, kind: .text, isRequired: true, usual: "Cripta-Sombra-42")
    }
}

extension Endpoint.Kind {
    /// Values that such a field never takes.
    var unacceptable: [JSONText] {
        switch self {
        case .text: Self.notStrings + [""]
        case .email:
            Self.notStrings + [
                "", " ", "a", "a@", "@b.example", "a@b", "a@b..example", "a@-b.example", "a b@c.example",
                "a@b.example, c@d.example",
                "a@b.example\r\nBcc: c@d.example", "a@b.example\u{1}", "a\"b\"@c.example", "<a@b.example>",
                "a@b.example.",
                ".a@b.example", "a..b@c.example", "a@ｂ.example", "\u{212A}@b.example", "ana@b.exámple",
                "a\u{200b}@b.example",
                "a@b_c.example", "a@b.example%0a", "a@[127.0.0.1]",
                .string(String(repeating: "a", count: 65) + "@b.example"),
                .string("a@" + String(repeating: "b.", count: 126) + "example"),
            ]
        case .name:
            Self.notStrings + [
                "", "   ", "Ana\nLlaves", "Ana\u{1b}[31m", "\u{202e}anA", .string(String(repeating: "ñ", count: 201)),
            ]
        case .code:
            Self.notStrings + [
                "", "12345", "1234567", " 123456", "123456 ", "+12345", "-12345", "1e5000", "12345a", "１２３４５６",
                "१२३४५६",
                "0x1234", "123456\n",
            ]
        case .list: Self.notLists
        case .date:
            Self.notStrings + [
                "", "mañana", "2030-01-01", "2030-01-01T00:00:00", "2030-13-01T00:00:00Z", "20300101T000000Z",
                "1893456000",
            ]
        case .permission:
            Self.notStrings + [
                "", "a", "Manage_users", "manage users", " manage_users", "1manage", "_manage", "manage-users",
                "mañana",
                .string(String(repeating: "a", count: 64)),
            ]
        case .flag: ["true", "", 1, 0, 1.5, [], [:], "no"]
        case .username:
            Self.notStrings + [
                "", "ab", "a b", "ana@llaves", ".ana", "-ana", "añá", "ana\n1",
                .string(String(repeating: "a", count: 65)),
            ]
        case .line(let length):
            Self.notStrings + ["a\nb", "a\u{1b}b", .string(String(repeating: "ñ", count: length.upperBound + 1))]
                + (length.lowerBound > 0 ? ["", "  "] : [])
        case .integer(let range):
            [
                "1", "", true, [], [:], 1.5, .integer(range.lowerBound - 1), .integer(range.upperBound + 1),
                .integer(.max),
            ]
        case .sessionNumber:
            [true, [], [:], 1.5, 0, -1, 9_007_199_254_740_992, "", "0", "-1", "+5", "1e3", " 1", "01", "abc", "１"]
        case .object: ["", "x", 1, true, []]
        case .uuid:
            Self.notStrings + [
                "", "1", "01930000-0000-7000-8000-00000000000", "01930000-0000-7000-8000-0000000000010",
                "{01930000-0000-7000-8000-000000000001}", "0193000000007000800000000000000 1",
                "g1930000-0000-7000-8000-000000000001",
            ]
        }
    }

    /// What each value in a list must be, its own tests look at.
    private static let notLists: [JSONText] = [1, true, "manage_users", [:], ["a": "b"]]

    private static let notStrings: [JSONText] = [1, 123_456, -1, 1.5, true, false, [], ["x"], [:], ["a": "b"]]
}
