package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
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
}

// test is one of them, run alone while no mutant lived.
type test struct {
	Name    string
	Took    time.Duration
	Reaches []int // the IDs of the mutants whose place it comes by
}

// memory is the most that a process of tests may take, in KiB: a mutant may well be a loop that fills all there is.
const memory = 8 << 20

// run runs tests of the binary in a process of its own and returns what it printed. Out of time is an error of ctx.
func (b *binary) run(ctx context.Context, tests []test, environment ...string) ([]byte, error) {
	names := make([]string, len(tests))
	for i, t := range tests {
		names[i] = regexp.QuoteMeta(t.Name)
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", `ulimit -v "$0"; exec "$@"`, strconv.Itoa(memory),
		b.path, "-test.run=^("+strings.Join(names, "|")+")$", "-test.short", "-test.failfast", "-test.timeout=0")
	cmd.Dir, cmd.WaitDelay = b.dir, time.Second
	cmd.Env = append(append(os.Environ(), "TMPDIR="+b.work), environment...)
	return cmd.CombinedOutput()
}

// learn finds out which test comes by which mutants and how long it takes, each in a process of its own, unless the
// folder knows it from before. Tests that fail are told and left out, as are those that take longer than slowest.
func (b *binary) learn(o options) error {
	text, err := os.ReadFile(b.path)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	hash := hex.EncodeToString(sum[:]) + o.with.String()
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
	var names []string
	for _, name := range strings.Fields(string(out)) {
		if !strings.HasPrefix(name, "Benchmark") && o.with.MatchString(name) {
			names = append(names, name)
		}
	}
	learned := make([]test, len(names))
	each(o.workers, len(names), func(i int) { learned[i] = b.alone(i, names[i], o.slowest) })
	for _, t := range learned {
		if len(t.Reaches) > 0 {
			b.Tests = append(b.Tests, t)
		}
	}
	text, err = json.Marshal(b)
	if err != nil {
		return err
	}
	return os.WriteFile(known, text, 0o600)
}

// alone runs one test and reads what it came by.
func (b *binary) alone(i int, name string, slowest time.Duration) test {
	t := test{Name: name}
	file := filepath.Join(b.work, fmt.Sprintf("reached-%s-%d", filepath.Base(b.path), i))
	defer os.Remove(file)
	ctx, cancel := context.WithTimeout(context.Background(), slowest)
	defer cancel()
	began := time.Now()
	out, err := b.run(ctx, []test{t}, mutant.ReachVariable+"="+file)
	switch {
	case ctx.Err() != nil:
		fmt.Fprintf(os.Stderr, "%s %s takes longer than %v and is left out\n", b.Package, name, slowest)
		return t
	case err != nil:
		fmt.Fprintf(os.Stderr, "%s %s fails without a mutant and is left out: %s\n", b.Package, name, out)
		return t
	}
	t.Took = time.Since(began)
	text, _ := os.ReadFile(file) // there is none if it came by none
	for _, line := range strings.Fields(string(text)) {
		id, err := strconv.Atoi(line)
		if err == nil {
			t.Reaches = append(t.Reaches, id)
		}
	}
	slices.Sort(t.Reaches)
	return t
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
