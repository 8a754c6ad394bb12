/// What Spanish speakers choose most, which zxcvbn's English dictionary takes for hard to guess.
///
/// Only a password that is nothing else, but for digits and signs around it, is found here: `Contraseña2024!` is,
/// `ContraseñaSegura123!` is not.
enum CommonSpanishPasswords {
    /// The password is one without accents.
    static func contains(_ folded: FoldedPassword) -> Bool {
        words.contains(core(of: String(decoding: folded.bytes, as: UTF8.self)))
    }

    /// The password in lower case, without digits and signs at its ends.
    private static func core(of password: String) -> String {
        let lower = password.lowercased()
        let isLetter: (Character) -> Bool = { $0.isLetter }
        guard let first = lower.firstIndex(where: isLetter), let last = lower.lastIndex(where: isLetter)
        else { return "" }
        return String(lower[first...last])
    }

    private static let words: Set<String> = [
        "acceso", "administrador", "bienvenida", "bienvenido", "cambiame", "clave", "clavesecreta", "contrasena",
        "contrasenia", "corazon", "entrar", "espana", "hola", "holahola", "holamundo", "micontrasena", "miclave",
        "mipassword", "nandu", "nuevacontrasena", "secreta", "secreto", "sesion", "teamo", "teamomucho", "tequiero",
        "tequieromucho", "usuario",
    ]
}
