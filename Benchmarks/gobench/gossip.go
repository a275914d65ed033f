package main

import (
	"time"

	"github.com/hashicorp/memberlist"
)

// gate is what the gossip asks for messages: it hands out one datagram's messages
// as often as it is told, and then lets the gossip wait.
type gate struct {
	lines   [][][]byte
	left    int
	next    int
	open    chan int
	done    chan struct{}
	waiting bool
}

func (g *gate) broadcasts() [][]byte {
	if g.left == 0 {
		if g.waiting {
			g.done <- struct{}{}
		}
		g.waiting = true
		g.left = <-g.open
	}
	g.left--
	line := g.lines[g.next%len(g.lines)]
	g.next++
	return line
}

// let returns when the gossip has sent so many datagrams and asks for the next.
func (g *gate) let(count int) error {
	g.open <- count
	return await(g.done)
}

// seal-gossip: the same 13 parts, each a user message, the whole way that gossip
// goes: memberlist asks its delegate, frames each message, makes the compound,
// seals it and sends it, to one random member after another.
func sealGossip(o options, name string, compression bool) error {
	lines, err := o.parts()
	if err != nil {
		return err
	}
	g := &gate{lines: lines, open: make(chan int), done: make(chan struct{}, 1)}
	n, _, err := o.newSealer(compression, func(c *memberlist.Config, d *delegate) {
		d.broadcasts = g.broadcasts
		// A round is longer than the interval, so the next one is always due, and
		// has many receivers, so that choosing them weighs little.
		c.GossipInterval = 50 * time.Microsecond
		c.GossipNodes = 32
	})
	if err != nil {
		return err
	}
	// The round that met the members, and the one after it, take along their news.
	if err := g.let(2); err != nil {
		return err
	}
	g.next = 0
	if err := o.checkSealed(n, func() error { return g.let(1) }, lines[0]...); err != nil {
		return err
	}
	figure, err := stopwatch{name, o.seconds, sealBatch(compression)}.microseconds(g.let)
	if err != nil {
		return err
	}
	emit(figure)
	return n.log.none()
}
