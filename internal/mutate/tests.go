//go:build unix

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/mutate/mutant"
)

// binary is the tests of one package, compiled with all mutants in it.
type binary struct {
	Package string // the folder, from the module's root
	Hash    string // of the file, and which tests were wanted, for what has been learned of it
	Tests   []test
	path    string
	dir     string
	work    string
	idle    chan *server
	files   map[string][]int // the IDs of the mutants of each file
}

// test is one of them, run alone while no mutant lived.
type test struct {
	Name    string
	Took    time.Duration
	Reaches []int // the IDs of the mutants whose place it comes by
}

// memory is the most that a process of tests may take, in KiB: a mutant may well be a loop that fills all there is.
const memory = 8 << 20

// patience is how long a test may take while it is learned: one that is slow may have parts that are not.
const patience = time.Minute

// errTooLong is that of tests that took more of a processor than they may, or stood still.
var errTooLong = errors.New("takes too long")

// within runs tests that may take so much of a processor, which a busy machine does not change, and some time more in
// which others have it. Out of either is errTooLong.
func (b *binary) within(limit time.Duration, tests []test, environment ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute+4*limit)
	defer cancel()
	cmd := b.command(ctx, tests, int(math.Ceil(limit.Seconds())), nil, environment...)
	out, err := cmd.CombinedOutput()
	if p := cmd.ProcessState; p != nil {
		if status, ok := p.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			return out, errTooLong
		}
	}
	if ctx.Err() != nil {
		return out, errTooLong
	}
	return out, err
}

// run runs tests of the binary in a process of its own and returns what it printed, and what it took of a processor,
// which a busy machine does not change. Out of time is an error of ctx.
func (b *binary) run(ctx context.Context, tests []test, arguments []string, environment ...string) (out []byte,
	took time.Duration, err error) {
	cmd := b.command(ctx, tests, int(patience.Seconds()), arguments, environment...)
	out, err = cmd.CombinedOutput()
	if p := cmd.ProcessState; p != nil {
		took = p.UserTime() + p.SystemTime()
	}
	return out, took, err
}

// command is a process of tests that may take so many seconds of a processor.
func (b *binary) command(ctx context.Context, tests []test, seconds int, arguments []string,
	environment ...string) *exec.Cmd {
	args := append([]string{"-c", `ulimit -v "$0"; ulimit -t "$1"; shift; exec "$@"`, strconv.Itoa(memory),
		strconv.Itoa(seconds), b.path, "-test.run=" + pattern(tests), "-test.short", "-test.failfast", "-test.timeout=0"},
		arguments...)
	cmd := exec.CommandContext(ctx, "sh", args...)
	cmd.Dir, cmd.WaitDelay = b.dir, time.Second
	cmd.Env = append(append(os.Environ(), "TMPDIR="+b.work), environment...)
	return cmd
}

// pattern is what go test's -run wants to hear for these tests and parts of tests, and but by chance for no other.
// Package testing keeps one expression compiled, so that for parts of one test it is the same at each level: to compile
// two of them for each of its thousands of parts takes longer than to run those that are wanted.
func pattern(tests []test) string {
	var whole, ways []string
	last := map[string][]string{} // the last names of parts, by the way to them
	for _, t := range tests {
		way, name := t.place()
		name = regexp.QuoteMeta(name)
		if way == "" {
			whole = append(whole, name)
			continue
		}
		if last[way] == nil {
			ways = append(ways, way)
		}
		last[way] = append(last[way], name)
	}
	var all []string
	if len(whole) > 0 {
		all = append(all, anyOf(whole))
	}
	for _, way := range ways {
		names := strings.Split(way, "/")
		levels := len(names) + 1
		for i, name := range names {
			names[i] = regexp.QuoteMeta(name)
		}
		any := anyOf(append(names, last[way]...))
		all = append(all, strings.Join(slices.Repeat([]string{any}, levels), "/"))
	}
	return strings.Join(all, "|")
}

// place is the test that it is part of, which is empty if it is none, and its name there.
func (t test) place() (way, name string) {
	n := strings.LastIndex(t.Name, "/")
	if n < 0 {
		return "", t.Name
	}
	return t.Name[:n], t.Name[n+1:]
}

func anyOf(names []string) string { return "^(" + strings.Join(names, "|") + ")$" }

// learn finds out which test comes by which mutants and how long it takes, each in a process of its own, unless the
// folder knows it from before. Tests that fail are told and left out, as are those without parts that take longer than
// slowest.
func (b *binary) learn(o options) error {
	text, err := os.ReadFile(b.path)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	hash := fmt.Sprint(hex.EncodeToString(sum[:]), o.with, o.without, o.slowest)
	known := b.path + ".json"
	if o.with.String() != "" {
		known = b.path + ".some.json"
	}
	if text, err := os.ReadFile(known); err == nil && json.Unmarshal(text, b) == nil && b.Hash == hash {
		return nil
	}
	out, err := exec.Command(b.path, "-test.list=.").Output()
	if err != nil {
		return fmt.Errorf("%s -test.list: %w", b.path, err)
	}
	b.Hash, b.Tests = hash, nil
	names := slices.DeleteFunc(strings.Fields(string(out)), func(name string) bool {
		out := o.without.String() != "" && o.without.MatchString(name)
		return out || strings.HasPrefix(name, "Benchmark") || !o.with.MatchString(name)
	})
	learned, _ := b.each(names, o)
	for _, t := range learned {
		for _, t := range b.parts(t, o) {
			if t.Took > o.slowest {
				fmt.Fprintf(os.Stderr, "%s %s takes longer than %v and is left out\n", b.Package, t.Name, o.slowest)
				continue
			}
			b.Tests = append(b.Tests, t)
		}
	}
	b.together()
	text, err = json.Marshal(b)
	if err != nil {
		return err
	}
	return os.WriteFile(known, text, 0o600)
}

// together runs all tests that are left, for what each takes among others: alone most of it is what any process takes
// that begins, and what the first test of one makes that the others find.
func (b *binary) together() {
	took := map[string]time.Duration{}
	for tests := range slices.Chunk(b.Tests, atOnce) {
		out, _, err := b.run(context.Background(), tests, []string{"-test.v"})
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: tests that hold alone do not together: %v\n%s", b.Package, err, out)
		}
		for _, line := range passes.FindAllSubmatch(out, -1) {
			took[string(line[1])], _ = time.ParseDuration(string(line[2])) // what the expression matches is one
		}
	}
	for i, t := range b.Tests {
		if took, ok := took[t.Name]; ok {
			b.Tests[i].Took = took + time.Millisecond // it is told in hundredths of a second
		}
	}
}

var passes = regexp.MustCompile(`(?m)^\s*--- PASS: (\S+) \((\d+\.\d+s)\)$`)

// each runs tests alone. all says whether all of them hold.
func (b *binary) each(names []string, o options) (reaching []test, all bool) {
	learned, holds := make([]test, len(names)), make([]bool, len(names))
	each(o.workers, len(names), func(i int) { learned[i], holds[i] = b.alone(i, names[i]) })
	for _, t := range learned {
		if len(t.Reaches) > 0 {
			reaching = append(reaching, t)
		}
	}
	return reaching, !slices.Contains(holds, false)
}

// parts are the parts of a slow test, of which a mutant then costs those alone that come by it; or the test, if it has
// none, or some that do not hold by themselves.
func (b *binary) parts(t test, o options) []test {
	if t.Took <= quick || strings.HasPrefix(t.Name, "Fuzz") { // whose seeds are thousands
		return []test{t}
	}
	names, err := b.names(t)
	if err != nil || len(names) < 2 {
		return []test{t}
	}
	fmt.Fprintf(os.Stderr, "%s %s has %d parts\n", b.Package, t.Name, len(names))
	parts, all := b.each(names, o)
	if !all {
		return []test{t}
	}
	return parts
}

// names are those of a test's parts that have no parts themselves.
func (b *binary) names(t test) ([]string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	out, _, err := b.run(ctx, []test{t}, []string{"-test.v"})
	var names []string
	for _, begun := range begins.FindAllSubmatch(out, -1) {
		name := string(begun[1])
		if n := len(names); n > 0 && strings.HasPrefix(name, names[n-1]+"/") {
			names = names[:n-1]
		}
		names = append(names, name)
	}
	return names, err
}

var begins = regexp.MustCompile(`(?m)^\s*=== RUN\s+(\S+)$`)

// alone runs one test and reads what it came by. holds is false if it cannot be used.
func (b *binary) alone(i int, name string) (t test, holds bool) {
	t.Name = name
	file := filepath.Join(b.work, fmt.Sprintf("reached-%s-%d", filepath.Base(b.path), i))
	defer os.Remove(file)
	if err := os.WriteFile(file, make([]byte, mutant.Most), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return t, false
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	out, took, err := b.run(ctx, []test{t}, nil, mutant.ReachVariable+"="+file)
	switch {
	case ctx.Err() != nil:
		fmt.Fprintf(os.Stderr, "%s %s takes longer than %v and is left out\n", b.Package, name, patience)
		return t, false
	case err != nil:
		fmt.Fprintf(os.Stderr, "%s %s fails without a mutant and is left out: %s\n", b.Package, name, out)
		return t, false
	}
	t.Took = took
	text, err := os.ReadFile(file)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return t, false
	}
	for id, reached := range text {
		if reached != 0 {
			t.Reaches = append(t.Reaches, id)
		}
	}
	return t, true
}

// each calls do with all numbers below n, in as many goroutines as there are workers.
func each(workers, n int, do func(int)) {
	var wg sync.WaitGroup
	numbers := make(chan int)
	for range workers {
		wg.Go(func() {
			for i := range numbers {
				do(i)
			}
		})
	}
	for i := range n {
		numbers <- i
	}
	close(numbers)
	wg.Wait()
}
