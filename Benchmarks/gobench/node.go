package main

import (
	"bytes"
	"fmt"
	"log"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hashicorp/memberlist"
)

// node is a memberlist on a wire, with its timers off: it does what it is given,
// and nothing else.
type node struct {
	*wire
	list     *memberlist.Memberlist
	config   *memberlist.Config
	log      *complaints
	messages *counter
	delegate *delegate
}

// counter counts what memberlist's goroutines do, and tells when as much was
// done as was asked for.
type counter struct {
	count, target int64
	done          chan struct{}
}

func newCounter() *counter { return &counter{done: make(chan struct{}, 1)} }

// expect is to be called before the work is given.
func (c *counter) expect(n int) { atomic.StoreInt64(&c.target, atomic.LoadInt64(&c.count)+int64(n)) }

func (c *counter) add() {
	if atomic.AddInt64(&c.count, 1) == atomic.LoadInt64(&c.target) {
		c.done <- struct{}{}
	}
}

// complaints counts the lines of a logger that are more than to debug, and keeps
// the first.
type complaints struct {
	*counter
	first atomic.Value // string
}

func (c *complaints) Write(line []byte) (int, error) {
	if !bytes.HasPrefix(line, []byte("[DEBUG]")) {
		if c.first.Load() == nil {
			c.first.Store(string(line))
		}
		c.add()
	}
	return len(line), nil
}

func (c *complaints) none() error {
	if first := c.first.Load(); first != nil {
		return fmt.Errorf("memberlist says: %s", strings.TrimSpace(first.(string)))
	}
	return nil
}

type delegate struct {
	messages   *counter
	message    func([]byte) // for a check
	broadcasts func() [][]byte
	state      []byte
	merged     func()
}

func (d *delegate) NodeMeta(int) []byte    { return nil }
func (d *delegate) LocalState(bool) []byte { return d.state }

func (d *delegate) NotifyMsg(data []byte) {
	if d.message != nil {
		d.message(data)
	}
	d.messages.add()
}

func (d *delegate) GetBroadcasts(int, int) [][]byte {
	if d.broadcasts == nil {
		return nil
	}
	return d.broadcasts()
}

func (d *delegate) MergeRemoteState([]byte, bool) {
	if d.merged != nil {
		d.merged()
	}
}

// newNode makes a node of the cluster of the inputs.
func (o options) newNode(keyring string, change func(*memberlist.Config, *delegate)) (*node, error) {
	ring, err := o.keyring(keyring)
	if err != nil {
		return nil, err
	}
	label, err := o.label()
	if err != nil {
		return nil, err
	}
	n := &node{wire: newWire(), log: &complaints{counter: newCounter()}, messages: newCounter()}
	n.delegate = &delegate{messages: n.messages, state: []byte("state of gobench")}
	c := memberlist.DefaultLANConfig()
	c.Name = "gobench"
	c.Transport = n.wire
	c.Delegate = n.delegate
	c.Label, c.Keyring = label, ring
	c.Logger = log.New(n.log, "", 0)
	c.ProbeInterval, c.GossipInterval, c.PushPullInterval = 0, 0, 0
	c.HandoffQueueDepth = 1 << 20 // nothing is to be dropped
	// For empty: one ping takes along all that is queued, and each but once.
	c.ProbeTimeout = time.Nanosecond
	c.UDPBufferSize = 1 << 30
	c.RetransmitMult = 0
	n.config = c
	if change != nil {
		change(c, n.delegate)
	}
	n.list, err = memberlist.Create(c)
	return n, err
}

// meet lets the node take the answer of a peer in: the 10,000 members.
func (n *node) meet(o options) error {
	state, err := o.read("state.bin")
	if err != nil {
		return err
	}
	if err := n.join(state, func(moment) {}); err != nil {
		return err
	}
	if have := n.list.NumMembers(); have != members+1 {
		return fmt.Errorf("state.bin has %d members, not %d", have-1, members)
	}
	return nil
}

const members = 10000

func (n *node) join(state []byte, mark func(moment)) error {
	n.conn = &answer{bytes: state, mark: mark}
	_, err := n.list.Join([]string{"127.0.0.1:7947"})
	return err
}

// empty sends off what waits to be gossiped, as a node at rest has nothing. It
// tells how many bytes that took: a ping alone has some hundred.
func (n *node) empty() (int, error) {
	atomic.StoreInt32(&n.keep, 1)
	defer atomic.StoreInt32(&n.keep, 0)
	n.list.Ping("nobody", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 7947})
	select {
	case datagram := <-n.kept:
		return len(datagram), nil
	default:
		return 0, fmt.Errorf("a ping was not sent")
	}
}

// feed gives packets of a cycle, count of them from the given one on.
func (n *node) feed(cycle []*memberlist.Packet, from, count int) {
	for i := 0; i < count; i++ {
		n.packets <- cycle[(from+i)%len(cycle)]
	}
}
