import Domain
package import HTTP
package import Services

/// `/invitations/*` and an organization's own: asking people in, and what they answer.
package struct InvitationsSurface: EscapeRoomDialect {
    package let authentication: AuthenticationService
    let invitations: InvitationService
    let acceptances: AcceptanceService
    package let report: @Sendable (any Error, Request) -> Void

    package init(_ dependencies: Dependencies, report: @escaping @Sendable (any Error, Request) -> Void) {
        authentication = AuthenticationService(dependencies)
        invitations = InvitationService(dependencies)
        acceptances = AcceptanceService(dependencies)
        self.report = report
    }

    package var routes: [Route] {
        [
            Route(.post, "/organizations/{id}/invitations", "Invite an address to a role, by mail", handler: invite),
            Route(.get, "/organizations/{id}/invitations", "List an organization's invitations", handler: list),
            Route(
                .delete,
                "/organizations/{id}/invitations/{invitation_id}",
                "Revoke an invitation",
                handler: revoke
            ),
            Route(
                .post,
                "/organizations/{id}/invitations/{invitation_id}/resend",
                "Mail an invitation again, with a new token",
                handler: resend
            ),
            Route(.post, "/invitations/accept", "Join an organization, and log in", handler: accept),
            Route(.post, "/invitations/refuse", "Turn an invitation down", handler: refuse),
        ]
    }
}
