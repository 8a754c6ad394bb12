import Domain
package import HTTP
package import Services

/// `/organizations/{id}/service-keys`: the keys of an organization's own programs.
package struct ServiceKeysSurface: EscapeRoomDialect {
    package let authentication: AuthenticationService
    let serviceKeys: ServiceKeyService
    package let report: @Sendable (any Error, Request) -> Void

    package init(_ dependencies: Dependencies, report: @escaping @Sendable (any Error, Request) -> Void) {
        authentication = AuthenticationService(dependencies)
        serviceKeys = ServiceKeyService(dependencies)
        self.report = report
    }

    package var routes: [Route] {
        [
            Route(.post, "/organizations/{id}/service-keys", "Make a service key, shown this once", handler: create),
            Route(.get, "/organizations/{id}/service-keys", "List an organization's service keys", handler: list),
            Route(.delete, "/organizations/{id}/service-keys/{key_id}", "End a service key at once", handler: delete),
        ]
    }
}
