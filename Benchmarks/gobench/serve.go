package main

import (
	"io"
	"os"
)

// serve runs a node on loopback until stdin ends: what a flood of junk is for.
func serve(o options) error {
	c, err := o.newCluster()
	if err != nil {
		return err
	}
	list, err := c.start(o.name, o.port)
	if err != nil {
		return err
	}
	emit(object{"event": "ready", "port": int(list.LocalNode().Port)})
	io.Copy(io.Discard, os.Stdin)
	return list.Shutdown()
}
