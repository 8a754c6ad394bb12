import Support
import Testing

/// One of the five HTTP contracts, by the name of its page.
enum Contract: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case escapeRoom = "escape-room"
    case sessionTracking = "session-tracking"
    case sesiones
    case ingeocimyc
    case usuarios

    /// Those that know no organization: the request's `Host` decides on it.
    static let bound = allCases.filter { $0 != .escapeRoom }
    /// Those that exchange a password for a token.
    static let logins = allCases.filter { $0 != .sesiones }
    static let boundLogins = bound.filter { $0 != .sesiones }

    var testDescription: String { rawValue }

    /// Somebody who speaks to the contract's listener.
    func visitor(at site: Site) throws -> Visitor {
        self == .usuarios ? try site.usuarios() : site.visitor()
    }

    /// How a token travels.
    func header(for token: String) -> (name: String, value: String) {
        self == .sesiones ? ("x-auth-token", token) : ("Authorization", "Bearer \(token)")
    }

    /// What a refusal looks like that is not about fields.
    func refusal(_ status: Int) -> String {
        switch self {
        case .escapeRoom, .sessionTracking: Reply.problem(status)
        case .sesiones: "\(status) {error: string, message: string}"
        case .ingeocimyc: Reply.nest(status)
        case .usuarios: "\(status) {message: string}"
        }
    }

    /// What a refusal looks like that names fields.
    func fieldRefusal(_ status: Int = 400) -> String {
        switch self {
        case .escapeRoom, .sessionTracking: Reply.fieldProblem(status)
        case .sesiones: refusal(status)
        case .ingeocimyc: Reply.nestFields.replacing("400", with: "\(status)")
        case .usuarios: "\(status) {errors: [{field: string, message: string}], message: string}"
        }
    }

    /// What the contract says of a status word for word.
    func message(_ status: Int) -> JSONText? {
        guard self == .usuarios else { return nil }
        return [401: "No autorizado", 403: "Acceso denegado", 404: "Recurso no encontrado"][status]
    }

    /// The fields that a refusal names, in order; `sesiones` has them in its sentence alone.
    func faultyFields(of reply: Reply) -> [String] {
        guard self == .sesiones else { return reply.faultyFields }
        return reply.string("message").split(separator: "; ").compactMap {
            $0.split(separator: " ").first.map(String.init)
        }
    }
}
