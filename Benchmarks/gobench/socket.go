package main

import (
	"errors"
	"io"
	"log"
	"net"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/hashicorp/memberlist"
)

const datagramSize = 1400

// socket: memberlist's own transport, twice on loopback. One goroutine writes
// datagrams of 1,400 bytes as fast as it can, as memberlist would, another takes
// what arrives. What the kernel drops between does not count.
func socket(o options) error {
	var transports [2]*memberlist.NetTransport
	for i := range transports {
		transport, err := memberlist.NewNetTransport(&memberlist.NetTransportConfig{
			BindAddrs: []string{"127.0.0.1"},
			Logger:    log.New(io.Discard, "", 0),
		})
		if err != nil {
			return err
		}
		transports[i] = transport
	}
	sender, receiver := transports[0], transports[1]
	to := memberlist.Address{Addr: net.JoinHostPort("127.0.0.1", strconv.Itoa(receiver.GetAutoBindPort()))}
	datagram := make([]byte, datagramSize)
	return o.throughput("socket",
		func() error { _, err := sender.WriteToAddress(datagram, to); return err },
		func() error { <-receiver.PacketCh(); return nil })
}

// socket-plain: the same with Go's sockets alone, into a buffer that is kept.
// memberlist's transport takes a new one of 64 KiB for every datagram.
func socketPlain(o options) error {
	var conns [2]*net.UDPConn
	for i := range conns {
		conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			return err
		}
		conns[i] = conn
	}
	sender, receiver := conns[0], conns[1]
	if err := receiver.SetReadBuffer(2 << 20); err != nil { // as the transport asks for
		return err
	}
	to := receiver.LocalAddr()
	datagram, buffer := make([]byte, datagramSize), make([]byte, 1<<16)
	return o.throughput("socket-plain",
		func() error { _, err := sender.WriteTo(datagram, to); return err },
		func() error { _, _, err := receiver.ReadFrom(buffer); return err })
}

// throughput runs sender and receiver for some seconds and tells what arrived.
func (o options) throughput(name string, send, receive func() error) error {
	var sent, arrived int64
	failed := make(chan error, 2)
	repeat := func(one func() error, count *int64) {
		for {
			if err := one(); err != nil {
				failed <- err
				return
			}
			atomic.AddInt64(count, 1)
		}
	}
	go repeat(receive, &arrived)
	go repeat(send, &sent)
	time.Sleep(500 * time.Millisecond)
	sentBefore, before, begin := atomic.LoadInt64(&sent), atomic.LoadInt64(&arrived), time.Now()
	time.Sleep(time.Duration(o.seconds * float64(time.Second)))
	count, all, took := atomic.LoadInt64(&arrived)-before, atomic.LoadInt64(&sent)-sentBefore, time.Since(begin)
	select {
	case err := <-failed:
		return err
	default:
	}
	if count == 0 {
		return errors.New("nothing arrived")
	}
	emit(object{
		"name": name, "value": float64(count) / took.Seconds(), "unit": "datagrams/s",
		"sent": float64(all) / took.Seconds(),
	})
	return nil
}
