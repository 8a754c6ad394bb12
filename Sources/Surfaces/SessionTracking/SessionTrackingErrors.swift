import Domain
package import HTTP

extension SessionTrackingSurface {
    /// The one place where this contract words a failure.
    package func response(to error: any Error, for request: Request) -> Response {
        switch error {
        case let refusal as AuthError:
            let (status, detail) = refusal.wording
            return Problem(status: status, detail: detail).response(in: .spanish, headers: refusal.headers)
        case let refusal as InvalidBody: return Problem(refusal, in: .spanish).response(in: .spanish)
        case let refusal as Unroutable: return Problem(refusal, in: .spanish).response(in: .spanish)
        default:
            report(error, request)
            return Problem(status: 500).response(in: .spanish)
        }
    }

    package func response(to refusal: Unreadable) -> Response? {
        Problem(status: refusal.status, detail: refusal.detail(in: .spanish)).response(in: .spanish)
    }
}

extension AuthError {
    fileprivate var headers: [Response.Header] {
        switch self {
        case .accountLocked(let seconds), .tooManyRequests(let seconds), .unavailable(let seconds):
            [Response.Header("Retry-After", String(seconds))]
        case .unauthenticated: [Response.Header("WWW-Authenticate", "Bearer")]
        default: []
        }
    }

    /// Exhaustive on purpose: a new refusal does not compile until it has a status and words here.
    fileprivate var wording: (status: Int, detail: String) {
        switch self {
        case .unauthenticated: (401, "El token de acceso falta o ya no es válido.")
        case .invalidCredentials, .unknownAccount: (401, "Credenciales inválidas.")
        case .accountInactive: (403, "El usuario está inactivo.")
        case .emailNotVerified: (403, "Primero verifique su correo electrónico.")
        case .accountLocked(let seconds):
            (423, "Demasiados intentos fallidos: pruebe de nuevo en \(seconds) segundos.")
        case .tooManyRequests(let seconds):
            (429, "Demasiadas solicitudes: pruebe de nuevo en \(seconds) segundos.")
        case .unavailable: (503, "No disponible ahora: pruebe de nuevo en un momento.")
        case .sessionNotFound: (404, "No existe esa sesión.")
        case .sessionOfSomebodyElse: (403, "Esa sesión es de otra persona.")
        case .notMemberHere: (403, "Usted no es miembro de esta organización.")
        case .organizationNotBound, .organizationNotFound:
            (404, "Ninguna organización corresponde a esta dirección.")
        case .missing(let permission): (403, "Esto requiere el permiso \(permission.rawValue).")
        case .grantsMoreThanHeld, .roleNotOpen, .domainNotOpen, .invitationOfSomebodyElse, .foreignToken,
            .sessionOpenedByAnother:
            (403, "No tiene permiso para esto.")
        // This contract asks for nothing that is refused by what follows.
        case .unacceptablePassword, .usernameIsAddress, .wrongCurrentPassword, .invalidCode, .unknownRole,
            .unknownPermissions,
            .accountNeeded, .employeeIncomplete,
            .expiryInThePast, .retentionTooShort:
            (400, "La solicitud no es válida.")
        case .refreshTokenRefused, .serviceKeyRefused: (401, "La sesión ya no es válida.")
        case .memberNotFound, .roleNotFound, .permissionNotFound, .userNotFound, .invitationNotFound,
            .serviceKeyNotFound:
            (404, "No existe.")
        case .emailTaken, .usernameTaken, .ownAccount, .accountShared, .dniTaken, .slugTaken, .domainTaken,
            .defaultOrganization, .roleNameTaken, .permissionNameTaken, .builtIn,
            .roleInUse, .lastAdmin, .tooManyOrganizations, .tooManyRoles, .tooManyPermissions, .sessionConflict,
            .invitationEnded, .invitationPending, .tooManyInvitations, .alreadyMember, .tooManyServiceKeys:
            (409, "La solicitud no concuerda con el estado actual.")
        }
    }
}
