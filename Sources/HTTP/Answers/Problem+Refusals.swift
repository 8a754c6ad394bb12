/// The refusals of this room, worded; a surface that speaks problem details answers them with these.
extension Problem {
    package init(_ refusal: InvalidBody, in language: Language) {
        switch refusal {
        case .unsupportedMediaType:
            self.init(
                status: 415,
                detail: language.choose(
                    "The body must be JSON: send Content-Type: application/json.",
                    "El cuerpo debe ser JSON: envíe Content-Type: application/json."
                )
            )
        case .malformed(let error):
            self.init(
                status: 400,
                detail: language.choose("The body is not valid JSON: ", "El cuerpo no es JSON válido: ")
                    + error.message(in: language)
            )
        case .notAnObject:
            self.init(
                status: 400,
                detail: language.choose("The body must be a JSON object.", "El cuerpo debe ser un objeto JSON.")
            )
        case .fields(let errors): self.init(errors, in: language)
        }
    }

    package init(_ refusal: InvalidQuery, in language: Language) {
        switch refusal {
        case .malformed:
            self.init(
                status: 400,
                detail: language.choose(
                    "The query is not valid percent-encoded UTF-8.",
                    "La consulta no es UTF-8 válido con codificación por ciento."
                )
            )
        case .fields(let errors): self.init(errors, in: language)
        }
    }

    package init(_ refusal: Unroutable, in language: Language) {
        switch refusal {
        case .unknownPath:
            self.init(status: 404, detail: language.choose("There is nothing here.", "Aquí no hay nada."))
        case .methodNotAllowed(let allowed):
            self.init(
                status: 405,
                detail: language.choose("This path takes: ", "Esta ruta admite: ") + allowed
            )
        case .malformedPath:
            self.init(
                status: 400,
                detail: language.choose(
                    "The path is not percent-encoded UTF-8, or has %2F or %00 in it.",
                    "La ruta no es UTF-8 con codificación por ciento, o contiene %2F o %00."
                )
            )
        }
    }

    private init(_ errors: [FieldError], in language: Language) {
        var fields: [String] = []
        for error in errors where !fields.contains(error.field) { fields.append(error.field) }
        self.init(
            status: 400,
            detail: language.choose("Check these fields: ", "Revise estos campos: ")
                + fields.joined(separator: ", "),
            errors: errors.map { Item(field: $0.field, message: $0.message(in: language)) }
        )
    }
}

extension Language {
    /// One of two wordings of the same thing.
    package func choose(_ english: String, _ spanish: String) -> String {
        switch self {
        case .english: english
        case .spanish: spanish
        }
    }
}
