import Domain
package import HTTP

extension EscapeRoomDialect {
    /// The one place where this contract words a failure.
    package func response(to error: any Error, for request: Request) -> Response {
        let language = request.answerLanguage
        switch error {
        case let refusal as AuthError:
            return Problem(refusal, in: language).response(in: language, headers: headers(of: refusal, for: request))
        case let refusal as InvalidBody: return Problem(refusal, in: language).response(in: language)
        case let refusal as InvalidQuery: return Problem(refusal, in: language).response(in: language)
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
        case .serviceKeyRefused: [Response.Header("WWW-Authenticate", "Bearer")]
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
        case .usernameIsAddress: (400, "An address is no username.", "Un correo no es un nombre de usuario.")
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
        case .sessionOfSomebodyElse:
            (403, "This session is somebody else's.", "Esta sesión es de otra persona.")
        case .sessionOpenedByAnother:
            (
                403, "This session was opened by somebody else: log in to do this.",
                "Otra persona abrió esta sesión: para esto, inicie sesión."
            )
        case .sessionConflict:
            (409, "The session cannot become what was asked.", "La sesión no puede cambiar de esa forma.")
        case .organizationNotBound:
            (
                404, "No organization belongs to this address: check PORTERO_DEFAULT_ORGANIZATION.",
                "Ninguna organización corresponde a esta dirección: revise PORTERO_DEFAULT_ORGANIZATION."
            )
        case .notMemberHere:
            (403, "You are no member of this organization.", "Usted no es miembro de esta organización.")
        case .roleNotOpen:
            (403, "This role cannot be taken by oneself.", "Este rol no está abierto al registro.")
        case .userNotFound: (404, "There is no such user.", "No existe ese usuario.")
        case .organizationNotFound: (404, "There is no such organization.", "No existe esa organización.")
        case .missing(let permission):
            (
                403, "This needs the permission \(permission.rawValue).",
                "Esto requiere el permiso \(permission.rawValue)."
            )
        case .grantsMoreThanHeld:
            (
                403, "Nobody grants, changes or takes away what they do not hold.",
                "Nadie puede conceder, cambiar ni quitar lo que no tiene."
            )
        case .lastAdmin:
            (
                409, "An organization needs somebody to manage it: give manage_organization to another member first.",
                "Una organización necesita quien la administre: primero dé manage_organization a otro miembro."
            )
        case .memberNotFound: (404, "There is no such member.", "No existe ese miembro.")
        case .ownAccount: (409, "Nobody removes themselves.", "Nadie se elimina a sí mismo.")
        case .accountShared:
            (
                409, "This account belongs to other organizations too: only its owner changes it.",
                "Esta cuenta también pertenece a otras organizaciones: solo su dueño la cambia."
            )
        case .dniTaken: (409, "This dni is taken.", "Este dni ya está registrado.")
        case .employeeIncomplete:
            (400, "An employee has names and a dni.", "Un empleado tiene nombres, apellidos y dni.")
        case .roleNotFound: (404, "There is no such role.", "No existe ese rol.")
        case .permissionNotFound: (404, "There is no such permission.", "No existe ese permiso.")
        case .unknownRole: (400, "Check these fields: role_id", "Revise estos campos: role_id")
        case .unknownPermissions(let places):
            (400, "Check these fields: \(Self.fields(places))", "Revise estos campos: \(Self.fields(places))")
        case .slugTaken: (409, "This slug is taken.", "Este slug ya está en uso.")
        case .domainTaken: (409, "One of these domains is taken.", "Uno de estos dominios ya está en uso.")
        case .domainNotOpen:
            (
                403, "One of these domains is not open to everybody: whoever runs the server gives it out.",
                "Uno de estos dominios no está abierto a todos: lo asigna quien administra el servidor."
            )
        case .defaultOrganization:
            (
                409, "Requests that name no organization come to this one: whoever runs the server decides on it.",
                "Las solicitudes que no nombran ninguna llegan a esta: la decide quien administra el servidor."
            )
        case .roleNameTaken: (409, "There is a role of this name already.", "Ya existe un rol con este nombre.")
        case .permissionNameTaken:
            (409, "There is a permission of this name already.", "Ya existe un permiso con este nombre.")
        case .builtIn: (409, "What is built in stays as it is.", "Lo que viene incorporado no se cambia ni se borra.")
        case .roleInUse:
            (
                409, "Members or invitations have this role: give them another one first.",
                "Hay miembros o invitaciones con este rol: primero deles otro."
            )
        case .tooManyOrganizations:
            (409, "Nobody works in more than 500 organizations.", "Nadie trabaja en más de 500 organizaciones.")
        case .tooManyRoles:
            (409, "An organization has at most 200 roles.", "Una organización tiene como máximo 200 roles.")
        case .tooManyPermissions:
            (
                409, "An organization has at most 200 permissions of its own.",
                "Una organización tiene como máximo 200 permisos propios."
            )
        case .invitationNotFound:
            (
                404, "There is no such invitation, or not any more.", "No existe esa invitación, o ya no."
            )
        case .invitationEnded:
            (
                409, "This invitation has been answered, revoked or closed: invite again.",
                "Esta invitación ya se respondió, se revocó o se cerró: invite de nuevo."
            )
        case .invitationPending:
            (
                409, "This address has been invited already: send that invitation again.",
                "Este correo ya tiene una invitación pendiente: reenvíela."
            )
        case .tooManyInvitations:
            (
                409, "Too many invitations are pending: revoke some first.",
                "Hay demasiadas invitaciones pendientes: revoque algunas primero."
            )
        case .alreadyMember:
            (409, "Whoever has this address is a member already.", "Quien tiene este correo ya es miembro.")
        case .invitationOfSomebodyElse:
            (
                403, "This invitation is somebody else's: log out first, or send no token with it.",
                "Esta invitación es de otra persona: cierre la sesión primero, o no envíe ningún token con ella."
            )
        case .accountNeeded:
            (
                400, "There is no account with this address yet: send a name and a password.",
                "Todavía no hay una cuenta con este correo: envíe un nombre y una contraseña."
            )
        case .serviceKeyNotFound: (404, "There is no such service key.", "No existe esa clave de servicio.")
        case .serviceKeyRefused:
            (401, "The service key is not valid (any more).", "La clave de servicio no es válida, o ya no.")
        case .tooManyServiceKeys:
            (
                409, "An organization has at most 100 service keys: delete some first.",
                "Una organización tiene como máximo 100 claves de servicio: borre algunas primero."
            )
        case .expiryInThePast:
            (400, "The key would have expired already.", "La clave ya habría caducado.")
        case .foreignToken:
            (
                403, "A token can be asked about by itself, or by a service key.",
                "Por un token solo pueden preguntar él mismo o una clave de servicio."
            )
        case .retentionTooShort:
            (400, "What is younger than 30 days is kept.", "Lo que tiene menos de 30 días se conserva.")
        }
    }

    private static func fields(_ places: [Int]) -> String {
        places.map { "permissions[\($0)]" }.joined(separator: ", ")
    }
}
