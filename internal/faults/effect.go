package faults

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Effect is what a failure does and to how many calls, with the fields of the root's Failure, which says what they are.
type Effect struct {
	After, Times int
	For          time.Duration
	Status       int
	Header       http.Header
	Delay        time.Duration
	Network      string
	Applied      bool
}

// String says it in words: "503, not the first 1, 2 times".
func (e Effect) String() string {
	var parts []string
	if e.Delay > 0 {
		parts = append(parts, "after "+e.Delay.String())
	}
	if e.Status != 0 {
		parts = append(parts, strconv.Itoa(e.Status))
	}
	if len(e.Header) > 0 && e.Status == 0 {
		parts = append(parts, "with other headers: "+strings.Join(slices.Sorted(maps.Keys(e.Header)), ", "))
	}
	if e.Network != "" {
		parts = append(parts, e.Network)
	}
	if e.Applied {
		parts = append(parts, "once it has taken effect")
	}
	if e.After > 0 {
		parts = append(parts, fmt.Sprintf("not the first %d", e.After))
	}
	switch {
	case e.Times == 1:
		parts = append(parts, "once")
	case e.Times > 1:
		parts = append(parts, fmt.Sprintf("%d times", e.Times))
	}
	if e.For > 0 {
		parts = append(parts, "for "+e.For.String())
	}
	return strings.Join(parts, ", ")
}
