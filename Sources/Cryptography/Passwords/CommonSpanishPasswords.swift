/// What Spanish speakers choose most, which zxcvbn's English dictionary takes for hard to guess.
///
/// Only a password that is nothing else, but for digits and signs around it, is found here: `Contraseña2024!` is,
/// `ContraseñaSegura123!` is not.
enum CommonSpanishPasswords {
    static func contains(_ password: String) -> Bool {
        words.contains(core(of: password))
    }

    /// The password in lower case, without accents, and without digits and signs at its ends.
    private static func core(of password: String) -> String {
        let folded = password.lowercased().map { accents[$0] ?? $0 }
        let isLetter: (Character) -> Bool = { $0.isLetter }
        guard let first = folded.firstIndex(where: isLetter), let last = folded.lastIndex(where: isLetter)
        else { return "" }
        return String(folded[first...last])
    }

    private static let accents: [Character: Character] = [
        "á": "a", "é": "e", "í": "i", "ó": "o", "ú": "u", "ü": "u", "ñ": "n",
    ]

    private static let words: Set<String> = [
        "acceso", "administrador", "bienvenida", "bienvenido", "cambiame", "clave", "clavesecreta", "contrasena",
        "contrasenia", "corazon", "entrar", "hola", "holahola", "holamundo", "micontrasena", "miclave",
        "mipassword", "nuevacontrasena", "secreta", "secreto", "sesion", "teamo", "teamomucho", "tequiero",
        "tequieromucho", "usuario",
    ]
}
