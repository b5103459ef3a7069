//go:build unix

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/mutate/mutant"
)

// fate is what became of a mutant.
type fate int

const (
	killed fate = iota
	timedOut
	survived
	unreached // no test comes by its place
	equivalent
	notCompiled
	fates
)

// verdict is a mutant's fate and what brought it.
type verdict struct {
	mutation
	Fate fate
	By   string // the test that noticed
}

// step is tests of one binary that are run in one process.
type step struct {
	of    *binary
	tests []test
	took  time.Duration
}

const (
	quick  = 400 * time.Millisecond // what a test takes at most to be tried before all that are slow
	taste  = 300 * time.Millisecond // of those that know a place best, which are tried before all others
	atOnce = 500                    // tests in a process, whose names have to fit into a command line
)

// steps are the tests that come by the mutant, those of its own package first; of each package a few that come by
// little else, as most mutants are noticed by those, then all that are quick; in the end those that are slow. most is
// what the tests of one package may take together, 0 for any time.
func steps(m mutation, binaries []*binary, most time.Duration) []step {
	ordered := slices.Clone(binaries)
	slices.SortStableFunc(ordered, func(a, b *binary) int { return rank(a, m) - rank(b, m) })
	var first, then, slow []step
	for _, b := range ordered {
		var tests []test
		for _, t := range b.Tests {
			if _, ok := slices.BinarySearch(t.Reaches, m.ID); ok {
				tests = append(tests, t)
			}
		}
		slices.SortStableFunc(tests, func(a, b test) int {
			if a.Took > quick != (b.Took > quick) {
				return cmp.Compare(a.Took, b.Took)
			}
			return len(a.Reaches) - len(b.Reaches)
		})
		var f, q, s step
		for _, t := range tests {
			if most > 0 && f.took+q.took+s.took > most {
				break
			}
			switch {
			case t.Took > quick:
				s.add(t)
			case f.took+t.Took <= taste:
				f.add(t)
			default:
				q.add(t)
			}
		}
		first = append(first, f.apart(b)...)
		then = append(then, q.apart(b)...)
		slow = append(slow, s.apart(b)...)
	}
	return slices.Concat(first, then, slow)
}

func (s *step) add(t test) {
	s.tests = append(s.tests, t)
	s.took += t.Took
}

// apart is the step in as many processes as it takes.
func (s *step) apart(b *binary) []step {
	var all []step
	for tests := range slices.Chunk(s.tests, atOnce) {
		one := step{of: b}
		for _, t := range tests {
			one.add(t)
		}
		all = append(all, one)
	}
	return all
}

func rank(b *binary, m mutation) int {
	if b.Package == m.Package {
		return 0
	}
	return 1
}

var failed = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)

// judge lets one mutant live, for as long as no test notices.
func judge(m mutation, binaries []*binary, most time.Duration) verdict {
	v := verdict{mutation: m, Fate: unreached}
	if m.ID == 0 {
		v.Fate = notCompiled
		return v
	}
	for _, s := range steps(m, binaries, most) {
		v.Fate = survived
		out, err := s.of.within(6*time.Second+8*s.took, s.tests, fmt.Sprintf("%s=%d", mutant.Variable, m.ID))
		if errors.Is(err, errTooLong) {
			v.Fate, v.By = timedOut, s.of.Package
			return v
		}
		if err != nil {
			v.Fate, v.By = killed, s.of.Package
			if found := failed.FindSubmatch(out); found != nil {
				v.By += " " + string(found[1])
			}
			return v
		}
	}
	return v
}

// judgeAll judges the mutants in turns and tells of each that lives as soon as it is known. What it has come to when
// the context ends is what it returns.
func (o options) judgeAll(ctx context.Context, chosen []mutation, binaries []*binary,
	accepted map[string]string) []verdict {
	verdicts := make([]verdict, len(chosen))
	judged := make([]bool, len(chosen))
	each(o.workers, len(chosen), func(i int) {
		if ctx.Err() != nil {
			return
		}
		m := chosen[i]
		if accepted[m.Key()] != "" {
			verdicts[i] = verdict{mutation: m, Fate: equivalent}
		} else {
			verdicts[i] = judge(m, binaries, o.most)
		}
		if ctx.Err() != nil { // the tests may have been interrupted, too
			return
		}
		judged[i] = true
		if v := verdicts[i]; v.Fate == survived || v.Fate == unreached {
			fmt.Println(line(v))
		}
		if (i+1)%100 == 0 {
			fmt.Fprintf(os.Stderr, "%d of %d\n", i+1, len(chosen))
		}
	})
	var done []verdict
	for i, v := range verdicts {
		if judged[i] {
			done = append(done, v)
		}
	}
	return done
}
