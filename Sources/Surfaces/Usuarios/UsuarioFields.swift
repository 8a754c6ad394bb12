import Domain
import HTTP

extension JSONBody {
    /// Nil where it is absent, or refused.
    mutating func username() -> Username? {
        guard let text = optionalString("username", .line(1...64)) else { return nil }
        let username = Username(text)
        if username == nil { refuse("username", .username) }
        return username
    }

    /// The same where somebody may be shown by their address, and is sent back as they are shown.
    mutating func wantedUsername() -> WantedUsername? {
        guard let text = optionalString("username", .line(1...EmailAddress.maximumLength)) else { return nil }
        let wanted = Username(text).map(WantedUsername.name) ?? EmailAddress(text).map(WantedUsername.ownAddress)
        if wanted == nil { refuse("username", .username) }
        return wanted
    }

    mutating func email(_ name: StaticString) -> EmailAddress? {
        guard let text = optionalString(name, .line(1...EmailAddress.maximumLength)) else { return nil }
        let address = EmailAddress(text)
        if address == nil { refuse(name, .malformed(expected: .email)) }
        return address
    }

    mutating func requireValue(_ name: StaticString) {
        if value(name) == nil { refuse(name, .missing) }
    }

    /// What is kept about an employee; of a new one, the names and the dni are required.
    ///
    /// Forms send an empty text for a line that nobody filled in, and for one that somebody has emptied.
    mutating func empleado(isNew: Bool) -> EmployeeDetails? {
        object("empleado") { body in
            var details = EmployeeDetails()
            details.firstNames = body.name("nombres")
            details.lastNames = body.name("apellidos")
            details.dni = body.optionalString("dni", .visible(1...32))
            details.email = body.emptiable("email") { $0.email($1)?.text }
            details.phone = body.emptiable("telefono") { $0.optionalString($1, .visible(1...40)) }
            details.address = body.emptiable("direccion") { $0.optionalString($1, .visible(1...400)) }
            details.bornOn = body.emptiable("fechaNacimiento") { $0.day($1) }
            details.hiredOn = body.emptiable("fechaIngreso") { $0.day($1) }
            details.salary = body.salario()
            details.status = body.estado()
            if isNew {
                for name in ["nombres", "apellidos", "dni"] as [StaticString] { body.requireValue(name) }
            }
            return details
        }
    }

    private mutating func emptiable(
        _ name: StaticString,
        unlessEmpty read: (inout Self, StaticString) -> String?
    ) -> String? {
        value(name)?.string?.trimmingWhiteSpace == "" ? "" : read(&self, name)
    }

    private mutating func name(_ name: StaticString) -> String? {
        guard let text = optionalString(name, .line(1...FullName.maximumLength)) else { return nil }
        let valid = FullName(text)
        if valid == nil { refuse(name, .controlCharacters) }
        return valid?.text
    }

    /// There is no year 0 in a database.
    private mutating func day(_ name: StaticString) -> String? {
        guard let day = optionalDay(name) else { return nil }
        if day.year == 0 { refuse(name, .malformed(expected: .date)) }
        var bytes: [UInt8] = []
        day.append(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func salario() -> Salary? {
        guard let value = value("salario") else { return nil }
        guard let text = value.number else {
            refuse("salario", .wrongType(expected: .number))
            return nil
        }
        let salary = Salary(decimal: text)
        if salary == nil {
            refuse(
                "salario",
                .other(
                    english: "must be from 0 to 9999999999.99, with two decimal places at most",
                    spanish: "debe estar entre 0 y 9999999999.99, con dos decimales como máximo"
                )
            )
        }
        return salary
    }

    private mutating func estado() -> EmployeeStatus? {
        guard let text = optionalString("estado", .verbatim(upToBytes: 64)) else { return nil }
        let status = EmployeeStatus(rawValue: text)
        if status == nil { refuse("estado", .notAllowed(allowed: EmployeeStatus.allCases.map(\.rawValue))) }
        return status
    }
}

extension FieldError.Kind {
    static let username = Self.other(
        english: "takes 3 to 64 letters, digits and ._-, beginning with a letter or digit",
        spanish: "admite de 3 a 64 letras, dígitos y ._-, y comienza con una letra o un dígito"
    )
}
