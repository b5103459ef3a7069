//go:build unix

package main

import (
	"cmp"
	"slices"
	"time"
)

// step is tests of one binary.
type step struct {
	of    *binary
	tests []test
	took  time.Duration
}

const (
	quick    = 400 * time.Millisecond // what a test takes at most to be tried before all that are slow
	taste    = 300 * time.Millisecond // of those that know a place best, which are tried before all others
	shortest = 10 * time.Millisecond  // what is run together at first
	atOnce   = 500                    // tests in a process, whose names have to fit into a command line
)

// steps are the tests that come by the mutant, those of its own package first; of each package a few that come by
// little else, as most mutants are noticed by those, then all that are quick; in the end those that are slow. most is
// what the tests of one package may take together, 0 for any time.
func steps(m mutation, binaries []*binary, most time.Duration) []step {
	ordered := slices.Clone(binaries)
	slices.SortStableFunc(ordered, func(a, b *binary) int { return rank(a, m) - rank(b, m) })
	var first, then, slow []step
	for _, b := range ordered {
		tests := b.knowing(m)
		f, q, s := step{of: b}, step{of: b}, step{of: b}
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
		first, then, slow = append(first, f), append(then, q), append(slow, s)
	}
	return slices.DeleteFunc(slices.Concat(first, then, slow), func(s step) bool { return len(s.tests) == 0 })
}

// knowing are the tests that come by a mutant, those first that come by little else, and in the end those that are
// slow.
func (b *binary) knowing(m mutation) []test {
	var tests []test
	for _, t := range b.Tests {
		if _, ok := slices.BinarySearch(t.Reaches, m.ID); ok {
			tests = append(tests, t)
		}
	}
	if n := len(b.Tests); n >= 10 && len(tests) > n*9/10 {
		tests = spread(tests, b.files[m.File])
	} else {
		slices.SortStableFunc(tests, func(a, b test) int { return len(a.Reaches) - len(b.Reaches) })
	}
	slices.SortStableFunc(tests, func(a, b test) int {
		if a.Took <= quick && b.Took <= quick {
			return 0
		}
		return cmp.Compare(a.Took, b.Took)
	})
	return tests
}

// spread are the tests in another order, for a mutant that all of them come by, as for what is made once in a process:
// first those that together come by all of its file that any comes by, then those that do it once more.
func spread(tests []test, file []int) []test {
	knows := make([][]int, len(tests))
	for i, t := range tests {
		for _, id := range file {
			if _, ok := slices.BinarySearch(t.Reaches, id); ok {
				knows[i] = append(knows[i], id)
			}
		}
	}
	var ordered []test
	used := make([]bool, len(tests))
	known := map[int]bool{}
	for times := 0; times < layers; {
		best, most := -1, 0
		for i := range tests {
			if n := unknown(knows[i], known); !used[i] && n > most {
				best, most = i, n
			}
		}
		if best < 0 {
			clear(known)
			times++
			continue
		}
		used[best] = true
		ordered = append(ordered, tests[best])
		for _, id := range knows[best] {
			known[id] = true
		}
	}
	for i, t := range tests {
		if !used[i] {
			ordered = append(ordered, t)
		}
	}
	return ordered
}

const layers = 3 // how often what spread looks for is looked for

func unknown(ids []int, known map[int]bool) (n int) {
	for _, id := range ids {
		if !known[id] {
			n++
		}
	}
	return n
}

func (s *step) add(t test) {
	s.tests = append(s.tests, t)
	s.took += t.Took
}

// rounds are the step in parts, each of parts of one test or of whole tests: to choose both at once takes package
// testing longer than to run them (pattern). The first ends once it takes more than most, and each takes twice the time
// of the one before.
func (s step) rounds(most time.Duration) []step {
	var all []step
	open := map[string]int{} // the round that takes more of a test's parts, by the test
	for _, t := range s.tests {
		way, _ := t.place()
		n, ok := open[way]
		if !ok || all[n].took > most || len(all[n].tests) == atOnce {
			n = len(all)
			open[way] = n
			all = append(all, step{of: s.of})
			if ok {
				most *= 2
			}
		}
		all[n].add(t)
	}
	return all
}

func rank(b *binary, m mutation) int {
	if b.Package == m.Package {
		return 0
	}
	return 1
}
