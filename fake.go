// Package fakegitlab is a GitLab for tests of programs that use its runners, pipelines and repositories: a server in
// the test's own process that speaks REST, GraphQL and git, with a real state machine behind it.
//
// # Start
//
//	gl := fakegitlab.New(t)
//
// is a GitLab 17.2 on a free port, closed when the test ends. Point the code under test at gl.APIURL() or gl.URL(). It
// starts with one user, the administrator root, and nothing else; each fake is a world of its own, so tests may run in
// parallel, by the thousand.
//
// # Seed
//
// Plain structs say what exists. They are checked by the rules that requests are checked by, and come back filled in:
//
//	gl.AddUser(fakegitlab.User{Username: "mia"})
//	gl.AddProject(fakegitlab.Project{Path: "acme/shop", Members: fakegitlab.Members{"mia": fakegitlab.Maintainer}})
//	r := gl.AddRunner(fakegitlab.Runner{Projects: []string{"acme/shop"}, Tags: []string{"linux"}})
//
// Whole worlds are a [Scenario], built in Go or read from JSON ([ReadScenario]), and Update… and Delete… change the
// world while the code under test runs.
//
// # Speak
//
// gl.Token("mia") is an access token, gl.ClientAs("mia") a client that sends it. What the user may do is what GitLab
// lets a user of that role do; who may not is refused with GitLab's status and words.
//
// # Fail
//
// Any call can be made to fail, by its name in GitLab's documentation:
//
//	gl.Inject(fakegitlab.Failure{Endpoint: fakegitlab.DeleteRunner, Status: 503, Times: 1})
//	gl.Inject(fakegitlab.RegistrationDisabled()) // POST /runners: 410
//
// # Assert
//
// on the world, on the calls, or on both:
//
//	gl.AssertRunnerGone(t, r.ID)
//	gl.AssertCalled(t, fakegitlab.DeleteRunner, fakegitlab.By("mia"), fakegitlab.Times(2))
//
// When a test fails, its log has the journal: every call, who made it, what came of it and, for a refusal, the rule.
//
// # Time
//
// The fake's clock stands still until [Fake.Advance] moves it; being online or stale, the age of everything and the
// death of tokens all follow that one clock.
//
// # More
//
// A program that takes jobs finds a whole GitLab, too: [Fake.AddJob] says what is to be done and [Fake.JobRun] shows
// what becomes of it. A push, [Fake.Commit] and [Fake.AddPipeline] make pipelines of a .gitlab-ci.yml. [Sweep] runs a
// test once for every way in which one of its calls can fail. [WithVersion] makes the fake another GitLab,
// [WithInMemoryNetwork] lets it do without sockets, [WithPage] shows it in a browser, and [WithControl] lets programs
// in any language use it.
package fakegitlab

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/faults"
	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlab"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/journal"
	"github.com/fakegitlab/fakegitlab/internal/outside"
	"github.com/fakegitlab/fakegitlab/internal/plain"
	"github.com/fakegitlab/fakegitlab/internal/traffic"
	"github.com/fakegitlab/fakegitlab/internal/webhooks"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// TB is the part of testing.TB that the fake uses; *testing.T, *testing.B, *testing.F and GinkgoT() satisfy it.
type TB interface {
	Helper()
	Cleanup(func())
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
	FailNow()
	Failed() bool
	Name() string
}

// The order of all locks of a fake. Who holds one may take those below and to the right of it, and no other:
//
//	initial.mu                      during a whole Reset
//	  the state's, by world.Visit   of the state in use or, in a Reset, of the one that is still being made
//	    faults.mu                   in a Reset, and by itself
//	      Held.mu
//	    addedRoutes.mu              in a Reset, and by itself
//	    the one of internal/journal in a Reset, and by itself
//	    rest's foundRoutes.mu       for OPTIONS, and by itself
//	    clock.mu                    for every time
//	    those of internal/webhooks  at the end of a visit, in a Reset, and by themselves
//	    those of internal/githttp   at the beginning of a clone or fetch, and by themselves
//	    the one of outside.Folder   likewise, in a Reset, and by itself
//	InFlight.mu and Door.mu of internal/traffic, ending.mu, news.mu: each by itself alone
//
// Functions of the test (hooks, conditions, handlers, changes, invariants) run with none of them held, so that they
// may use the fake. There are two exceptions, which may not and are given up when they do: the clock of WithClock is
// asked with whatever stands above clock.mu held, the writer of WithJournalTo is written to by one call at a time.
// Close holds its Once while it waits for the requests in flight.

// Fake is one GitLab. Its methods may be called by several goroutines at once.
//
// A mistake in a call to it (a name that stands for nothing, a change that GitLab could not make) fails the test at
// once and says what would have been right; on a Fake that [Start] returned, it panics.
type Fake struct {
	tb      TB // outside.NoTest without a test
	options options
	initial initial
	version gitlabversion.Version
	clock   *outside.Clock
	state   *world.State
	log     journal.Lazy[Call, sentHeads]
	faults  faults.Set[Call, Failure]
	lost    lostJobs
	courier *webhooks.Courier
	files   outside.Folder
	site    front.Site
	added   front.AddedRoutes // by Handle

	network network
	lines   *outside.Lines // for WithJournalTo; nil without it
	closing chan struct{}  // closed by Close: whoever waits, let go
	close   sync.Once
	flight  traffic.InFlight
	news    outside.News

	ending struct {
		mu         sync.Mutex
		noticed    []string // problems that were noticed on the way
		invariants []invariant
		begun      string      // where in the test this fake did: "New at op_test.go:12"; "" if unknown
		asking     atomic.Bool // whether the invariants hold
	}
}

// invariant is what must hold at the end of a test; the name completes "it does not hold that ...".
type invariant struct {
	name  string
	check func(*Fake) error
	at    string // where in the test it was said
}

// Option changes how a fake starts. Of the same option twice the last counts, so that a test may overrule the options
// that it shares with others; two that contradict each other fail the start.
type Option func(*options)

// What takes much code is here as a function, so that Go's linker leaves it out of the tests that do not ask for it.
type options struct {
	scenario       *Scenario
	scenarioFile   func(*Fake) error // seeds what is in a file in place of scenario
	version        string
	start          *time.Time
	clock          func() time.Time
	inMemory       bool
	tls            func(*httptest.Server) // starts a server with TLS; nil: without
	addr           string
	loopbackOnly   bool
	basePath       string
	unknownAllowed bool
	unusedAllowed  bool
	ignoredRefused bool
	mistakes       []string // options that make no sense
	longPolling    time.Duration
	workers        bool
	control        func(*Fake, http.ResponseWriter, *http.Request) bool // whether it has answered
	controlHosts   []string
	wholeControl   bool        // not only what the page needs
	look           func(*Fake) // lets a person look at a failed test; nil without a page
	journalTo      *outside.Writer
	journalLimit   int
	journalBytes   int64
	closeWithin    time.Duration // how long Close waits for what does not end
	webhookClient  *http.Client
	patience       time.Duration // how long functions of the test may take in the middle of a call
}

// initial is the scenario that a Reset starts from, nil for none.
type initial struct {
	mu       sync.Mutex // held during a Reset: of two, each is whole
	scenario *Scenario
}

// WithScenario seeds the fake, before its first request and at every Reset. Of two the last alone counts.
func WithScenario(s Scenario) Option {
	return func(o *options) { o.scenario, o.scenarioFile = &s, nil }
}

// WithVersion makes the fake behave as that version of GitLab: "17.2" (the default), "16.11", "18.0", ... "17" is
// "17.0", and of "17.2.1-ee" what follows the minor version does not matter. A version that is not supported fails the
// start and lists those that are. docs/versions.md tells what differs.
func WithVersion(version string) Option { return func(o *options) { o.version = version } }

// WithLongPolling has a runner's request for a job wait up to d, in real time (or a synctest bubble's), when there is
// nothing new for it since the X-GitLab-Last-Update that it sends. Any change that may give it a job, Close, and the
// end of the request let it go at once, as does the end of d: with 204 and no X-GitLab-Last-Update, whichever it was.
// It is the next request that gets the job. A request that has waited counts as no contact of the runner: it has been
// answered by Workhorse, GitLab's outer server, which lets wait what is JSON and no form. The default, 0, answers at
// once, as a newly installed GitLab does (https://docs.gitlab.com/ci/runners/long_polling/).
func WithLongPolling(d time.Duration) Option {
	return func(o *options) {
		if o.longPolling = d; d < 0 {
			o.mistaken("WithLongPolling(%s): a time to wait is not negative", d)
		}
	}
}

// WithTLS serves HTTPS, with HTTP/2. Client trusts the certificate, which is for 127.0.0.1, ::1 and example.com.
func WithTLS() Option { return func(o *options) { o.tls = (*httptest.Server).StartTLS } }

// WithBasePath puts GitLab under a relative URL, such as "/gitlab".
func WithBasePath(prefix string) Option {
	return func(o *options) { o.basePath = "/" + strings.Trim(prefix, "/") }
}

// basePathPattern is a relative URL that needs no encoding, or none at all.
var basePathPattern = regexp.MustCompile(`^(/[\w.~-]+)*/?$`)

// WithInMemoryNetwork does without sockets: only Client and DialContext reach the fake. It is many times faster, and
// it works inside a testing/synctest bubble. URL is "http://fakegitlab.test", which no other client resolves.
func WithInMemoryNetwork() Option { return func(o *options) { o.inMemory = true } }

// WithUnknownEndpoints says whether calls to endpoints that nothing serves are fine, and GraphQL's questions for fields
// that GitLab has and the fake has not. By default each is an error of the test. They are answered with GitLab's 404,
// and the fields as those that GitLab has not, either way. An endpoint that GitLab has, but not yet in the version that
// is followed, is no error: its call is recorded as one of that endpoint, with the version that brings it as the
// reason, so that ForEachVersion can test a client that falls back on the 404.
func WithUnknownEndpoints(allow bool) Option { return func(o *options) { o.unknownAllowed = allow } }

// WithUnusedFailures says whether it is fine that an injected Failure never fired, that a function of Before or After
// never ran, that a Hold never held a request or never let it go, that a NextID or NextToken was never used, and that
// what a JobRun arranged (CancelAt ...) never happened. By default each is an error of the test.
func WithUnusedFailures(allow bool) Option { return func(o *options) { o.unusedAllowed = allow } }

// WithIgnoredParams says whether it is fine that a call has a parameter that nothing reads, as GitLab drops it without
// a word. By default it is, and the journal says so; with false each such call is an error of the test.
func WithIgnoredParams(allow bool) Option { return func(o *options) { o.ignoredRefused = !allow } }

// mistaken notes that an option makes no sense, which keeps the fake from starting.
func (o *options) mistaken(format string, args ...any) {
	o.mistakes = append(o.mistakes, fmt.Sprintf(format, args...))
}

// WithJournalTo writes each call's line of Journal to w when the call ends. w need not be safe for concurrent use; the
// errors that it returns are passed over. It must not use the fake: a w that panics, or keeps a line waiting for two
// seconds, is not written to again, and that is an error of the test.
func WithJournalTo(w io.Writer) Option {
	lines := outside.NewWriter(w) // one for all the fakes that Sweep or ForEachVersion starts with the option
	return func(o *options) {
		if o.journalTo = lines; w == nil {
			o.mistaken("WithJournalTo(nil): there is no writer")
		}
	}
}

// defaultJournalLimit is room for what a test says of its calls, and an end to what hours of load leave behind.
const defaultJournalLimit = 10_000

// defaultJournalBytes is what no test comes near to, however large the artifacts that it moves.
const defaultJournalBytes = 64 << 20

// WithJournalBytes makes the journal take no more than n bytes, bodies and all; 0 sets no limit. The default is 64
// MiB. Beyond it the oldest calls lose their bodies and parameters, and when none has any more, the oldest are
// dropped; calls that nothing serves go last, and are still counted. An assertion that would have to know what was
// dropped fails and says so. n cannot be negative.
func WithJournalBytes(n int64) Option { return func(o *options) { o.journalBytes = n } }

// WithJournalLimit makes the journal keep no more than the last n calls; 0 keeps all. The default is 10,000, which is
// some 20 MB when answers are of usual size. Calls that nothing serves are kept whatever this limit, unless
// WithUnknownEndpoints allows them; WithJournalBytes limits them, too. An assertion that would have to know of calls
// that were dropped (none, at most, exactly, all) fails and says so.
func WithJournalLimit(n int) Option {
	return func(o *options) {
		if o.journalLimit = n; n < 0 {
			o.mistaken("WithJournalLimit(%d): a limit is 1 or more, or 0 for none", n)
		}
	}
}

// New starts a fake for a test, a GitLab 17.2 on a free port with nobody in it but the administrator root unless the
// options say otherwise, and closes it at the test's end. It then reports [Fake.Problems], all in one error of
// the test; if there are some, or the test has failed already, it logs the journal first. A fake that cannot start
// fails the test.
func New(tb TB, opts ...Option) *Fake {
	if tb == nil {
		panic("fakegitlab: New(nil): there is no test; Start is for a fake without one")
	}
	tb.Helper()
	f, err := start(tb, opts)
	if err != nil {
		tb.Errorf("fakegitlab: %v", err)
		tb.FailNow()
	}
	f.ending.begun = faults.Planted{At: place()}.Place("New")
	f.sayPage()
	tb.Cleanup(func() {
		tb.Helper()
		if f.options.look != nil {
			f.options.look(f)
		} else if tb.Failed() && outside.WantsToKeep() {
			tb.Logf("fakegitlab: %s keeps the fakes that New is given WithPage() for", outside.KeepVariable)
		}
		f.Close()
		f.report()
	})
	return f
}

// Start starts a fake without a test: in TestMain, or in a program. The caller closes it. Nothing is reported at its
// end, and misuse that would fail a test panics instead.
func Start(opts ...Option) (*Fake, error) { return start(outside.NoTest{}, opts) }

func start(tb TB, opts []Option) (*Fake, error) {
	f := &Fake{tb: tb, closing: make(chan struct{}),
		options: options{version: gitlabversion.Default, journalLimit: defaultJournalLimit,
			journalBytes: defaultJournalBytes, closeWithin: closeWithin, patience: outside.Patience}}
	for i, o := range opts {
		if o == nil {
			return nil, fmt.Errorf("option %d is nil", i+1)
		}
		o(&f.options)
	}
	if err := f.options.check(); err != nil {
		return nil, err
	}
	var err error
	if f.version, err = gitlabversion.Parse(f.options.version); err != nil {
		return nil, err
	}
	start := defaultStartTime()
	if f.options.start != nil {
		start = *f.options.start
	}
	f.clock = outside.NewClock(start, f.options.clock, f.options.patience, f.notice)
	f.clock.Now()
	if noticed := f.noticed(); len(noticed) > 0 { // with such a clock nothing would be as it should
		return nil, errors.New(noticed[0])
	}
	if f.options.journalTo != nil {
		f.lines = f.options.journalTo.Lines(f.options.patience, f.notice)
	}
	f.prepare()
	if err := f.seedInitial(); err != nil {
		return nil, err
	}
	if err := f.listen(); err != nil {
		return nil, err
	}
	return f, nil
}

// check refuses options that cannot be, and brings the others into their form.
func (o *options) check() error {
	switch {
	case len(o.mistakes) > 0:
		return errors.New(strings.Join(o.mistakes, "\n"))
	case !basePathPattern.MatchString(o.basePath):
		return fmt.Errorf("WithBasePath(%q): that is no path of a URL, such as /gitlab", o.basePath)
	case o.clock != nil && o.start != nil:
		return errors.New("WithClock and WithStartTime: who follows a clock starts at what it says; choose one")
	case o.inMemory && o.addr != "":
		return fmt.Errorf("WithAddr(%q) and WithInMemoryNetwork: without sockets there is no address; choose WithAddr for "+
			"programs outside of the test, WithInMemoryNetwork for Client and DialContext alone", o.addr)
	case o.journalBytes < 0:
		return fmt.Errorf("WithJournalBytes(%d): a journal takes no negative number of bytes; 0 sets no limit",
			o.journalBytes)
	case !o.inMemory && outside.InBubble():
		return errors.New("in a testing/synctest bubble a fake with sockets hangs, as the bubble's time stands still " +
			"while anybody waits for a socket; give New the option WithInMemoryNetwork()")
	}
	o.addr, o.basePath = cmp.Or(o.addr, defaultAddr), strings.TrimSuffix(o.basePath, "/")
	return nil
}

// prepare makes the fake's parts, which know of each other by functions alone.
func (f *Fake) prepare() {
	f.state = world.New(f.version, f.clock.Now, front.Around())
	world.ServeAt(f.state, f.URL)
	f.tellWebhooks()
	f.site.State, f.site.BasePath = f.state, f.options.basePath
	f.site.LongPolling, f.site.Closing = f.options.longPolling, f.closing
	f.site.Added = f.added.Lookup
	f.site.Files = &f.files
	f.site.Meant = func(method, path string) string {
		return gitlab.Unserved(method, path, world.WordsOf(f.Endpoints()...))
	}
	gitlab.Serve(&f.site)
	f.log.Limit(f.options.journalLimit, func(c Call) bool {
		return f.strayed(c) || f.options.ignoredRefused && len(c.IgnoredParams) > 0
	})
	f.log.LimitWeight(journal.Weight[Call]{Limit: f.options.journalBytes,
		Size: func(c Call) int64 { return c.text().Weight() }, Shed: func(c Call) Call { return Call(c.text().Shed()) }})
	f.faults.LastCall, f.faults.Seen = f.log.Last, seenIn
	f.faults.Copy, f.faults.Apart = cloneCall, outside.Apart
}

func (f *Fake) isClosed() bool {
	select {
	case <-f.closing:
		return true
	default:
		return false
	}
}

// Reset puts the state, the clock, the journal, the failures and what Handle added back to how they were after the
// start, the scenario of WithScenario included, and the fake back on its network (Up). What Token and ClientAs
// returned before stays good, as long as there is such a user. What went unnoticed until then, such as a failure that
// never fired, is forgotten and not reported.
func (f *Fake) Reset() {
	f.tb.Helper()
	if err := f.reset(nil); err != nil { // it could be seeded at the start
		f.misuse("Reset: %v", err)
	}
}

// ResetTo is Reset to another scenario, which takes the place of WithScenario's from now on. If the scenario cannot be
// seeded, the error says why and nothing has changed.
func (f *Fake) ResetTo(s Scenario) error {
	s = plain.Clone(s)
	return f.reset(&s)
}

// reset resets to a scenario, nil for that of the last time.
func (f *Fake) reset(s *Scenario) error {
	if err := f.openProblem(); err != nil {
		return err
	}
	defer f.news.Tell()
	f.initial.mu.Lock()
	defer f.initial.mu.Unlock()
	if err := f.up(); err != nil {
		return err
	}
	if s == nil {
		s = f.initial.scenario
	}
	fresh := world.New(f.version, f.clock.First, front.Around())
	world.ServeAt(fresh, f.URL)
	if s != nil {
		if err := enter(fresh, *s); err != nil {
			return err
		}
	}
	f.initial.scenario = s
	world.Visit(f.state, func() { // before the journal begins anew: what is recorded then is answered by the new world
		f.clock.Reset()
		f.faults.Clear()
		f.lost.clear()
		f.added.Clear()
		f.forgetNoticed()
		f.log.Reset()
		f.courier.Forget()
		f.files.Empty()
		world.Replace(f.state, fresh, f.clock.Now)
	})
	return nil
}

// Version is the version of GitLab that the fake follows: "17.2".
func (f *Fake) Version() string { return f.version.String() }

// misuse fails the test at once or, without a test, panics. It is for the goroutine of the test alone, never for a
// handler.
func (f *Fake) misuse(format string, args ...any) {
	f.tb.Helper()
	f.tb.Errorf("fakegitlab: "+format, args...)
	f.tb.FailNow()
}

// ownPackage is the import path of this package.
var ownPackage = reflect.TypeFor[Fake]().PkgPath()

// place is where in the test the fake is called: "op_test.go:113"; "" if that cannot be known.
func place() string { return outside.Place(ownPackage) }
