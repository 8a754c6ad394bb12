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

    mutating func fullName() -> FullName? {
        let before = errors.count
        let text = string("name", .line(1...FullName.maximumLength))
        guard errors.count == before else { return nil }
        let name = FullName(text)
        if name == nil { refuse("name", .controlCharacters) }
        return name
    }

    /// Longer than any password can be is refused here, anything else where passwords are judged.
    mutating func password(_ name: StaticString) -> String {
        string(name, .verbatim(upToBytes: 4096))
    }
}

/// A body's fields are all there, or it was refused: what is nil here was never looked at.
func required<Value>(_ value: Value?) throws(InvalidBody) -> Value {
    guard let value else { throw .notAnObject }
    return value
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
    fileprivate var kind: FieldError.Kind {
        switch self {
        case .tooShort(let minimum): .tooShort(minimum: minimum)
        case .tooLong(let maximum): .tooLong(limit: maximum)
        case .tooGuessable: .other(english: "is too easily guessed", spanish: "es demasiado fácil de adivinar")
        case .tooPersonal:
            .other(
                english: "is too much like the name or the e-mail address",
                spanish: "se parece demasiado al nombre o al correo electrónico"
            )
        case .sameAsCurrent:
            .other(english: "must differ from the current one", spanish: "debe ser distinta de la actual")
        }
    }
}
