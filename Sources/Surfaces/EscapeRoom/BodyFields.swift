import Domain
import HTTP

/// The fields that several bodies share.
extension JSONBody {
    /// Nil is never seen by anybody: `finish` throws first.
    mutating func email() -> EmailAddress? {
        let before = errors.count
        let text = string("email", .line(1...EmailAddress.maximumLength))
        guard errors.count == before else { return nil }
        let address = EmailAddress(text)
        if address == nil { refuse("email", .malformed(expected: .email)) }
        return address
    }

    mutating func optionalFullName() -> FullName? {
        guard let text = optionalString("full_name", .line(1...FullName.maximumLength)) else { return nil }
        let name = FullName(text)
        if name == nil { refuse("full_name", .controlCharacters) }
        return name
    }

    mutating func fullName() -> FullName? {
        if value("full_name") == nil { refuse("full_name", .missing) }
        return optionalFullName()
    }

    /// Taken as it is; longer than any password can be is refused here, anything else where passwords are judged.
    mutating func password(_ name: StaticString) -> String {
        string(name, .verbatim(upToBytes: 4096))
    }

    mutating func optionalPassword(_ name: StaticString) -> String? {
        optionalString(name, .verbatim(upToBytes: 4096))
    }

    mutating func permission() -> PermissionName? {
        let before = errors.count
        let name = PermissionName(string("permission", .verbatim(upToBytes: 256)))
        if errors.count == before, name == nil {
            refuse(
                "permission",
                .other(
                    english: "must be a permission's name, such as manage_users",
                    spanish: "debe ser el nombre de un permiso, como manage_users"
                )
            )
        }
        return name
    }

    /// Six digits, as a string: never a number, never with anything around them.
    mutating func code() -> String {
        let before = errors.count
        let code = string("code", .verbatim(upToBytes: 64))
        let isCode = code.utf8.count == 6 && code.utf8.allSatisfy { (0x30...0x39).contains($0) }
        if errors.count == before, !isCode {
            refuse("code", .other(english: "must be six digits", spanish: "deben ser seis dígitos"))
        }
        return code
    }
}

/// Words the refusal of a password as an error of the field that it came in.
func namingPassword<Value>(_ field: String, _ body: () async throws -> Value) async throws -> Value {
    do {
        return try await body()
    } catch AuthError.unacceptablePassword(let problem) {
        throw InvalidBody.fields([FieldError(field, problem.kind)])
    }
}

extension PasswordProblem {
    var kind: FieldError.Kind {
        switch self {
        case .tooShort(let minimum): .tooShort(minimum: minimum)
        case .tooLong(let maximum): .tooLong(limit: maximum)
        case .tooGuessable: .guessable
        case .tooPersonal: .personal
        case .sameAsCurrent: .unchanged
        }
    }
}
