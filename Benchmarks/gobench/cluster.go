package main

import (
	"fmt"
	"io"
	"log"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/hashicorp/memberlist"
)

// cluster is many nodes in this process, on loopback, as the LAN profile has them.
type cluster struct {
	options
	label    string
	keyring  *memberlist.Keyring
	lists    []*memberlist.Memberlist
	gone     atomic.Value // string: the node that was ended
	told     int64        // nodes that know of it
	mistaken int64        // how often another was declared gone, or it before its end
}

// observer is what one node is told.
type observer struct {
	*cluster
	told int32
}

func (o *observer) NotifyJoin(*memberlist.Node)   {}
func (o *observer) NotifyUpdate(*memberlist.Node) {}

func (o *observer) NotifyLeave(n *memberlist.Node) {
	if o.gone.Load() != n.Name {
		atomic.AddInt64(&o.mistaken, 1)
	} else if atomic.CompareAndSwapInt32(&o.told, 0, 1) {
		atomic.AddInt64(&o.cluster.told, 1)
	}
}

func (o options) newCluster() (*cluster, error) {
	c := &cluster{options: o}
	var err error
	if c.keyring, err = o.keyring("keyring.json"); err != nil {
		return nil, err
	}
	c.label, err = o.label()
	return c, err
}

// start makes a node; port 0 takes a free one.
func (c *cluster) start(name string, port int) (*memberlist.Memberlist, error) {
	config := memberlist.DefaultLANConfig()
	config.Name = name
	config.BindAddr, config.BindPort, config.AdvertisePort = "127.0.0.1", port, port
	config.Label = c.label
	// Each node has a ring of its own, as each process would.
	ring, err := memberlist.NewKeyring(c.keyring.GetKeys(), c.keyring.GetPrimaryKey())
	if err != nil {
		return nil, err
	}
	config.Keyring = ring
	config.Events = &observer{cluster: c}
	config.Logger = log.New(io.Discard, "", log.LstdFlags)
	list, err := memberlist.Create(config)
	if err == nil {
		c.lists = append(c.lists, list)
	}
	return list, err
}

// joinFirst starts a node and lets it join the first one.
func (c *cluster) joinFirst() error {
	list, err := c.start(fmt.Sprintf("node-%04d", len(c.lists)), 0)
	if err != nil {
		return err
	}
	_, err = list.Join([]string{c.lists[0].LocalNode().Address()})
	return err
}

// await polls until all nodes count as many alive members as there are nodes.
func (c *cluster) await(interval time.Duration, deadline time.Time) error {
	pending := append([]*memberlist.Memberlist(nil), c.lists...)
	for {
		rest := pending[:0]
		for _, list := range pending {
			if list.NumMembers() != len(c.lists) {
				rest = append(rest, list)
			}
		}
		pending = rest
		if len(pending) == 0 {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%d of %d nodes did not see all in time", len(pending), len(c.lists))
		}
		time.Sleep(interval)
	}
}

const (
	poll   = 5 * time.Millisecond
	settle = 10 * time.Second
)

// cluster-100: 100 nodes, joined one after another to the first.
//
//	converge-100  from the last join's return until every node counts 100 members
//	idle-cpu-100  what the process uses, a node and second, ten seconds later
//	memory-100    how much more the process has in memory than with one node,
//	              both after a collection and some seconds, a further node (10^6
//	              bytes); "least": with what the runtime holds in reserve given back
//	detect-100    from the end of a node, without a word, until NotifyLeave was
//	              called on all others
//
// Each tells how often until then a node was declared gone that was not, as
// "mistaken": above 0 the machine was too busy, and the nodes neither idle nor at rest.
func cluster100(o options) error {
	const nodes = 100
	c, err := o.newCluster()
	if err != nil {
		return err
	}
	if _, err := c.start("node-0000", 0); err != nil {
		return err
	}
	alone, aloneLeast, err := restingMemory()
	if err != nil {
		return err
	}
	for len(c.lists) < nodes {
		if err := c.joinFirst(); err != nil {
			return err
		}
	}
	joined := time.Now()
	if err := c.await(poll, joined.Add(time.Minute)); err != nil {
		return err
	}
	c.tell(object{"name": "converge-100", "value": milliseconds(time.Since(joined)), "unit": "ms"})

	time.Sleep(settle)
	cpu, begin := cpuTime(), time.Now()
	time.Sleep(time.Duration(o.seconds * float64(time.Second)))
	cpu = cpuTime() - cpu
	c.tell(object{"name": "idle-cpu-100", "value": milliseconds(cpu) / nodes / time.Since(begin).Seconds(), "unit": "ms"})

	together, least, err := restingMemory()
	if err != nil {
		return err
	}
	each := func(all, one float64) float64 { return (all - one) / (nodes - 1) / 1e6 }
	c.tell(object{"name": "memory-100", "value": each(together, alone), "unit": "MB", "least": each(least, aloneLeast)})

	if err := c.await(poll, time.Now().Add(time.Minute)); err != nil {
		return err
	}
	c.gone.Store(c.lists[nodes-1].LocalNode().Name)
	gone := time.Now()
	if err := c.lists[nodes-1].Shutdown(); err != nil {
		return err
	}
	for atomic.LoadInt64(&c.told) < nodes-1 {
		if time.Since(gone) > 2*time.Minute {
			return fmt.Errorf("only %d nodes were told of the one that is gone", atomic.LoadInt64(&c.told))
		}
		time.Sleep(poll)
	}
	c.tell(object{"name": "detect-100", "value": milliseconds(time.Since(gone)), "unit": "ms"})
	return nil
}

// tell adds to a figure how often a node was declared gone that was not.
func (c *cluster) tell(figure object) {
	figure["mistaken"] = atomic.LoadInt64(&c.mistaken)
	emit(figure)
}

func milliseconds(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }

// restingMemory is what the process has in memory, in bytes, some seconds after a
// collection, and then without all that the runtime can give back.
func restingMemory() (resting, least float64, err error) {
	runtime.GC()
	time.Sleep(3 * time.Second)
	if resting, err = residentBytes(); err == nil {
		debug.FreeOSMemory()
		least, err = residentBytes()
	}
	return
}

// cluster-1000: 1,000 nodes, joined one after another to the first, from the first
// join's start until every node counts 1,000 members. Where a join fails or the
// seconds pass there is no figure, but a reason.
func cluster1000(o options) error {
	const nodes = 1000
	c, err := o.newCluster()
	if err != nil {
		return err
	}
	if _, err := c.start("node-0000", 0); err != nil {
		return err
	}
	begin := time.Now()
	deadline := begin.Add(time.Duration(o.seconds * float64(time.Second)))
	line := object{"name": "converge-1000", "value": nil, "unit": "s"}
	for err == nil && len(c.lists) < nodes {
		if err = c.joinFirst(); err != nil {
			err = fmt.Errorf("join %d, %.1f s after the first: %v", len(c.lists)-1, time.Since(begin).Seconds(), err)
		} else if time.Now().After(deadline) {
			err = fmt.Errorf("%d nodes had joined in %.0f s", len(c.lists), o.seconds)
		}
	}
	if err == nil {
		err = c.await(20*time.Millisecond, deadline)
	}
	if err == nil {
		line["value"] = time.Since(begin).Seconds()
	} else {
		line["reason"] = err.Error()
	}
	emit(line)
	return nil
}
