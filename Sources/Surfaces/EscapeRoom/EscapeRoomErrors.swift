import Domain
package import HTTP

extension EscapeRoomSurface {
    /// The one place where this contract words a failure.
    package func response(to error: any Error, for request: Request) -> Response {
        let language = request.answerLanguage
        switch error {
        case let refusal as AuthError:
            return Problem(refusal, in: language).response(in: language, headers: headers(of: refusal, for: request))
        case let refusal as InvalidBody: return Problem(refusal, in: language).response(in: language)
        case let refusal as Unroutable: return Problem(refusal, in: language).response(in: language)
        default:
            report(error, request)
            return Problem(status: 500).response(in: language)
        }
    }

    private func headers(of refusal: AuthError, for request: Request) -> [Response.Header] {
        switch refusal {
        case .accountLocked(let seconds), .tooManyRequests(let seconds), .unavailable(let seconds):
            [Response.Header("Retry-After", String(seconds))]
        case .unauthenticated:
            [
                Response.Header(
                    "WWW-Authenticate",
                    request.bearerToken == nil ? "Bearer" : "Bearer error=\"invalid_token\""
                )
            ]
        default: []
        }
    }
}

extension Problem {
    /// Exhaustive on purpose: a new refusal does not compile until it has a status and words here.
    init(_ refusal: AuthError, in language: HTTP.Language) {
        let (status, english, spanish) = refusal.wording
        self.init(status: status, detail: language.choose(english, spanish), errors: refusal.items(in: language))
    }
}

extension AuthError {
    fileprivate var wording: (status: Int, english: String, spanish: String) {
        switch self {
        case .unauthenticated:
            (401, "The access token is missing or no longer valid.", "Falta el token de acceso o ya no es válido.")
        case .invalidCredentials: (401, "Invalid credentials.", "Credenciales inválidas.")
        case .unknownAccount: (400, "User not found.", "Usuario no encontrado.")
        case .accountInactive: (400, "The account is inactive.", "El usuario está inactivo.")
        case .emailNotVerified:
            (403, "Verify your e-mail address first.", "Primero verifique su correo electrónico.")
        case .accountLocked(let seconds):
            (
                423, "Too many failed attempts: try again in \(seconds) seconds.",
                "Demasiados intentos fallidos: pruebe de nuevo en \(seconds) segundos."
            )
        case .tooManyRequests(let seconds):
            (
                429, "Too many requests: try again in \(seconds) seconds.",
                "Demasiadas solicitudes: pruebe de nuevo en \(seconds) segundos."
            )
        case .unavailable:
            (503, "Not available right now: try again shortly.", "No disponible ahora: pruebe de nuevo en un momento.")
        case .emailTaken: (409, "This e-mail address is taken.", "Este correo electrónico ya está registrado.")
        case .usernameTaken: (409, "This username is taken.", "Este nombre de usuario ya está registrado.")
        case .unacceptablePassword: (400, "This password is not acceptable.", "Esta contraseña no es aceptable.")
        case .wrongCurrentPassword:
            (400, "The current password is wrong.", "La contraseña actual no es correcta.")
        case .invalidCode:
            (
                400, "The code is wrong, expired or used up: ask for another.",
                "El código es incorrecto, ha caducado o ya se usó: pida otro."
            )
        case .refreshTokenRefused:
            (401, "The refresh token is not valid: log in again.", "El token de refresco no es válido: inicie sesión.")
        case .sessionNotFound: (404, "There is no such session.", "No existe esa sesión.")
        case .organizationNotFound: (404, "There is no such organization.", "No existe esa organización.")
        case .missing(let permission):
            (
                403, "This needs the permission \(permission.rawValue).",
                "Esto requiere el permiso \(permission.rawValue)."
            )
        }
    }

    /// The fields at fault, where the refusal is about one.
    fileprivate func items(in language: HTTP.Language) -> [Problem.Item] {
        switch self {
        case .wrongCurrentPassword:
            [Problem.Item(field: "current_password", message: language.choose("is wrong", "no es correcta"))]
        case .emailTaken:
            [Problem.Item(field: "email", message: language.choose("is taken", "ya está registrado"))]
        default: []
        }
    }
}
