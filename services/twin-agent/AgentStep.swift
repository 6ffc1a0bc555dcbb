package import HostMetrics

/// What an agent's loop wants done next.
package enum AgentStep: Sendable {
    /// Read the host now and say `sampled`.
    case sample
    /// Send these in one batch and say `ended`.
    case send([BufferedReport])
    /// Give the connection up; the next `send` makes a new one.
    case disconnect
    /// Reports were taken: the host's boot has been told and may be remembered.
    case rememberBoot
    case tell(AgentNotice)
    /// Nothing before this monotonic time, unless an answer comes.
    case wait(untilMilliseconds: Int64)
}
