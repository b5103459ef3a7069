//go:build unix

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// options are what the command line says.
type options struct {
	packages, tests []string
	sample          int
	seed            string
	only            *regexp.Regexp
	keys            map[string]bool // nil is any
	with, without   *regexp.Regexp
	dir             string
	workers         int
	slowest, most   time.Duration
	list            bool
}

func main() {
	o, err := read(os.Args[1:])
	if err == nil {
		err = o.run()
	}
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(args []string) (options, error) {
	var o options
	var packages, tests, only, keys, with, without string
	flags := flag.NewFlagSet("mutate", flag.ContinueOnError)
	flags.StringVar(&packages, "packages", "policy,page,params,world,graphql,rest",
		"the `rooms` of internal/ that are broken")
	flags.StringVar(&tests, "tests", "policy,page,params,world,front,graphql,rest,conformance,.",
		"the `rooms` whose tests may notice, the quickest first; . is the root")
	flags.IntVar(&o.sample, "sample", 0, "how many mutants of each package are tried; 0 is all")
	flags.StringVar(&o.seed, "seed", "1", "which ones these are")
	flags.StringVar(&only, "run", "", "only those mutants whose key matches this `expression`")
	flags.StringVar(&keys, "keys", "", "only those mutants whose keys are in this `file`, as a first look prints them")
	flags.StringVar(&with, "with", "", "only tests whose name matches this `expression`: whether new ones notice")
	flags.StringVar(&without, "without", "", "no tests whose name matches this `expression`")
	flags.StringVar(&o.dir, "dir", "", "a `folder` for what is built, kept for the next time; without it all is made anew")
	flags.IntVar(&o.workers, "workers", runtime.NumCPU(), "how many mutants are tried at once")
	flags.DurationVar(&o.slowest, "slowest", 3*time.Second, "tests without parts that take longer, alone, are left out")
	flags.DurationVar(&o.most, "most", 0, "what tests of a room may take for one mutant; 0 is any time")
	flags.BoolVar(&o.list, "list", false, "print the mutants instead of trying them")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	var err error
	o.packages, o.tests = rooms(packages), rooms(tests)
	if o.only, err = regexp.Compile(only); err != nil {
		return o, err
	}
	if o.keys, err = readKeys(keys); err != nil {
		return o, err
	}
	if o.with, err = regexp.Compile(with); err != nil {
		return o, err
	}
	o.without, err = regexp.Compile(without)
	return o, err
}

func rooms(list string) []string {
	var folders []string
	for _, name := range strings.Split(list, ",") {
		if name == "." {
			folders = append(folders, "")
			continue
		}
		folders = append(folders, "internal/"+name)
	}
	return folders
}

func (o options) run() error {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", modulePath).Output()
	if err != nil {
		return fmt.Errorf("go list -m %s: %w", modulePath, err)
	}
	root := strings.TrimSpace(string(out))
	accepted, err := readAccepted(filepath.Join(root, "internal/mutate/equivalent.txt"))
	if err != nil {
		return err
	}
	if o.dir == "" {
		if o.dir, err = os.MkdirTemp("", "mutate"); err != nil {
			return err
		}
		defer os.RemoveAll(o.dir)
	}
	if err := os.MkdirAll(o.dir, 0o700); err != nil {
		return err
	}
	b := &breaker{root: root, work: o.dir, packages: o.packages}
	if o.list {
		return o.print(b)
	}
	paths, err := b.build(o.tests)
	if err != nil {
		return err
	}
	binaries, err := o.learn(root, paths, b.files())
	if err != nil {
		return err
	}
	// Whoever interrupts it is told what it has come to, for which all tests that are under way are waited for.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	verdicts := o.judgeAll(ctx, o.chosen(b.mutations), binaries, accepted)
	table(os.Stdout, verdicts)
	return o.conclude(verdicts, stale(accepted, b.mutations))
}

// print lists the mutants, among which are those that will turn out not to compile.
func (o options) print(b *breaker) error {
	if err := b.listExports(); err != nil {
		return err
	}
	if _, err := b.rewrite(); err != nil {
		return err
	}
	for _, m := range o.chosen(b.mutations) {
		fmt.Printf("%s:%d: %s\n", m.File, m.Line, m.Key())
	}
	return nil
}

func (o options) chosen(all []mutation) []mutation {
	var matching []mutation
	for _, m := range all {
		if o.only.MatchString(m.Key()) && (o.keys == nil || o.keys[m.Key()]) {
			matching = append(matching, m)
		}
	}
	return sample(matching, o.sample, o.seed)
}

func (o options) learn(root string, paths map[string]string, files map[string][]int) ([]*binary, error) {
	scratch := filepath.Join(o.dir, "tmp")
	if err := os.MkdirAll(scratch, 0o700); err != nil {
		return nil, err
	}
	var binaries []*binary
	for _, folder := range o.tests {
		b := &binary{Package: folder, path: paths[folder], dir: filepath.Join(root, folder), work: scratch,
			idle: make(chan *server, o.workers), files: files}
		if err := b.learn(o); err != nil {
			return nil, err
		}
		binaries = append(binaries, b)
	}
	return binaries, nil
}

// conclude is an error if a mutant lives that nobody has accepted, or one is accepted that there is no more.
func (o options) conclude(verdicts []verdict, gone []string) error {
	lives := 0
	for _, v := range verdicts {
		if v.Fate == survived || v.Fate == unreached {
			lives++
		}
	}
	if len(gone) > 0 {
		return fmt.Errorf("internal/mutate/equivalent.txt has mutants that there are no more:\n\t%s",
			strings.Join(gone, "\n\t"))
	}
	if lives > 0 {
		return fmt.Errorf("%d mutants live: each needs a test that notices, or a sentence in "+
			"internal/mutate/equivalent.txt", lives)
	}
	return nil
}
