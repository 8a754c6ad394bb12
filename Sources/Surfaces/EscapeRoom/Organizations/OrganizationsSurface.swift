import Domain
package import HTTP
package import Services

/// The management API: organizations with their members, roles, permissions and audit trail.
///
/// It speaks the escape-room's dialect beside `/auth/*` (docs/decisions/0009).
package struct OrganizationsSurface: EscapeRoomDialect {
    package let authentication: AuthenticationService
    let organizations: OrganizationService
    let members: MemberService
    let roles: RoleService
    let permissions: PermissionService
    let audit: AuditService
    package let report: @Sendable (any Error, Request) -> Void

    package init(_ dependencies: Dependencies, report: @escaping @Sendable (any Error, Request) -> Void) {
        authentication = AuthenticationService(dependencies)
        organizations = OrganizationService(dependencies)
        members = MemberService(dependencies)
        roles = RoleService(dependencies)
        permissions = PermissionService(dependencies)
        audit = AuditService(dependencies)
        self.report = report
    }

    package var routes: [Route] {
        [
            Route(.post, "/organizations", "Make an organization", handler: createOrganization),
            Route(.get, "/organizations", "List one's own organizations", handler: listOrganizations),
            Route(.get, "/organizations/{id}", "One organization", handler: readOrganization),
            Route(.patch, "/organizations/{id}", "Change an organization", handler: changeOrganization),
            Route(.delete, "/organizations/{id}", "Delete an organization", handler: deleteOrganization),
            Route(.get, "/organizations/{id}/members", "List members", handler: listMembers),
            Route(.patch, "/organizations/{id}/members/{user_id}", "Change a member", handler: changeMember),
            Route(.delete, "/organizations/{id}/members/{user_id}", "Remove a member, or leave", handler: removeMember),
            Route(.get, "/organizations/{id}/roles", "List roles", handler: listRoles),
            Route(.post, "/organizations/{id}/roles", "Make a role", handler: createRole),
            Route(.get, "/organizations/{id}/roles/{role_id}", "One role", handler: readRole),
            Route(.patch, "/organizations/{id}/roles/{role_id}", "Change a role", handler: changeRole),
            Route(.delete, "/organizations/{id}/roles/{role_id}", "Delete a role", handler: deleteRole),
            Route(.get, "/permissions", "What roles may allow", handler: listPermissions),
            Route(.post, "/organizations/{id}/permissions", "Add a permission", handler: createPermission),
            Route(.delete, "/organizations/{id}/permissions/{name}", "Delete a permission", handler: deletePermission),
            Route(.get, "/organizations/{id}/audit-log", "Who did what", handler: listAuditLog),
        ]
    }
}
