//go:build !unix

package pipeline_test

import "time"

var processStarted = time.Now()

// cpuTime is the time by the clock, where it is not known for how long the process has computed.
func cpuTime() time.Duration { return time.Since(processStarted) }
