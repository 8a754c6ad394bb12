/// Carries the code by which a person who forgot their password sets a new one.
package struct PasswordResetCodeMail: MailTemplate {
    package let code: String
    package let minutesValid: Int

    package init(code: String, minutesValid: Int) {
        self.code = code
        self.minutesValid = minutesValid
    }

    package func subject(in language: MailLanguage) -> String {
        switch language {
        case .es: "Tu código para cambiar la contraseña"
        case .en: "Your code to reset your password"
        }
    }

    package func body(in language: MailLanguage) -> String {
        switch language {
        case .es:
            """
            ¡Hola!

            Este es tu código para elegir una contraseña nueva:

                \(code)

            Vale durante \(minutesValid) minutos y una sola vez. Si pides otro, solo servirá el último. No se lo des \
            a nadie: nunca te lo pediremos.

            ¿No lo pediste tú? No hagas nada: tu contraseña sigue siendo la misma. Si recibes varios correos como \
            este, alguien está probando suerte con tu cuenta; sin el código no puede entrar.
            """
        case .en:
            """
            Hello!

            This is your code to choose a new password:

                \(code)

            It works for \(minutesValid) minutes, and once. If you ask for another, only the latest one works. Do not \
            share it with anyone: we will never ask you for it.

            You did not ask for it? You can ignore this mail: your password stays as it is. If you get several of \
            these, somebody is trying their luck with your account; without the code they cannot get in.
            """
        }
    }
}
