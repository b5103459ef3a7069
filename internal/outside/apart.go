package outside

import (
	"fmt"
	"runtime/debug"
)

// Apart calls a function of the test in a goroutine of its own, so that a FailNow in it ends nothing else, and waits
// for it. A panic goes on in the caller, with the stack of where it began.
func Apart(do func()) {
	done := make(chan any)
	go func() {
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				done <- fmt.Sprintf("%v\n\n%s", p, debug.Stack())
			}
		}()
		do()
	}()
	if p := <-done; p != nil {
		panic(p)
	}
}
