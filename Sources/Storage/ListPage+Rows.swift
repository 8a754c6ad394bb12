import Domain
import Postgres

extension ListQuery {
    /// The last parameters of every list.
    var arguments: SQL {
        "\(search), \(sort.rawValue), \(isDescending), \(Int32(clamping: limit)), \(offset)"
    }
}

extension Database {
    /// A page of a list whose rows begin with the total; where the page is empty, one row tells the total alone.
    func page<Item>(
        _ question: SQL,
        _ item: (inout Row) throws(PostgresError) -> Item?
    ) async throws(PostgresError) -> ListPage<Item> {
        let rows = try await readApart(question, .list).map { (row: inout Row) throws(PostgresError) in
            (total: try row.next() as Int, item: try item(&row))
        }
        return ListPage(items: rows.compactMap(\.item), total: rows.first?.total ?? 0)
    }
}
