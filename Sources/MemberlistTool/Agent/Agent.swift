import Logging

struct Agent {
    let plan: AgentPlan
    let logger: Logger
    func run() async throws {}
}
