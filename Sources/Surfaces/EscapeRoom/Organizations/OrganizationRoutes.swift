import Domain
import FoundationEssentials
import HTTP
import Services

extension OrganizationsSurface {
    func createOrganization(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request)
        var body = try JSONBody(request)
        let name = body.name()
        let slug = body.optionalSlug()
        try body.finish()
        let made = try await organizations.create(required(name), slug: slug, by: caller, origin: request.origin)
        return .organization(made, status: 201)
    }

    func listOrganizations(_ request: Request) async throws -> Response {
        let list = try await organizations.list(for: caller(of: request))
        var writer = JSONWriter()
        writer.array {
            for organization in list { $0.organization(organization, withPermissions: false) }
        }
        return Response(status: 200, contentType: .json, body: writer.bytes)
    }

    func readOrganization(_ request: Request) async throws -> Response {
        .organization(try await organizations.organization(of: member(of: request)))
    }

    func changeOrganization(_ request: Request) async throws -> Response {
        let caller = try await member(of: request)
        var body = try JSONBody(request)
        let change = OrganizationChange(
            name: body.optionalName(),
            slug: body.optionalSlug(),
            settings: body.optionalSettings(),
            domains: body.optionalDomains()
        )
        try body.finish()
        return .organization(try await organizations.change(change, by: caller, origin: request.origin))
    }

    func deleteOrganization(_ request: Request) async throws -> Response {
        try await organizations.delete(by: member(of: request), origin: request.origin)
        return Response(status: 204)
    }
}

extension Response {
    fileprivate static func organization(_ organization: OwnOrganization, status: Int = 200) -> Response {
        var writer = JSONWriter()
        writer.organization(organization, withPermissions: true)
        return Response(status: status, contentType: .json, body: writer.bytes)
    }
}

extension JSONWriter {
    fileprivate mutating func organization(_ organization: OwnOrganization, withPermissions: Bool) {
        object {
            $0.field("id", organization.id.rawValue)
            $0.field("slug", organization.slug)
            $0.field("name", organization.name)
            $0.field("settings", json: Array(organization.settings.utf8)[...])
            $0.strings("domains", organization.domains)
            $0.field("created_at", organization.createdAt)
            $0.object("role") {
                $0.field("id", organization.roleID.rawValue)
                $0.field("name", organization.roleName)
                if withPermissions { $0.strings("permissions", organization.permissions) }
            }
        }
    }
}
