// Package program is the fake GitLab as a program of its own, for clients in any language: cmd/fakegitlab.
//
// It prints where GitLab is and a token for every user, then the journal as calls come. SIGHUP reads the scenario anew
// and starts over with it, or keeps what is if there is something wrong with it; SIGINT and SIGTERM stop it, within a
// second. It listens on loopback alone unless told otherwise: whoever reaches it is an administrator.
package program

import (
	"bytes"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/nearest"
)

// Main runs the program until it is told to stop, and returns its exit code: 0, 1 if it could not start, 2 for a
// mistake in the arguments.
func Main(args []string, out, errs io.Writer) int {
	signal.Ignore(syscall.SIGPIPE) // who reads the first line and goes away takes nobody's GitLab along
	caught, signals := make(chan os.Signal, 2), make(chan os.Signal, 2)
	signal.Notify(caught, syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM)
	go passOn(caught, signals)
	err := run(args, out, errs, signals)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return 0
	}
	fmt.Fprintln(errs, "fakegitlab:", err)
	if errors.As(err, new(usageError)) {
		return 2
	}
	return 1
}

// How long the end may take, all in all less than a second: for what is still in flight, for what is still to be read,
// and before nothing is waited for any more.
const (
	closingTime = 500 * time.Millisecond
	readingTime = 150 * time.Millisecond
	lastMoment  = 900 * time.Millisecond
)

// passOn passes signals on. Whatever the program is doing, it is over soon after the one that ends it.
func passOn(caught <-chan os.Signal, signals chan<- os.Signal) {
	for s := range caught {
		if s == syscall.SIGHUP {
			select {
			case signals <- s:
			default: // it will read the scenario anew in any case
			}
			continue
		}
		signal.Reset(syscall.SIGINT, syscall.SIGTERM) // a second one ends it at once
		time.AfterFunc(lastMoment, func() { os.Exit(0) })
		signals <- s
	}
}

// usageError is a mistake in the arguments.
type usageError struct{ error }

// arguments are what the command line says.
type arguments struct {
	addr, scenario, version, basePath string
	certFile, urlFile                 string
	hosts                             []string
	realTime, tls, allowRemote        bool
	quiet, schema                     bool
	start                             time.Time
	longPolling                       time.Duration
}

const defaultAddr = "127.0.0.1:8080"

func parse(args []string, errs io.Writer) (arguments, error) {
	var a arguments
	flags := flag.NewFlagSet("fakegitlab", flag.ContinueOnError)
	flags.SetOutput(errs)
	a.declare(flags)
	if err := flags.Parse(args); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			err = usageError{err}
		}
		return a, err
	}
	a.addr = cmp.Or(a.addr, defaultAddr) // an unset variable is no wish to be reached by everybody
	switch {
	case flags.NArg() > 0:
		return a, usageError{fmt.Errorf("%q is no flag", flags.Arg(0))}
	case a.realTime && !a.start.IsZero():
		return a, usageError{errors.New("-real-time has no -start-time")}
	case a.longPolling < 0:
		return a, usageError{errors.New("-long-polling cannot be negative")}
	case a.certFile != "" && !a.tls:
		return a, usageError{errors.New("-cert needs -tls")}
	}
	return a, nil
}

func (a *arguments) declare(flags *flag.FlagSet) {
	flags.StringVar(&a.addr, "addr", defaultAddr, "the `address` to listen on; port 0 is a free one")
	flags.BoolVar(&a.allowRemote, "allow-remote", false, "allow an address that other machines reach")
	flags.Func("host", "a further `name` by which the control API and the page may be called; may be repeated",
		func(name string) error { a.hosts = append(a.hosts, name); return nil })
	flags.StringVar(&a.scenario, "scenario", "",
		"the `file` with the world to start with, which SIGHUP reads anew, or a ready-made world: "+readyMadeNames())
	flags.StringVar(&a.version, "version", "17.2", "the `version` of GitLab to behave as")
	flags.Func("start-time",
		"the `time` at which the clock starts, as 2026-01-31T08:00:00Z or 2026-01-31; the default is 2024-07-01T12:00:00Z",
		func(text string) (err error) {
			a.start, err = datajson.ParseTime(text)
			return err
		})
	flags.BoolVar(&a.realTime, "real-time", false,
		"follow the machine's clock; else it stands still until somebody advances it")
	flags.Func("long-polling", "let a runner's request for a job wait so `duration`, \"50s\", when there is none",
		func(text string) (err error) {
			a.longPolling, err = datajson.ParseDuration(text) // as everywhere else a number is seconds
			return err
		})
	flags.BoolVar(&a.tls, "tls", false, "serve HTTPS")
	flags.StringVar(&a.certFile, "cert", "", "with -tls, the `file` to write the certificate to, for clients to trust")
	flags.StringVar(&a.basePath, "base-path", "", "serve GitLab under a relative URL: `/gitlab`")
	flags.StringVar(&a.urlFile, "url-file", "",
		"the `file` to write the URL to, as soon as it can be called; it is removed at the end")
	flags.BoolVar(&a.quiet, "quiet", false, "do not print the journal")
	flags.BoolVar(&a.schema, "schema", false, "print the JSON Schema of scenarios, and do nothing else")
}

// gitlab are the options that say what kind of GitLab it is.
func (a arguments) gitlab() []fakegitlab.Option {
	options := []fakegitlab.Option{fakegitlab.WithVersion(a.version)}
	switch {
	case a.realTime:
		options = append(options, fakegitlab.WithClock(time.Now))
	case !a.start.IsZero():
		options = append(options, fakegitlab.WithStartTime(a.start))
	}
	return options
}

// server are the options that say how it is reached.
func (a arguments) server(journal io.Writer) []fakegitlab.Option {
	options := []fakegitlab.Option{fakegitlab.WithControl(a.hosts...), fakegitlab.WithAddr(a.addr),
		fakegitlab.WithBasePath(a.basePath), fakegitlab.WithLongPolling(a.longPolling)}
	if !a.quiet {
		options = append(options, fakegitlab.WithJournalTo(journal))
	}
	if !a.allowRemote {
		options = append(options, fakegitlab.WithLoopbackOnly())
	}
	if a.tls {
		options = append(options, fakegitlab.WithTLS())
	}
	return options
}

// refusal is an error of the start or of a reset in the words of the command line. What GitLab would not take of the
// scenario is said with its place in the file, whose content is text.
func (a arguments) refusal(err error, text []byte) error {
	if err == nil {
		return nil
	}
	var refused *fakegitlab.ScenarioError
	if errors.As(err, &refused) && text != nil {
		if refused.Problems[0].Line == 0 { // what a GitLab of this version would not have, though the file is in order
			refused = refused.In(text)
		}
		for i := range refused.Problems {
			refused.Problems[i].File = a.scenario
		}
		return refused
	}
	if what, isRemote := strings.CutPrefix(err.Error(), "WithLoopbackOnly: "); isRemote {
		return usageError{fmt.Errorf("-addr %s, and whoever reaches the fake is an administrator; say -allow-remote if "+
			"that is meant", what)}
	}
	return err
}

type readyMade struct {
	name string
	make func() fakegitlab.Scenario
}

func readyMades() []readyMade {
	return []readyMade{{"SmallCompany", fakegitlab.SmallCompany}, {"Fleet", fakegitlab.Fleet},
		{"TokenMigration", fakegitlab.TokenMigration}, {"ThousandRunners", fakegitlab.ThousandRunners}}
}

func readyMadeNames() string {
	var names []string
	for _, world := range readyMades() {
		names = append(names, world.name)
	}
	return strings.Join(names, ", ")
}

// read reads the scenario; text is what it was read from.
func (a arguments) read() (world fakegitlab.Scenario, text []byte, err error) {
	if a.scenario == "" {
		return fakegitlab.NewScenario(), nil, nil
	}
	for _, world := range readyMades() {
		if world.name == a.scenario {
			return world.make(), nil, nil
		}
	}
	if text, err = os.ReadFile(a.scenario); err != nil {
		if meant, near := nearest.Of(a.scenario, strings.Split(readyMadeNames(), ", ")); near {
			err = fmt.Errorf("%w; did you mean %s?", err, meant)
		}
		return world, nil, err
	}
	world, err = fakegitlab.ReadScenario(bytes.NewReader(text))
	return world, text, a.refusal(err, text)
}

// run serves until a signal ends it. Nothing that it says makes it wait.
func run(args []string, out, errs io.Writer, signals <-chan os.Signal) error {
	a, err := parse(args, errs)
	if err != nil {
		return err
	}
	if a.schema {
		_, err := out.Write(fakegitlab.Schema())
		return err
	}
	said, complained := newLines(out), newLines(errs)
	defer func() {
		if lost := said.end(readingTime); lost > 0 {
			fmt.Fprintf(complained, "fakegitlab: %s not printed, because nobody read them\n", counted(lost))
		}
		complained.end(readingTime)
	}()
	return a.serve(said, complained, signals)
}

// serve serves what the arguments say until a signal ends it.
func (a arguments) serve(out, errs io.Writer, signals <-chan os.Signal) error {
	address, err := newURLFile(a.urlFile)
	if err != nil {
		return err
	}
	world, text, err := a.read()
	if err != nil {
		return err
	}
	gl, err := fakegitlab.Start(append(append(a.gitlab(), a.server(out)...), fakegitlab.WithScenario(world))...)
	if err != nil {
		return a.refusal(err, text)
	}
	defer closeInTime(gl, errs)
	if a.certFile != "" {
		if err := os.WriteFile(a.certFile, gl.CertificatePEM(), 0o644); err != nil {
			return err
		}
	}
	greet(out, gl)
	if err := address.write(gl.URL()); err != nil {
		return err
	}
	defer address.remove()
	for s := range signals {
		if s != syscall.SIGHUP {
			break
		}
		if err := a.reload(gl); err != nil {
			fmt.Fprintln(errs, "fakegitlab: the world stays as it is:", err)
			continue
		}
		fmt.Fprintln(out, "a new start")
		greet(out, gl)
	}
	return nil
}

// closeInTime closes the fake, and does not wait for requests that hang.
func closeInTime(gl *fakegitlab.Fake, errs io.Writer) {
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		gl.Close()
	}()
	late := time.NewTimer(closingTime)
	defer late.Stop()
	select {
	case <-closed:
	case <-late.C:
		fmt.Fprintln(errs, "fakegitlab: stopped without waiting for the requests in flight")
	}
}

func (a arguments) reload(gl *fakegitlab.Fake) error {
	world, text, err := a.read()
	if err != nil {
		return err
	}
	return a.refusal(gl.ResetTo(world), text)
}

// greet says, in one piece, what a client needs to know.
func greet(out io.Writer, gl *fakegitlab.Fake) {
	var text strings.Builder
	seeded := gl.Snapshot().AccessTokens // before Token makes some
	fmt.Fprintf(&text, "GitLab %s at %s\n", gl.Version(), gl.URL())
	fmt.Fprintf(&text, "API       %s\n", gl.APIURL())
	fmt.Fprintf(&text, "page      %s/-/fake/\n", gl.URL())
	for _, user := range gl.Users() {
		role := ""
		if user.Admin {
			role = "  administrator"
		}
		token := gl.Token(user.Username)
		fmt.Fprintf(&text, "token     %s  %s%s\n", token, user.Username, role)
		seeded = slices.DeleteFunc(seeded, func(t fakegitlab.AccessToken) bool { return t.Token == token })
	}
	for _, t := range seeded { // those of the scenario, with the names and scopes that it gives them
		fmt.Fprintf(&text, "token     %s  %s  %s: %s\n", t.Token, cmp.Or(t.Project, t.Group, t.User),
			cmp.Or(t.Name, "no name"), strings.Join(t.Scopes, " "))
	}
	fmt.Fprintf(&text, "register  %s  instance runners\n", gl.Settings().RegistrationToken)
	_, _ = io.WriteString(out, text.String())
}
