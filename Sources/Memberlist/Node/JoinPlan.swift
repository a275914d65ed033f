internal import MemberlistWire

/// What one join still has to do, and what came of what it did: every name is looked up, every address of it is tried
/// until one answers, and those of several names take turns, so that a name with many dead addresses does not keep the
/// others waiting.
struct JoinPlan {
    enum Step: Sendable {
        case resolve(Int, JoinAddress)
        case dial(Int, Endpoint, NodeName?)
    }

    private struct Row {
        let text: String
        let name: NodeName?
        /// Not tried yet, the last one first.
        var rest: [Endpoint] = []
        var underWay = 0
        var result: JoinResult?
        var isDecided: Bool { underWay == 0 && rest.isEmpty || result?.succeeded == true }
    }

    private var rows: [Row] = []
    private var unresolved: [(Int, JoinAddress)] = []
    private var turn = 0

    /// - Parameter requiresNames: Whether an address that names no node is refused.
    init(_ texts: [String], requiresNames: Bool = false) {
        for (index, text) in texts.enumerated() {
            do {
                let address = try JoinAddress(text)
                guard address.name != nil || !requiresNames else {
                    rows.append(Row(text: text, name: nil, result: Self.failure(text, .nameMissing)))
                    continue
                }
                rows.append(Row(text: text, name: address.name, underWay: 1))
                unresolved.append((index, address))
            } catch {
                rows.append(Row(text: text, name: nil, result: Self.failure(text, .malformedAddress(error))))
            }
        }
        unresolved.reverse()
    }

    /// What may be started now; nil where all that is left has been.
    mutating func next() -> Step? {
        if let (index, address) = unresolved.popLast() { return .resolve(index, address) }
        for _ in rows.indices {
            defer { turn += 1 }
            let index = turn % rows.count
            guard rows[index].result?.succeeded != true, let endpoint = rows[index].rest.popLast() else {
                continue
            }
            rows[index].underWay += 1
            return .dial(index, endpoint, rows[index].name)
        }
        return nil
    }

    mutating func resolved(_ index: Int, _ found: Result<[Endpoint], JoinError>) {
        rows[index].underWay -= 1
        switch found {
        case .success(let endpoints):
            rows[index].rest = endpoints.reversed()
            if endpoints.isEmpty { rows[index].result = Self.failure(rows[index].text, .unresolved) }
        case .failure(let error):
            rows[index].result = Self.failure(rows[index].text, error)
        }
    }

    mutating func dialled(_ index: Int, _ endpoint: Endpoint, _ outcome: Result<Int, JoinError>) {
        rows[index].underWay -= 1
        guard rows[index].result?.succeeded != true else { return }
        rows[index].result = JoinResult(address: rows[index].text, endpoint: endpoint, outcome: outcome)
    }

    /// Whether every address has joined, or has nothing left to try.
    var isDecided: Bool { unresolved.isEmpty && rows.allSatisfy(\.isDecided) }

    /// What stands, in the order given; what was never tried is told by the reason that the rest was not.
    func results(otherwise error: JoinError) -> [JoinResult] {
        rows.map { $0.result ?? Self.failure($0.text, error) }
    }

    private static func failure(_ text: String, _ error: JoinError) -> JoinResult {
        JoinResult(address: text, endpoint: nil, outcome: .failure(error))
    }
}
