package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/hashicorp/memberlist"
)

const userMessage = 8 // the type byte of what an application sends

// compound is what memberlist makes of several user messages, without the type
// byte in front.
func compound(parts [][]byte) []byte {
	var lengths, bodies bytes.Buffer
	for _, part := range parts {
		binary.Write(&lengths, binary.BigEndian, uint16(1+len(part)))
		bodies.WriteByte(userMessage)
		bodies.Write(part)
	}
	return append(append([]byte{byte(len(parts))}, lengths.Bytes()...), bodies.Bytes()...)
}

// seal: SendBestEffort of 13 parts' bytes, the compound made before: memberlist
// compresses, adds the checksum, encrypts, labels and hands over to a transport
// that forgets. SendBestEffort adds nothing that waits to be gossiped, so what it
// is given is the compound, which travels as one user message of the same length.
func seal(o options, name string, compression bool) error {
	all, err := o.parts()
	if err != nil {
		return err
	}
	messages := make([][]byte, len(all))
	for i, parts := range all {
		messages[i] = compound(parts)
	}
	n, to, err := o.newSealer(compression, nil)
	if err != nil {
		return err
	}
	if err := o.checkSealed(n, func() error { return n.list.SendBestEffort(to, messages[0]) }, messages[0]); err != nil {
		return err
	}
	next := 0
	send := func(count int) error {
		for ; count > 0; count-- {
			if err := n.list.SendBestEffort(to, messages[next%len(messages)]); err != nil {
				return err
			}
			next++
		}
		return nil
	}
	figure, err := stopwatch{name, o.seconds, sealBatch(compression)}.microseconds(send)
	if err != nil {
		return err
	}
	emit(figure)
	return n.log.none()
}

func sealBatch(compression bool) int {
	if compression {
		return 256
	}
	return 4096
}

// newSealer knows the members, so that a receiver's version asks for a checksum.
func (o options) newSealer(compression bool, change func(*memberlist.Config, *delegate)) (*node, *memberlist.Node, error) {
	n, err := o.newNode("keyring.json", func(c *memberlist.Config, d *delegate) {
		c.EnableCompression = compression
		if change != nil {
			change(c, d)
		}
	})
	if err != nil {
		return nil, nil, err
	}
	if err := n.meet(o); err != nil {
		return nil, nil, err
	}
	for _, member := range n.list.Members() {
		if member.Name != n.config.Name && member.PMax >= 5 {
			return n, member, nil
		}
	}
	return nil, nil, fmt.Errorf("state.bin has no member that takes checksums")
}

// checkSealed lets another node open what was sealed: it gets just these messages.
func (o options) checkSealed(n *node, send func() error, want ...[]byte) error {
	var got [][]byte
	other, err := o.newNode("keyring.json", func(_ *memberlist.Config, d *delegate) {
		d.message = func(data []byte) { got = append(got, append([]byte(nil), data...)) }
	})
	if err != nil {
		return err
	}
	defer other.list.Shutdown()
	atomic.StoreInt32(&n.keep, 1)
	err = send()
	atomic.StoreInt32(&n.keep, 0)
	if err != nil {
		return err
	}
	var datagram []byte
	select {
	case datagram = <-n.kept:
	case <-time.After(patience):
		return errNeverDone
	}
	other.messages.expect(len(want))
	other.feed(other.ready([][]byte{datagram}), 0, 1)
	if err := await(other.messages.done); err != nil {
		return err
	}
	size := 0
	for _, message := range want {
		size += len(message)
	}
	if size < 900 || size > 1300 {
		return fmt.Errorf("a datagram of %d bytes is not one of 1.1 KB", size)
	}
	for _, message := range got {
		// A node handles the newest first: the order says nothing.
		if !contains(want, message) {
			return fmt.Errorf("what was sealed is not what was to be sealed")
		}
	}
	return other.log.none()
}

func contains(all [][]byte, one []byte) bool {
	for _, other := range all {
		if bytes.Equal(other, one) {
			return true
		}
	}
	return false
}
