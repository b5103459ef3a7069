// Package racing says whether the race detector is on. It makes everything five to ten times slower and finds nothing
// in what one goroutine does alone: long tests of that kind are skipped then, and `go test` without it runs them.
package racing

// Skip skips a test where the race detector is on.
func Skip(t interface {
	Helper()
	Skip(args ...any)
}) {
	t.Helper()
	if Detected {
		t.Skip("long, and the race detector finds nothing here: go test without it runs this")
	}
}
