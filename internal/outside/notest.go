package outside

import (
	"fmt"
	"log"
)

// NoTest stands for the test of a fake that has none: what would be an error of the test panics.
type NoTest struct{}

// Helper does nothing.
func (NoTest) Helper() {}

// Cleanup does nothing: who started the fake ends it.
func (NoTest) Cleanup(func()) {}

// Logf logs as package log does.
func (NoTest) Logf(format string, args ...any) { log.Printf(format, args...) }

// Errorf panics with the text.
func (NoTest) Errorf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// FailNow does nothing: Errorf has ended it.
func (NoTest) FailNow() {}

// Failed is false.
func (NoTest) Failed() bool { return false }

// Name is empty.
func (NoTest) Name() string { return "" }
