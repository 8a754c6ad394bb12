extension FieldError {
    /// The default wording, a predicate of the field's name.
    package func message(in language: Language) -> String {
        switch kind {
        case .missing: language.choose("is required", "es obligatorio")
        case .wrongType(let expected): expected.message(in: language)
        case .tooShort(minimum: 1): language.choose("must not be empty", "no puede estar vacío")
        case .tooShort(let minimum):
            language.choose("must have at least \(minimum) characters", "debe tener al menos \(minimum) caracteres")
        case .tooLong(let limit):
            language.choose("must not be longer than \(limit)", "no puede ser más largo que \(limit)")
        case .outOfRange(let lowest, let highest):
            language.choose("must be from \(lowest) to \(highest)", "debe estar entre \(lowest) y \(highest)")
        case .malformed(let expected): expected.message(in: language)
        case .notAllowed(let allowed):
            language.choose("must be one of: ", "debe ser uno de: ") + allowed.joined(separator: ", ")
        case .controlCharacters:
            language.choose(
                "must not have control or invisible characters",
                "no puede tener caracteres de control ni invisibles"
            )
        case .repeated: language.choose("must be given once", "debe darse una sola vez")
        case .guessable:
            language.choose(
                "is too easily guessed: use several unrelated words, or a longer one",
                "es demasiado fácil de adivinar: use varias palabras sin relación, o una más larga"
            )
        case .personal:
            language.choose(
                "is too much like the name or the e-mail address",
                "se parece demasiado al nombre o al correo electrónico"
            )
        case .unchanged: language.choose("must differ from the current one", "debe ser distinta de la actual")
        case .other(let english, let spanish): language.choose(english, spanish)
        }
    }
}

extension FieldError.ExpectedType {
    fileprivate func message(in language: Language) -> String {
        switch self {
        case .string: language.choose("must be a string", "debe ser una cadena")
        case .boolean: language.choose("must be true or false", "debe ser true o false")
        case .integer: language.choose("must be an integer", "debe ser un número entero")
        case .number: language.choose("must be a number", "debe ser un número")
        case .array: language.choose("must be an array", "debe ser una lista")
        case .object: language.choose("must be an object", "debe ser un objeto")
        }
    }
}

extension FieldError.Format {
    fileprivate func message(in language: Language) -> String {
        switch self {
        case .uuid: language.choose("must be a UUID", "debe ser un UUID")
        case .email: language.choose("must be an e-mail address", "debe ser una dirección de correo electrónico")
        case .date: language.choose("must be a date, YYYY-MM-DD", "debe ser una fecha, AAAA-MM-DD")
        case .timestamp:
            language.choose(
                "must be a moment, like 2025-12-04T12:00:00Z",
                "debe ser un momento, como 2025-12-04T12:00:00Z"
            )
        case .integer: language.choose("must be an integer", "debe ser un número entero")
        case .boolean: language.choose("must be true or false", "debe ser true o false")
        case .decimal: language.choose("must be a decimal number", "debe ser un número decimal")
        case .word(let example):
            language.choose(
                "must be a name of small letters and underscores, like \(example)",
                "debe ser un nombre de letras minúsculas y guiones bajos, como \(example)"
            )
        }
    }
}
