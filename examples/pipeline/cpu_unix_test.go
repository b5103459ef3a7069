//go:build unix

package pipeline_test

import (
	"syscall"
	"time"
)

// cpuTime is how long this process has computed: on a machine that does other things, too, it says more than the clock.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
