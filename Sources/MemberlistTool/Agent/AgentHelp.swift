/// What the flags alone do not say. Lines stay under 80 columns, where help is wrapped.
enum AgentHelp {
    static let discussion = """
        The agent says 'ready' when it listens, then prints joins, updates, leaves, \
        messages and conflicts to standard output; it logs to standard error. SIGINT and \
        SIGTERM make it leave the cluster and exit; a second one ends it at once. SIGUSR1 \
        prints the members. SIGHUP reads the file of --keyring again and prints the ids of its \
        keys; a file that cannot be used is told of as an error, and the old keys stay.

        --format json puts one object on a line, with the time in RFC 3339 as "at":
          {"event":"ready","name":"a","address":"10.0.0.1:7946"}
          {"event":"join","name":"b","address":"10.0.0.2:7946","meta":""}
          {"event":"update","name":"b","address":"10.0.0.2:7946","meta":"new"}
          {"event":"leave", ... ,"reason":"failed"}      or "left"
          {"event":"message","payload":"text","from":"10.0.0.2:7946"}
          {"event":"conflict", ... ,"claimedAddress":"10.0.0.3:7946"}
          {"event":"members","members":[{"name":"b", ... ,"state":"alive"}]}
          {"event":"keyring","keys":["0b1c2d3e4f506172"]}    the first one primary
        A member's state is alive, suspect, failed or left. A meta or payload that is not \
        UTF-8 stands as base64 under metaBase64 or payloadBase64.

        --commands reads one object a line from standard input:
          {"command":"join","addresses":["10.0.0.2:7946"],"id":1}
          {"command":"send","to":"b","payload":"text","reliable":true}
          {"command":"broadcast","payload":"text"}
          {"command":"update","meta":"text"}
          {"command":"ping","name":"b"}
          {"command":"members"}
          {"command":"health"}
          {"command":"keys"}
          {"command":"rollout"}
          {"command":"leave"}
        payloadBase64 and metaBase64 take bytes. An answer carries the "id" of its command, \
        if it had one. The answer to members is that event; to the others it is
          {"event":"result","command":"ping","id":1,"ok":true,"milliseconds":0.4}
        with "results" for join (each with "address" and "ok", and "members" or "error"), \
        "score" for health (0 is well) and "usage" for keys, and for leave with "told", how many \
        members it was sent to, "answered", how many of them said that they have it, and \
        "heard", whether any did. What cannot be read or done is answered by
          {"event":"error","command":"ping","id":1,"message":"..."}
        "usage" has an object for each key, the primary first:
          {"key":"0b1c2d3e4f506172","primary":true,"sealed":9,"opened":7,
           "clusterSeals":0,"idleSeconds":0.2,
           "peers":[{"name":"b", ... ,"idleSeconds":0.2,"latest":true}]}
        with the frames that this member sealed and opened, about how many of the 2^32 \
        that a key bears the cluster has sealed, and who used it how long ago; a peer \
        that seals with the key at present is its "latest". A key that nobody seals with \
        can go.
        The answer to rollout tells who still sends plaintext, or under another label, to \
        a member that takes it while its cluster moves; "quiet" when nobody does any more:
          {"permissive":true,"quiet":false,"others":0,"windowSeconds":600,"peers":[
           {"name":"b", ... ,"kind":"plaintext","count":12,"idleSeconds":0.3}]}
        with the kind "label" for another label, or none.
        Commands that wait for the network do not hold up those behind them. Neither the \
        end of the input nor the leave command ends the agent: after leave it can join \
        again, and SIGTERM ends it.
        """
}
