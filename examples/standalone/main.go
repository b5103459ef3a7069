// Standalone serves a fake GitLab to programs in any language, with the control API and the page of WithControl on.
//
//	go run ./examples/standalone -addr 127.0.0.1:8080 -scenario examples/fixtures/two_teams.json -version 17.2 -real-time
//
// It prints where GitLab is and a token for every user, then the journal as calls come. SIGHUP reads the scenario anew
// and starts over with it, or keeps what is if there is something wrong with it; SIGINT and SIGTERM stop it. It listens
// on loopback alone unless told otherwise: whoever reaches it is an administrator.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/fakegitlab/fakegitlab"
)

func main() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGHUP, syscall.SIGINT, syscall.SIGTERM)
	err := run(os.Args[1:], os.Stdout, os.Stderr, signals)
	var usage usageError
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
	case errors.As(err, &usage):
		fmt.Fprintln(os.Stderr, "standalone:", err)
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "standalone:", err)
		os.Exit(1)
	}
}

// usageError is a mistake in the arguments.
type usageError struct{ error }

// arguments are what the command line says.
type arguments struct {
	addr, scenario, version, basePath, certFile string
	realTime, tls, allowRemote                  bool
	start                                       time.Time
	longPolling                                 time.Duration
}

func parse(args []string, errs io.Writer) (arguments, error) {
	var a arguments
	flags := flag.NewFlagSet("standalone", flag.ContinueOnError)
	flags.SetOutput(errs)
	flags.StringVar(&a.addr, "addr", "127.0.0.1:8080", "the `address` to listen on; port 0 is a free one")
	flags.BoolVar(&a.allowRemote, "allow-remote", false, "allow an address that other machines reach")
	flags.StringVar(&a.scenario, "scenario", "", "the `file` with the world to start with, which SIGHUP reads anew, "+
		"or a ready-made world: SmallCompany, Fleet, TokenMigration or ThousandRunners")
	flags.StringVar(&a.version, "version", "17.2", "the `version` of GitLab to behave as")
	const startTime = "the `time` at which the clock starts, as 2026-01-31T08:00:00Z; the default is 2024-07-01T12:00:00Z"
	flags.Func("start-time", startTime, func(text string) (err error) {
		a.start, err = time.Parse(time.RFC3339, text)
		return err
	})
	flags.BoolVar(&a.realTime, "real-time", false,
		"follow the machine's clock; else it stands still until somebody advances it")
	flags.DurationVar(&a.longPolling, "long-polling", 0,
		"let a runner's request for a job wait so `long`, \"50s\", when there is none")
	flags.BoolVar(&a.tls, "tls", false, "serve HTTPS")
	flags.StringVar(&a.certFile, "cert", "", "with -tls, the `file` to write the certificate to, for clients to trust")
	flags.StringVar(&a.basePath, "base-path", "", "serve GitLab under a relative URL: `/gitlab`")
	if err := flags.Parse(args); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			err = usageError{err}
		}
		return a, err
	}
	switch {
	case flags.NArg() > 0:
		return a, usageError{fmt.Errorf("%q is no flag", flags.Arg(0))}
	case !a.allowRemote && !isLoopback(a.addr):
		return a, usageError{fmt.Errorf("%s may be reached by other machines, "+
			"and whoever reaches the fake is an administrator; say -allow-remote if that is meant", a.addr)}
	case a.realTime && !a.start.IsZero():
		return a, usageError{errors.New("-real-time has no -start-time")}
	case a.longPolling < 0:
		return a, usageError{errors.New("-long-polling cannot be negative")}
	case a.certFile != "" && !a.tls:
		return a, usageError{errors.New("-cert needs -tls")}
	}
	return a, nil
}

// isLoopback reports whether only this machine reaches the address.
func isLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return true // and listening on it fails
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
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
	options := []fakegitlab.Option{fakegitlab.WithControl(), fakegitlab.WithAddr(a.addr),
		fakegitlab.WithBasePath(a.basePath),
		fakegitlab.WithJournalTo(journal), fakegitlab.WithLongPolling(a.longPolling)}
	if a.tls {
		options = append(options, fakegitlab.WithTLS())
	}
	return options
}

// located says of what GitLab would not take of the scenario where it stands in its file, whose content is text.
func (a arguments) located(err error, text []byte) error {
	var refused *fakegitlab.ScenarioError // what a GitLab of this version would not have, though the file is in order
	if errors.As(err, &refused) {
		return fmt.Errorf("%s: %w", a.scenario, refused.In(text))
	}
	return err
}

// read reads the scenario; text is what it was read from.
func (a arguments) read() (world fakegitlab.Scenario, text []byte, err error) {
	switch a.scenario {
	case "":
		return fakegitlab.NewScenario(), nil, nil
	case "SmallCompany":
		return fakegitlab.SmallCompany(), nil, nil
	case "Fleet":
		return fakegitlab.Fleet(), nil, nil
	case "TokenMigration":
		return fakegitlab.TokenMigration(), nil, nil
	case "ThousandRunners":
		return fakegitlab.ThousandRunners(), nil, nil
	}
	if text, err = os.ReadFile(a.scenario); err != nil {
		return world, nil, err
	}
	if world, err = fakegitlab.ReadScenario(bytes.NewReader(text)); err != nil {
		err = fmt.Errorf("%s: %w", a.scenario, err)
	}
	return world, text, err
}

// run serves until a signal ends it.
func run(args []string, out, errs io.Writer, signals <-chan os.Signal) error {
	a, err := parse(args, errs)
	if err != nil {
		return err
	}
	world, text, err := a.read()
	if err != nil {
		return err
	}
	gl, err := fakegitlab.Start(append(append(a.gitlab(), a.server(out)...), fakegitlab.WithScenario(world))...)
	if err != nil {
		return a.located(err, text)
	}
	defer gl.Close()
	if a.certFile != "" {
		if err := os.WriteFile(a.certFile, gl.CertificatePEM(), 0o644); err != nil {
			return err
		}
	}
	greet(out, gl)
	for s := range signals {
		if s != syscall.SIGHUP {
			break
		}
		if err := reload(gl, a); err != nil {
			fmt.Fprintln(errs, "standalone: the world stays as it is:", err)
			continue
		}
		fmt.Fprintln(out, "a new start")
		greet(out, gl)
	}
	signal.Reset(syscall.SIGINT, syscall.SIGTERM) // a second one does not wait for requests in flight
	return nil
}

func reload(gl *fakegitlab.Fake, a arguments) error {
	world, text, err := a.read()
	if err != nil {
		return err
	}
	return a.located(gl.ResetTo(world), text)
}

// greet says, in one piece, what a client needs to know.
func greet(out io.Writer, gl *fakegitlab.Fake) {
	var text strings.Builder
	fmt.Fprintf(&text, "GitLab %s at %s\n", gl.Version(), gl.URL())
	fmt.Fprintf(&text, "API       %s\n", gl.APIURL())
	fmt.Fprintf(&text, "page      %s/-/fake/\n", gl.URL())
	for _, user := range gl.Users() {
		role := ""
		if user.Admin {
			role = "  administrator"
		}
		fmt.Fprintf(&text, "token     %s  %s%s\n", gl.Token(user.Username), user.Username, role)
	}
	fmt.Fprintf(&text, "register  %s  instance runners\n", gl.Settings().RegistrationToken)
	_, _ = io.WriteString(out, text.String())
}
