extension JSONError {
    /// What is wrong, and at which byte; nothing of what was sent is repeated.
    package func message(in language: Language) -> String {
        let reason =
            switch reason {
            case .empty: language.choose("it is empty", "está vacío")
            case .unexpectedEnd: language.choose("it ends too early", "termina antes de tiempo")
            case .unexpectedByte: language.choose("unexpected character", "carácter inesperado")
            case .byteOrderMark: language.choose("byte order mark", "marca de orden de bytes")
            case .invalidUTF8: language.choose("not UTF-8", "no es UTF-8")
            case .nul: language.choose("U+0000 in a string", "U+0000 en una cadena")
            case .controlCharacter:
                language.choose("unescaped control character in a string", "carácter de control sin escapar")
            case .invalidEscape: language.choose("invalid escape", "escape no válido")
            case .unpairedSurrogate: language.choose("unpaired surrogate", "sustituto suelto")
            case .invalidNumber: language.choose("invalid number", "número no válido")
            case .duplicateName: language.choose("a name appears twice", "un nombre aparece dos veces")
            case .tooDeep: language.choose("nested too deeply", "demasiado anidado")
            case .tooManyValues: language.choose("too many values", "demasiados valores")
            case .trailingData: language.choose("something follows its end", "algo sigue a su final")
            }
        return reason + language.choose(" (byte \(offset))", " (byte \(offset))")
    }
}
