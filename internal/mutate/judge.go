//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
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

var failed = regexp.MustCompile(`(?m)^\s*--- FAIL: (\S+)`)

// failing is the test that fails, or the part of one: those are told after what they are part of.
func failing(printed []byte) (name string, ok bool) {
	found := failed.FindAllSubmatch(printed, -1)
	if found == nil {
		return "", false
	}
	return string(found[len(found)-1][1]), true
}

// judge lets one mutant live, for as long as no test notices. Where tests may take no more than most, which is a
// first look, who lives among others is not tried alone once more.
func judge(m mutation, binaries []*binary, most time.Duration) verdict {
	v := verdict{mutation: m, Fate: unreached}
	if m.ID == 0 {
		v.Fate = notCompiled
		return v
	}
	tried := steps(m, binaries, most)
	for _, s := range tried {
		if v.Fate, v.By = s.try(m.ID); v.Fate != survived {
			return v
		}
	}
	if most > 0 { // a first look
		return v
	}
	return v.confirmed(tried)
}

// confirmed is the verdict on a mutant that lived among others: what a process had kept of its place, from before it
// was its turn, may have kept it from being noticed.
func (v verdict) confirmed(tried []step) verdict {
	for _, s := range tried {
		if v.Fate, v.By = s.tryAlone(v.ID); v.Fate != survived {
			return v
		}
	}
	return v
}

// try has the tests try a mutant and tells what became of it, and by which test.
func (s step) try(id int) (fate, string) {
	for _, r := range s.rounds(shortest) { // they are run to their end, and most mutants are noticed by the first few
		f, by, sure := r.tryServed(id)
		if !sure {
			return s.tryAlone(id)
		}
		if f != survived {
			return f, by
		}
	}
	return survived, ""
}

// limit is what the tests may take of a processor.
func (s step) limit() time.Duration { return 2*time.Second + 8*s.took }

// tryServed has them do it in a process that has tried others, which may have left something there; or its place is
// come by once in each process, and was. Then it is not sure.
func (s step) tryServed(id int) (f fate, by string, sure bool) {
	server, err := s.of.serve()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return survived, "", false
	}
	o, printed, err := server.try(id, s.tests, s.limit())
	if err != nil {
		return survived, "", false
	}
	if !o.Failed {
		s.of.keep(server)
		return survived, "", o.Reached
	}
	name, ok := failing(printed)
	if !ok {
		server.end()
		return survived, "", false
	}
	switch o, _, err = server.try(0, []test{{Name: name}}, s.limit()); {
	case err != nil:
		return survived, "", false
	case o.Failed: // by what a mutant left
		server.end()
		return survived, "", false
	}
	s.of.keep(server)
	return killed, s.of.Package + " " + name, true
}

// tryAlone has them do it in a process of their own.
func (s step) tryAlone(id int) (fate, string) {
	for _, r := range s.rounds(time.Hour) {
		if f, by := r.of.judge(id, r.tests, r.limit()); f != survived {
			return f, by
		}
	}
	return survived, ""
}

func (b *binary) judge(id int, tests []test, limit time.Duration) (fate, string) {
	out, err := b.within(limit, tests, fmt.Sprintf("%s=%d", mutant.Variable, id))
	if errors.Is(err, errTooLong) {
		return timedOut, b.Package
	}
	if err == nil {
		return survived, ""
	}
	if name, ok := failing(out); ok {
		return killed, b.Package + " " + name
	}
	return killed, b.Package
}

// judgeAll judges the mutants in turns and tells of each that lives as soon as it is known. What it has come to when
// the context ends is what it returns.
func (o options) judgeAll(ctx context.Context, chosen []mutation, binaries []*binary,
	accepted map[string]string) []verdict {
	verdicts := make([]verdict, len(chosen))
	judged := make([]bool, len(chosen))
	defer func() {
		for _, b := range binaries {
			b.closeAll()
		}
	}()
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
