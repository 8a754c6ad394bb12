import Domain
import FoundationEssentials
import HTTP
import Services

extension OrganizationsSurface {
    private static let memberLists = PageRequest.Rules(sorts: MemberSort.allCases.map(\.rawValue))

    func listMembers(_ request: Request) async throws -> Response {
        let caller = try await member(of: request)
        var query = try QueryReader(request.query)
        let page = PageRequest(&query, Self.memberLists)
        try query.finish()
        let list = try await members.page(ListQuery(page), for: caller, origin: request.origin)
        return .page(page.page, limit: page.limit, of: list.items, total: list.total) { $0.member($1) }
    }

    func changeMember(_ request: Request) async throws -> Response {
        let caller = try await member(of: request)
        var body = try JSONBody(request)
        let role = body.optionalUUID("role_id").map { RoleID(rawValue: $0) }
        let isActive = body.optionalBool("is_active")
        try body.finish()
        let changed = try await members.change(
            request.parameters.member,
            role: role,
            isActive: isActive,
            by: caller,
            origin: request.origin
        )
        var writer = JSONWriter()
        writer.member(changed)
        return Response(status: 200, contentType: .json, body: writer.bytes)
    }

    func removeMember(_ request: Request) async throws -> Response {
        let caller = try await member(of: request)
        try await members.remove(request.parameters.member, by: caller, origin: request.origin)
        return Response(status: 204)
    }
}

extension PathParameters {
    /// Nobody has the id of zeros: what is no id is refused as an unknown one, once the right has been asked for.
    fileprivate var member: UserID {
        UserID(rawValue: uuid("user_id") ?? UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))
    }
}

extension ListQuery<MemberSort> {
    fileprivate init(_ page: PageRequest) {
        self.init(
            search: page.search,
            sort: MemberSort(rawValue: page.sort) ?? .fullName,
            isDescending: page.order == .descending,
            limit: page.limit,
            offset: page.offset
        )
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ member: Member) {
        object {
            $0.field("user_id", member.userID.rawValue)
            $0.field("email", member.email)
            $0.field("full_name", member.fullName)
            $0.field("username", member.username)
            $0.field("is_active", member.isActive)
            $0.object("role") {
                $0.field("id", member.roleID.rawValue)
                $0.field("name", member.roleName)
            }
            $0.field("joined_at", member.joinedAt)
            $0.field("last_login_at", member.lastLoginAt)
        }
    }
}
