package main

import (
	"fmt"
	"strings"

	"github.com/hashicorp/memberlist"
)

// open: from the transport's channel until memberlist has handled all parts of a
// datagram: 12 alives of known members that change nothing, and a user message,
// which it hands over last, because alives go first. Sixteen datagrams are given at
// once, few enough that no queue grows and many enough that waking up weighs
// little; listener and handler are goroutines of memberlist's own, and may share
// the work between two cores.
func open(o options) error {
	const atOnce = 16
	datagrams, err := o.datagrams("opened.jsonl")
	if err != nil {
		return err
	}
	if err := o.checkOpened(datagrams); err != nil {
		return err
	}
	n, err := o.newNode("keyring.json", nil)
	if err != nil {
		return err
	}
	if err := n.meet(o); err != nil {
		return err
	}
	if _, err := n.empty(); err != nil {
		return err
	}
	cycle := n.ready(datagrams)
	next := 0
	take := func(count int) error {
		for ; count > 0; count -= atOnce {
			n.messages.expect(atOnce)
			n.feed(cycle, next, atOnce)
			next += atOnce
			if err := await(n.messages.done); err != nil {
				return err
			}
		}
		return nil
	}
	if err := take(len(cycle)); err != nil {
		return err
	}
	if size, err := n.empty(); err != nil {
		return err
	} else if size > 200 {
		return fmt.Errorf("the datagrams of opened.jsonl are news: state.bin has other members")
	}
	figure, err := stopwatch{"open", o.seconds, 512}.microseconds(take)
	if err != nil {
		return err
	}
	if err := n.log.none(); err != nil {
		return err
	}
	emit(figure)
	return nil
}

// watcher sees each alive, and lets memberlist drop it.
type watcher struct{ alives int }

func (w *watcher) NotifyAlive(*memberlist.Node) error {
	w.alives++
	return fmt.Errorf("only looking")
}

// checkOpened sees that the user message is the last that is handled: it tells
// that a datagram is done with.
func (o options) checkOpened(datagrams [][]byte) error {
	w := &watcher{}
	before := -1
	n, err := o.newNode("keyring.json", func(c *memberlist.Config, d *delegate) {
		c.Alive = w
		d.message = func([]byte) { before = w.alives }
	})
	// Without itself as a member: Create's own alive was dropped too.
	if err != nil {
		return err
	}
	defer n.list.Shutdown()
	for i, packet := range n.ready(datagrams) {
		w.alives, before = 0, -1
		n.messages.expect(1)
		n.packets <- packet
		if err := await(n.messages.done); err != nil {
			return err
		}
		if before != partCount-1 {
			return fmt.Errorf("opened.jsonl, line %d: %d alives before the user message, not %d", i+1, before, partCount-1)
		}
	}
	return nil
}

// refuse: from the transport's channel until memberlist logs that none of eight
// keys opens a datagram, the log line included.
func refuse(o options) error {
	datagrams, err := o.datagrams("refused.jsonl")
	if err != nil {
		return err
	}
	n, err := o.newNode("keyring8.json", nil)
	if err != nil {
		return err
	}
	if keys := len(n.config.Keyring.GetKeys()); keys != 8 {
		return fmt.Errorf("keyring8.json has %d keys", keys)
	}
	cycle := n.ready(datagrams)
	next := 0
	take := func(count int) error {
		n.log.expect(count)
		n.feed(cycle, next, count)
		next += count
		return await(n.log.done)
	}
	if err := take(1); err != nil {
		return err
	}
	if first := n.log.first.Load().(string); !strings.Contains(first, "No installed keys could decrypt") {
		return fmt.Errorf("refused for another reason: %s", strings.TrimSpace(first))
	}
	figure, err := stopwatch{"refuse", o.seconds, 512}.microseconds(take)
	if err != nil {
		return err
	}
	emit(figure)
	return nil
}
