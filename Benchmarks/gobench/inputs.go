package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hashicorp/memberlist"
)

// The Swift side writes these files, so that both sides work on the same bytes.

func (o options) read(file string) ([]byte, error) {
	if o.inputs == "" {
		return nil, fmt.Errorf("--inputs is missing")
	}
	return os.ReadFile(filepath.Join(o.inputs, file))
}

// keyring reads base64 keys, the primary one first.
func (o options) keyring(file string) (*memberlist.Keyring, error) {
	data, err := o.read(file)
	if err != nil {
		return nil, err
	}
	var keys [][]byte
	if err := json.Unmarshal(data, &keys); err != nil {
		return nil, fmt.Errorf("%s: %v", file, err)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%s has no key", file)
	}
	return memberlist.NewKeyring(keys, keys[0])
}

func (o options) label() (string, error) {
	data, err := o.read("label.txt")
	return string(data), err
}

// lines hands every line that is not empty to take.
func (o options) lines(file string, take func(line []byte) error) error {
	data, err := o.read(file)
	if err != nil {
		return err
	}
	count := 0
	for _, line := range bytes.Split(data, []byte("\n")) {
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		count++
		if err := take(line); err != nil {
			return fmt.Errorf("%s, line %d: %v", file, count, err)
		}
	}
	if count == 0 {
		return fmt.Errorf("%s is empty", file)
	}
	return nil
}

const partCount = 13

// parts reads the contents of the user messages of each datagram.
func (o options) parts() ([][][]byte, error) {
	var all [][][]byte
	err := o.lines("parts.jsonl", func(line []byte) error {
		var parts [][]byte
		if err := json.Unmarshal(line, &parts); err != nil {
			return err
		}
		if len(parts) != partCount {
			return fmt.Errorf("%d parts, not %d", len(parts), partCount)
		}
		all = append(all, parts)
		return nil
	})
	return all, err
}

// datagrams reads base64 strings: datagrams as they come from the wire.
func (o options) datagrams(file string) ([][]byte, error) {
	var all [][]byte
	err := o.lines(file, func(line []byte) error {
		var datagram []byte
		if err := json.Unmarshal(line, &datagram); err != nil {
			return err
		}
		all = append(all, datagram)
		return nil
	})
	return all, err
}
