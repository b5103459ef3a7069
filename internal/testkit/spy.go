package testkit

import (
	"fmt"
	"runtime"
	"sync"
)

// Spy is a test that remembers what it was told. What fails it ends the goroutine, as testing's own FailNow does.
type Spy struct {
	mu           sync.Mutex
	Test         string // its name
	failed       bool
	Errors, Logs []string
	cleanups     []func()
}

func (s *Spy) Helper()      {}
func (s *Spy) Name() string { return s.Test }

func (s *Spy) Cleanup(f func()) { s.cleanups = append(s.cleanups, f) }

func (s *Spy) Logf(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.Logs = append(s.Logs, fmt.Sprintf(format, args...))
}

func (s *Spy) Errorf(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed = true
	s.Errors = append(s.Errors, fmt.Sprintf(format, args...))
}

func (s *Spy) FailNow() {
	s.mu.Lock()
	s.failed = true
	s.mu.Unlock()
	runtime.Goexit()
}

func (s *Spy) Failed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed
}

// SpyOn plays a test, its cleanups included, and returns what it was told. finished is whether the test ran to its end.
func SpyOn(test func(tb *Spy)) (tb *Spy, finished bool) {
	tb = &Spy{Test: "TestSpied"}
	inGoroutine(func() {
		test(tb)
		finished = true
	})
	inGoroutine(func() {
		for i := len(tb.cleanups) - 1; i >= 0; i-- {
			tb.cleanups[i]()
		}
	})
	return tb, finished
}

func inGoroutine(do func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	<-done
}
