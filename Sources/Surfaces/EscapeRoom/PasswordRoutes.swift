import Domain
import HTTP
import Services

extension EscapeRoomSurface {
    func changePassword(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request)
        var body = try JSONBody(request)
        let current = body.password("current_password")
        let new = body.password("new_password")
        try body.finish()
        try await namingPassword("new_password") {
            try await passwords.change(caller, from: current, to: new, origin: request.origin)
        }
        return .message(request.answerLanguage.choose("Password changed", "Contraseña cambiada"))
    }

    func forgotPassword(_ request: Request) async throws -> Response {
        var body = try JSONBody(request)
        let email = body.email()
        try body.finish()
        try await passwords.requestReset(of: required(email), origin: request.origin)
        return .message("If the email exists, a verification code has been sent.")
    }

    func resetPassword(_ request: Request) async throws -> Response {
        var body = try JSONBody(request)
        let email = body.email()
        let code = body.code()
        let new = body.password("new_password")
        try body.finish()
        try await namingPassword("new_password") {
            try await passwords.reset(required(email), code: code, to: new, origin: request.origin)
        }
        return .message("Password reset successfully")
    }
}
