package import FoundationEssentials

/// Tells the address that an account had until now that it has another one, in case its owner knows nothing of that.
///
/// The new one is not in it: whoever reads this mailbox may not be who has that one.
package struct AddressChangedMail: MailTemplate {
    package let at: Date

    package init(at: Date) {
        self.at = at
    }

    package func subject(in language: MailLanguage) -> String {
        switch language {
        case .es: "Tu cuenta ya no usa este correo"
        case .en: "Your account no longer uses this address"
        }
    }

    package func body(in language: MailLanguage) -> String {
        let moment = UTCMoment(at).spelled(in: language)
        switch language {
        case .es:
            return """
                ¡Hola!

                Quien administra tu organización cambió el correo de tu cuenta el \(moment). A este buzón ya no llegará \
                nada de ella: para entrar y para recuperar la contraseña vale el correo nuevo. Cerramos las sesiones que \
                tenías abiertas.

                ¿Lo pediste tú, o te lo dijeron? Entonces no tienes que hacer nada: inicia sesión con el correo nuevo.

                ¿No sabes nada de esto? Habla con quien administra tu organización: desde este buzón ya no puedes \
                recuperar la cuenta.
                """
        case .en:
            return """
                Hello!

                Whoever manages your organization changed the address of your account on \(moment). This mailbox gets \
                nothing about it any more: to log in, and to reset your password, the new address counts. We ended the \
                sessions that you had open.

                You asked for it, or were told? Then there is nothing to do: log in with the new address.

                You know nothing of this? Talk to whoever manages your organization: from this mailbox, you can no longer \
                recover the account.
                """
        }
    }
}
