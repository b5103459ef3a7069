package docs_test

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/racing"
)

// TestRights asks every endpoint of four versions as each of 34 actors, in private places, and holds how each is let
// in or turned away against rights_oracle_test.go, which is written from GitLab's pages on permissions and knows
// nothing of how the fake decides.
func TestRights(t *testing.T) {
	racing.Skip(t)
	oracle := readOracle(t)
	for _, version := range []string{"16.0", "17.2", "18.5", "19.4"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			p := &prober{gl: startVersion(t, version, fakegitlab.WithScenario(rightsWorld(t)))}
			actors := p.actors(t)
			require.Len(t, actors, 34)
			probes, let := 0, 0
			for _, e := range p.gl.Endpoints() {
				for _, kind := range oracle.kinds(e) {
					rule := oracle.rule(t, e, kind, version)
					for _, a := range actors {
						got, body := p.turnedAway(e, kind, a)
						probes++
						if got == 0 {
							let++
						}
						want := rule.answer(e, a)
						if got == 0 && rule.has("refuse=400") && strings.HasPrefix(body, "400 ") {
							got = http.StatusBadRequest
						}
						if want != got {
							t.Errorf("%s (%s) by %s: the oracle says %d, the fake %d %.200s", e, kind, a.name, want, got, body)
						}
					}
				}
			}
			assert.Greater(t, let, probes/5, "of %d probes", probes)
			t.Logf("%d probes, %d let in", probes, let)
		})
	}
}

// actor is somebody who calls, with what GitLab's pages make the answer depend on.
type actor struct {
	name string
	// header are the credentials; wrong is how they are answered wherever they are looked at: 401, 403, or 0.
	header http.Header
	wrong  int
	person bool // a user, whose access token it is
	// shop and acme are the roles in the project acme/shop and in the group acme that it is in.
	shop, acme     fakegitlab.Role
	admin, auditor bool
	external       bool
	scopes         []string // of the access token
	ofJob          bool     // the token of a running job of acme/shop
	deploys        bool     // a deploy token of acme/shop, which reads the repository alone
}

// members are those who have a role by being members, of the group or of the project alone.
var members = []struct {
	name       string
	shop, acme fakegitlab.Role
}{
	{"gus", fakegitlab.Guest, fakegitlab.Guest}, {"pia", fakegitlab.Planner, fakegitlab.Planner},
	{"ria", fakegitlab.Reporter, fakegitlab.Reporter}, {"dan", fakegitlab.Developer, fakegitlab.Developer},
	{"mia", fakegitlab.Maintainer, fakegitlab.Maintainer}, {"oli", fakegitlab.Owner, fakegitlab.Owner},
	{"shop-guest", fakegitlab.Guest, 0}, {"shop-reporter", fakegitlab.Reporter, 0},
	{"shop-developer", fakegitlab.Developer, 0}, {"shop-maintainer", fakegitlab.Maintainer, 0},
	{"shop-owner", fakegitlab.Owner, 0},
	// Members of groups that are invited: the lower of the two roles counts.
	{"invited-owner", fakegitlab.Developer, 0}, {"invited-reporter", fakegitlab.Reporter, 0},
	{"union-maintainer", fakegitlab.Developer, fakegitlab.Developer},
	{"ext-developer", fakegitlab.Developer, 0},
}

// Tokens of the world that tests make no others of.
const (
	expiredToken, revokedToken = "glpat-expired-expired-00", "glpat-revoked-revoked-00"
	projectBotToken            = "glpat-bot-of-the-project"
	groupBotToken              = "glpat-bot-of-the-group-0"
	deployToken                = "gldt-deploys-acme-shop-0"
)

func rightsWorld(t *testing.T) fakegitlab.Scenario {
	t.Helper()
	world := probedWorld(t)
	for _, m := range members {
		world = world.WithUser(m.name)
		if strings.HasPrefix(m.name, "shop-") || strings.HasPrefix(m.name, "ext-") {
			world = world.WithMember("acme/shop", m.name, m.shop)
		}
	}
	world = world.WithUser("ext-developer", func(u *fakegitlab.User) { u.External = true }).
		WithUser("ext-stranger", func(u *fakegitlab.User) { u.External = true }).
		WithUser("aud", func(u *fakegitlab.User) { u.Auditor = true }).
		WithUser("bob", func(u *fakegitlab.User) { u.State = fakegitlab.UserBlocked }).
		WithUser("deb", func(u *fakegitlab.User) { u.State = fakegitlab.UserDeactivated }).
		WithMember("acme", "bob", fakegitlab.Owner).WithMember("acme", "deb", fakegitlab.Owner)
	world = world.WithGroup("guild").WithMember("guild", "invited-owner", fakegitlab.Owner).
		WithMember("guild", "invited-reporter", fakegitlab.Reporter).WithShare("acme/shop", "guild", fakegitlab.Developer).
		WithGroup("union").WithMember("union", "union-maintainer", fakegitlab.Maintainer).
		WithShare("acme", "union", fakegitlab.Developer)
	world = world.WithAccessToken("oli", expiredToken, func(a *fakegitlab.AccessToken) {
		a.ExpiresAt = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	}).WithAccessToken("oli", revokedToken, func(a *fakegitlab.AccessToken) { a.Revoked = true }).
		WithAccessToken("", projectBotToken, func(a *fakegitlab.AccessToken) {
			a.Project, a.Role = "acme/shop", fakegitlab.Maintainer
		}).WithAccessToken("", groupBotToken, func(a *fakegitlab.AccessToken) {
		a.Group, a.Role = "acme", fakegitlab.Owner
	})
	for _, u := range slices.Clone(world.Users) {
		world = world.WithAccessToken(u.Username, tokenOf(u.Username))
	}
	for _, of := range []string{"ada-read_api", "oli-read_api", "oli-create_runner", "oli-write_repository"} {
		world = world.WithAccessToken(of[:3], tokenOf(of), func(a *fakegitlab.AccessToken) { a.Scopes = []string{of[4:]} })
	}
	world = world.WithGroup("partners", func(g *fakegitlab.Group) { g.Visibility = fakegitlab.Internal })
	world.Pipelines = append(world.Pipelines, fakegitlab.Pipeline{ID: pipelineID, Project: "acme/shop",
		Status: fakegitlab.JobSuccess, User: "dan"})
	world.DeployTokens = append(world.DeployTokens, fakegitlab.DeployToken{Path: "acme/shop",
		Username: "git", Token: deployToken})
	return world
}

// tokenOf is the access token of a user or, with a scope behind it, one with that scope.
func tokenOf(who string) string {
	return "glpat-" + (who + strings.Repeat("-", 20))[:20]
}

// actors are all who call.
func (p *prober) actors(t *testing.T) []actor {
	t.Helper()
	with := func(token string) http.Header { return http.Header{"Private-Token": {token}} }
	api := []string{"api"}
	runner, _ := p.gl.Runner(100001)
	job, _ := p.gl.Job(2000005)
	all := []actor{{name: "nobody", header: http.Header{}},
		{name: "a made-up token", header: with("glpat-made-up-made-up-00"), wrong: http.StatusUnauthorized},
		{name: "an expired token", header: with(expiredToken), wrong: http.StatusUnauthorized},
		{name: "a revoked token", header: with(revokedToken), wrong: http.StatusUnauthorized},
		{name: "a runner's token", header: http.Header{"Private-Token": {runner.Token},
			"Runner-Token": {runner.Token}}, wrong: http.StatusUnauthorized},
		{name: "a deploy token", header: with(deployToken), wrong: http.StatusUnauthorized, deploys: true},
		{name: "a job's token", header: http.Header{"Job-Token": {job.Token}}, ofJob: true},
		{name: "a blocked owner", header: with(tokenOf("bob")), wrong: http.StatusForbidden},
		{name: "a deactivated owner", header: with(tokenOf("deb")), wrong: http.StatusForbidden},
		{name: "sam, a stranger", header: with(tokenOf("sam")), person: true, scopes: api},
		{name: "an external stranger", header: with(tokenOf("ext-stranger")), person: true, scopes: api, external: true},
		{name: "ada, an administrator", header: with(tokenOf("ada")), person: true, admin: true, scopes: api},
		{name: "aud, an auditor", header: with(tokenOf("aud")), person: true, auditor: true, scopes: api},
		{name: "the project's bot", header: with(projectBotToken), person: true, scopes: api, shop: fakegitlab.Maintainer},
		{name: "the group's bot", header: with(groupBotToken), person: true, scopes: api, shop: fakegitlab.Owner,
			acme: fakegitlab.Owner},
		{name: "ada with read_api", header: with(tokenOf("ada-read_api")), person: true, admin: true,
			scopes: []string{"read_api"}},
	}
	for _, m := range members {
		all = append(all, actor{name: m.name, header: with(tokenOf(m.name)), person: true, scopes: api, shop: m.shop,
			acme: m.acme, external: m.name == "ext-developer"})
	}
	for _, scope := range []string{"read_api", "create_runner", "write_repository"} {
		all = append(all, actor{name: "oli with " + scope, header: with(tokenOf("oli-" + scope)), person: true,
			scopes: []string{scope}, shop: fakegitlab.Owner, acme: fakegitlab.Owner})
	}
	return all
}

// turnedAway makes a call and says how it was turned away: 401, 403, 404, or 0 if who called was let in. What the call
// changed is undone.
func (p *prober) turnedAway(e fakegitlab.Endpoint, kind fakegitlab.RunnerType, a actor) (status int, body string) {
	query := url.Values{}
	if byToken(e) {
		query.Set("token", cmp.Or(a.header.Get("Private-Token"), a.header.Get("Job-Token")))
	}
	rec := p.call(e, kind, query, a.header.Clone())
	if rec.Code < http.StatusBadRequest && !strings.HasPrefix(string(e), "GET ") {
		p.gl.Reset()
	}
	if !isUnsigned(rec) && slices.Contains([]int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound}, rec.Code) {
		return rec.Code, rec.Body.String()
	}
	return 0, fmt.Sprint(rec.Code, " ", rec.Body)
}

// byToken is whether an endpoint wants the token of a runner or a job as a parameter.
func byToken(e fakegitlab.Endpoint) bool {
	path := string(e)
	return slices.Contains([]fakegitlab.Endpoint{fakegitlab.RegisterRunner, fakegitlab.DeleteRunnerByToken,
		fakegitlab.DeleteRunnerManager, fakegitlab.VerifyRunner, fakegitlab.ResetOwnRunnerToken}, e) ||
		strings.Contains(path, " /jobs/") || strings.HasSuffix(path, "/trigger/pipeline")
}
