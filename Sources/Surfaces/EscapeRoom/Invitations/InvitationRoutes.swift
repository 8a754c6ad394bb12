import Domain
import HTTP
import Services

extension InvitationsSurface {
    func invite(_ request: Request) async throws -> Response {
        let caller = try await member(of: request)
        var body = try JSONBody(request)
        let email = body.email()
        let role = RoleID(rawValue: body.uuid("role_id"))
        try body.finish()
        let invitation = try await invitations.invite(
            required(email),
            to: role,
            by: caller,
            origin: request.origin
        )
        return .invitation(invitation, status: 201)
    }

    func list(_ request: Request) async throws -> Response {
        let caller = try await member(of: request)
        var query = try QueryReader(request.query)
        let page = query.int("page", in: 1...1_000_000) ?? 1
        let limit = query.int("limit", in: 1...100) ?? 20
        let status = query.choice("status", among: InvitationStatus.allCases.map(\.rawValue))
        try query.finish()
        let found = try await invitations.list(
            status.flatMap(InvitationStatus.init(rawValue:)),
            limit: limit,
            offset: (page - 1) * limit,
            for: caller
        )
        return .page(page, limit: limit, of: found.items, total: found.total) { $0.invitation($1) }
    }

    func revoke(_ request: Request) async throws -> Response {
        let caller = try await member(of: request)
        try await invitations.revoke(
            request.invitation(),
            by: caller,
            origin: request.origin
        )
        return Response(status: 204)
    }

    func resend(_ request: Request) async throws -> Response {
        let caller = try await member(of: request)
        let invitation = try await invitations.resend(
            request.invitation(),
            by: caller,
            origin: request.origin
        )
        return .invitation(invitation, status: 200)
    }
}

extension Request {
    /// What is no identifier is none of an invitation either: asked for, it is found nowhere.
    fileprivate func invitation() -> InvitationID {
        InvitationID(rawValue: parameters.uuid("invitation_id") ?? .none)
    }
}

extension Response {
    fileprivate static func invitation(_ invitation: Invitation, status: Int) -> Response {
        var writer = JSONWriter()
        writer.invitation(invitation)
        return Response(status: status, contentType: .json, body: writer.bytes)
    }
}

extension JSONWriter {
    fileprivate mutating func invitation(_ invitation: Invitation) {
        object {
            $0.field("id", invitation.id.rawValue)
            $0.field("email", invitation.email)
            $0.role(invitation.role)
            $0.field("status", invitation.status.rawValue)
            $0.field("created_at", invitation.createdAt)
            $0.field("expires_at", invitation.expiresAt)
            $0.inviter(invitation.inviter)
        }
    }
}
