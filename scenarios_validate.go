package fakegitlab

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// Validate reports, all in one *ScenarioError: references to users, groups, projects, runners and runner managers that do
// not exist, each with the nearest that does; usernames, paths, IDs, system ids and tokens given twice; words and roles
// that GitLab does not have; what is missing; numbers and durations below zero. Whether GitLab could be in that state (a
// maximum timeout of five minutes, a runner without tags that takes no untagged jobs) is decided by Seed.
func (s Scenario) Validate() error {
	if found := s.problems(); len(found) > 0 {
		return &ScenarioError{Problems: found}
	}
	return nil
}

// resolved is the scenario as it is to be seeded: valid, and with the memberships where they belong.
func (s Scenario) resolved() (Scenario, error) {
	if err := s.Validate(); err != nil {
		return Scenario{}, err
	}
	return cloneScenario(s).withMembers(), nil
}

func (s Scenario) problems() []ScenarioProblem {
	c := scenarioChecker{names: newNamespaces(s), ids: map[string]firstComers{}, tokens: map[string]firstComers{}, paths: firstComers{}}
	c.values(reflect.ValueOf(s), "")
	c.settings(s.Settings)
	c.users(s.Users)
	c.accessTokens(s.AccessTokens)
	c.groups(s.Groups)
	c.projects(s.Projects)
	c.memberships(s.Memberships)
	c.runners(s.Runners)
	c.jobs(s.Jobs, s.Runners)
	return c.found
}

// firstComers tell who came first with a name.
type firstComers map[string]string

type scenarioChecker struct {
	found  []ScenarioProblem
	names  namespaces
	ids    map[string]firstComers // by kind
	tokens map[string]firstComers // by kind
	paths  firstComers            // in lower case
}

func (c *scenarioChecker) report(path, format string, args ...any) {
	c.found = append(c.found, ScenarioProblem{Path: path, Message: fmt.Sprintf(format, args...)})
}

// mayBeNegative is the one field that may be below zero.
const mayBeNegative = "ci_default_git_depth"

// isMissing begins what is said of a value that is not there.
const isMissing = "is missing"

// values checks what every field must keep to by its type alone. A JobSpec checks itself.
func (c *scenarioChecker) values(v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Struct {
			for i := range v.Len() {
				c.values(v.Index(i), datajson.Index(path, i))
			}
		}
	case reflect.Struct:
		for _, field := range datajson.Fields(v.Type()) {
			value, at := v.Field(field.Index), func() string { return datajson.Field(path, field.Name) }
			if field.Required && value.IsZero() {
				c.report(at(), isMissing)
			}
			switch value.Interface().(type) {
			case JobSpec, time.Time:
			case Members, []byte, string:
			default:
				if field.Name != mayBeNegative { // a negative one is a whole clone
					c.value(value, at)
				}
			}
		}
	}
}

func (c *scenarioChecker) value(v reflect.Value, at func() string) {
	if role, ok := v.Interface().(Role); ok {
		if !role.valid() {
			c.report(at(), "%s", role.unknown())
		}
		return
	}
	switch v.Kind() {
	case reflect.Slice, reflect.Struct:
		if !v.IsZero() {
			c.values(v, at())
		}
	case reflect.Int, reflect.Int64:
		if v.Int() < 0 {
			c.report(at(), "must not be negative")
		}
	case reflect.String:
		if message := datajson.Known(knownValues).Check(v.Type(), v.String()); message != "" {
			c.report(at(), "%s", message)
		}
	}
}

// once reports a key that came before.
func (c *scenarioChecker) once(r firstComers, key, what, path string) {
	if first, taken := r[key]; taken {
		c.report(path, "%s is taken by %s", what, first)
		return
	}
	r[key] = path
}

func (c *scenarioChecker) id(kind string, id int, path string) {
	if id == 0 {
		return
	}
	if c.ids[kind] == nil {
		c.ids[kind] = firstComers{}
	}
	c.once(c.ids[kind], strconv.Itoa(id), fmt.Sprintf("the ID %d", id), datajson.Field(path, "id"))
}

// token reports a token given twice for one purpose. The message leaves the token out: it may land in a log.
func (c *scenarioChecker) token(kind, token, path string) {
	if token == "" {
		return
	}
	if c.tokens[kind] == nil {
		c.tokens[kind] = firstComers{}
	}
	c.once(c.tokens[kind], token, "the token", path)
}

// The kinds of tokens: GitLab looks each up in a place of its own.
const (
	tokensOfUsers        = "access token"
	tokensOfRegistration = "registration token"
	tokensOfRunners      = "runner token"
	tokensOfJobs         = "job token"
)

func (c *scenarioChecker) settings(s Settings) {
	c.token(tokensOfRegistration, s.RegistrationToken, "settings.registration_token")
	for i, registrar := range s.ValidRegistrars {
		if known := world.KnownRegistrars(); !slices.Contains(known, registrar) {
			c.report(datajson.Index("settings.valid_runner_registrars", i), "no such value %q; %s", registrar, datajson.Suggest(registrar, known))
		}
	}
}

func (c *scenarioChecker) users(users []User) {
	isRoot := func(u User) bool { return strings.EqualFold(u.Username, world.RootUsername) }
	if !slices.ContainsFunc(users, isRoot) {
		c.paths[world.RootUsername] = "the administrator root"
		c.ids["user"] = firstComers{"1": "the administrator root"}
	}
	for i, u := range users {
		path := datajson.Index("users", i)
		c.id("user", u.ID, path)
		if isRoot(u) && u.ID > 1 {
			c.report(datajson.Field(path, "id"), "the ID of root is 1")
		}
		c.path(u.Username, datajson.Field(path, "username"))
		if strings.Contains(u.Username, "/") {
			c.report(datajson.Field(path, "username"), "a username has no slash")
		}
	}
}

func (c *scenarioChecker) path(name, path string) {
	if name != "" {
		c.once(c.paths, strings.ToLower(name), strconv.Quote(name), path)
	}
}

func (c *scenarioChecker) accessTokens(tokens []AccessToken) {
	for i, t := range tokens {
		path := datajson.Index("access_tokens", i)
		c.id("access token", t.ID, path)
		c.token(tokensOfUsers, t.Token, datajson.Field(path, "token"))
		c.project(t.Project, datajson.Field(path, "project"))
		c.group(t.Group, datajson.Field(path, "group"))
		c.grants(t.Grants, datajson.Field(path, "grants"))
		switch {
		case t.Project != "" && t.Group != "":
			c.report(path, "is either a project's or a group's")
		case t.Project == "" && t.Group == "" && t.User == "":
			c.report(datajson.Field(path, "user"), isMissing+", and so are project and group")
		default:
			c.user(t.User, datajson.Field(path, "user"))
		}
	}
}

func (c *scenarioChecker) grants(grants []TokenGrant, path string) {
	for i, g := range grants {
		at := datajson.Index(path, i)
		for n, project := range g.Projects {
			c.project(project, datajson.Index(datajson.Field(at, "projects"), n))
		}
		for n, group := range g.Groups {
			c.group(group, datajson.Index(datajson.Field(at, "groups"), n))
		}
	}
}

func (c *scenarioChecker) groups(groups []Group) {
	for i, g := range groups {
		path := datajson.Index("groups", i)
		c.id("group", g.ID, path)
		c.path(g.Path, datajson.Field(path, "path"))
		c.parents(g.Path, datajson.Field(path, "path"), false)
		c.members(g.Members, datajson.Field(path, "members"))
		c.token(tokensOfRegistration, g.RegistrationToken, datajson.Field(path, "registration_token"))
	}
}

func (c *scenarioChecker) projects(projects []Project) {
	for i, p := range projects {
		path := datajson.Index("projects", i)
		c.id("project", p.ID, path)
		c.path(p.Path, datajson.Field(path, "path"))
		if p.Path != "" && !strings.Contains(p.Path, "/") {
			c.report(datajson.Field(path, "path"), `a project lies in a group or belongs to a user: "acme/%s"`, p.Path)
		}
		c.parents(p.Path, datajson.Field(path, "path"), true)
		c.members(p.Members, datajson.Field(path, "members"))
		c.token(tokensOfRegistration, p.RegistrationToken, datajson.Field(path, "registration_token"))
	}
}

// parents reports what cannot be a parent: a project at all, a user but of projects.
func (c *scenarioChecker) parents(name, path string, project bool) {
	direct := project
	for parent := range world.Ancestors(name) {
		switch k := c.names.kindOf(parent); {
		case k == aProject:
			c.report(path, "%q is a project; nothing lies below it", parent)
		case k == aUser && !direct:
			c.report(path, "%q is a user; users have projects, but no groups", parent)
		}
		direct = false
	}
}

func (c *scenarioChecker) members(members Members, path string) {
	seen := firstComers{}
	for _, username := range slices.Sorted(maps.Keys(members)) {
		at := datajson.Field(path, username)
		c.once(seen, strings.ToLower(username), strconv.Quote(username), at)
		c.user(username, at)
		switch role := members[username]; {
		case role == 0:
			c.report(at, isMissing+" a role")
		case !role.valid():
			c.report(at, "%s", role.unknown())
		}
	}
}

func (c *scenarioChecker) memberships(memberships []Membership) {
	for i, m := range memberships {
		path := datajson.Index("memberships", i)
		c.user(m.User, datajson.Field(path, "user"))
		c.exists(m.Path, datajson.Field(path, "path"), aGroup, aProject)
	}
}

func (c *scenarioChecker) user(username, path string) {
	if username != "" && !c.names.hasUser(username) {
		c.report(path, "no user %q; %s", username, datajson.Suggest(username, c.names.all(aUser)))
	}
}

func (c *scenarioChecker) group(name, path string)   { c.exists(name, path, aGroup) }
func (c *scenarioChecker) project(name, path string) { c.exists(name, path, aProject) }

// exists checks a reference to a group or project, which may be empty.
func (c *scenarioChecker) exists(name, path string, want ...nameKind) {
	have := c.names.kindOf(name)
	if name == "" || slices.Contains(want, have) {
		return
	}
	what := strings.TrimPrefix(strings.Join(world.WordsOf(want...), " or "), "a ")
	what = strings.ReplaceAll(what, " or a ", " or ")
	if have != noName {
		c.report(path, "%q is %s, no %s", name, have, what)
		return
	}
	c.report(path, "no %s %q; %s", what, name, datajson.Suggest(name, c.names.all(want...)))
}

func (c *scenarioChecker) runners(runners []Runner) {
	for i, r := range runners {
		path := datajson.Index("runners", i)
		c.id("runner", r.ID, path)
		c.token(tokensOfRunners, r.Token, datajson.Field(path, "token"))
		c.group(r.Group, datajson.Field(path, "group"))
		c.user(r.CreatedBy, datajson.Field(path, "created_by"))
		seen := firstComers{}
		for j, project := range r.Projects {
			at := datajson.Index(datajson.Field(path, "projects"), j)
			c.project(project, at)
			c.once(seen, strings.ToLower(project), strconv.Quote(project), at)
		}
		c.managers(r.Managers, datajson.Field(path, "managers"))
	}
}

func (c *scenarioChecker) managers(managers []RunnerManager, path string) {
	seen := firstComers{}
	for i, m := range managers {
		at := datajson.Index(path, i)
		c.id("runner manager", m.ID, at)
		c.once(seen, m.SystemID, fmt.Sprintf("the system id %q", m.SystemID), datajson.Field(at, "system_id"))
	}
}

func (c *scenarioChecker) jobs(jobs []Job, runners []Runner) {
	byID := map[int]Runner{}
	for _, r := range runners {
		byID[r.ID] = r
	}
	pipelines := map[int]Job{}
	for i, j := range jobs {
		path := datajson.Index("jobs", i)
		c.id("job", j.ID, path)
		c.token(tokensOfJobs, j.Token, datajson.Field(path, "token"))
		c.project(j.Project, datajson.Field(path, "project"))
		c.user(j.User, datajson.Field(path, "user"))
		c.takenBy(j, byID, path)
		for n, a := range j.Artifacts {
			if field, problem := world.ArtifactProblem(a.Type, a.Format); problem != "" {
				c.report(datajson.Field(datajson.Index(datajson.Field(path, "artifacts"), n), field), "%s", problem)
			}
		}
		if first, ok := pipelines[j.PipelineID]; j.PipelineID == 0 || !ok {
			pipelines[j.PipelineID] = j
		} else if !strings.EqualFold(first.Project, j.Project) {
			c.report(datajson.Field(path, "pipeline_id"), "pipeline %d belongs to %q, the job to %q", j.PipelineID, first.Project, j.Project)
		}
	}
}

// takenBy checks which runner and runner manager took a job.
func (c *scenarioChecker) takenBy(j Job, runners map[int]Runner, path string) {
	r, ok := runners[j.RunnerID]
	switch {
	case j.RunnerID == 0 && j.SystemID != "":
		c.report(datajson.Field(path, "runner_id"), isMissing+" beside a system_id")
	case j.RunnerID == 0:
	case !ok:
		c.report(datajson.Field(path, "runner_id"), "no runner has the ID %d; %s", j.RunnerID, datajson.Suggest(strconv.Itoa(j.RunnerID), runnerNumbers(runners)))
	case j.SystemID != "":
		var known []string
		for _, m := range r.Managers {
			if m.SystemID == j.SystemID {
				return
			}
			known = append(known, m.SystemID)
		}
		c.report(datajson.Field(path, "system_id"), "runner %d has no manager %q; %s", r.ID, j.SystemID, datajson.Suggest(j.SystemID, known))
	}
}

// runnerNumbers are the IDs that are given, in order.
func runnerNumbers(runners map[int]Runner) []string {
	var texts []string
	for _, id := range slices.Sorted(maps.Keys(runners)) {
		if id != 0 {
			texts = append(texts, strconv.Itoa(id))
		}
	}
	return texts
}
