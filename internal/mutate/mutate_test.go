//go:build unix

package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/mutate/mutant"
)

const sampleSource = `package x // a comment

func f(a, b int, s *struct{ n int }) (int, bool) {
	if a < b && (b > 3 ||
		a == 0) {
		s.n = 2
		println("x")
		return a + b, true
	}
	for i := 0; i < a; i++ {
		switch {
		case i == b:
			continue
		}
	}
	return a, a != b
}
`

// mutated is what becomes of a source, with its mutations.
func mutated(t *testing.T, source string, skip map[string]bool) ([]mutation, string) {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parse(fset, "x.go", []byte(source))
	require.NoError(t, err)
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{},
		Uses: map[*ast.Ident]types.Object{}}
	_, err = new(types.Config).Check("x", fset, []*ast.File{file}, info)
	require.NoError(t, err)
	id := 0
	f := &finder{fset: fset, info: info, source: []byte(source), pkg: "x", name: "x.go", skip: skip,
		next: func() int { id++; return id }}
	found, text := f.mutants(file)
	return found, string(text)
}

func TestMutantsOfASource(t *testing.T) {
	found, text := mutated(t, sampleSource, nil)
	assert.Equal(t, strings.Count(sampleSource, "\n"), strings.Count(text, "\n"), "lines stay where they are")
	_, err := parse(token.NewFileSet(), "x.go", []byte(text))
	require.NoError(t, err, text)
	keys := map[string]int{}
	for _, m := range found {
		keys[m.Key()]++
		assert.Positive(t, m.ID)
	}
	for _, want := range []string{
		"x.go f: is false: a < b && (b > 3 || a == 0)", "x.go f: is true: a < b && (b > 3 || a == 0)",
		"x.go f: is ||: a < b && (b > 3 || a == 0)", "x.go f: is not asked: a == 0", "x.go f: is &&: b > 3 || a == 0",
		"x.go f: is <=: a < b", "x.go f: is >=: b > 3", "x.go f: is one more: 3", "x.go f: is left out: s.n = 2",
		"x.go f: is left out: println(\"x\")", "x.go f: is -: a + b", "x.go f: is not returned: a + b",
		"x.go f: is the opposite: true", "x.go f: is false: i < a", "x.go f: is left out: continue", "x.go f: is true: i == b",
		"x.go f: is false: a != b", "x.go f: is not returned: a",
	} {
		assert.Equal(t, 1, keys[want], want)
	}
	assert.Zero(t, keys["x.go f: is left out: i++"], "that would be an endless loop")
}

// What stands above and beside a mutant does not change its key, and what does not compile is left as it was.
func TestKeysOutliveOtherChanges(t *testing.T) {
	key := "x.go f: is left out: s.n = 2"
	moved := strings.Replace(sampleSource, "func f", "func g() {}\n\nfunc f", 1)
	found, _ := mutated(t, moved, nil)
	assert.Contains(t, keysOf(found), key)
	twice := strings.Replace(sampleSource, "s.n = 2", "s.n = 2\n\t\ts.n = 2", 1)
	found, text := mutated(t, twice, map[string]bool{key + " #2": true})
	assert.Contains(t, keysOf(found), key+" #2")
	assert.Contains(t, text, "\t\ts.n = mutant.Next[int](", "the second alone keeps no if around it")
}

func keysOf(found []mutation) (keys []string) {
	for _, m := range found {
		keys = append(keys, m.Key())
	}
	return keys
}

func TestSampleIsTheSameForASeed(t *testing.T) {
	all, _ := mutated(t, sampleSource, nil)
	first := sample(all, 5, "1")
	assert.Len(t, first, 5)
	assert.Equal(t, first, sample(all, 5, "1"))
	assert.NotEqual(t, first, sample(all, 5, "2"))
	assert.Len(t, sample(all, 0, "1"), len(all))
}

func TestAcceptedMutants(t *testing.T) {
	read := func(text string) (map[string]string, error) {
		name := filepath.Join(t.TempDir(), "equivalent.txt")
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		return readAccepted(name)
	}
	accepted, err := read("# why\n\na: b\n\tNobody\n\tsees it.\nc: d\n\tNor this.\n")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"a: b": "Nobody sees it.", "c: d": "Nor this."}, accepted)
	for _, wrong := range []string{"a\n", "\tA reason.\n", "a\n\tb\na\n\tc\n"} {
		_, err := read(wrong)
		assert.Error(t, err, wrong)
	}
	all, _ := mutated(t, sampleSource, nil)
	for i := range all {
		all[i].Package, all[i].File = "x", "x/x.go"
	}
	assert.Equal(t, []string{"x/x.go f: gone"},
		stale(map[string]string{"x/x.go f: gone": "", "y/y.go f: of another package": "", all[0].Key(): ""}, all))
}

// The file that the tool reads is one that it can.
func TestAcceptedMutantsAreReadable(t *testing.T) {
	_, err := readAccepted("equivalent.txt")
	require.NoError(t, err)
}

func TestPatternsNameTestsAndParts(t *testing.T) {
	named := func(names ...string) string {
		var tests []test
		for _, name := range names {
			tests = append(tests, test{Name: name})
		}
		return pattern(tests)
	}
	assert.Equal(t, "^(A|B)$", named("A", "B"))
	assert.Equal(t, `^(A)$|^(B|a|b\.c)$/^(B|a|b\.c)$|^(B|x|a)$/^(B|x|a)$/^(B|x|a)$`, named("B/a", "A", "B/b.c", "B/x/a"))
}

// A place is shown first to the tests of its package that know little else, and last to those that take long.
func TestStepsBeginWithTheTestsThatKnowThePlace(t *testing.T) {
	const ms = time.Millisecond
	own := &binary{Package: "internal/a", Tests: []test{{"Slow", 500 * ms, []int{1}}, {"Wide", 200 * ms, []int{1, 2, 3}},
		{"Narrow", 200 * ms, []int{1, 2}}, {"Other", ms, []int{2}}}}
	above := &binary{Package: "internal/b", Tests: []test{{"Above", ms, []int{1}}}}
	tried := func(most time.Duration) (got []string) {
		for _, s := range steps(mutation{ID: 1, Package: "internal/a"}, []*binary{above, own}, most) {
			for _, one := range s.tests {
				got = append(got, one.Name)
			}
		}
		return got
	}
	assert.Equal(t, []string{"Narrow", "Above", "Wide", "Slow"}, tried(0))
	assert.Equal(t, []string{"Narrow", "Above"}, tried(100*ms), "what is begun is tried, and no more")
}

// A place that all tests come by is shown first to those that together come by all of its file.
func TestStepsOfWhatAllComeBy(t *testing.T) {
	b := &binary{Package: "internal/a", files: map[string][]int{"a.go": {1, 2, 3, 4}}}
	for i := range 9 {
		b.Tests = append(b.Tests, test{fmt.Sprint("Other", i), time.Millisecond, []int{1}})
	}
	b.Tests = append(b.Tests, test{"Two", time.Millisecond, []int{1, 2, 9}}, test{"Both", time.Millisecond, []int{1, 3, 4}},
		test{"Wide", time.Millisecond, []int{1, 7, 8, 9}})
	tried := steps(mutation{ID: 1, File: "a.go", Package: "internal/a"}, []*binary{b}, 0)
	require.Len(t, tried, 1)
	assert.Len(t, tried[0].tests, len(b.Tests))
	assert.Equal(t, "Both", tried[0].tests[0].Name)
	assert.Equal(t, "Two", tried[0].tests[1].Name)
}

// What is around parts is none of them.
func TestPartsOfATest(t *testing.T) {
	b := &binary{path: os.Args[0], dir: ".", work: t.TempDir()}
	names, err := b.names(test{Name: "TestHasParts"})
	require.NoError(t, err)
	assert.Equal(t, []string{"TestHasParts/a_b/1", "TestHasParts/a_b/2", "TestHasParts/c"}, names)
}

func TestHasParts(t *testing.T) {
	t.Run("a b", func(t *testing.T) {
		t.Run("1", func(*testing.T) {})
		t.Run("2", func(*testing.T) {})
	})
	t.Run("c", func(*testing.T) {})
}

func TestMain(m *testing.M) { mutant.Main(m) }

// What mutants do here: 1 is noticed, 2 leaves something behind, which is noticed too, 3 never ends, 4 is asked once.
func TestPlaces(t *testing.T) {
	t.Run("first", func(t *testing.T) {
		assert.True(t, mutant.Runs(1))
		for mutant.Always(3, false) {
		}
		once(func() { spoilt = spoilt || mutant.Not(4, false) })
	})
	t.Run("second", func(t *testing.T) {
		spoilt = spoilt || mutant.Not(2, false)
		assert.False(t, spoilt)
	})
}

var (
	spoilt bool
	first  sync.Once
	once   = first.Do
)

// One process tries many mutants, and what one of them left there is not held against the next.
func TestServedMutants(t *testing.T) {
	b := &binary{path: os.Args[0], dir: ".", work: t.TempDir(), Package: "internal/a", idle: make(chan *server, 1)}
	defer b.closeAll()
	s := step{of: b, tests: []test{{Name: "TestPlaces/first"}, {Name: "TestPlaces/second"}}}
	const a, z = "internal/a TestPlaces/first", "internal/a TestPlaces/second"
	for i, want := range []struct {
		id   int
		fate fate
		by   string
		sure bool
	}{
		{5, survived, "", false}, {1, killed, a, true}, {1, killed, a, true}, {2, survived, "", false}, {1, killed, a, true},
		{3, survived, "", false}, {5, survived, "", false}, {4, survived, "", false},
	} {
		fate, by, sure := s.tryServed(want.id)
		assert.Equal(t, want.fate, fate, i)
		assert.Equal(t, want.by, by, i)
		assert.Equal(t, want.sure, sure, i)
	}
	for id, want := range map[int]fate{1: killed, 2: killed, 4: killed, 5: survived} {
		fate, by := s.try(id)
		assert.Equal(t, want, fate, id)
		if id == 4 {
			assert.Equal(t, z, by)
		}
	}
}

// Tests that go on for ever are told from those that fail by what they take of a processor.
func TestEndlessTestsAreTold(t *testing.T) {
	for script, want := range map[string]string{"while :; do :; done": errTooLong.Error(), "exit 3": "exit status 3"} {
		b := &binary{path: filepath.Join(t.TempDir(), "tests"), dir: t.TempDir(), work: t.TempDir()}
		require.NoError(t, os.WriteFile(b.path, []byte("#!/bin/sh\n"+script+"\n"), 0o700))
		_, err := b.within(time.Second, nil)
		assert.EqualError(t, err, want)
	}
}
