import Domain
import HTTP
import Services

extension EscapeRoomSurface {
    func switchOrganization(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request)
        var body = try JSONBody(request)
        let organization = OrganizationID(rawValue: body.uuid("organization_id"))
        try body.finish()
        let token = try await places.move(caller, to: organization, origin: request.origin)
        var writer = JSONWriter()
        writer.object {
            $0.field("access_token", token)
            $0.field("token_type", "bearer" as StaticString)
        }
        return Response(status: 200, contentType: .json, body: writer.bytes)
    }

    func check(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request)
        var body = try JSONBody(request)
        let permission = body.permission()
        let organization = body.optionalUUID("organization_id").map { OrganizationID(rawValue: $0) }
        let user = body.optionalUUID("user_id").map { UserID(rawValue: $0) }
        try body.finish()
        let name = try required(permission)
        let verdict = try await places.verdict(name, in: organization, of: user, askedBy: caller)
        var writer = JSONWriter()
        writer.object {
            $0.field("allowed", verdict.isAllowed)
            $0.field("reason", verdict.reason(name, in: request.answerLanguage))
        }
        return Response(status: 200, contentType: .json, body: writer.bytes)
    }
}

extension PermissionVerdict {
    fileprivate func reason(_ permission: PermissionName, in language: HTTP.Language) -> String {
        switch self {
        case .holds(let way):
            language.choose(
                "\(way.person) is a member of \(way.organization) as \(way.role), which holds \(permission).",
                "\(way.person) es miembro de \(way.organization) como \(way.role), que incluye \(permission)."
            )
        case .roleLacks(let way):
            language.choose(
                "\(way.person) is a member of \(way.organization), but the role \(way.role) lacks \(permission).",
                "\(way.person) es miembro de \(way.organization), pero el rol \(way.role) no incluye \(permission)."
            )
        case .noSuchPermission:
            language.choose("There is no permission \(permission).", "No existe el permiso \(permission).")
        case .membershipInactive(let way):
            language.choose(
                "The membership of \(way.person) in \(way.organization) as \(way.role) is inactive.",
                "La membresía de \(way.person) en \(way.organization) como \(way.role) está inactiva."
            )
        case .accountClosed(let way):
            language.choose("The account of \(way.person) is closed.", "La cuenta de \(way.person) está cerrada.")
        case .noMembership:
            language.choose("There is no membership in this organization.", "No hay membresía en esta organización.")
        }
    }
}
