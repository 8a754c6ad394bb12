import Domain
package import HTTP

extension UsuariosSurface {
    /// The one place where this contract words a failure.
    package func response(to error: any Error, for request: Request) -> Response {
        switch error {
        case let refusal as AuthError: return response(to: refusal)
        case let refusal as InvalidBody: return response(to: refusal)
        case let refusal as InvalidQuery:
            switch refusal {
            case .malformed: return .refusal(400, "La consulta no es UTF-8 válido con codificación por ciento")
            case .fields(let errors): return .refusal(400, invalidData, errors)
            }
        case let refusal as Unroutable:
            switch refusal {
            case .unknownPath: return .refusal(404, notFound)
            case .methodNotAllowed: return .refusal(405, "Método no permitido")
            case .malformedPath:
                return .refusal(400, "La ruta no es UTF-8 con codificación por ciento, o contiene %2F o %00")
            }
        default:
            report(error, request)
            return .refusal(500, "Error interno del servidor")
        }
    }

    package func response(to refusal: Unreadable) -> Response? {
        .refusal(refusal.status, refusal.detail(in: .spanish))
    }

    private func response(to refusal: InvalidBody) -> Response {
        switch refusal {
        case .unsupportedMediaType: .refusal(415, "El cuerpo debe ser JSON: envíe Content-Type: application/json")
        case .malformed(let error): .refusal(400, "El cuerpo no es JSON válido: " + error.message(in: .spanish))
        case .notAnObject: .refusal(400, "El cuerpo debe ser un objeto JSON")
        case .fields(let errors): .refusal(400, invalidData, errors)
        }
    }

    func response(to refusal: AuthError) -> Response {
        switch refusal {
        case .unauthenticated: .refusal(401, "No autorizado", headers: [Response.Header("WWW-Authenticate", "Bearer")])
        case .accountLocked(let seconds):
            .refusal(
                423,
                "Demasiados intentos fallidos: pruebe de nuevo en \(seconds) segundos",
                headers: [.retryAfter(seconds: seconds)]
            )
        case .tooManyRequests(let seconds):
            .refusal(
                429,
                "Demasiadas solicitudes: pruebe de nuevo en \(seconds) segundos",
                headers: [.retryAfter(seconds: seconds)]
            )
        case .unavailable(let seconds):
            .refusal(
                503,
                "No disponible ahora: pruebe de nuevo en un momento",
                headers: [.retryAfter(seconds: seconds)]
            )
        case .unacceptablePassword(let problem): .refusal(400, invalidData, [FieldError("password", problem.kind)])
        case .usernameIsAddress: .refusal(400, invalidData, [FieldError("username", .username)])
        case .unknownRole:
            .refusal(400, invalidData, [fault("rolId", "must be a role's id", "debe ser el id de un rol")])
        case .employeeIncomplete:
            .refusal(
                400,
                invalidData,
                [fault("empleado", "needs nombres, apellidos and dni", "necesita nombres, apellidos y dni")]
            )
        // Whoever works nowhere, or not here, is refused like one who lacks the right.
        case .missing, .grantsMoreThanHeld, .organizationNotFound, .notMemberHere, .sessionOfSomebodyElse, .roleNotOpen,
            .domainNotOpen, .accountInactive, .emailNotVerified, .foreignToken, .sessionOpenedByAnother:
            .refusal(403, "Acceso denegado")
        case .memberNotFound, .roleNotFound, .sessionNotFound, .permissionNotFound, .invitationNotFound,
            .serviceKeyNotFound, .userNotFound, .organizationNotBound:
            .refusal(404, notFound)
        case .invalidCredentials, .unknownAccount, .refreshTokenRefused, .serviceKeyRefused:
            .refusal(401, "No autorizado")
        case .emailTaken: .refusal(409, "El correo electrónico ya está registrado")
        case .usernameTaken: .refusal(409, "El nombre de usuario ya está registrado")
        case .dniTaken: .refusal(409, "El dni ya está registrado")
        case .ownAccount: .refusal(409, "Nadie puede eliminarse a sí mismo")
        case .lastAdmin: .refusal(409, "La organización necesita al menos un administrador")
        case .accountShared:
            .refusal(409, "La cuenta también pertenece a otras organizaciones: solo su dueño cambia usuario y correo")
        // What only other contracts ask for.
        case .wrongCurrentPassword, .invalidCode, .unknownPermissions, .expiryInThePast, .accountNeeded,
            .retentionTooShort:
            .refusal(400, "Solicitud incorrecta")
        case .slugTaken, .domainTaken, .defaultOrganization, .roleNameTaken, .permissionNameTaken, .builtIn, .roleInUse,
            .tooManyOrganizations, .tooManyRoles, .tooManyPermissions, .invitationEnded, .invitationPending,
            .tooManyInvitations, .alreadyMember, .invitationOfSomebodyElse, .tooManyServiceKeys, .sessionConflict:
            .refusal(409, "Conflicto con lo que ya existe")
        }
    }
}

private let invalidData = "Datos inválidos"
private let notFound = "Recurso no encontrado"

private func fault(_ field: String, _ english: String, _ spanish: String) -> FieldError {
    FieldError(field, .other(english: english, spanish: spanish))
}

extension PasswordProblem {
    fileprivate var kind: FieldError.Kind {
        switch self {
        case .tooShort(let minimum): .tooShort(minimum: minimum)
        case .tooLong(let maximum): .tooLong(limit: maximum)
        case .tooGuessable: .guessable
        case .tooPersonal: .personal
        case .sameAsCurrent: .unchanged
        }
    }
}

extension Response {
    /// `{message, errors?}`.
    static func refusal(
        _ status: Int,
        _ message: String,
        _ errors: [FieldError] = [],
        headers: [Header] = []
    ) -> Response {
        .json(status, headers: headers) {
            $0.field("message", message)
            guard !errors.isEmpty else { return }
            $0.array("errors") {
                for error in errors {
                    $0.object {
                        $0.field("field", error.field)
                        $0.field("message", error.message(in: .spanish))
                    }
                }
            }
        }
    }

    static func message(_ text: String) -> Response {
        .json(200) { $0.field("message", text) }
    }
}
