package main

import (
	"errors"
	"net"
	"sync/atomic"
	"time"

	"github.com/hashicorp/memberlist"
)

// wire is a transport without a network: what memberlist writes is counted and
// forgotten, what it reads is fed, and every dial gets the connection that was
// laid ready.
type wire struct {
	packets chan *memberlist.Packet
	streams chan net.Conn
	conn    net.Conn
	keep    int32        // 1: copies of datagrams go to kept
	kept    chan []byte  // room for what a check looks at
	from    *net.UDPAddr // where datagrams come from
}

func newWire() *wire {
	return &wire{
		packets: make(chan *memberlist.Packet, 4096),
		streams: make(chan net.Conn),
		kept:    make(chan []byte, 16),
		from:    &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 7946},
	}
}

// ready makes what feed sends, once, so that feeding allocates nothing.
func (w *wire) ready(datagrams [][]byte) []*memberlist.Packet {
	packets := make([]*memberlist.Packet, len(datagrams))
	for i, datagram := range datagrams {
		packets[i] = &memberlist.Packet{Buf: datagram, From: w.from, Timestamp: time.Now()}
	}
	return packets
}

func (w *wire) WriteToAddress(b []byte, a memberlist.Address) (time.Time, error) {
	if atomic.LoadInt32(&w.keep) == 1 {
		select {
		case w.kept <- append([]byte(nil), b...):
		default:
		}
	}
	return time.Time{}, nil
}

func (w *wire) WriteTo(b []byte, address string) (time.Time, error) {
	return w.WriteToAddress(b, memberlist.Address{Addr: address})
}

func (w *wire) FinalAdvertiseAddr(string, int) (net.IP, int, error) {
	return net.IPv4(127, 0, 0, 1).To4(), 7946, nil
}

func (w *wire) DialAddressTimeout(memberlist.Address, time.Duration) (net.Conn, error) {
	if w.conn == nil {
		return nil, errors.New("nobody is there to dial")
	}
	return w.conn, nil
}

func (w *wire) DialTimeout(address string, timeout time.Duration) (net.Conn, error) {
	return w.DialAddressTimeout(memberlist.Address{Addr: address}, timeout)
}

func (w *wire) PacketCh() <-chan *memberlist.Packet { return w.packets }
func (w *wire) StreamCh() <-chan net.Conn           { return w.streams }
func (w *wire) Shutdown() error                     { return nil }

// answer is a connection that swallows the request and answers with fixed bytes.
// It tells the moments of an exchange that memberlist shows to a connection.
type answer struct {
	bytes []byte
	at    int
	mark  func(moment)
	begun bool // the deadline that precedes the local state was set
	read  bool
}

type moment int

const (
	stateBegins  moment = iota // memberlist turns to its local state
	stateSealed                // and has it as bytes
	answerBegins               // it turns to the answer
	answerParsed               // and has it as a list
	stateMerged                // and in its own
	momentCount
)

func (c *answer) Read(p []byte) (int, error) {
	if !c.read {
		c.read = true
		c.mark(answerBegins)
	}
	if c.at == len(c.bytes) {
		return 0, errors.New("state.bin ends early")
	}
	n := copy(p, c.bytes[c.at:])
	c.at += n
	return n, nil
}

// The label's header is written before the deadline is set; the state is one write.
func (c *answer) Write(p []byte) (int, error) {
	if c.begun {
		c.mark(stateSealed)
	}
	return len(p), nil
}

func (c *answer) SetDeadline(time.Time) error {
	if !c.begun {
		c.begun = true
		c.mark(stateBegins)
	}
	return nil
}

// Close is what memberlist does between reading a state and merging it.
func (c *answer) Close() error {
	c.mark(answerParsed)
	return nil
}

func (c *answer) LocalAddr() net.Addr              { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 7946} }
func (c *answer) RemoteAddr() net.Addr             { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 7947} }
func (c *answer) SetReadDeadline(time.Time) error  { return nil }
func (c *answer) SetWriteDeadline(time.Time) error { return nil }
