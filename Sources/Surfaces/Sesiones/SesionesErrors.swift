import Domain
package import HTTP

extension SesionesSurface {
    /// The one place where this contract words a failure.
    package func response(to error: any Error, for request: Request) -> Response {
        switch error {
        case let refusal as AuthError:
            let (status, message) = refusal.wording
            return .failure(status, message, headers: refusal.headers)
        case let refusal as InvalidBody: return .failure(refusal.status, refusal.message)
        case let refusal as Unroutable: return .failure(refusal.status, Problem(refusal, in: .spanish).detail ?? "")
        default:
            report(error, request)
            return .failure(500, "Algo ha fallado en el servidor.")
        }
    }

    package func response(to refusal: Unreadable) -> Response? {
        .failure(refusal.status, refusal.detail(in: .spanish))
    }
}

extension Response {
    fileprivate static func failure(_ status: Int, _ message: String, headers: [Header] = []) -> Response {
        var writer = JSONWriter()
        writer.object {
            $0.field("error", StatusTitle.text(for: status, in: .spanish))
            $0.field("message", message)
        }
        return Response(status: status, contentType: .json, headers: headers, body: writer.bytes)
    }
}

extension InvalidBody {
    /// Each field with what is wrong with it, since there is no other place to say so.
    fileprivate var message: String {
        guard case .fields(let errors) = self else { return Problem(self, in: .spanish).detail ?? "" }
        return errors.map { "\($0.field) \($0.message(in: .spanish))" }.joined(separator: "; ")
    }
}

extension AuthError {
    fileprivate var headers: [Response.Header] {
        switch self {
        case .accountLocked(let seconds), .tooManyRequests(let seconds), .unavailable(let seconds):
            [Response.Header("Retry-After", String(seconds))]
        case .unauthenticated: [Response.Header("WWW-Authenticate", "X-Auth-Token")]
        default: []
        }
    }

    /// Exhaustive on purpose: a new refusal does not compile until it has a status and words here.
    fileprivate var wording: (status: Int, message: String) {
        switch self {
        case .unauthenticated: (401, "El token falta o ya no es válido")
        case .serviceKeyRefused: (401, "La clave de servicio no es válida, o ya no")
        case .missing(let permission): (403, "Se requiere el permiso \(permission.rawValue)")
        case .grantsMoreThanHeld: (403, "El usuario tiene permisos que usted no tiene")
        case .sessionOfSomebodyElse: (403, "El token es de otro usuario")
        case .notMemberHere: (403, "Usted no es miembro de esta organización")
        case .sessionNotFound: (404, "Sesión no encontrada")
        case .userNotFound: (404, "Usuario no encontrado")
        case .organizationNotBound, .organizationNotFound:
            (404, "Ninguna organización corresponde a esta dirección")
        case .sessionConflict(let conflict): (409, conflict.message)
        case .tooManyRequests(let seconds):
            (429, "Demasiadas solicitudes: pruebe de nuevo en \(seconds) segundos")
        case .unavailable: (503, "No disponible ahora: pruebe de nuevo en un momento")
        // This contract asks for nothing that is refused by what follows.
        case .invalidCredentials, .unknownAccount, .refreshTokenRefused: (401, "Credenciales inválidas")
        case .accountInactive, .emailNotVerified, .roleNotOpen, .domainNotOpen, .invitationOfSomebodyElse,
            .foreignToken,
            .sessionOpenedByAnother:
            (403, "No tiene permiso para esto")
        case .accountLocked: (423, "Demasiados intentos fallidos")
        case .unacceptablePassword, .usernameIsAddress, .wrongCurrentPassword, .invalidCode, .unknownRole,
            .unknownPermissions,
            .accountNeeded, .employeeIncomplete,
            .expiryInThePast, .retentionTooShort:
            (400, "La solicitud no es válida")
        case .memberNotFound, .roleNotFound, .permissionNotFound, .invitationNotFound, .serviceKeyNotFound:
            (404, "No existe")
        case .emailTaken, .usernameTaken, .ownAccount, .accountShared, .dniTaken, .slugTaken, .domainTaken,
            .defaultOrganization, .roleNameTaken, .permissionNameTaken, .builtIn,
            .roleInUse, .lastAdmin, .tooManyOrganizations, .tooManyRoles, .tooManyPermissions, .invitationEnded,
            .invitationPending, .tooManyInvitations, .alreadyMember, .tooManyServiceKeys:
            (409, "La solicitud no concuerda con el estado actual")
        }
    }
}

extension SessionConflict {
    fileprivate var message: String {
        switch self {
        case .user: "ID_Usuario no es el de la sesión"
        case .token: "Token_Sesion no es el de la sesión"
        case .start: "Fecha_Inicio no es la de la sesión"
        case .expiry: "Fecha_Expiracion solo puede adelantarse, y no antes de Fecha_Inicio"
        case .activity: "Ultima_Actividad no puede ser anterior a Fecha_Inicio ni estar en el futuro"
        case .ended: "La sesión ya ha terminado"
        }
    }
}
