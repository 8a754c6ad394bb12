import Domain
import HTTP

/// The fields that bodies of the management API share.
extension JSONBody {
    /// What an organization or a role is called.
    mutating func optionalName() -> FullName? {
        guard let text = optionalString("name", .line(1...FullName.maximumLength)) else { return nil }
        let name = FullName(text)
        if name == nil { refuse("name", .controlCharacters) }
        return name
    }

    mutating func name() -> FullName? {
        if value("name") == nil { refuse("name", .missing) }
        return optionalName()
    }

    mutating func optionalDescription() -> String? {
        optionalString("description", .line(0...500))
    }

    mutating func optionalSlug() -> Slug? {
        guard let text = optionalString("slug", .line(1...Slug.maximumLength)) else { return nil }
        let slug = Slug(text)
        if slug == nil {
            refuse(
                "slug",
                .other(
                    english: "takes small letters, digits and inner hyphens",
                    spanish: "admite letras minúsculas, dígitos y guiones interiores"
                )
            )
        }
        return slug
    }

    mutating func optionalDomains() -> [HostName]? {
        let before = errors.count
        guard
            let texts = optionalStrings("domains", each: .line(1...HostName.maximumLength), upTo: 20),
            errors.count == before
        else { return nil }
        let names = texts.map { HostName($0) }
        for (index, name) in names.enumerated() where name == nil {
            refuse(
                "domains",
                element: index,
                .other(
                    english: "must be a host name, like booking.example.com",
                    spanish: "debe ser un nombre de host, como reservas.ejemplo.com"
                )
            )
        }
        return names.compactMap { $0 }
    }

    mutating func permissionName() -> PermissionName? {
        let before = errors.count
        let text = string("name", .line(1...PermissionName.maximumLength))
        guard errors.count == before else { return nil }
        let name = PermissionName(text)
        if name == nil {
            refuse(
                "name",
                .other(
                    english: "takes a small letter, then small letters, digits and underscores",
                    spanish: "admite una letra minúscula y después letras minúsculas, dígitos y guiones bajos"
                )
            )
        }
        return name
    }

    /// An object that is kept as it is sent; its numbers must be such that PostgreSQL keeps them exactly.
    mutating func optionalSettings() -> String? {
        guard let value = value("settings") else { return nil }
        guard value.kind == .object else {
            refuse("settings", .wrongType(expected: .object))
            return nil
        }
        guard value.source.count <= 16_384 else {
            refuse("settings", .other(english: "takes at most 16 KiB", spanish: "admite como máximo 16 KiB"))
            return nil
        }
        guard value.hasModestNumbers else {
            refuse(
                "settings",
                .other(
                    english: "has a number of more than 30 digits",
                    spanish: "tiene un número de más de 30 dígitos"
                )
            )
            return nil
        }
        return String(decoding: value.source, as: UTF8.self)
    }
}

extension JSON {
    /// Whether no number within takes more than 30 digits to write out: `1e131071` is short to send and long to store.
    fileprivate var hasModestNumbers: Bool {
        if let number { return Self.isModest(number) }
        if let elements { return elements.allSatisfy(\.hasModestNumbers) }
        return members?.allSatisfy(\.value.hasModestNumbers) ?? true
    }

    private static func isModest(_ number: String) -> Bool {
        let parts = number.utf8.split { $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E") }
        guard let digits = parts.first, digits.count <= 31 else { return false }
        guard parts.count > 1 else { return true }
        guard parts[1].count <= 4, let exponent = Int(String(decoding: parts[1], as: UTF8.self)) else { return false }
        return (-30...30).contains(exponent)
    }
}
