import Domain

extension Arguments {
    /// The value of an option; nil where it is not given.
    ///
    /// - Throws: where it is not what the option takes.
    func value<Value>(of option: String, _ kind: SettingKind<Value>) throws(Failure) -> Value? {
        guard let text = options[option] else { return nil }
        return try read(text, of: option, kind)
    }

    /// The value of an option that must be given.
    func needed<Value>(_ option: String, _ kind: SettingKind<Value>) throws(Failure) -> Value {
        try read(options[option] ?? "", of: option, kind)
    }

    /// The values of an option that may be repeated.
    func values<Value>(of option: String, _ kind: SettingKind<Value>) throws(Failure) -> [Value] {
        var values: [Value] = []
        for text in lists[option] ?? [] { values.append(try read(text, of: option, kind)) }
        return values
    }

    private func read<Value>(_ text: String, of option: String, _ kind: SettingKind<Value>) throws(Failure) -> Value {
        do throws(Refusal) {
            return try kind.read(text)
        } catch {
            throw Failure(.usage, "\(option) takes \(kind.takes), got \(quoted(text))")
        }
    }
}

extension SettingKind where Value == EmailAddress {
    static let email = SettingKind(takes: "an e-mail address such as ana@example.com") { text throws(Refusal) in
        guard let email = EmailAddress(text) else { throw Refusal() }
        return email
    } show: {
        $0.text
    }
}

extension SettingKind where Value == String {
    /// What people or organizations are called.
    static let name = SettingKind(takes: "1 to 200 characters") { text throws(Refusal) in
        guard let name = FullName(text) else { throw Refusal() }
        return name.text
    } show: {
        $0
    }
}
