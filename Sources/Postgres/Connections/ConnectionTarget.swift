import CLibPQ

/// Where to connect to and with which parameters: ours, unless the URL says otherwise.
struct ConnectionTarget: Sendable {
    struct Parameter: Sendable, Equatable {
        let name: String
        let value: String
    }

    private let url: String
    private let parameters: [Parameter]
    /// Our server settings, then those of the URL, which win.
    private let options: String
    private let hosts: HostList
    /// What the URL says about how long one host may take, which libpq leaves to us.
    let connectTimeout: Duration?

    /// Fails when libpq cannot read the URL; `options` are `-c` settings that the URL's own may override.
    init?(url: String, parameters: [Parameter], options: [Parameter] = []) {
        guard let parsed = Self.parse(url) else { return nil }
        self.url = url
        self.parameters = parameters
        let ours = options.map { "-c \($0.name)=\(Self.escaped($0.value))" }
        self.options = (ours + [parsed["options"] ?? ""]).filter { !$0.isEmpty }.joined(separator: " ")
        connectTimeout = parsed["connect_timeout"].flatMap { Int($0) }.map { .seconds(max(1, min($0, 3600))) }
        hosts = HostList(host: parsed["host"], hostAddress: parsed["hostaddr"], port: parsed["port"])
    }

    var hostCount: Int { hosts.count }

    /// Names and values for `PQconnectStartParams` with `expand_dbname`: later ones win over earlier ones.
    ///
    /// The hosts are tried from the given one on, the others after it.
    func connectionParameters(startingAt first: Int) -> [Parameter] {
        parameters + [Parameter(name: "dbname", value: url)] + hosts.rotated(by: first)
            + (options.isEmpty ? [] : [Parameter(name: "options", value: options)])
    }

    private static func parse(_ url: String) -> [String: String]? {
        guard let parsed = PQconninfoParse(url, nil) else { return nil }
        defer { PQconninfoFree(parsed) }
        var values: [String: String] = [:]
        var option = parsed
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return values
    }

    /// Spaces separate options unless a backslash stands before them.
    private static func escaped(_ value: String) -> String {
        String(value.flatMap { $0 == " " || $0 == "\\" ? ["\\", $0] : [$0] })
    }
}

/// The hosts of a URL, whose order we turn so that one that does not answer is not the first one every time.
struct HostList: Sendable {
    private let lists: [(name: String, values: [String])]
    let count: Int

    init(host: String?, hostAddress: String?, port: String?) {
        func split(_ text: String?) -> [String] {
            (text ?? "").split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let lists = [("host", host), ("hostaddr", hostAddress), ("port", port)]
            .compactMap { name, text in text.map { (name: name, values: split($0)) } }
        self.lists = lists
        count = lists.filter { $0.name != "port" }.map(\.values.count).max() ?? 1
    }

    /// The same hosts, beginning with another.
    func rotated(by first: Int) -> [ConnectionTarget.Parameter] {
        guard count > 1, first % count != 0 else { return [] }
        return lists.filter { $0.values.count == count }.map { name, values in
            let turned = values[(first % count)...] + values[..<(first % count)]
            return ConnectionTarget.Parameter(name: name, value: turned.joined(separator: ","))
        }
    }
}
