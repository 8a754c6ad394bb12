/// One environment variable: what it takes, what it means, and the property of `Configuration` that it fills.
struct Setting: Sendable {
    let name: String
    let takes: String
    let meaning: String
    /// What holds while the variable is not set, in words.
    let standard: String
    /// Puts what the text says into the configuration.
    let assign: @Sendable (String, inout Configuration) throws(Refusal) -> Void
    /// Whether its text must never be repeated.
    let isSecret: Bool
    /// The effective value, with secrets redacted.
    let show: @Sendable (Configuration) -> String

    /// Declares a setting.
    ///
    /// `standard` is for defaults that the configuration's initial value does not tell.
    init<Value>(
        _ name: String,
        _ property: any WritableKeyPath<Configuration, Value> & Sendable,
        _ kind: SettingKind<Value>,
        standard: String? = nil,
        _ meaning: String
    ) {
        self.name = name
        takes = kind.takes
        self.meaning = meaning
        self.standard = standard ?? kind.show(Configuration()[keyPath: property])
        assign = { (text, configuration) throws(Refusal) in
            configuration[keyPath: property] = try kind.read(text)
        }
        isSecret = kind.isSecret
        show = { kind.show($0[keyPath: property]) }
    }
}

/// How the text of a variable becomes a value, and a value text.
struct SettingKind<Value: Sendable>: Sendable {
    /// Completes "PORTERO_… takes".
    let takes: String
    /// Whether the text must never be repeated.
    var isSecret = false
    let read: @Sendable (String) throws(Refusal) -> Value
    let show: @Sendable (Value) -> String
}

/// A text that a setting does not take.
struct Refusal: Error, Equatable {
    /// Completes "got …": what is wrong with it, where the description of what is taken does not say it.
    var reason: String?
    /// Stands in for the text, where it may not be repeated.
    var instead: String?
}

/// Text between quotation marks on one line, whatever it holds, cut where it becomes long.
func quoted(_ text: String) -> String {
    var line = "\""
    for scalar in text.unicodeScalars.prefix(80) {
        switch scalar {
        case "\"", "\\": line += "\\\(scalar)"
        case _ where scalar.properties.generalCategory.isPrintable: line.unicodeScalars.append(scalar)
        default: line += "\\u{\(String(scalar.value, radix: 16))}"
        }
    }
    return line + (text.unicodeScalars.count > 80 ? "…\"" : "\"")
}

extension Unicode.GeneralCategory {
    fileprivate var isPrintable: Bool {
        switch self {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
