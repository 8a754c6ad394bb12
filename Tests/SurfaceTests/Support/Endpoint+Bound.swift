import Support

/// The contracts that know no organization.
extension Endpoint {
    /// The endpoints of a contract, in the order of its routes where it is a bound one.
    static func of(_ contract: Contract) -> [Endpoint] {
        switch contract {
        case .escapeRoom: all + management
        case .sessionTracking: sessionTracking
        case .sesiones: sesiones
        case .ingeocimyc: ingeocimyc
        case .usuarios: usuarios
        }
    }

    private static let sessionTracking = [
        Endpoint("POST", "/login", [email, password("password")]),
        Endpoint("POST", "/logout", [.init(name: "session_id", kind: .sessionNumber, isRequired: true, usual: 77)]),
    ]

    private static let sesiones = [
        Endpoint("GET", "/sesiones/self", needsToken: true),
        Endpoint("POST", "/sesiones", [number("ID_Usuario"), device(1...200)], needsToken: true),
        Endpoint(
            "PUT",
            "/sesiones",
            [
                number("ID_Sesion"), number("ID_Usuario"), token("Token_Sesion"), moment("Fecha_Inicio"),
                moment("Fecha_Expiracion"), number("Estado_Sesion", 0...1), moment("Ultima_Actividad"), device(0...512),
            ],
            needsToken: true
        ),
        Endpoint("DELETE", "/sesiones/logout", [token("Token_Sesion")], needsToken: true),
        Endpoint("DELETE", "/sesiones/logoutAll", [token("Token_Sesion")], needsToken: true),
    ]

    private static let ingeocimyc = [
        Endpoint("POST", "/api/auth/login", [email, password("password"), flag("rememberMe")]),
        Endpoint(
            "POST",
            "/api/auth/register",
            [
                email, password("password"),
                .init(name: "name", kind: .name, isRequired: true, usual: "Ana Llaves"), line("role", 1...200),
            ]
        ),
        Endpoint("POST", "/api/auth/logout", [flag("all")], needsToken: true),
        Endpoint("GET", "/api/auth/profile", needsToken: true),
        Endpoint("GET", "/api/auth/sessions", needsToken: true),
        Endpoint("DELETE", "/api/auth/sessions/{id}", needsToken: true),
        Endpoint(
            "PATCH",
            "/api/auth/change-password",
            [password("currentPassword"), password("newPassword"), password("confirmPassword")],
            needsToken: true
        ),
        Endpoint("GET", "/api/auth/logs", needsToken: true, right: "view_audit_log"),
        Endpoint("GET", "/api/auth/security/report", needsToken: true, right: "view_audit_log"),
        Endpoint("GET", "/api/auth/security/stats", needsToken: true, right: "view_audit_log"),
        Endpoint(
            "POST",
            "/api/auth/security/cleanup",
            [number("days", 30...3650)],
            needsToken: true,
            right: "manage_organization"
        ),
        Endpoint("GET", "/api/auth/security/cleanup-stats", needsToken: true, right: "view_audit_log"),
    ]

    private static let usuarios = [
        Endpoint(
            "POST",
            "/api/auth/login",
            [
                .init(name: "username", kind: .line(1...254), isRequired: true, usual: "nadie"), password("password"),
                line("ip", 0...64), line("userAgent", 0...512),
            ]
        ),
        Endpoint(
            "POST",
            "/api/auth/register",
            [username(isRequired: true), password("password"), email, flag("activo"), optional(number("rolId"))]
        ),
        Endpoint("POST", "/api/auth/logout", [token("token")], needsToken: true),
        Endpoint("GET", "/api/usuarios", needsToken: true, right: "manage_users"),
        Endpoint(
            "POST",
            "/api/usuarios",
            [username(isRequired: true), email, password("password"), number("rolId"), flag("activo"), empleado],
            needsToken: true,
            right: "manage_users"
        ),
        Endpoint("GET", "/api/usuarios/{id}", needsToken: true),
        Endpoint(
            "PUT",
            "/api/usuarios/{id}",
            [username(isRequired: false), optional(email), optional(number("rolId")), flag("activo"), empleado],
            needsToken: true,
            right: "manage_users"
        ),
        Endpoint("DELETE", "/api/usuarios/{id}", needsToken: true, right: "manage_users"),
        Endpoint("GET", "/api/roles", needsToken: true),
        Endpoint("GET", "/api/roles/{id}", needsToken: true),
        Endpoint("GET", "/api/sesiones", needsToken: true, right: "manage_sessions"),
    ]

    private static let email = Field(name: "email", kind: .email, isRequired: true, usual: "nadie@correo.example")
    private static let empleado = Field(name: "empleado", kind: .object, isRequired: false, usual: .null)

    private static func password(_ name: String) -> Field {
        Field(name: name, kind: .text, isRequired: true, usual: "Cripta-Sombra-42")
    }

    private static func token(_ name: String) -> Field {
        Field(name: name, kind: .text, isRequired: true, usual: "nobody's")
    }

    private static func number(_ name: String, _ range: ClosedRange<Int> = 1...9_007_199_254_740_991) -> Field {
        Field(name: name, kind: .integer(range), isRequired: true, usual: .integer(range.lowerBound))
    }

    private static func moment(_ name: String) -> Field { number(name, 0...9_007_199_254_740_991) }

    private static func flag(_ name: String) -> Field {
        Field(name: name, kind: .flag, isRequired: false, usual: .null)
    }

    private static func line(_ name: String, _ length: ClosedRange<Int>) -> Field {
        Field(name: name, kind: .line(length), isRequired: false, usual: .null)
    }

    private static func device(_ length: ClosedRange<Int>) -> Field {
        Field(name: "Dispositivo", kind: .line(length), isRequired: true, usual: "Tableta")
    }

    private static func username(isRequired: Bool) -> Field {
        Field(name: "username", kind: .username, isRequired: isRequired, usual: isRequired ? "nadie" : .null)
    }

    private static func optional(_ field: Field) -> Field {
        Field(name: field.name, kind: field.kind, isRequired: false, usual: .null)
    }
}
