package fakegitlab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/outside"
)

// asked sends a request as the administrator and returns the status, or 0 and the error.
func asked(gl *Fake, method, path, body string) (int, error) {
	r, err := http.NewRequest(method, gl.APIURL()+path, strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := gl.ClientAs("root").Do(r)
	if err != nil {
		return 0, err
	}
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode, res.Body.Close()
}

// What never happened says why, and where in the test it was arranged.
func TestWhyItNeverHappened(t *testing.T) {
	get := func(gl *Fake, path string) { _, _ = asked(gl, "GET", path, "") }
	for name, c := range map[string]struct {
		do   func(*Fake)
		want string
	}{
		"an earlier Failure answered": {func(gl *Fake) {
			gl.Inject(Failure{Endpoint: "* /version", Status: 503})
			gl.Inject(InternalError(GetVersion))
			get(gl, "/version")
		}, "the injected Failure of GET /version never fired; #1 met an earlier Failure, injected at x_test.go:1 (injected at x_test.go:1)"},
		"an earlier one, several times": {func(gl *Fake) {
			gl.Inject(Slow("* /version", time.Nanosecond))
			gl.Inject(InternalError(GetVersion))
			for range 3 {
				get(gl, "/version")
			}
		}, "the injected Failure of GET /version never fired; #1 met an earlier Failure, injected at x_test.go:1, and so did 2 more (injected at x_test.go:1)"},
		"an earlier one, and After": {func(gl *Fake) {
			gl.Inject(Failure{Endpoint: "* /version", Status: 503, Times: 1})
			gl.Inject(Failure{Endpoint: GetVersion, Status: 500, After: 2})
			get(gl, "/version")
			get(gl, "/version")
		}, "the injected Failure of GET /version never fired; After lets 2 matching calls through first, and only 1 came to it; " +
			"#1 met an earlier Failure, injected at x_test.go:1 (injected at x_test.go:1)"},
		"too late": {func(gl *Fake) {
			get(gl, "/version")
			gl.Inject(InternalError(GetVersion))
		}, "the injected Failure of GET /version never fired; that was called (#1), but not while it was there (injected at x_test.go:1)"},
		"a later one is no excuse": {func(gl *Fake) {
			gl.Inject(Failure{Endpoint: GetVersion, Status: 500, After: 2})
			gl.Inject(Failure{Endpoint: "* /version", Status: 503, Times: 1})
			get(gl, "/version")
		}, "the injected Failure of GET /version never fired; After lets 2 matching calls through first, and only 1 came (injected at x_test.go:1)"},
		"the journal was cleared": {func(gl *Fake) {
			gl.Inject(Failure{Endpoint: "* /version", Status: 503})
			gl.Inject(InternalError(GetVersion))
			get(gl, "/version")
			gl.ClearCalls()
		}, "the injected Failure of GET /version never fired; that was not called, as far as the journal knows (injected at x_test.go:1)"},
		"Before": {func(gl *Fake) { gl.Before(GetVersion, func(Call) {}) },
			"Before(GET /version) at x_test.go:1 never ran; that was not called"},
		"After": {func(gl *Fake) {
			gl.After(GetVersion, func(Call) {}, Status(404))
			get(gl, "/version")
		}, "After(GET /version with Status(404)) at x_test.go:1 never ran; no call met its conditions"},
		"a call that ended before its turn": {func(gl *Fake) {
			gl.Inject(Slow(GetVersion, time.Hour))
			gl.After(GetVersion, func(Call) {})
			ctx, cancel := context.WithCancel(context.Background())
			gl.Before(GetVersion, func(Call) { cancel() })
			req, err := http.NewRequestWithContext(ctx, "GET", gl.APIURL()+"/version", nil)
			require.NoError(t, err)
			_, err = gl.Client().Do(req)
			require.ErrorIs(t, err, context.Canceled)
			_, err = gl.WaitForCall(context.Background(), GetVersion)
			require.NoError(t, err)
		}, "After(GET /version) at x_test.go:1 never ran; #1 came, but it ended before its turn or met the conditions only later"},
		"a hook taken back": {func(gl *Fake) {
			gl.Before(GetVersion, func(Call) {})()
			get(gl, "/version")
		}, "Before(GET /version) at x_test.go:1 never ran; that was called (#1), but not while it was there"},
		"Hold": {func(gl *Fake) { gl.Hold(GetVersion) }, "Hold(GET /version) at x_test.go:1 never held a request"},
		"Invariant": {func(gl *Fake) {
			gl.Invariant("two is odd", func(*Fake) error { return errors.New("it is even") })
		}, "it does not hold that two is odd: it is even (Invariant at x_test.go:1)"},
		"Handle": {func(gl *Fake) {
			gl.Handle("GET /x", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("no x") }))
			get(gl, "/x")
		}, "the handler of GET /x (Handle at x_test.go:1) panicked: no x (x_test.go:1)"},
		"Before that panics": {func(gl *Fake) {
			gl.Before(GetVersion, func(Call) { panic("boo") })
			broken(t, gl)
		}, "the function of Before(GET /version) at x_test.go:1 panicked: boo (x_test.go:1)"},
		"After that panics": {func(gl *Fake) {
			gl.After(GetVersion, func(c Call) { _ = c.Params["n"].(string) })
			broken(t, gl)
		}, "the function of After(GET /version) at x_test.go:1 panicked: interface conversion: interface {} is nil, not string (x_test.go:1)"},
		"Invariant that panics": {func(gl *Fake) {
			gl.Invariant("two is odd", func(*Fake) error { panic("boo") })
		}, "it does not hold that two is odd: the function panicked: boo (x_test.go:1) (Invariant at x_test.go:1)"},
		"calls to one place": {func(gl *Fake) {
			get(gl, "/nothing")
			get(gl, "/nothing")
		}, "nothing serves GET /api/v4/nothing; GitLab's API has no such path (2 calls)"},
	} {
		t.Run(name, func(t *testing.T) {
			gl := New(&outside.Keeper{}, WithInMemoryNetwork())
			defer gl.Close()
			c.do(gl)
			require.Len(t, gl.Problems(), 1)
			got := unplacedText(gl.Problems()[0])
			if name == "calls to one place" {
				assert.True(t, strings.HasPrefix(got, "nothing serves GET /api/v4/nothing") && strings.HasSuffix(got, " (2 calls)"), got)
				return
			}
			assert.Equal(t, c.want, got)
		})
	}
}

// broken asks for the version, whose connection a function of the test breaks. The call is recorded, with the reason.
func broken(t *testing.T, gl *Fake) {
	_, err := asked(gl, "GET", "/version", "")
	require.Error(t, err)
	calls := gl.Calls(GetVersion)
	require.Len(t, calls, 1)
	assert.Zero(t, calls[0].Status)
	assert.Contains(t, calls[0].Reason, " panicked: ")
}

// A function that a test hands in and that panics is an error of the test, wherever it is asked, and ends nothing else.
func TestFunctionsThatPanic(t *testing.T) {
	for name, opts := range map[string][]Option{"TCP": nil, "TLS": {WithTLS()}, "memory": {WithInMemoryNetwork()}} {
		t.Run(name, func(t *testing.T) {
			gl := New(&outside.Keeper{}, opts...)
			defer gl.Close()
			remove := gl.Before(GetVersion, func(Call) { panic("boo") })
			broken(t, gl)
			remove()
			status, err := asked(gl, "GET", "/version", "")
			require.NoError(t, err)
			assert.Equal(t, 200, status, "the fake goes on")
		})
	}
	k := &outside.Keeper{}
	gl := New(k, WithInMemoryNetwork())
	defer gl.Close()
	_, err := asked(gl, "GET", "/version", "")
	require.NoError(t, err)
	boo := Where(func(Call) bool { panic("boo") })
	const said = "the function of Where panicked: boo (x_test.go:1)"
	var failed messages
	assert.False(t, gl.AssertCalled(&failed, GetVersion, boo))
	assert.False(t, gl.AssertNotCalled(&failed, "", boo))
	assert.Equal(t, said+"\n"+said+"\n", unplacedText(failed.text))
	_, err = gl.WaitForCall(t.Context(), GetVersion, boo)
	assert.Equal(t, "WaitForCall: "+said, unplacedText(err.Error()))
	err = gl.WaitFor(t.Context(), func(*Fake) error { panic("boo") })
	assert.Equal(t, "WaitFor: the function panicked: boo (x_test.go:1)", unplacedText(err.Error()))
	done := make(chan struct{})
	go func() {
		defer close(done)
		gl.Calls("", boo)
	}()
	<-done
	assert.Equal(t, "fakegitlab: Calls: "+said, unplacedText(k.Kept()[0]))

	gl.ClearCalls()
	gl.Inject(Failure{Endpoint: GetVersion, Where: []CallMatcher{boo}, Status: 500})
	broken(t, gl)
	require.Len(t, gl.Problems(), 2)
	assert.Equal(t, said, unplacedText(gl.Problems()[0]))
	assert.Contains(t, gl.Problems()[1], "the injected Failure of GET /version with Where(func) never fired; no call met its conditions")
}

// ginkgo is a TB whose first error ends the test, as GinkgoT's does.
type ginkgo struct {
	*outside.Keeper
	said []string
}

func (g *ginkgo) Logf(format string, args ...any) {
	g.said = append(g.said, fmt.Sprintf(format, args...))
}

func (g *ginkgo) Errorf(format string, args ...any) {
	g.said = append(g.said, fmt.Sprintf(format, args...))
	panic("the first error ends the test")
}

func TestJournalFirstThenOneError(t *testing.T) {
	g := &ginkgo{Keeper: outside.NewKeeper("It works")}
	gl := New(g, WithInMemoryNetwork())
	gl.Inject(Failure{Endpoint: GetRunner, Status: 500})
	gl.Inject(Failure{Endpoint: GetVersion, Status: 503})
	gl.Hold(GetMetadata)
	_, _ = asked(gl, "GET", "/version", "")
	func() {
		defer func() { _ = recover() }()
		gl.Close()
		gl.report()
	}()
	require.Len(t, g.said, 2)
	golden(t, "end_of_a_test", unplacedText(strings.Join(g.said, "\n")))
}

func TestConditionsOfHooks(t *testing.T) {
	gl := New(t, WithInMemoryNetwork())
	var got []string
	say := func(what string) func(Call) {
		return func(c Call) { got = append(got, fmt.Sprint(what, " ", c.Number)) }
	}
	gl.Before(RegisterRunner, say("before"), Param("description", "b"))
	gl.After(RegisterRunner, say("after"), Status(201))
	token := gl.Settings().RegistrationToken
	for _, body := range []string{"description=a&token=x", "description=b&token=" + token, "description=c&token=" + token} {
		_, err := asked(gl, "POST", "/runners", body)
		require.NoError(t, err)
	}
	assert.Equal(t, []string{"before 2", "after 2", "after 3"}, got)
}

func TestFailureForAWhile(t *testing.T) {
	gl := New(t, WithInMemoryNetwork())
	gl.Inject(Failure{Endpoint: GetVersion, Status: 503, After: 1, For: time.Minute})
	statuses := func() (got []int) {
		for range 2 {
			status, err := asked(gl, "GET", "/version", "")
			require.NoError(t, err)
			got = append(got, status)
		}
		return got
	}
	gl.Advance(time.Hour)
	assert.Equal(t, []int{200, 503}, statuses(), "it begins with the first that fails")
	gl.Advance(59 * time.Second)
	assert.Equal(t, []int{503, 503}, statuses())
	gl.Advance(time.Second)
	assert.Equal(t, []int{200, 200}, statuses())
}

func TestDownAndUp(t *testing.T) {
	for name, opts := range map[string][]Option{"TCP": nil, "TLS": {WithTLS()}, "memory": {WithInMemoryNetwork()}} {
		t.Run(name, func(t *testing.T) {
			gl := New(t, opts...)
			get := func() error {
				_, err := asked(gl, "GET", "/version", "")
				return err
			}
			require.NoError(t, get())
			url := gl.URL()
			for range 3 {
				gl.Down()
				gl.Down()
				assert.ErrorIs(t, get(), syscall.ECONNREFUSED)
				_, err := gl.DialContext(t.Context(), "tcp", "")
				assert.ErrorIs(t, err, syscall.ECONNREFUSED)
				gl.Up()
				gl.Up()
				require.NoError(t, get(), "at the same address")
			}
			assert.Equal(t, url, gl.URL())
			gl.Down()
			gl.Reset()
			require.NoError(t, get(), "Reset brings it up")

			gl.Before(DeleteRunner, func(Call) { gl.Down() })
			_, err := asked(gl, "DELETE", "/runners/1", "")
			require.Error(t, err, "what is under way breaks")
			require.NotErrorIs(t, err, syscall.ECONNREFUSED)
			gl.Close()
			gl.Up()
			assert.Error(t, get(), "closed is closed")
		})
	}
}

func TestUpWhenThePortIsTaken(t *testing.T) {
	k := &outside.Keeper{}
	gl := New(k)
	gl.Down()
	other := New(t, WithAddr(strings.TrimPrefix(gl.URL(), "http://")))
	done := make(chan struct{})
	go func() {
		defer close(done)
		gl.Up()
	}()
	<-done
	other.Close()
	require.Len(t, k.Kept(), 1)
	assert.Contains(t, k.Kept()[0], "fakegitlab: Up: listen tcp 127.0.0.1:")
	gl.Up()
	gl.Close()
}

func TestFakeWithSocketsInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, err := Start()
		assert.EqualError(t, err, "in a testing/synctest bubble a fake with sockets hangs, as the bubble's time stands still "+
			"while anybody waits for a socket; give New the option WithInMemoryNetwork()")
		New(t, WithInMemoryNetwork())
	})
}

// A writer or a clock that uses the fake costs no answer and no test's time-out: it is given up, and named.
func TestWriterOrClockThatUsesTheFake(t *testing.T) {
	impatient := func(o *options) { o.patience = 50 * time.Millisecond }
	var running atomic.Pointer[Fake] // a clock that was given up may still be asking
	for name, c := range map[string]struct {
		opt  Option
		want string
	}{
		"a writer that calls": {WithJournalTo(reader(func(p []byte) (int, error) {
			_, err := asked(running.Load(), "GET", "/version", "")
			return len(p), err
		})), "the writer of WithJournalTo kept a line waiting for 50ms: it hangs, or uses the fake, which it must not; nothing more is written to it"},
		"a writer that panics": {WithJournalTo(reader(func([]byte) (int, error) { panic("full") })),
			"the writer of WithJournalTo panicked: full; nothing more is written to it"},
		"a clock that asks for the time": {WithClock(func() time.Time {
			if gl := running.Load(); gl != nil {
				return gl.Now()
			}
			return time.Now()
		}), "the function of WithClock did not return for 50ms: it must not use the fake, which waits for it; the clock has stood still since then"},
		"a clock that asks the world": {WithClock(func() time.Time {
			if gl := running.Load(); gl != nil {
				return gl.Runners()[0].CreatedAt
			}
			return time.Now()
		}), "the function of WithClock did not return for 50ms: it must not use the fake, which waits for it; the clock has stood still since then"},
		"a clock that panics": {WithClock(func() time.Time {
			if running.Load() != nil {
				panic("no time")
			}
			return time.Now()
		}), "the function of WithClock panicked: no time; the clock has stood still since then"},
	} {
		for network, opts := range map[string][]Option{"TCP": nil, "memory": {WithInMemoryNetwork()}} {
			t.Run(name+", "+network, func(t *testing.T) {
				running.Store(nil)
				k := &outside.Keeper{}
				gl := New(k, append(opts, c.opt, impatient, WithScenario(SmallCompany()))...)
				running.Store(gl)
				for range 3 {
					status, err := asked(gl, "GET", "/runners/all", "")
					require.NoError(t, err)
					assert.Equal(t, 200, status)
				}
				k.CleanUp()
				assert.Equal(t, []string{"fakegitlab: " + c.want}, k.Kept())
			})
		}
	}
	_, err := Start(impatient, WithClock(func() time.Time { panic("no time") }))
	assert.EqualError(t, err, "the function of WithClock panicked: no time; the clock has stood still since then")
}

func (r reader) Write(p []byte) (int, error) { return r(p) }

// What the journal no longer knows, no assertion passes over in silence.
func TestJournalBytes(t *testing.T) {
	k := &outside.Keeper{}
	gl := New(k, WithInMemoryNetwork(), WithJournalBytes(64<<10))
	for n := range 20 {
		_, err := asked(gl, "POST", "/runners", "token=x&description="+strings.Repeat("x", 4<<10)+"&n="+strconv.Itoa(n))
		require.NoError(t, err)
	}
	assert.Len(t, gl.Calls(""), 20)
	assert.Empty(t, gl.Calls("")[0].Body)
	assert.NotEmpty(t, gl.Calls("")[19].Body)
	var failed messages
	assert.True(t, gl.AssertCalled(&failed, RegisterRunner, Param("n", 19), AtLeast(1)))
	assert.True(t, gl.AssertNotCalled(&failed, RegisterRunner, Status(201)), "what looks at no body knows all")
	assert.True(t, gl.AssertNotCalled(&failed, GetVersion))
	assert.False(t, gl.AssertNotCalled(&failed, RegisterRunner, Param("n", 77)))
	assert.False(t, gl.AssertCalled(&failed, RegisterRunner, Param("n", 1)))
	for range 100 {
		_, err := asked(gl, "GET", "/nothing", "")
		require.NoError(t, err)
	}
	assert.False(t, gl.AssertNotCalled(&failed, GetMetadata))
	golden(t, "journal_bytes", failed.text)
	problems := strings.Join(gl.Problems(), "\n")
	assert.Regexp(t, `nothing serves GET /api/v4/nothing.* \(\d+ calls\)\n`+
		`nothing served further calls, which the journal has dropped: \d+; WithJournalBytes keeps 65536 bytes`, problems)
	gl.Close()
	_, err := Start(WithJournalBytes(-1))
	assert.EqualError(t, err, "WithJournalBytes(-1): a journal takes no negative number of bytes; 0 sets no limit")
}

func TestLoseLog(t *testing.T) {
	gl := New(t, WithInMemoryNetwork())
	gl.AddProject(Project{Path: "acme/shop"})
	r, j := gl.AddRunner(Runner{}), gl.AddJob(Job{Project: "acme/shop"})
	token := gl.StartJob(j.ID, r.ID).Token
	send := func(text string, from int) string {
		q, err := http.NewRequest("PATCH", fmt.Sprintf("%s/jobs/%d/trace", gl.APIURL(), j.ID), strings.NewReader(text))
		require.NoError(t, err)
		q.Header = http.Header{"Job-Token": {token}, "Content-Type": {"text/plain"},
			"Content-Range": {fmt.Sprintf("%d-%d", from, from+len(text)-1)}}
		res, err := gl.Client().Do(q)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		return fmt.Sprint(res.StatusCode, " ", res.Header.Get("Range"))
	}
	assert.Equal(t, "202 0-4", send("one\n", 0))
	gl.JobRun(j.ID).LoseLog(1)
	assert.Equal(t, "202 0-8", send("two\n", 4), "the runner is not to know yet")
	assert.Equal(t, "416 0-4", send("three\n", 8))
	assert.Equal(t, "202 0-14", send("two\nthree\n", 4))
	gl.JobRun(j.ID).LoseLog(2)
	assert.Equal(t, "202 0-19", send("four\n", 14))
	assert.Equal(t, "202 0-24", send("five\n", 19), "both are lost before the runner hears of it")
	assert.Equal(t, "416 0-14", send("six\n", 24))
	assert.Equal(t, "202 0-28", send("four\nfive\nsix\n", 14))
	assert.Equal(t, "one\ntwo\nthree\nfour\nfive\nsix\n", gl.JobRun(j.ID).Trace())
}

// An Invariant only looks. One that changes the fake fails the test, and what else there is to say is said.
func TestInvariantThatChangesTheFake(t *testing.T) {
	for name, change := range map[string]func(*Fake){
		"Advance(1h0m0s)": func(gl *Fake) { gl.Advance(time.Hour) },
		"RunWorkers":      func(gl *Fake) { gl.RunWorkers() },
		`AddUser("mia")`:  func(gl *Fake) { gl.AddUser(User{Username: "mia"}) },
	} {
		k := outside.NewKeeper("")
		gl := New(k, WithInMemoryNetwork())
		gl.Inject(Slow(GetVersion, time.Hour))
		gl.Invariant("it is so", func(gl *Fake) error {
			change(gl)
			return errors.New("not reached")
		})
		gl.Invariant("two is odd", func(*Fake) error { return errors.New("it is even") })
		k.CleanUp()
		kept := k.Kept()
		require.Len(t, kept, 2, name)
		assert.Equal(t, "fakegitlab: "+name+": the test is over: an Invariant looks at the fake as it is, and does not change it",
			kept[0])
		assert.Equal(t, "fakegitlab: 2 problems:\n"+
			"- the injected Failure of GET /version never fired; that was not called (injected at x_test.go:1)\n"+
			"- it does not hold that two is odd: it is even (Invariant at x_test.go:1)", unplacedText(kept[1]), name)
	}
}

// In a bubble testing puts what is said at a test's end to a line of its own, so that the text has that of New.
func TestEndInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := outside.NewKeeper("")
		New(k, WithInMemoryNetwork()).Inject(Slow(GetVersion, time.Hour))
		k.CleanUp()
		require.Len(t, k.Kept(), 1)
		assert.Equal(t, "fakegitlab: the injected Failure of GET /version never fired; that was not called "+
			"(injected at x_test.go:1) (New at x_test.go:1)", unplacedText(k.Kept()[0]))
	})
}
