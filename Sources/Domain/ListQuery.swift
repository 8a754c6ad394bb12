/// Some of a list, in an order; the database knows the same names of sorts.
package struct ListQuery<Sort: RawRepresentable<String> & Sendable>: Sendable {
    /// Looked for as it stands, without regard to case and accents.
    package let search: String?
    package let sort: Sort
    package let isDescending: Bool
    package let limit: Int
    package let offset: Int

    package init(search: String?, sort: Sort, isDescending: Bool, limit: Int, offset: Int) {
        self.search = search
        self.sort = sort
        self.isDescending = isDescending
        self.limit = limit
        self.offset = offset
    }
}

/// One page of a list, and how many there are in all that match.
package struct ListPage<Item: Sendable>: Sendable {
    package let items: [Item]
    package let total: Int

    package init(items: [Item], total: Int) {
        self.items = items
        self.total = total
    }
}
