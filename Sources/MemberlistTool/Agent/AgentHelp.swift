/// What the flags alone do not say.
enum AgentHelp {
    static let discussion = """
        The agent says 'ready' when it listens, then prints joins, updates, leaves, messages and conflicts to \
        standard output; it logs to standard error. SIGINT and SIGTERM make it leave the cluster and exit; a \
        second one ends it at once. SIGUSR1 prints the members.

        --format json puts one object on a line:
          {"event":"ready","name":"a","address":"10.0.0.1:7946","at":"2026-03-01T12:00:00.123Z"}
          {"event":"join","name":"b","address":"10.0.0.2:7946","meta":"",...}      also: update
          {"event":"leave",...,"reason":"failed"}                                  or "left"
          {"event":"message","payload":"text",...}
          {"event":"conflict","name":"b","address":"10.0.0.2:7946","claimedAddress":"10.0.0.3:7946",...}
          {"event":"members","members":[{"name":"b","address":...,"state":"alive","meta":""}],...}
        A meta or payload that is not UTF-8 stands under metaBase64 or payloadBase64.

        --commands reads one object from a line of standard input; "id" is echoed in the answer:
          {"command":"join","addresses":["10.0.0.2:7946"],"id":1}
          {"command":"send","to":"b","payload":"text","reliable":true}             or "payloadBase64"
          {"command":"broadcast","payload":"text"}
          {"command":"update","meta":"text"}                                       or "metaBase64"
          {"command":"ping","name":"b"}
          {"command":"members"}    {"command":"health"}    {"command":"leave"}
        'members' is answered by that event, the others by
          {"event":"result","command":"join","id":1,"ok":true,"results":[{"address":...,"ok":true,"members":3}]}
        with "milliseconds" for ping, "score" for health (0 is well) and "heard" for leave. What cannot be read \
        or done is answered by {"event":"error","message":...}. Commands that wait for the network do not hold \
        up those behind them. The end of the input is not the end of the agent, nor is 'leave': join again, or \
        send SIGTERM.
        """
}
