package world

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// Rules of runners, their managers and controllers, and of pinned IDs and tokens, whose loss no other test noticed
// (internal/mutate).

// Managers are numbered among all runners' (app/models/ci/runner_manager.rb), and of what a call leaves out stays what
// was said before.
func TestManagersThatCall(t *testing.T) {
	st, _ := ruled(t)
	var runners []*Runner
	for range 2 {
		r, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes()})
		require.NoError(t, err)
		runners = append(runners, r)
	}
	r := runners[0]
	first := st.Heartbeat(r, Contact{SystemID: "s"}, true)
	other := st.Heartbeat(runners[1], Contact{SystemID: "s"}, true)
	assert.Same(t, first, st.managers.ByID(first.ID))
	assert.Same(t, other, st.managers.ByID(other.ID))
	require.NoError(t, st.ContactBy(r, Manager{Version: "17.0.0", Executor: "shell", IPAddress: "10.0.0.1"}))
	require.NoError(t, st.ContactBy(r, Manager{Platform: "linux"}))
	legacy := r.Manager(legacySystemID)
	require.NotNil(t, legacy, "of one that says no system id")
	assert.Equal(t, []string{"17.0.0", "shell", "linux", ""},
		[]string{legacy.Version, legacy.Executor, legacy.Platform, legacy.IPAddress})
	require.NoError(t, st.ContactBy(r, Manager{SystemID: "new", IPAddress: "10.0.0.2"}))
	made := r.Manager("new")
	require.NotNil(t, made)
	assert.Equal(t, []any{"10.0.0.2", noon, noon}, []any{made.IPAddress, made.ContactedAt, r.ContactedAt})
	for _, id := range []string{" ", strings.Repeat("x", maxSystemIDLength+1)} {
		err := st.ContactBy(r, Manager{SystemID: id})
		var ps Problems
		require.ErrorAs(t, err, &ps)
		assert.Equal(t, "managers[0].system_id", ps[0].Field)
	}
	assert.Len(t, r.Managers, 3, "what is refused is not made")
	made.ContactedAt = noon.Add(time.Hour)
	st.Heartbeat(r, Contact{SystemID: "new"}, true)
	assert.Equal(t, noon, made.ContactedAt, "every contact counts, be the last one yet to come")
}

// What is wrong with the managers of a draft is told of each of them.
func TestManagersOfDrafts(t *testing.T) {
	st, _ := ruled(t)
	long := strings.Repeat("x", maxSystemIDLength+1)
	r, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes(), Managers: []Manager{{ID: 7, SystemID: "a"}}})
	require.NoError(t, err)
	assert.Empty(t, st.checkManagers(r, []Manager{{ID: 7, SystemID: "a"}}))
	for _, m := range []Manager{{ID: 7, SystemID: "b"}, {ID: -1, SystemID: "b"}} {
		ps := st.checkManagers(r, []Manager{m})
		require.Len(t, ps, 1, m.ID)
		assert.Equal(t, "managers[0].id", ps[0].Field)
	}
	ps := st.checkManagers(nil, []Manager{{SystemID: "a"}, {}, {SystemID: long}, {SystemID: "b"}, {SystemID: "a"}})
	got := map[string]string{}
	for _, p := range ps {
		got[p.Field] = p.Text
	}
	assert.Equal(t, map[string]string{"managers[1].system_id": "a manager has no system id",
		"managers[2].system_id": CheckSystemID(long).Error(),
		"managers[4].system_id": `two managers have the system id "a"`}, got)
	assert.Contains(t, ps[0].From, "managers[1].system_id", "it says nothing")
}

// A runner's UUID is one of version 7 (app/models/ci/runner.rb). What it says last was said by the manager that called
// last, of several at one time by the newest.
func TestWhatRunnersShowOfThemselves(t *testing.T) {
	for id := range 40 {
		uuid := (&Runner{ID: id, CreatedAt: noon}).UUID()
		assert.Regexp(t, "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", uuid)
	}
	at := func(id, minutes int) *Manager {
		return &Manager{ID: id, ContactedAt: noon.Add(time.Duration(minutes) * time.Minute)}
	}
	for want, managers := range map[int][]*Manager{2: {at(1, 0), at(2, 0)}, 3: {at(3, 1), at(4, 0)}, 6: {at(5, 0), at(6, 1)}} {
		assert.Equal(t, want, (&Runner{Managers: managers}).LatestManager().ID)
	}
	assert.Nil(t, (&Runner{}).LatestManager())
}

// app/models/ci/runner.rb: what is over a limit that came later stays as it is; a new runner is held against all of them.
func TestLimitsThatCameLater(t *testing.T) {
	st, _ := ruled(t)
	long, tags := strings.Repeat("x", maxNoteLength+1), many(maxTags+1, "t%d")
	assert.Error(t, st.validate(Attributes{RunUntagged: true, AccessLevel: NotProtected, Description: &long}, nil))
	fits := Attributes{RunUntagged: true, AccessLevel: NotProtected, Description: &long}
	assert.NoError(t, versioned(t, "16.0").validate(fits, nil))
	for _, existing := range []bool{true, false} {
		_, err := st.createRunner(RunnerDraft{Existing: existing, Attributes: Attributes{Tags: tags, Description: &long,
			AccessLevel: NotProtected}})
		assert.Equal(t, existing, err == nil)
	}
}

// app/models/concerns/ci/has_runner_status.rb: when a runner was stale before GitLab 17.1.
func TestStaleAfterThreeMonths(t *testing.T) {
	st := versioned(t, "16.0")
	made, since := noon.AddDate(-1, 0, 0), time.Date(2024, 4, 1, 12, 0, 0, 0, time.UTC)
	assert.Equal(t, Stale, st.RunnerStatus(&Runner{CreatedAt: made, ContactedAt: since}))
	assert.Equal(t, Offline, st.RunnerStatus(&Runner{CreatedAt: made, ContactedAt: since.Add(time.Second)}))
}

// Time alone makes a runner offline once its contact is two hours ago, and stale; moments may go back, too.
func TestWhenTheIndexOfRunnersHolds(t *testing.T) {
	m := moments{noon, noon.Add(-time.Hour)}
	later, earlier := time.Second, -time.Second
	for name, c := range map[string]struct {
		x    runnerIndex
		want bool
	}{
		"nobody":            {runnerIndex{at: m}, true},
		"earlier":           {runnerIndex{at: moments{m.online.Add(earlier), m.stale.Add(earlier)}}, true},
		"online goes back":  {runnerIndex{at: moments{m.online.Add(later), m.stale}}, false},
		"stale goes back":   {runnerIndex{at: moments{m.online, m.stale.Add(later)}}, false},
		"still online":      {runnerIndex{at: m, firstOnline: m.online.Add(later)}, true},
		"not online":        {runnerIndex{at: m, firstOnline: m.online}, false},
		"not yet stale":     {runnerIndex{at: m, firstFresh: m.stale.Add(later)}, true},
		"stale":             {runnerIndex{at: m, firstFresh: m.stale}, false},
		"online, but stale": {runnerIndex{at: m, firstOnline: m.online.Add(later), firstFresh: m.stale}, false},
	} {
		assert.Equal(t, c.want, c.x.holdsAt(m), name)
	}
}

// When tokens and scopes of runner controllers were made.
func TestTimesOfRunnerControllers(t *testing.T) {
	st, _ := ruled(t)
	r, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes()})
	require.NoError(t, err)
	scope := &RunnerControllerScope{Runner: r}
	c, err := st.AddRunnerController(RunnerController{CreatedAt: noon.Add(-time.Hour),
		Runners: []*RunnerControllerScope{scope}})
	require.NoError(t, err)
	assert.Equal(t, noon.Add(-time.Hour), c.Runners[0].CreatedAt)
	token, err := st.AddControllerToken(c, nil)
	require.NoError(t, err)
	assert.Equal(t, noon, token.CreatedAt)
	_, err = st.AddRunnerController(RunnerController{Instance: &RunnerControllerScope{}, Runners: []*RunnerControllerScope{scope},
		Tokens: []*RunnerControllerToken{{ID: token.ID}}})
	require.ErrorContains(t, err, "with the scope of the instance has no runners of its own")
	require.ErrorContains(t, err, fmt.Sprintf("id %d is taken", token.ID))
	gone, err := st.AddControllerToken(c, nil)
	require.NoError(t, err)
	st.RevokeControllerToken(c, gone)
	assert.Equal(t, []*RunnerControllerToken{token}, c.Tokens)
	assert.Nil(t, st.controllerTokens.ByID(gone.ID))
	st.DeleteRunnerController(c)
	assert.Nil(t, st.controllerTokens.ByID(token.ID))
}

// Three months before 29 May at 23:00 and before 30 May at 1:00 are both on the last day of February: whoever was stale may
// be so no more.
func TestRunnersThatAreStaleNoMore(t *testing.T) {
	v, err := gitlabversion.Parse("16.11")
	require.NoError(t, err)
	now := time.Date(2024, 5, 29, 22, 0, 0, 0, time.UTC)
	st := New(v, func() time.Time { return now }, Around{})
	_, err = st.AddRunner(RunnerDraft{Attributes: DefaultAttributes(), CreatedAt: now.AddDate(-1, 0, 0),
		ContactedAt: time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	stale := func() int {
		rows, _ := st.Narrowed(RunnerFilter{Scopes: []string{"stale"}})
		return len(rows)
	}
	assert.Equal(t, 1, stale())
	now = now.Add(time.Hour)
	assert.Equal(t, 1, stale())
	now = now.Add(2 * time.Hour)
	assert.Equal(t, 0, stale())
}

// What is pinned must be free when a test says so and when its turn comes, which it does for requests alone.
func TestPinsThatAreTaken(t *testing.T) {
	st, shop := ruled(t)
	mia, err := st.AddUser(User{Username: "mia"})
	require.NoError(t, err)
	r, err := st.AddRunner(RunnerDraft{Attributes: DefaultAttributes()})
	require.NoError(t, err)
	j, err := st.AddJob(&Job{Project: shop, User: mia, Status: JobPending})
	require.NoError(t, err)
	token, err := st.AddAccessToken(AccessToken{}, "mia")
	require.NoError(t, err)
	registered := shop.RegistrationToken
	require.NotEmpty(t, registered)
	for _, taken := range []string{r.Token, j.Token, token.Token, shop.RegistrationToken, shop.Group.RegistrationToken,
		st.Settings.RegistrationToken} {
		assert.EqualError(t, st.PinToken(taken, ""), "the token is taken", taken)
		if taken != st.Settings.RegistrationToken {
			continue
		}
		assert.Error(t, st.checkRegistrationToken(taken, "glrt-own"))
		assert.NoError(t, st.checkRegistrationToken(taken, taken))
	}
	assert.ErrorContains(t, st.PinID(maxID+1, ""), "is too large for an ID, at most ")
	assert.EqualError(t, st.PinID(r.ID, ""), fmt.Sprintf("the ID is taken by runner %d, which exists", r.ID))
	require.NoError(t, st.PinID(100, " at a_test.go:1"))
	assert.EqualError(t, st.PinID(100, ""), "the ID is already that of an earlier record to come")
	require.NoError(t, st.PinToken("glrt-wanted", ""))
	assert.Error(t, Atomically(st, func() error {
		assert.Empty(t, st.pinnedToken(), "a test makes it")
		assert.Zero(t, pinnedID(st, &st.Users))
		return errors.New("no")
	}))
	require.NoError(t, st.PinToken("glrt-taken", ""))
	require.NoError(t, st.PinToken("glrt-more", ""))
	require.NoError(t, st.PinToken("glrt-unused", ""))
	require.NoError(t, st.PinID(101, ""))
	mia.ID = 100
	assert.Zero(t, pinnedID(st, &st.Users))
	assert.Equal(t, "glrt-wanted", st.pinnedToken())
	token.Token = "glrt-taken"
	st.tokenValues["glrt-taken"] = token
	assert.Empty(t, st.pinnedToken())
	assert.Equal(t, "glrt-more", st.pinnedToken())
	assert.Equal(t, []bool{true, false, true}, []bool{st.made.given["glrt-wanted"], st.made.given["glrt-taken"],
		st.made.given["glrt-more"]}, "what no other token is to be")
	assert.Equal(t, []string{"NextID(100) at a_test.go:1: when its turn came, the ID was taken",
		`NextToken("glrt-taken"): when its turn came, the token was taken`,
		"NextID(101) was never used: no request made what has an ID",
		`NextToken("glrt-unused") was never used: no request made a token`}, st.PinProblems())
	shop.RegistrationToken = "another"
	assert.NoError(t, st.PinToken(registered, ""), "nobody has it any more")
}
