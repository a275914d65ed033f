package main

import (
	"fmt"
	"time"

	"github.com/hashicorp/memberlist"
)

// news is a broadcast about a member.
type news struct {
	name    string
	message []byte
}

func (n *news) Name() string    { return n.name }
func (n *news) Message() []byte { return n.message }
func (n *news) Finished()       {}

func (n *news) Invalidates(other memberlist.Broadcast) bool {
	o, ok := other.(*news)
	return ok && o.name == n.name
}

// queue: a queue with a message of 80 bytes about each of 10,000 members. An
// operation replaces one of them and fills a datagram. Its parts are timed too,
// a hundred adds and then a hundred fills.
func queue(o options) error {
	const stride = 3571 // coprime to the members: all are met before one again
	q := &memberlist.TransmitLimitedQueue{RetransmitMult: 4, NumNodes: func() int { return members }}
	about := make([]*news, members)
	for i := range about {
		about[i] = &news{name: fmt.Sprintf("node-%05d", i), message: make([]byte, 80)}
		q.QueueBroadcast(about[i])
	}
	member := 0
	add := func() {
		member = (member + stride) % members
		q.QueueBroadcast(about[member])
	}
	fill := func() error {
		if got := len(q.GetBroadcasts(2, 1398)); got != 1398/82 {
			return fmt.Errorf("a datagram got %d messages", got)
		}
		return nil
	}
	both := func(count int) error {
		for ; count > 0; count-- {
			add()
			if err := fill(); err != nil {
				return err
			}
		}
		return nil
	}
	// From the start until each has been replaced once the queue is unlike itself later.
	if err := both(2 * members); err != nil {
		return err
	}
	figure, err := stopwatch{"queue-10000", o.seconds, 1000}.microseconds(both)
	if err != nil {
		return err
	}
	const group = 100
	var adds, fills []float64
	for begin := time.Now(); time.Since(begin).Seconds() < o.seconds; {
		start := time.Now()
		for i := 0; i < group; i++ {
			add()
		}
		middle := time.Now()
		for i := 0; i < group; i++ {
			if err := fill(); err != nil {
				return err
			}
		}
		end := time.Now()
		adds = append(adds, float64(middle.Sub(start).Nanoseconds())/1e3/group)
		fills = append(fills, float64(end.Sub(middle).Nanoseconds())/1e3/group)
	}
	if queued := q.NumQueued(); queued < members*9/10 {
		return fmt.Errorf("only %d messages are left in the queue", queued)
	}
	figure["add"], figure["fill"], figure["queued"] = median(adds), median(fills), q.NumQueued()
	emit(figure)
	return nil
}
