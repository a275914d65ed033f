package main

import (
	"fmt"
	"os"
)

// residentBytes is what the process has in memory, as the kernel counts it.
func residentBytes() (float64, error) {
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, err
	}
	var size, resident int64
	if _, err := fmt.Sscan(string(data), &size, &resident); err != nil {
		return 0, err
	}
	return float64(resident * int64(os.Getpagesize())), nil
}
