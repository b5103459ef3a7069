//go:build unix

package mutant

import (
	"encoding/json"
	"flag"
	"os"
	"syscall"
	"time"
)

// ServeVariable, if it is there, makes a process of tests try one mutant after the other.
const ServeVariable = "FAKEGITLAB_MUTANTS_SERVED"

// Round is what such a process reads from its standard input, again and again: which mutant lives, the tests that are
// run, as -test.run wants them, and what they may take of a processor. Mutant 0 is none.
type Round struct {
	Mutant int
	Run    string
	Limit  time.Duration
}

// Outcome is what it answers on its descriptor 3.
type Outcome struct {
	Failed  bool
	Reached bool // the mutant's place
}

// TooLong is the exit code of a process whose tests took more than they may, or stood still.
const TooLong = 77

// stillness is how long tests may do nothing at all: none of them waits for time to pass.
const stillness = 10 * time.Second

// Tests are those of a package, a *testing.M.
type Tests interface{ Run() int }

// Main is what TestMain does in rewritten tests.
func Main(m Tests) {
	if os.Getenv(ServeVariable) == "" {
		os.Exit(m.Run())
	}
	flag.Parse()
	syscall.CloseOnExec(3) // or what a test begins and leaves would keep it open
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.NewFile(3, "outcomes"))
	for {
		var r Round
		if in.Decode(&r) != nil { // whoever asked is gone
			os.Exit(0)
		}
		if err := out.Encode(r.try(m)); err != nil {
			os.Exit(1)
		}
	}
}

func (r Round) try(m Tests) Outcome {
	if err := flag.Set("test.run", r.Run); err != nil {
		panic(err)
	}
	active = r.Mutant
	met.Store(false)
	done := make(chan struct{})
	go r.watch(done)
	code := m.Run()
	close(done)
	return Outcome{Failed: code != 0, Reached: met.Load()}
}

// watch ends the process if the tests take too long.
func (r Round) watch(done <-chan struct{}) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	began := processor()
	last, since := began, time.Now()
	for {
		select {
		case <-done:
			return
		case <-tick.C:
		}
		now := processor()
		if now-last > stillness/100 { // less is that of looking
			last, since = now, time.Now()
		}
		if now-began > r.Limit || time.Since(since) > stillness {
			os.Exit(TooLong)
		}
	}
}

// processor is what the process has taken of one.
func processor() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
