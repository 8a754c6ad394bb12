import Domain
import HTTP
import Services

extension InvitationsSurface {
    func accept(_ request: Request) async throws -> Response {
        var body = try JSONBody(request)
        let token = body.invitationToken()
        let name = body.optionalFullName()
        let password = body.optionalPassword("password")
        try body.finish()
        let accepted = try await namingPassword("password") {
            do {
                return try await acceptances.accept(
                    token,
                    fullName: name,
                    password: password,
                    presenting: request.bearerToken,
                    origin: request.origin
                )
            } catch AuthError.accountNeeded {
                let absent = (name == nil ? ["full_name"] : []) + (password == nil ? ["password"] : [])
                throw InvalidBody.fields(absent.map { FieldError($0, .missing) })
            }
        }
        var writer = JSONWriter()
        writer.object {
            $0.object("membership") {
                $0.organization(accepted.organization)
                $0.role(accepted.role)
            }
            $0.field("access_token", accepted.tokens.accessToken)
            $0.field("refresh_token", accepted.tokens.refreshToken)
            $0.field("token_type", "bearer" as StaticString)
        }
        return Response(status: accepted.madeAccount ? 201 : 200, contentType: .json, body: writer.bytes)
    }

    func refuse(_ request: Request) async throws -> Response {
        var body = try JSONBody(request)
        let token = body.invitationToken()
        try body.finish()
        try await acceptances.refuse(token, origin: request.origin)
        return .message(request.answerLanguage.choose("Invitation refused", "Invitación rechazada"))
    }
}

extension JSONBody {
    fileprivate mutating func invitationToken() -> String {
        string("token", .verbatim(upToBytes: 8192))
    }
}

extension EscapeRoomSurface {
    func ownInvitations(_ request: Request) async throws -> Response {
        let list = try await invitations.own(of: caller(of: request), origin: request.origin)
        var writer = JSONWriter()
        writer.array {
            for invitation in list { $0.ownInvitation(invitation) }
        }
        return Response(status: 200, contentType: .json, body: writer.bytes)
    }
}

extension JSONWriter {
    fileprivate mutating func ownInvitation(_ invitation: OwnInvitation) {
        object {
            $0.field("id", invitation.id.rawValue)
            $0.organization(invitation.organization)
            $0.role(invitation.role)
            $0.inviter(invitation.inviter)
            $0.field("created_at", invitation.createdAt)
            $0.field("expires_at", invitation.expiresAt)
        }
    }
}
