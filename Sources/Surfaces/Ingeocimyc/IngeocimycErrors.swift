import Domain
package import HTTP

extension IngeocimycSurface {
    /// The one place where this contract words a failure: `{statusCode, message, error}`, and `errors` where fields are at fault.
    package func response(to error: any Error, for request: Request) -> Response {
        switch error {
        case let refusal as AuthError: Self.refusal(refusal, for: request)
        case let refusal as InvalidBody: Self.response(Problem(refusal, in: .spanish))
        case let refusal as InvalidQuery: Self.response(Problem(refusal, in: .spanish))
        case let refusal as Unroutable: Self.response(Problem(refusal, in: .spanish))
        default: fault(error, for: request)
        }
    }

    package func response(to refusal: Unreadable) -> Response? {
        Self.response(Problem(status: refusal.status, detail: refusal.detail(in: .spanish)))
    }

    private func fault(_ error: any Error, for request: Request) -> Response {
        report(error, request)
        return Self.response(Problem(status: 500, detail: "Error interno del servidor."))
    }

    private static func refusal(_ refusal: AuthError, for request: Request) -> Response {
        let (status, message) = refusal.wording
        let items = refusal.field.map { [Problem.Item(field: $0, message: message)] } ?? []
        return response(
            Problem(status: status, detail: message, errors: items),
            headers: headers(of: refusal, for: request)
        )
    }

    private static func headers(of refusal: AuthError, for request: Request) -> [Response.Header] {
        switch refusal {
        case .accountLocked(let seconds), .tooManyRequests(let seconds), .unavailable(let seconds):
            [Response.Header.retryAfter(seconds: seconds)]
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

    private static func response(_ problem: Problem, headers: [Response.Header] = []) -> Response {
        .json(problem.status, headers: headers + [Response.Header("Content-Language", "es")]) {
            $0.field("statusCode", problem.status)
            $0.field("message", problem.detail)
            $0.field("error", StatusTitle.english(problem.status))
            guard !problem.errors.isEmpty else { return }
            $0.array("errors") {
                for error in problem.errors {
                    $0.object {
                        $0.field("field", error.field)
                        $0.field("message", error.message)
                    }
                }
            }
        }
    }
}

extension AuthError {
    /// Exhaustive on purpose: a new refusal does not compile until it has a status and words here.
    fileprivate var wording: (status: Int, message: String) {
        switch self {
        case .unauthenticated: (401, "Falta el token de acceso o ya no es válido.")
        case .invalidCredentials, .unknownAccount: (401, "Credenciales inválidas.")
        case .accountInactive: (403, "El usuario está inactivo.")
        case .emailNotVerified: (403, "Primero verifique su correo electrónico.")
        case .accountLocked(let seconds):
            (423, "Demasiados intentos fallidos: pruebe de nuevo en \(seconds) segundos.")
        case .tooManyRequests(let seconds):
            (429, "Demasiadas solicitudes: pruebe de nuevo en \(seconds) segundos.")
        case .unavailable: (503, "No disponible ahora: pruebe de nuevo en un momento.")
        case .emailTaken: (409, "Este correo electrónico ya está registrado.")
        case .usernameTaken: (409, "Este nombre de usuario ya está registrado.")
        case .usernameIsAddress: (400, "Un correo no es un nombre de usuario.")
        case .unacceptablePassword: (400, "Esta contraseña no es aceptable.")
        case .wrongCurrentPassword: (401, "La contraseña actual no es correcta.")
        case .invalidCode: (400, "El código es incorrecto, ha caducado o ya se usó: pida otro.")
        case .refreshTokenRefused: (401, "El token de refresco no es válido: inicie sesión.")
        case .sessionNotFound: (404, "No existe esa sesión.")
        case .sessionOfSomebodyElse: (403, "Esa sesión es de otro usuario.")
        case .sessionOpenedByAnother: (403, "Otra persona abrió esta sesión: para esto, inicie sesión.")
        case .sessionConflict: (409, "La sesión ya no es la que era.")
        case .organizationNotFound, .notMemberHere: (403, "Usted no es miembro de esta organización.")
        case .organizationNotBound: (404, "Ninguna organización corresponde a esta dirección.")
        case .missing(let permission): (403, "Esto requiere el permiso \(permission.rawValue).")
        case .grantsMoreThanHeld: (403, "Nadie puede conceder, cambiar ni quitar lo que no tiene.")
        case .lastAdmin: (409, "Una organización necesita quien la administre.")
        case .memberNotFound: (404, "No existe ese miembro.")
        case .roleNotFound: (404, "No existe ese rol.")
        case .permissionNotFound: (404, "No existe ese permiso.")
        case .unknownRole: (400, "No es un rol de esta organización.")
        case .roleNotOpen: (403, "Este rol no está abierto al registro: lo asigna quien administra los usuarios.")
        case .userNotFound: (404, "No existe ese usuario.")
        case .unknownPermissions: (400, "No son permisos de esta organización.")
        case .slugTaken: (409, "Este slug ya está en uso.")
        case .domainTaken: (409, "Uno de estos dominios ya está en uso.")
        case .domainNotOpen: (403, "Uno de estos dominios lo asigna quien administra el servidor.")
        case .defaultOrganization: (409, "Esta organización recibe las solicitudes que no nombran ninguna.")
        case .roleNameTaken: (409, "Ya existe un rol con este nombre.")
        case .permissionNameTaken: (409, "Ya existe un permiso con este nombre.")
        case .builtIn: (409, "Lo que viene incorporado no se cambia ni se borra.")
        case .roleInUse: (409, "Hay miembros o invitaciones con este rol: primero deles otro.")
        case .tooManyOrganizations: (409, "Nadie trabaja en más de 500 organizaciones.")
        case .tooManyRoles: (409, "Una organización tiene como máximo 200 roles.")
        case .tooManyPermissions: (409, "Una organización tiene como máximo 200 permisos propios.")
        case .invitationNotFound: (404, "No existe esa invitación, o ya no.")
        case .invitationEnded: (409, "Esta invitación ya se respondió, se revocó o se cerró: invite de nuevo.")
        case .invitationPending: (409, "Este correo ya tiene una invitación pendiente: reenvíela.")
        case .tooManyInvitations: (409, "Hay demasiadas invitaciones pendientes: revoque algunas primero.")
        case .alreadyMember: (409, "Quien tiene este correo ya es miembro.")
        case .invitationOfSomebodyElse: (403, "Esta invitación es de otra persona.")
        case .accountNeeded: (400, "Todavía no hay una cuenta con este correo: envíe un nombre y una contraseña.")
        case .serviceKeyNotFound: (404, "No existe esa clave de servicio.")
        case .serviceKeyRefused: (401, "La clave de servicio no es válida, o ya no.")
        case .tooManyServiceKeys: (409, "Una organización tiene como máximo 100 claves de servicio.")
        case .expiryInThePast: (400, "La clave ya habría caducado.")
        case .foreignToken: (403, "Por un token solo pueden preguntar él mismo o una clave de servicio.")
        case .employeeIncomplete: (400, "Faltan datos del empleado.")
        case .ownAccount: (409, "Nadie puede eliminarse a sí mismo.")
        case .accountShared: (409, "La cuenta también pertenece a otras organizaciones.")
        case .dniTaken: (409, "Este dni ya está registrado.")
        case .retentionTooShort: (400, "Lo que tiene menos de 30 días se conserva.")
        }
    }

    /// The field at fault, where the refusal is about one.
    fileprivate var field: String? {
        switch self {
        case .emailTaken: "email"
        case .unknownRole, .roleNotOpen: "role"
        case .wrongCurrentPassword: "currentPassword"
        case .retentionTooShort: "days"
        default: nil
        }
    }
}
