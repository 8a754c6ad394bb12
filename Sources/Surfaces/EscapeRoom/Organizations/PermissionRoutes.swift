import Domain
import HTTP
import Services

extension OrganizationsSurface {
    func listPermissions(_ request: Request) async throws -> Response {
        let catalogue = try await permissions.catalogue(for: caller(of: request))
        var writer = JSONWriter()
        writer.array {
            for permission in catalogue { $0.permission(permission) }
        }
        return Response(status: 200, contentType: .json, body: writer.bytes)
    }

    func createPermission(_ request: Request) async throws -> Response {
        let caller = try await member(of: request)
        var body = try JSONBody(request)
        let name = body.permissionName()
        let description = body.optionalDescription() ?? ""
        try body.finish()
        let made = try await permissions.create(required(name), description, by: caller, origin: request.origin)
        var writer = JSONWriter()
        writer.permission(made)
        return Response(status: 201, contentType: .json, body: writer.bytes)
    }

    func deletePermission(_ request: Request) async throws -> Response {
        let caller = try await member(of: request)
        let name = request.parameters["name"].flatMap { PermissionName($0) }
        try await permissions.delete(name, by: caller, origin: request.origin)
        return Response(status: 204)
    }
}

extension JSONWriter {
    fileprivate mutating func permission(_ permission: PermissionSummary) {
        object {
            $0.field("name", permission.name)
            $0.field("description", permission.description)
            $0.field("built_in", permission.isBuiltIn)
        }
    }
}
