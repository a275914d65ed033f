// gopeer runs HashiCorp's memberlist so that ours can be tested against it.
//
// It is driven over its standard streams: JSON commands come in on stdin, one
// a line, and JSON events go out on stdout, one a line. Logs go to stderr.
//
// It is built by Tests/Peers/fetch with GO111MODULE=off against Debian's
// source package of memberlist; no third-party Go code is kept here.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unicode/utf8"
	"unsafe"

	"github.com/hashicorp/memberlist"
)

// ---- output

var outputLock sync.Mutex

type object map[string]interface{}

// emit writes one JSON line. The write is unbuffered, so a reader sees it at once.
func emit(event string, fields object) {
	line := object{"event": event}
	for k, v := range fields {
		line[k] = v
	}
	data, err := json.Marshal(line)
	if err != nil {
		data, _ = json.Marshal(object{"event": "error", "message": err.Error()})
	}
	outputLock.Lock()
	defer outputLock.Unlock()
	os.Stdout.Write(append(data, '\n'))
}

func emitError(err error) { emit("error", object{"message": err.Error()}) }

func fail(err error) {
	emitError(err)
	os.Exit(1)
}

// payloadFields holds the bytes as text, and as base64 too where they are not UTF-8.
func payloadFields(data []byte) object {
	fields := object{"payload": string(data)}
	if !utf8.Valid(data) {
		fields["base64"] = base64.StdEncoding.EncodeToString(data)
	}
	return fields
}

// ---- nodes

// nodeState has the layout of memberlist's unexported struct of that name.
//
// Node.State is never set by memberlist 0.5.0: the unexported struct has a
// field State of its own, which shadows it, and only that one is kept. Every
// *Node that memberlist hands out points at the first field of such a struct,
// so the true state (and the incarnation) can be read from there.
type nodeState struct {
	memberlist.Node
	Incarnation uint32
	State       memberlist.NodeStateType
	StateChange time.Time
}

func stateOf(n *memberlist.Node) *nodeState { return (*nodeState)(unsafe.Pointer(n)) }

func stateName(s memberlist.NodeStateType) string {
	switch s {
	case memberlist.StateAlive:
		return "alive"
	case memberlist.StateSuspect:
		return "suspect"
	case memberlist.StateDead:
		return "dead"
	case memberlist.StateLeft:
		return "left"
	}
	return "unknown"
}

func nodeFields(n *memberlist.Node) object {
	fields := object{"name": n.Name, "address": n.Address(), "meta": string(n.Meta)}
	if !utf8.Valid(n.Meta) {
		fields["metaBase64"] = base64.StdEncoding.EncodeToString(n.Meta)
	}
	return fields
}

// versions is [MIN, MAX, CUR] (a slice of bytes would be base64 in JSON).
func versions(min, max, cur uint8) []int { return []int{int(min), int(max), int(cur)} }

func memberFields(n *memberlist.Node) object {
	fields := nodeFields(n)
	fields["state"] = stateName(stateOf(n).State)
	fields["incarnation"] = stateOf(n).Incarnation
	fields["protocol"] = versions(n.PMin, n.PMax, n.PCur)
	fields["delegateProtocol"] = versions(n.DMin, n.DMax, n.DCur)
	return fields
}

// ---- delegate

type peer struct {
	name  string
	lock  sync.Mutex
	meta  []byte
	queue *memberlist.TransmitLimitedQueue
	list  atomic.Value // *memberlist.Memberlist, once it is made
}

func newPeer(name, meta string, retransmitMult int) *peer {
	p := &peer{name: name, meta: []byte(meta)}
	p.queue = &memberlist.TransmitLimitedQueue{
		RetransmitMult: retransmitMult,
		NumNodes: func() int {
			if m, ok := p.list.Load().(*memberlist.Memberlist); ok {
				return m.NumMembers()
			}
			return 1
		},
	}
	return p
}

func (p *peer) NodeMeta(limit int) []byte {
	p.lock.Lock()
	defer p.lock.Unlock()
	if len(p.meta) > limit {
		return p.meta[:limit]
	}
	return p.meta
}

func (p *peer) setMeta(meta string) {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.meta = []byte(meta)
}

func (p *peer) NotifyMsg(data []byte) {
	emit("message", payloadFields(data))
}

func (p *peer) GetBroadcasts(overhead, limit int) [][]byte {
	return p.queue.GetBroadcasts(overhead, limit)
}

func (p *peer) LocalState(join bool) []byte { return []byte("state-of-" + p.name) }

func (p *peer) MergeRemoteState(data []byte, join bool) {
	fields := payloadFields(data)
	fields["join"] = join
	emit("state", fields)
}

// memberlist calls these with its lock held: they must not call it back.

func (p *peer) NotifyJoin(n *memberlist.Node) {
	emit("join", nodeFields(n))
}

func (p *peer) NotifyUpdate(n *memberlist.Node) {
	emit("update", nodeFields(n))
}

func (p *peer) NotifyLeave(n *memberlist.Node) {
	fields := nodeFields(n)
	fields["reason"] = "failed"
	if stateOf(n).State == memberlist.StateLeft {
		fields["reason"] = "left"
	}
	emit("leave", fields)
}

// NotifyConflict is told of another node that uses a known name.
func (p *peer) NotifyConflict(existing, other *memberlist.Node) {
	emit("conflict", object{"name": existing.Name, "address": existing.Address(), "other": other.Address()})
}

type broadcast []byte

func (b broadcast) Invalidates(memberlist.Broadcast) bool { return false }
func (b broadcast) Message() []byte                       { return b }
func (b broadcast) Finished()                             {}

// ---- flags

type repeated []string

func (r *repeated) String() string         { return strings.Join(*r, ",") }
func (r *repeated) Set(value string) error { *r = append(*r, value); return nil }

// choice is a Boolean flag that takes its value as a word of its own too: -x true, -x=true.
type choice bool

func (c *choice) String() string { return strconv.FormatBool(bool(*c)) }
func (c *choice) Set(value string) error {
	v, err := strconv.ParseBool(value)
	*c = choice(v)
	return err
}

var (
	nameFlag         = flag.String("name", "gopeer", "the node's name")
	bindFlag         = flag.String("bind", "127.0.0.1:0", "HOST:PORT to listen at; port 0 takes a free one")
	labelFlag        = flag.String("label", "", "the cluster's label")
	profileFlag      = flag.String("profile", "lan", "lan, wan or local")
	metaFlag         = flag.String("meta", "", "the node's meta data")
	protocolFlag     = flag.Int("protocol", 0, "protocol version to speak, 1 to 5 (default: the profile's, 2)")
	delegateFlag     = flag.String("delegate-protocol", "", "MIN:MAX:CUR of the delegate's protocol")
	probeInterval    = flag.Duration("probe-interval", 0, "overrides the profile's")
	probeTimeout     = flag.Duration("probe-timeout", 0, "overrides the profile's")
	gossipInterval   = flag.Duration("gossip-interval", 0, "overrides the profile's")
	pushPullInterval = flag.Duration("push-pull-interval", 0, "overrides the profile's")
	suspicionMult    = flag.Int("suspicion-mult", 0, "overrides the profile's")

	keyFlags       repeated
	joinFlags      repeated
	compression    = choice(true)
	verifyIncoming = choice(true)
	verifyOutgoing = choice(true)
)

func configuration(name, host string, port int, logger *log.Logger) (*memberlist.Config, error) {
	var c *memberlist.Config
	switch *profileFlag {
	case "lan":
		c = memberlist.DefaultLANConfig()
	case "wan":
		c = memberlist.DefaultWANConfig()
	case "local":
		c = memberlist.DefaultLocalConfig()
	default:
		return nil, fmt.Errorf("no such profile: %q", *profileFlag)
	}
	c.Name = name
	c.BindAddr, c.BindPort = host, port
	c.AdvertisePort = port
	c.Label = *labelFlag
	c.EnableCompression = bool(compression)
	c.GossipVerifyIncoming = bool(verifyIncoming)
	c.GossipVerifyOutgoing = bool(verifyOutgoing)
	c.Logger = logger
	if *protocolFlag != 0 {
		if *protocolFlag < 1 || *protocolFlag > 255 {
			return nil, fmt.Errorf("no such protocol version: %d", *protocolFlag)
		}
		c.ProtocolVersion = uint8(*protocolFlag)
	}
	if *probeInterval != 0 {
		c.ProbeInterval = *probeInterval
	}
	if *probeTimeout != 0 {
		c.ProbeTimeout = *probeTimeout
	}
	if *gossipInterval != 0 {
		c.GossipInterval = *gossipInterval
	}
	if *pushPullInterval != 0 {
		c.PushPullInterval = *pushPullInterval
	}
	if *suspicionMult != 0 {
		c.SuspicionMult = *suspicionMult
	}
	if *delegateFlag != "" {
		var v [3]uint8
		parts := strings.Split(*delegateFlag, ":")
		if len(parts) != 3 {
			return nil, fmt.Errorf("not MIN:MAX:CUR: %q", *delegateFlag)
		}
		for i, part := range parts {
			n, err := strconv.ParseUint(part, 10, 8)
			if err != nil {
				return nil, err
			}
			v[i] = uint8(n)
		}
		c.DelegateProtocolMin, c.DelegateProtocolMax, c.DelegateProtocolVersion = v[0], v[1], v[2]
	}
	if len(keyFlags) > 0 {
		keys := make([][]byte, len(keyFlags))
		for i, text := range keyFlags {
			key, err := base64.StdEncoding.DecodeString(text)
			if err != nil {
				return nil, fmt.Errorf("key %d is not base64: %v", i+1, err)
			}
			keys[i] = key
		}
		ring, err := memberlist.NewKeyring(keys, keys[0])
		if err != nil {
			return nil, err
		}
		c.Keyring = ring
	}
	return c, nil
}

// start makes a node.
func start(name, host string, port int, logger *log.Logger) (*peer, *memberlist.Memberlist, error) {
	c, err := configuration(name, host, port, logger)
	if err != nil {
		return nil, nil, err
	}
	p := newPeer(name, *metaFlag, c.RetransmitMult)
	c.Delegate, c.Events, c.Conflict = p, p, p
	m, err := memberlist.Create(c)
	if err != nil {
		return nil, nil, err
	}
	p.list.Store(m)
	return p, m, nil
}

// ---- commands

type command struct {
	ID        json.RawMessage `json:"id"`
	Command   string          `json:"command"`
	Addresses []string        `json:"addresses"`
	To        string          `json:"to"`
	Name      string          `json:"name"`
	Payload   string          `json:"payload"`
	Base64    []byte          `json:"base64"` // in place of payload, for any bytes
	Reliable  bool            `json:"reliable"`
	Meta      string          `json:"meta"`
}

func (c *command) payload() []byte {
	if c.Base64 != nil {
		return c.Base64
	}
	return []byte(c.Payload)
}

func (c *command) answer(err error, fields object) {
	line := object{"command": c.Command, "ok": err == nil}
	if len(c.ID) > 0 {
		line["id"] = c.ID
	}
	if err != nil {
		line["message"] = err.Error()
	}
	for k, v := range fields {
		line[k] = v
	}
	emit("result", line)
}

func find(m *memberlist.Memberlist, name string) (*memberlist.Node, error) {
	for _, n := range m.Members() {
		if n.Name == name {
			return n, nil
		}
	}
	return nil, fmt.Errorf("no such member: %q", name)
}

func (p *peer) run(m *memberlist.Memberlist, c *command) {
	switch c.Command {
	case "join":
		contacted, err := m.Join(c.Addresses)
		c.answer(err, object{"contacted": contacted})
	case "send":
		to, err := find(m, c.To)
		if err == nil && c.Reliable {
			err = m.SendReliable(to, c.payload())
		} else if err == nil {
			err = m.SendBestEffort(to, c.payload())
		}
		c.answer(err, nil)
	case "broadcast":
		p.queue.QueueBroadcast(broadcast(c.payload()))
		c.answer(nil, nil)
	case "update":
		p.setMeta(c.Meta)
		c.answer(m.UpdateNode(5*time.Second), nil)
	case "members":
		members := []object{}
		for _, n := range m.Members() {
			members = append(members, memberFields(n))
		}
		emit("members", object{"members": members})
		c.answer(nil, object{"count": len(members)})
	case "health":
		c.answer(nil, object{"score": m.GetHealthScore(), "members": m.NumMembers()})
	case "ping":
		n, err := find(m, c.Name)
		var rtt time.Duration
		if err == nil {
			rtt, err = m.Ping(n.Name, &net.UDPAddr{IP: n.Addr, Port: int(n.Port)})
		}
		c.answer(err, object{"seconds": rtt.Seconds()})
	case "leave":
		c.answer(m.Leave(5*time.Second), nil)
	case "shutdown":
		err := m.Shutdown()
		c.answer(err, nil)
		if err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	default:
		c.answer(fmt.Errorf("no such command: %q", c.Command), nil)
	}
}

func runNode(logger *log.Logger) {
	host, portText, err := net.SplitHostPort(*bindFlag)
	if err != nil {
		fail(err)
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		fail(err)
	}
	p, m, err := start(*nameFlag, host, port, logger)
	if err != nil {
		fail(err)
	}
	emit("ready", object{"name": *nameFlag, "address": m.LocalNode().Address()})

	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		<-signals
		if err := m.Leave(2 * time.Second); err != nil {
			emitError(err)
		}
		m.Shutdown()
		os.Exit(0)
	}()

	if len(joinFlags) > 0 {
		p.run(m, &command{Command: "join", Addresses: joinFlags})
	}

	input := bufio.NewReader(os.Stdin)
	for {
		line, err := input.ReadBytes('\n')
		if len(strings.TrimSpace(string(line))) > 0 {
			c := &command{}
			if bad := json.Unmarshal(line, c); bad != nil {
				emitError(bad)
			} else {
				p.run(m, c)
			}
		}
		if err != nil {
			if err != io.EOF {
				emitError(err)
			}
			select {} // the end of stdin does not end the node
		}
	}
}

func main() {
	flag.Var(&keyFlags, "key", "a base64 key; repeatable, the first is the primary one")
	flag.Var(&joinFlags, "join", "HOST:PORT of a node to join; repeatable")
	flag.Var(&compression, "compression", "true or false: compress what is sent")
	flag.Var(&verifyIncoming, "gossip-verify-incoming", "true or false")
	flag.Var(&verifyOutgoing, "gossip-verify-outgoing", "true or false")
	flag.Parse()
	if flag.NArg() > 0 {
		fail(fmt.Errorf("what is %q?", flag.Arg(0)))
	}
	logger := log.New(os.Stderr, "", log.LstdFlags|log.Lmicroseconds)
	runNode(logger)
}
