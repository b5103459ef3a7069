//go:build unix

package world

import (
	"syscall"
	"time"
)

// cpuTime is how long this process has computed: what else the machine does is not in it.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage) // it fails for wrong arguments alone
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
