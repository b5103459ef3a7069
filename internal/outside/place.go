package outside

import (
	"bytes"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Place is where in the code outside of a package (an import path) the calling goroutine is: "op_test.go:113". Tests of
// the package itself are outside. It is "" if there is nothing but the machinery of Go.
func Place(pkg string) string {
	const deepest = 64 // in calls of the package itself
	var pcs [deepest]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		frame, more := frames.Next()
		own := strings.HasPrefix(frame.Function, pkg+".") && !strings.HasSuffix(frame.File, "_test.go")
		if frame.Function != "" && !own && !isMachinery(frame.Function) {
			return filepath.Base(frame.File) + ":" + strconv.Itoa(frame.Line)
		}
		if !more {
			return ""
		}
	}
}

// isMachinery reports whether a function only calls what a test has given it.
func isMachinery(function string) bool {
	for _, pkg := range []string{"runtime.", "reflect.", "testing.", "testing/synctest.", "internal/synctest.", "sync.",
		"net/http."} {
		if strings.HasPrefix(function, pkg) {
			return true
		}
	}
	return false
}

// InBubble reports whether the calling goroutine is in a testing/synctest bubble. Go has no function that tells; the
// header of a goroutine's stack does. It is looked at only where the time is what it can be in a bubble, which begins
// in 2000: walking a stack takes as long as opening a socket. Should a later Go word it otherwise, the answer is
// false, and TestInBubble fails.
func InBubble() bool {
	const sleptLongest = 2020 // no machine's clock is before it, and no test sleeps until then
	if time.Now().Year() >= sleptLongest {
		return false
	}
	const enough = 128 // for the header, in bytes
	var stack [enough]byte
	header, _, _ := bytes.Cut(stack[:runtime.Stack(stack[:], false)], []byte("\n"))
	return bytes.Contains(header, []byte("synctest bubble"))
}
