package main

import (
	"fmt"
	"runtime"
	"time"

	"github.com/hashicorp/memberlist"
)

// exchange: a node that has 10,000 members joins, again and again, a peer that
// answers with the same members.
//
//	pushpull-out-10000  from the deadline that precedes the local state to the one
//	                    write of it: listed, encoded, compressed, encrypted
//	pushpull-in-10000   from the first read of the answer to the close of the
//	                    connection: decrypted, inflated, decoded
//	merge-10000         from there to MergeRemoteState: versions verified, merged
//
// No merge delegate: memberlist would make a list of all members for it.
func exchange(o options, name string) error {
	state, err := o.read("state.bin")
	if err != nil {
		return err
	}
	at := func(moment) {}
	n, err := o.newNode("keyring.json", func(_ *memberlist.Config, d *delegate) {
		d.merged = func() { at(stateMerged) }
	})
	if err != nil {
		return err
	}
	if err := n.meet(o); err != nil {
		return err
	}
	if _, err := n.empty(); err != nil {
		return err
	}
	spans := map[string][2]moment{
		"pushpull-out-10000": {stateBegins, stateSealed},
		"pushpull-in-10000":  {answerBegins, answerParsed},
		"merge-10000":        {answerParsed, stateMerged},
	}
	from, to := spans[name][0], spans[name][1]

	// Counting allocations stops the world: times are taken in rounds of their own.
	var times [momentCount]time.Time
	var milliseconds []float64
	var seen [momentCount]bool
	timed := func() error {
		seen = [momentCount]bool{}
		at = func(m moment) { times[m], seen[m] = time.Now(), true }
		if err := n.join(state, at); err != nil {
			return err
		}
		if !seen[from] || !seen[to] {
			return fmt.Errorf("memberlist did not get there: has state.bin no user state?")
		}
		milliseconds = append(milliseconds, float64(times[to].Sub(times[from]).Nanoseconds())/1e6)
		return nil
	}
	for begin := time.Now(); time.Since(begin).Seconds() < o.seconds/5; {
		if err := timed(); err != nil {
			return err
		}
	}
	milliseconds = nil
	for begin := time.Now(); time.Since(begin).Seconds() < o.seconds || len(milliseconds) < fewest; {
		if err := timed(); err != nil {
			return err
		}
	}

	var memory [momentCount]runtime.MemStats
	var allocations, bytes []float64
	for i := 0; i < fewest; i++ {
		at = func(m moment) { runtime.ReadMemStats(&memory[m]) }
		if err := n.join(state, at); err != nil {
			return err
		}
		allocations = append(allocations, float64(memory[to].Mallocs-memory[from].Mallocs))
		bytes = append(bytes, float64(memory[to].TotalAlloc-memory[from].TotalAlloc))
	}
	if size, err := n.empty(); err != nil {
		return err
	} else if size > 200 {
		return fmt.Errorf("merging state.bin again changed something")
	}
	if err := n.log.none(); err != nil {
		return err
	}
	emit(object{
		"name": name, "value": median(milliseconds), "unit": "ms",
		"allocations": median(allocations), "bytes": median(bytes),
	})
	return nil
}
