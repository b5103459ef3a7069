package outside

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"time"
)

// KeepVariable is the environment variable with which a person asks that what a failed test used stays there.
const KeepVariable = "FAKEGITLAB_KEEP"

// WantsToKeep reports whether a person asks for that.
func WantsToKeep() bool {
	wish := os.Getenv(KeepVariable)
	return wish != "" && wish != "0"
}

// beforeDeadline is how long before the test binary's deadline nothing is kept and no wait goes on any more, so that
// the test can still say why it failed.
const beforeDeadline = 5 * time.Second

// one at a time: of several tests that fail at once, the next is looked at when the one before it was.
var one sync.Mutex

// Keep says something to the person at the terminal and waits for Enter, Ctrl-C or shortly before the deadline; a zero
// deadline is none. go test gives a test no standard input and holds its output back, so that it is the terminal
// itself that is written to and read from. Without one (a test binary that an editor started) it is standard error and
// standard input; where that is at its end too, as in a CI, there is nobody to wait for, and Keep returns false.
func Keep(text string, deadline time.Time) bool {
	one.Lock()
	defer one.Unlock()
	pressed, out, done := person()
	defer done()
	var late <-chan time.Time
	ending := "until Enter or Ctrl-C"
	if !deadline.IsZero() {
		deadline = deadline.Add(-beforeDeadline)
		timer := time.NewTimer(time.Until(deadline))
		defer timer.Stop()
		late = timer.C
		ending += fmt.Sprintf(", at the latest until %s, when the test binary's time is up (-timeout 0 sets no limit)",
			deadline.Format("15:04:05"))
	}
	select {
	case _, open := <-pressed: // what was there before anybody could have read the text
		if !open {
			return false
		}
	case <-time.After(settling):
	}
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt)
	defer signal.Stop(interrupted)
	_, _ = fmt.Fprintf(out, "\n%s\nIt stays %s.\n", text, ending)
	select {
	case <-pressed:
	case <-interrupted:
	case <-late:
		_, _ = fmt.Fprintln(out, "The time is up.")
	}
	return true
}

// settling is how long an end of the input may take to show.
const settling = 100 * time.Millisecond

// person is how one talks to whoever runs the tests: a channel of the lines that are entered, closed when no more can
// come.
func person() (pressed <-chan struct{}, out io.Writer, done func()) {
	if tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0); err == nil {
		return entered(tty), tty, func() { _ = tty.Close() }
	}
	stdin.once.Do(func() { stdin.pressed = entered(os.Stdin) })
	return stdin.pressed, os.Stderr, func() {}
}

// stdin is read by one goroutine, since a read of it cannot be given up.
var stdin struct {
	once    sync.Once
	pressed <-chan struct{}
}

func entered(from io.Reader) <-chan struct{} {
	pressed := make(chan struct{}, 1)
	go func() {
		defer close(pressed)
		for lines := bufio.NewScanner(from); lines.Scan(); {
			select {
			case pressed <- struct{}{}:
			default: // nobody has asked for the line before it either
			}
		}
	}()
	return pressed
}
