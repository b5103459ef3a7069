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

// Some are all of a list, or one in n of them where the race detector is on: for what differs little from one to the
// next.
func Some[E any](all []E, n int) []E {
	if !Detected {
		return all
	}
	var some []E
	for i := 0; i < len(all); i += n {
		some = append(some, all[i])
	}
	return some
}
