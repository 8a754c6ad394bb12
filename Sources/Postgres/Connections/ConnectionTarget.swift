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
    /// None where the URL leaves the choice to libpq.
    let hosts: [Host]
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
        hosts = Host.list(names: parsed["host"], addresses: parsed["hostaddr"], ports: parsed["port"])
    }

    /// Names and values for `PQconnectStartParams` with `expand_dbname`: later ones win over earlier ones.
    func connectionParameters(for hosts: [Host]) -> [Parameter] {
        var all = parameters + [Parameter(name: "dbname", value: url)]
        if !hosts.isEmpty {
            all.append(Parameter(name: "host", value: hosts.map(\.name).joined(separator: ",")))
            all.append(Parameter(name: "hostaddr", value: hosts.map(\.address).joined(separator: ",")))
            all.append(Parameter(name: "port", value: hosts.map(\.port).joined(separator: ",")))
        }
        if !options.isEmpty { all.append(Parameter(name: "options", value: options)) }
        return all
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

/// One of the hosts that a URL names.
struct Host: Sendable, Equatable {
    /// A name, an address, or the directory of a unix socket.
    let name: String
    /// Its address, if that is known; libpq then looks up nothing.
    var address: String
    /// Empty for the usual one.
    let port: String

    /// Pairs libpq's comma-separated lists, of which that of the ports may have one for all; none if they do not match.
    static func list(names: String?, addresses: String?, ports: String?) -> [Host] {
        func split(_ text: String?) -> [String] {
            guard let text else { return [] }
            return text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let (names, addresses, ports) = (split(names), split(addresses), split(ports))
        let count = max(names.count, addresses.count)
        guard names.isEmpty || names.count == count, addresses.isEmpty || addresses.count == count,
            ports.count <= 1 || ports.count == count
        else { return [] }
        return (0..<count).map { index in
            Host(
                name: names.isEmpty ? "" : names[index],
                address: addresses.isEmpty ? "" : addresses[index],
                port: ports.count > 1 ? ports[index] : ports.first ?? ""
            )
        }
    }

    /// Whether somebody has to look its name up.
    var needsLookup: Bool {
        guard address.isEmpty, let first = name.first, first != "/", first != "@", !name.contains(":") else {
            return false
        }
        return !name.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ".") }
    }
}
