import Foundation
import Support

extension Endpoint {
    /// The management API: `/organizations`, and what belongs to it.
    static let management: [Endpoint] = [
        Endpoint("POST", "/organizations", [name, field("slug")], needsToken: true),
        Endpoint("GET", "/organizations", needsToken: true),
        Endpoint("GET", "/organizations/{id}", needsToken: true),
        Endpoint(
            "PATCH",
            "/organizations/{id}",
            [field("name"), field("slug"), field("settings"), field("domains")],
            needsToken: true,
            right: "manage_organization"
        ),
        Endpoint("DELETE", "/organizations/{id}", needsToken: true, right: "manage_organization"),
        Endpoint("GET", "/organizations/{id}/members", needsToken: true, right: "manage_users"),
        Endpoint(
            "PATCH",
            "/organizations/{id}/members/{user_id}",
            [field("role_id"), field("is_active")],
            needsToken: true,
            right: "manage_users"
        ),
        Endpoint("DELETE", "/organizations/{id}/members/{user_id}", needsToken: true, right: "manage_users"),
        Endpoint("GET", "/organizations/{id}/roles", needsToken: true),
        Endpoint(
            "POST",
            "/organizations/{id}/roles",
            [name, field("description"), .init(name: "permissions", kind: .text, isRequired: true, usual: [])],
            needsToken: true,
            right: "manage_roles"
        ),
        Endpoint("GET", "/organizations/{id}/roles/{role_id}", needsToken: true),
        Endpoint(
            "PATCH",
            "/organizations/{id}/roles/{role_id}",
            [field("name"), field("description"), field("permissions")],
            needsToken: true,
            right: "manage_roles"
        ),
        Endpoint("DELETE", "/organizations/{id}/roles/{role_id}", needsToken: true, right: "manage_roles"),
        Endpoint("GET", "/permissions", needsToken: true),
        Endpoint(
            "POST",
            "/organizations/{id}/permissions",
            [.init(name: "name", kind: .name, isRequired: true, usual: "run_bar"), field("description")],
            needsToken: true,
            right: "manage_roles"
        ),
        Endpoint("DELETE", "/organizations/{id}/permissions/{name}", needsToken: true, right: "manage_roles"),
        Endpoint("GET", "/organizations/{id}/audit-log", needsToken: true, right: "view_audit_log"),
    ]

    /// Those that work in the organization of their path.
    static let withinOrganizations = management.filter { $0.path.hasPrefix("/organizations/{id}") }

    /// The path in one organization, with what nobody has in place of its other captures.
    func target(in organization: String) -> String {
        path.replacing("{id}", with: organization).replacing("{name}", with: "run_bar")
            .replacing(/\{\w+\}/, with: "01930000-0000-7000-8000-000000000001")
    }

    private static let name = Field(name: "name", kind: .name, isRequired: true, usual: "Sala Nueva")

    private static func field(_ name: String) -> Field {
        Field(name: name, kind: .text, isRequired: false, usual: .null)
    }
}

extension Visitor {
    func send(_ endpoint: Endpoint, in organization: String, token: String? = nil) async throws -> Reply {
        try await send(
            endpoint.method,
            endpoint.target(in: organization),
            body: endpoint.takesBody ? endpoint.body().text : "",
            token: token
        )
    }
}
