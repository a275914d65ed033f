// gobench measures HashiCorp's memberlist, so that ours can be measured beside it.
//
//	gobench ROW --inputs DIR [--seconds S]
//
// It prints one JSON line a figure on stdout and nothing else there; where it
// cannot measure, it says so on stderr and fails. What each row does stands in
// the comment above its function. memberlist is used through its public
// interface alone.
//
// It is built by Tests/Peers/fetch with GO111MODULE=off against Debian's
// source package of memberlist; no third-party Go code is kept here.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"sort"
	"strings"
)

type options struct {
	inputs  string
	seconds float64
	name    string
	port    int
}

type row struct {
	seconds float64 // how long to measure, where nothing else is asked for
	run     func(options) error
}

var rows = map[string]row{
	"seal":                {1, func(o options) error { return seal(o, "seal", true) }},
	"seal-encrypt":        {1, func(o options) error { return seal(o, "seal-encrypt", false) }},
	"open":                {1, open},
	"refuse":              {1, refuse},
	"pushpull-out-10000":  {1, func(o options) error { return exchange(o, "pushpull-out-10000") }},
	"pushpull-in-10000":   {1, func(o options) error { return exchange(o, "pushpull-in-10000") }},
	"merge-10000":         {1, func(o options) error { return exchange(o, "merge-10000") }},
	"queue-10000":         {1, queue},
	"cluster-100":         {20, cluster100},
	"cluster-1000":        {120, cluster1000},
	"socket":              {3, socket},
	"socket-plain":        {3, socketPlain},
	"serve":               {0, serve},
}

type object map[string]interface{}

// emit writes one JSON line. The write is unbuffered, so a reader sees it at once.
func emit(line object) {
	for key, value := range line {
		if number, ok := value.(float64); ok {
			line[key] = math.Round(number*1000) / 1000
		}
	}
	data, err := json.Marshal(line)
	if err != nil {
		fail(err)
	}
	os.Stdout.Write(append(data, '\n'))
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "gobench:", err)
	os.Exit(1)
}

func usage() {
	names := make([]string, 0, len(rows))
	for name := range rows {
		names = append(names, name)
	}
	sort.Strings(names)
	fmt.Fprintf(os.Stderr, "usage: gobench ROW --inputs DIR [--seconds S]\nrows: %s\n", strings.Join(names, " "))
	os.Exit(2)
}

func main() {
	if len(os.Args) < 2 {
		usage()
	}
	row, ok := rows[os.Args[1]]
	if !ok {
		usage()
	}
	o := options{}
	flags := flag.NewFlagSet("gobench "+os.Args[1], flag.ExitOnError)
	flags.StringVar(&o.inputs, "inputs", "", "the folder of the input files")
	flags.Float64Var(&o.seconds, "seconds", row.seconds, "how long to measure")
	flags.StringVar(&o.name, "name", "gobench", "serve: the node's name")
	flags.IntVar(&o.port, "port", 0, "serve: the port to listen at; 0 takes a free one")
	flags.Parse(os.Args[2:])
	if flags.NArg() > 0 {
		fail(fmt.Errorf("what is %q?", flags.Arg(0)))
	}
	if err := row.run(o); err != nil {
		fail(fmt.Errorf("%s: %v", os.Args[1], err))
	}
}
