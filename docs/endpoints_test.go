package docs_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// endpointRow is what the pages say of an endpoint.
type endpointRow struct {
	endpoint, since, who, constant string // since is "" for what the default version has
	permission                     string // what a fine-grained token needs, and where; "" if the endpoint takes none
}

// endpointRows asks the router which endpoints there are, and finds out who may call them.
func endpointRows(t *testing.T) (rows []endpointRow) {
	t.Helper()
	constants := endpointConstants(t)
	probes := map[string]*prober{}
	newest := gitlabversion.All()[len(gitlabversion.All())-1].String()
	fineGrained := newProber(t, newest)
	for _, s := range servedEndpoints(t) {
		if probes[s.from] == nil {
			probes[s.from] = newProber(t, s.from)
		}
		row := endpointRow{endpoint: string(s.endpoint), constant: constants[s.endpoint],
			who: lastingWho(t, probes[s.from], fineGrained, s.endpoint), permission: fineGrained.permission(s.endpoint)}
		if s.from != gitlabversion.Default {
			row.since = " (from " + s.from + ")"
		}
		assert.NotEmpty(t, row.constant, "%s has no constant", s.endpoint)
		assert.NotEmpty(t, row.who, "nobody may call %s; tell prober what the request needs", s.endpoint)
		rows = append(rows, row)
	}
	return rows
}

// lastingWho is who may call an endpoint, with the version from which on people no longer may whose place only other
// tokens have kept.
func lastingWho(t *testing.T, first, newest *prober, e fakegitlab.Endpoint) string {
	t.Helper()
	who, left := first.who(e), newest.who(e)
	people, lost := strings.CutSuffix(who, " or "+left)
	if !lost {
		return who
	}
	all := gitlabversion.All()
	for _, v := range all[slices.Index(all, defaultVersion(t)):] {
		if newProber(t, v.String()).who(e) == left {
			return fmt.Sprintf("%s (until %s) or %s", people, v, left)
		}
	}
	return who
}

// endpointTable has a line for each endpoint.
func endpointTable(rows []endpointRow) string {
	var text strings.Builder
	text.WriteString("| endpoint | who may call it | a fine-grained token needs | constant |\n| --- | --- | --- | --- |\n")
	for _, r := range rows {
		fmt.Fprintf(&text, "| `%s`%s | %s | %s | `%s` |\n", r.endpoint, r.since, r.who, r.permission, r.constant)
	}
	return text.String()
}

// areas are the lines of the README's table. An endpoint belongs to the longest path here that its own begins with.
var areas = []struct {
	about string
	paths []string
}{
	{"runners: managed, and calling by themselves ([docs/runner-side.md](docs/runner-side.md))",
		[]string{"/runners", "/user/runners", "/projects/:id/runners", "/groups/:id/runners", "/runner_controllers"}},
	{"jobs: taken by runners, looked at by people ([docs/jobs.md](docs/jobs.md))",
		[]string{"/jobs", "/job", "/projects/:id/jobs", "/projects/:id/artifacts"}},
	{"pipelines, environments and deployments ([docs/pipelines.md](docs/pipelines.md))", []string{
		"/projects/:id/pipelines", "/projects/:id/pipeline", "/projects/:id/environments", "/projects/:id/deployments",
		"/projects/:id/pipeline_schedules", "/projects/:id/triggers", "/projects/:id/trigger/pipeline",
		"/projects/:id/ref/:ref/trigger/pipeline", "/projects/:id/ci/lint", "/projects/:id/statuses"}},
	{"CI/CD variables", []string{"/projects/:id/variables", "/groups/:id/variables", "/admin/ci/variables"}},
	{"repositories ([docs/repository.md](docs/repository.md)) and git ([docs/git.md](docs/git.md))",
		[]string{"/projects/:id/repository", "/projects/:id/protected_branches", "/projects/:id/protected_tags",
			"/:project.git"}},
	{"groups and projects ([docs/world.md](docs/world.md))", []string{"/groups", "/projects", "/namespaces"}},
	{"members and shares",
		[]string{"/groups/:id/members", "/projects/:id/members", "/groups/:id/share", "/projects/:id/share"}},
	{"users", []string{"/users", "/user"}},
	{"tokens", []string{"/personal_access_tokens", "/user/personal_access_tokens",
		"/users/:user_id/personal_access_tokens", "/users/:user_id/impersonation_tokens", "/projects/:id/access_tokens", "/groups/:id/access_tokens",
		"/projects/:id/deploy_tokens", "/groups/:id/deploy_tokens", "/deploy_tokens",
		"/projects/:id/deploy_keys", "/users/:user_id/project_deploy_keys", "/deploy_keys", "/oauth/token"}},
	{"webhooks", []string{"/projects/:id/hooks", "/groups/:id/hooks"}},
	{"the instance", []string{"/version", "/metadata", "/application/settings"}},
	{"GraphQL ([docs/graphql.md](docs/graphql.md))", []string{"/api/graphql"}},
}

// endpointsByArea has a line for each area, with how many endpoints each of its paths has.
func endpointsByArea(t *testing.T, rows []endpointRow) string {
	t.Helper()
	below := map[string]int{}
	for _, r := range rows {
		_, path, _ := strings.Cut(r.endpoint, " ")
		of := ""
		for _, area := range areas {
			for _, p := range area.paths {
				if len(p) > len(of) && (path == p || strings.HasPrefix(path, p+"/")) {
					of = p
				}
			}
		}
		assert.NotEmpty(t, of, "%s is in no area", r.endpoint)
		below[of]++
	}
	var text strings.Builder
	text.WriteString("| what | paths, each with the number of its endpoints |\n| --- | --- |\n")
	for _, area := range areas {
		var paths []string
		for _, p := range area.paths {
			assert.NotZero(t, below[p], "%s: no endpoint has this path", p)
			paths = append(paths, fmt.Sprintf("`%s` %d", p, below[p]))
		}
		fmt.Fprintf(&text, "| %s | %s |\n", area.about, strings.Join(paths, ", "))
	}
	return text.String()
}

// served is an endpoint with the version to ask it of: the default one or, if that has it not, the first that has.
type served struct {
	endpoint fakegitlab.Endpoint
	from     string
}

func servedEndpoints(t *testing.T) []served {
	t.Helper()
	var all []served
	for _, v := range append([]gitlabversion.Version{defaultVersion(t)}, gitlabversion.All()...) {
		f := startVersion(t, v.String())
		at := -1 // keep the order of the documentation
		for _, e := range f.Endpoints() {
			if known := slices.IndexFunc(all, func(s served) bool { return s.endpoint == e }); known >= 0 {
				at = known
				continue
			}
			at++
			all = slices.Insert(all, at, served{e, v.String()})
		}
	}
	return all
}

// startVersion starts a fake whose journal nobody wants to see when a page is out of date.
func startVersion(t *testing.T, version string, opts ...fakegitlab.Option) *fakegitlab.Fake {
	t.Helper()
	f, err := fakegitlab.Start(append(opts, fakegitlab.WithVersion(version))...)
	require.NoError(t, err)
	t.Cleanup(f.Close)
	return f
}

func defaultVersion(t *testing.T) gitlabversion.Version {
	t.Helper()
	v, err := gitlabversion.Parse(gitlabversion.Default)
	require.NoError(t, err)
	return v
}

// endpointConstants finds the names of the constants of type Endpoint.
func endpointConstants(t *testing.T) map[fakegitlab.Endpoint]string {
	t.Helper()
	constants := map[fakegitlab.Endpoint]string{}
	file, err := parser.ParseFile(gotoken.NewFileSet(), testkit.Path("endpoints.go"), nil, 0)
	require.NoError(t, err)
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
			if literal, ok := spec.Values[0].(*ast.BasicLit); ok {
				value, err := strconv.Unquote(literal.Value)
				require.NoError(t, err)
				constants[fakegitlab.Endpoint(value)] = spec.Names[0].Name
			}
		}
		return true
	})
	return constants
}
