import Domain
import HTTP
import Services

extension ServiceKeysSurface {
    func create(_ request: Request) async throws -> Response {
        let caller = try await member(of: request)
        var body = try JSONBody(request)
        let name = body.name()
        let permissions = body.strings("permissions", each: .line(1...PermissionName.maximumLength), upTo: 100)
        let expiresAt = body.optionalDate("expires_at")
        try body.finish()
        let issued = try await serviceKeys.create(
            required(name),
            permissions: permissions,
            expiresAt: expiresAt,
            by: caller,
            origin: request.origin
        )
        var writer = JSONWriter()
        writer.object {
            $0.serviceKey(issued.key)
            $0.field("key", issued.text)
        }
        return Response(status: 201, contentType: .json, body: writer.bytes)
    }

    func list(_ request: Request) async throws -> Response {
        let keys = try await serviceKeys.list(for: member(of: request))
        var writer = JSONWriter()
        writer.array {
            for key in keys {
                $0.object {
                    $0.serviceKey(key)
                    $0.field("last_used_at", key.lastUsedAt)
                }
            }
        }
        return Response(status: 200, contentType: .json, body: writer.bytes)
    }

    func delete(_ request: Request) async throws -> Response {
        let caller = try await member(of: request)
        try await serviceKeys.delete(
            ServiceKeyID(rawValue: request.parameters.uuid("key_id") ?? .none),
            by: caller,
            origin: request.origin
        )
        return Response(status: 204)
    }
}

extension JSONWriter {
    fileprivate mutating func serviceKey(_ key: ServiceKey) {
        field("id", key.id.rawValue)
        field("name", key.name)
        strings("permissions", key.permissions)
        field("prefix", key.prefix)
        field("created_at", key.createdAt)
        field("expires_at", key.expiresAt)
    }
}
