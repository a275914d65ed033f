package main

import (
	"errors"
	"runtime"
	"sort"
	"syscall"
	"time"
)

func median(samples []float64) float64 {
	sorted := append([]float64(nil), samples...)
	sort.Float64s(sorted)
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// stopwatch times batches of one operation for about so many seconds.
type stopwatch struct {
	name    string
	seconds float64
	batch   int // operations in a batch: enough for the collector to run in each
}

const (
	fewest   = 5                // batches, however long they take
	patience = 30 * time.Second // for a batch that waits for memberlist's goroutines
)

var errNeverDone = errors.New("memberlist did not do what it was given in time: was something dropped?")

// microseconds tells the median time of an operation over all batches, what the
// process spent on it on all cores (the collector works beside), and, of batches
// of their own, what it allocates.
func (s stopwatch) microseconds(run func(operations int) error) (object, error) {
	warm := time.Now()
	for time.Since(warm).Seconds() < s.seconds/5 {
		if err := run(s.batch); err != nil {
			return nil, err
		}
	}
	var samples []float64
	cpu := cpuTime()
	begin := time.Now()
	for time.Since(begin).Seconds() < s.seconds || len(samples) < fewest {
		start := time.Now()
		if err := run(s.batch); err != nil {
			return nil, err
		}
		samples = append(samples, float64(time.Since(start).Nanoseconds())/1e3/float64(s.batch))
	}
	cpu = cpuTime() - cpu
	spent := float64(cpu.Nanoseconds()) / 1e3 / float64(len(samples)*s.batch)

	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := 0; i < fewest; i++ {
		if err := run(s.batch); err != nil {
			return nil, err
		}
	}
	runtime.ReadMemStats(&after)
	operations := float64(fewest * s.batch)
	return object{
		"name": s.name, "value": median(samples), "unit": "us", "cpu": spent,
		"allocations": float64(after.Mallocs-before.Mallocs) / operations,
		"bytes":       float64(after.TotalAlloc-before.TotalAlloc) / operations,
	}, nil
}

// cpuTime is what the process has used, user and system.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		fail(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// await waits for a signal of memberlist's goroutines.
func await(done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	default:
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-done:
		return nil
	case <-timer.C:
		return errNeverDone
	}
}
