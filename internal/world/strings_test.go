package world

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/ci"
)

// lib/gitlab/sql/glob.rb: * stands for any text, be it none.
func TestGlobs(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"main", "main", true}, {"main", "main2", false}, {"*", "", true}, {"*", "any", true}, {"v*", "v", true}, {"v*", "av", false},
		{"*v", "av", true}, {"*v", "va", false}, {"a*b*c", "abc", true}, {"a*b*c", "a-b-c", true}, {"a*b*c", "a-c-b", false},
		{"a*b*b", "ab", false}, {"a*b*b", "abb", true}, {"a**c", "ac", true}, {"*a*", "bab", true}, {"*a*", "bbb", false},
		{"a*aa*a", "aaa", false}, {"a*bb*b", "abbb", true}, {"a*bb*b", "abb", false},
	} {
		assert.Equal(t, c.want, matchesGlob(c.pattern, c.name), c)
	}
}

func TestLeading(t *testing.T) {
	for s, want := range map[string][2]string{"": {}, "12ab": {"12", "ab"}, "ab1": {"", "ab1"}, "21": {"21", ""}} {
		prefix, rest := Leading(s, "12")
		assert.Equal(t, want, [2]string{prefix, rest})
	}
}

func TestNever(t *testing.T) { assert.Equal(t, "9999-12-31T00:00:00Z", Never.Format(time.RFC3339Nano)) }

// stingy is a writer that has room for a few bytes alone.
type stingy struct{ left int }

var errFull = errors.New("full")

func (w *stingy) Write(p []byte) (int, error) {
	n := min(w.left, len(p))
	if w.left -= n; n < len(p) {
		return n, errFull
	}
	return n, nil
}

// What cannot be written whole ends there.
func TestBlobThatIsNotWrittenWhole(t *testing.T) {
	var b Blob
	_, _ = b.Write([]byte(strings.Repeat("x", 3*SmallestPiece)))
	require.Greater(t, len(b.pieces), 1)
	n, err := b.WriteTo(&stingy{5})
	assert.Equal(t, int64(5), n)
	assert.ErrorIs(t, err, errFull)
}

// What is named that is not among the variables is told, whether an order is given or not.
func TestVariablesThatAreHandedIn(t *testing.T) {
	values := map[string]string{"B": "2", "A": "1"}
	for name, c := range map[string]struct {
		h    HandedIn
		want string
	}{
		"in order":            {HandedIn{Values: values, Raw: []string{"A"}, Order: []string{"B", "A"}}, ""},
		"no order":            {HandedIn{Values: values, Raw: []string{"A"}}, ""},
		"raw, but not there":  {HandedIn{Values: values, Raw: []string{"C"}}, `no variable "C"`},
		"raw twice":           {HandedIn{Values: values, Raw: []string{"A", "A"}}, `"A" is named twice`},
		"order of none":       {HandedIn{Values: values, Order: []string{"A", "C"}}, `no variable "C"`},
		"order of one, twice": {HandedIn{Values: values, Order: []string{"A", "A"}}, `"A" is named twice`},
	} {
		all, ps := c.h.Variables()
		if c.want != "" {
			assert.ErrorContains(t, ps.err(), c.want, name)
			continue
		}
		require.NoError(t, ps.err(), name)
		a, b := ci.JobVariable{Key: "A", Value: "1", Raw: true}, ci.JobVariable{Key: "B", Value: "2"}
		assert.Equal(t, map[bool][]ci.JobVariable{true: {b, a}, false: {a, b}}[c.h.Order != nil], all, name)
	}
}

// app/models/ci/build_metadata.rb, update_timeout_state; app/services/ci/update_build_state_service.rb.
func TestTimeoutsAndSignsOfLife(t *testing.T) {
	seconds := 60
	j := &Job{Project: &Project{BuildTimeout: time.Hour}, Plan: &Plan{}}
	for r, want := range map[*Runner]time.Duration{nil: time.Hour, {}: time.Hour,
		{Attributes: Attributes{MaximumTimeout: &seconds}}: time.Minute} {
		assert.Equal(t, want, j.TimeoutOn(r))
	}
	j.Spec.Timeout = 2 * time.Hour
	assert.Equal(t, 2*time.Hour, j.TimeoutOn(nil))
	for ago, touched := range map[time.Duration]bool{untouchedFor: false, untouchedFor + time.Second: true} {
		st, _ := ruled(t)
		j.UpdatedAt = noon.Add(-ago)
		st.Touch(j)
		assert.Equal(t, touched, j.UpdatedAt.Equal(noon))
	}
}
