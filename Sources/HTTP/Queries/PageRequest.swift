/// Which part of a list a client asks for, in which order.
package struct PageRequest: Sendable, Hashable {
    package enum Order: Sendable, Hashable { case ascending, descending }

    /// What a list allows.
    package struct Rules: Sendable {
        /// The names that lists can be sorted by, the default first.
        package var sorts: [String]
        package var order: Order
        package var limit: Int
        package var maximumLimit: Int
        package var maximumPage: Int

        /// Code points.
        package var maximumSearch: Int

        package init(
            sorts: [String],
            order: Order = .ascending,
            limit: Int = 20,
            maximumLimit: Int = 100,
            maximumPage: Int = 1_000_000,
            maximumSearch: Int = 200
        ) {
            self.sorts = sorts
            self.order = order
            self.limit = limit
            self.maximumLimit = maximumLimit
            self.maximumPage = maximumPage
            self.maximumSearch = maximumSearch
        }
    }

    /// Counted from 1.
    package let page: Int
    package let limit: Int
    package let sort: String
    package let order: Order

    /// A literal, not a pattern; nil when nothing is searched for.
    package let search: String?

    /// How many rows come before; the rules' limits keep it far from overflowing.
    package var offset: Int { (page - 1) * limit }

    /// Reads `page`, `limit`, `sort`, `order` and `search`; the reader collects what is wrong with them.
    package init(_ query: inout QueryReader, _ rules: Rules) {
        page = query.int("page", in: 1...rules.maximumPage) ?? 1
        limit = query.int("limit", in: 1...rules.maximumLimit) ?? rules.limit
        sort = query.choice("sort", among: rules.sorts) ?? rules.sorts.first ?? ""
        order = Self.order(&query) ?? rules.order
        let text = query.text("search", .line(0...rules.maximumSearch))
        search = text == "" ? nil : text
    }

    private static func order(_ query: inout QueryReader) -> Order? {
        guard let text = query.value("order") else { return nil }
        if ("asc" as StaticString).isEqualIgnoringCase(to: text.utf8.span) { return .ascending }
        if ("desc" as StaticString).isEqualIgnoringCase(to: text.utf8.span) { return .descending }
        query.refuse("order", .notAllowed(allowed: ["ASC", "DESC"]))
        return nil
    }
}
