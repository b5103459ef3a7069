package outside

import (
	"fmt"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
)

// Panic is the panic of a function of the test on its way to whoever asked for the function, which catches it: which
// function it was, what it said and where.
type Panic string

// Asked calls a function of the test. A panic in it goes on as a Panic, but for http.ErrAbortHandler, which is a
// handler's way to break a connection.
func Asked(what string, do func()) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case Panic: // of another function of the test, which was asked by this one
			panic(p)
		default:
			if p == http.ErrAbortHandler {
				panic(p)
			}
			panic(Panic(fmt.Sprintf("%s panicked: %v%s", what, p, whence())))
		}
	}()
	do()
}

// Apart is Asked in a goroutine of the function's own, so that a FailNow in it ends nothing else. It waits for it.
func Apart(what string, do func()) {
	done := make(chan any)
	go func() {
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				done <- p
			}
		}()
		Asked(what, do)
	}()
	if p := <-done; p != nil {
		panic(p)
	}
}

// Catch, deferred, ends a Panic and tells of it.
func Catch(tell func(problem string)) {
	switch p := recover().(type) {
	case nil:
	case Panic:
		tell(string(p))
	default:
		panic(p)
	}
}

// whence is where the panic began that a deferred function of its caller has recovered: " (op_test.go:15)".
func whence() string {
	const most = 64
	var stack [most]uintptr
	frames := runtime.CallersFrames(stack[:runtime.Callers(1, stack[:])])
	panicking := false
	for {
		frame, more := frames.Next()
		ofRuntime := strings.HasPrefix(frame.Function, "runtime.")
		if panicking && !ofRuntime {
			return fmt.Sprintf(" (%s:%d)", filepath.Base(frame.File), frame.Line)
		}
		panicking = panicking || ofRuntime && strings.HasSuffix(frame.Function, "panic")
		if !more {
			return ""
		}
	}
}
