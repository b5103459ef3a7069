//go:build !unix

package world

import "time"

var started = time.Now()

// cpuTime is the time that has passed, where it is not known how long a process has computed.
func cpuTime() time.Duration { return time.Since(started) }
