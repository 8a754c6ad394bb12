import Domain
import FoundationEssentials
import HTTP
import Services

extension OrganizationsSurface {
    func listRoles(_ request: Request) async throws -> Response {
        let list = try await roles.list(for: member(of: request))
        var writer = JSONWriter()
        writer.array {
            for role in list { $0.role(role) }
        }
        return Response(status: 200, contentType: .json, body: writer.bytes)
    }

    func readRole(_ request: Request) async throws -> Response {
        let caller = try await member(of: request)
        return .role(try await roles.role(request.parameters.role, for: caller))
    }

    func createRole(_ request: Request) async throws -> Response {
        let caller = try await member(of: request)
        var body = try JSONBody(request)
        let role = RoleChange(
            name: body.name(),
            description: body.optionalDescription(),
            permissions: body.strings("permissions", each: .permission, upTo: RoleChange.maximumPermissions)
        )
        try body.finish()
        return .role(try await roles.create(role, by: caller, origin: request.origin), status: 201)
    }

    func changeRole(_ request: Request) async throws -> Response {
        let caller = try await member(of: request)
        var body = try JSONBody(request)
        let change = RoleChange(
            name: body.optionalName(),
            description: body.optionalDescription(),
            permissions: body.optionalStrings("permissions", each: .permission, upTo: RoleChange.maximumPermissions)
        )
        try body.finish()
        return .role(try await roles.change(request.parameters.role, change, by: caller, origin: request.origin))
    }

    func deleteRole(_ request: Request) async throws -> Response {
        let caller = try await member(of: request)
        try await roles.delete(request.parameters.role, by: caller, origin: request.origin)
        return Response(status: 204)
    }
}

extension TextRule {
    /// Which names there are, the database knows.
    fileprivate static let permission = TextRule.line(1...PermissionName.maximumLength)
}

extension PathParameters {
    /// No role has the id of zeros: what is no id is refused as an unknown one, once the right has been asked for.
    fileprivate var role: RoleID {
        RoleID(rawValue: uuid("role_id") ?? UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))
    }
}

extension Response {
    fileprivate static func role(_ role: RoleSummary, status: Int = 200) -> Response {
        var writer = JSONWriter()
        writer.role(role)
        return Response(status: status, contentType: .json, body: writer.bytes)
    }
}

extension JSONWriter {
    fileprivate mutating func role(_ role: RoleSummary) {
        object {
            $0.field("id", role.id.rawValue)
            $0.field("name", role.name)
            $0.field("description", role.description)
            $0.field("built_in", role.isBuiltIn)
            $0.strings("permissions", role.permissions)
            $0.field("members", role.memberCount)
            $0.field("created_at", role.createdAt)
        }
    }
}
