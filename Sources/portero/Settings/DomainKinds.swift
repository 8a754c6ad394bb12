import Domain

extension SettingKind where Value == OpenDomains {
    static let openDomains = SettingKind(
        takes: "any, none, or hosts such as booking.example.com and *.example.com, separated by commas"
    ) { text throws(Refusal) in
        switch text {
        case "any": return .any
        case "none": return .nothing
        default: break
        }
        var patterns: [HostPattern] = []
        for item in try listed(text) {
            guard let pattern = HostPattern(item), !["any", "none"].contains(pattern.description) else {
                throw Refusal()
            }
            patterns.append(pattern)
        }
        // an empty text may be meant either way
        if patterns.isEmpty { throw Refusal() }
        return .only(patterns)
    } show: {
        switch $0 {
        case .any, .dotted: "any"
        case .nothing: "none"
        case .only(let patterns): patterns.map(\.description).joined(separator: ",")
        }
    }
}

extension SettingKind where Value == HostName {
    /// As the `Host` of a request names it, without the port.
    static let host = SettingKind(takes: "the name of a host such as reservas.example.com") { text throws(Refusal) in
        guard let host = HostName(text) else { throw Refusal() }
        return host
    } show: {
        $0.text
    }
}
