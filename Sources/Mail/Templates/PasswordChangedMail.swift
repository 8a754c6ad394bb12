package import FoundationEssentials

/// Tells a person that their password is another one now, in case it was not them.
package struct PasswordChangedMail: MailTemplate {
    package let at: Date

    package init(at: Date) {
        self.at = at
    }

    package func subject(in language: MailLanguage) -> String {
        switch language {
        case .es: "Tu contraseña ha cambiado"
        case .en: "Your password has changed"
        }
    }

    package func body(in language: MailLanguage) -> String {
        let moment = UTCMoment(at).spelled(in: language)
        switch language {
        case .es:
            return """
                ¡Hola!

                La contraseña de tu cuenta cambió el \(moment). Por seguridad, cerramos las demás sesiones que tenías \
                abiertas.

                ¿Fuiste tú? Entonces no tienes que hacer nada.

                ¿No fuiste tú? Elige ahora una contraseña nueva: en la página de inicio de sesión, pulsa «¿Olvidaste \
                tu contraseña?». Y si usabas la misma en tu correo, cámbiala también allí.
                """
        case .en:
            return """
                Hello!

                The password of your account was changed on \(moment). To be safe, we ended your other sessions.

                Was it you? Then there is nothing to do.

                It was not you? Choose a new password now: on the login page, press "Forgot your password?". And if \
                you used the same one for your mailbox, change it there too.
                """
        }
    }
}
