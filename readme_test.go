package fakegitlab

import (
	"fmt"
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// The pages for people cannot fall behind the code: their tables come from it, and each block of Go in them is a copy of a
// test or example that runs. go test -run 'TestPages' -update . writes both anew.

func TestPagesEndpoints(t *testing.T) {
	rows := endpointRows(t)
	checkGenerated(t, "README.md", "endpoints", endpointsByCaller(rows))
	checkGenerated(t, "docs/endpoints.md", "endpoints", endpointTable(rows))
}

func TestPagesVersions(t *testing.T) {
	checkGenerated(t, "docs/versions.md", "versions", versionTable())
}

func TestPagesNameTheCommands(t *testing.T) {
	readme := readPage(t, "README.md")
	for _, command := range []string{"go run ./examples/quickstart", "go test work"} {
		assert.True(t, strings.Contains(readme, command), command)
	}
	assert.Less(t, strings.Count(readme, "\n"), 250, "lines of the README")
	for _, page := range pages(t) {
		if name, inDocs := strings.CutPrefix(page, "docs/"); inDocs {
			assert.True(t, strings.Contains(readme, "](docs/"+name+")"), "the README has no link to %s", page)
		}
	}
}

// A command that runs some of the tests finds some.
func TestPagesNameTests(t *testing.T) {
	names := testNames(t)
	for _, page := range pages(t) {
		for _, m := range regexp.MustCompile(`-run '?([^ ']+)'?`).FindAllStringSubmatch(readPage(t, page), -1) {
			top, _, _ := strings.Cut(strings.ReplaceAll(m[1], `\|`, "|"), "/") // a table's cell ends at a bare |
			for one := range strings.SplitSeq(top, "|") {
				run, err := regexp.Compile(one)
				require.NoError(t, err, page)
				assert.True(t, one == "^$" || slices.ContainsFunc(names, run.MatchString), "%s: no test is named %s", page, one)
			}
		}
	}
}

func TestPagesGoBlocks(t *testing.T) {
	sources := goSources(t)
	for _, page := range pages(t) {
		text := readPage(t, page)
		got := goBlock.ReplaceAllStringFunc(text, func(block string) string {
			code := goBlock.FindStringSubmatch(block)[1]
			source, found := sources.of(code)
			if !found {
				t.Errorf("%s: this block is no copy of a test or example of the package:\n%s", page, code)
				return block
			}
			return "```go\n" + source + "```\n"
		})
		comparePage(t, page, text, got)
	}
}

// The page for other languages names every call of the control API.
func TestPagesControl(t *testing.T) {
	page := readPage(t, "docs/other-languages.md")
	for _, r := range controlRoutes() {
		_, path := r.endpoint.cut()
		below := strings.TrimPrefix(path, controlPrefix+"/")
		last := below[strings.LastIndex(below, "/")+1:] // of several on one line
		named := slices.ContainsFunc([]string{string(r.endpoint), below, last}, func(name string) bool { return strings.Contains(page, "`"+name+"`") })
		assert.True(t, named || below == "", "%s has no line", r.endpoint)
	}
}

func TestPagesLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`) // within the repository
	for _, page := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(readPage(t, page), -1) {
			_, err := os.Stat(filepath.Join(filepath.Dir(page), m[1]))
			assert.NoError(t, err, page)
		}
	}
}

// The layout in CONTRIBUTING.md names every file.
func TestPagesLayout(t *testing.T) {
	_, layout, _ := strings.Cut(readPage(t, "CONTRIBUTING.md"), "## Layout")
	layout, _, _ = strings.Cut(layout, "\n## ")
	var patterns []string
	for _, m := range regexp.MustCompile("`([^` ]+)`").FindAllStringSubmatch(layout, -1) {
		patterns = append(patterns, strings.TrimSuffix(m[1], "/"))
		if strings.Contains(m[1], ".go") || strings.Contains(m[1], "/") {
			found, err := filepath.Glob(m[1])
			require.NoError(t, err)
			assert.NotEmpty(t, found, m[1])
		}
	}
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	inner, err := filepath.Glob("internal/*")
	require.NoError(t, err)
	for _, file := range append(files, inner...) {
		named := slices.ContainsFunc(patterns, func(p string) bool { ok, _ := filepath.Match(p, file); return ok })
		assert.True(t, named || strings.HasSuffix(file, "_test.go"), "the layout has no %s", file)
	}
}

func pages(t *testing.T) []string {
	t.Helper()
	pages, err := filepath.Glob("docs/*.md")
	require.NoError(t, err)
	return append(pages, "README.md", "CONTRIBUTING.md")
}

func readPage(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	return string(text)
}

// comparePage compares a page with what it should be or, with -update, makes it that.
func comparePage(t *testing.T, page, got, want string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(want), 0o644))
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s is out of date; go test -run TestPages -update . (- expected, + found):\n%s", page, diff)
	}
}

// checkGenerated compares what stands in a page between <!-- marker --> and <!-- /marker -->.
func checkGenerated(t *testing.T, page, marker, want string) {
	t.Helper()
	text := readPage(t, page)
	before, rest, opened := strings.Cut(text, "<!-- "+marker+" -->\n")
	_, after, closed := strings.Cut(rest, "<!-- /"+marker+" -->")
	require.True(t, opened && closed, "%s has no markers of %s", page, marker)
	comparePage(t, page, text, before+"<!-- "+marker+" -->\n"+want+"<!-- /"+marker+" -->"+after)
}

var goBlock = regexp.MustCompile("(?s)```go\n(.*?)```\n")

// copied are the sources of the blocks of Go in the pages: whole files, and functions by name.
type copied struct {
	file  string
	funcs map[string]string
}

func goSources(t *testing.T) copied {
	t.Helper()
	sources := copied{funcs: map[string]string{}}
	for _, name := range []string{"newcomer_test.go", "docs_test.go", "docs_runner_test.go", "docs_recipes_test.go", "example_test.go"} {
		text := readPage(t, name)
		fset := gotoken.NewFileSet()
		file, err := parser.ParseFile(fset, name, text, 0)
		require.NoError(t, err)
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil {
				sources.funcs[f.Name.Name] = text[fset.Position(f.Pos()).Offset:fset.Position(f.End()).Offset] + "\n"
			}
		}
		if name == "newcomer_test.go" { // in the reader's project the package has another name
			sources.file = strings.Replace(text, "package fakegitlab_test", "package fleet_test", 1)
		}
	}
	return sources
}

var funcName = regexp.MustCompile(`^func (\w+)\(`)

func (s copied) of(code string) (source string, found bool) {
	if strings.HasPrefix(code, "package ") {
		return s.file, true
	}
	m := funcName.FindStringSubmatch(code)
	if m == nil {
		return "", false
	}
	source, found = s.funcs[m[1]]
	return source, found
}

func versionTable() string {
	var text strings.Builder
	text.WriteString("| from | until | minor certain | what | known from |\n| --- | --- | --- | --- | --- |\n")
	for _, d := range gitlabversion.Differences() {
		r := d.Row()
		certain := map[bool]string{true: "yes", false: "no"}[r.Exact]
		fmt.Fprintf(&text, "| %s | %s | %s | %s | %s |\n", r.Since, r.Until, certain, r.What, r.Source)
	}
	return text.String()
}

// endpointRow is what the pages say of an endpoint.
type endpointRow struct {
	endpoint, since, who, constant string // since is "" for what the default version has
}

// endpointRows asks the router which endpoints there are, and finds out who may call them.
func endpointRows(t *testing.T) (rows []endpointRow) {
	t.Helper()
	constants := endpointConstants(t)
	probes := map[string]*prober{}
	for _, s := range servedEndpoints(t) {
		if probes[s.from] == nil {
			probes[s.from] = newProber(t, s.from)
		}
		row := endpointRow{endpoint: string(s.endpoint), who: probes[s.from].who(s.endpoint), constant: constants[s.endpoint]}
		if s.from != gitlabversion.Default {
			row.since = " (from " + s.from + ")"
		}
		assert.NotEmpty(t, row.constant, "%s has no constant", s.endpoint)
		assert.NotEmpty(t, row.who, "nobody may call %s; tell prober what the request needs", s.endpoint)
		rows = append(rows, row)
	}
	return rows
}

// endpointTable has a line for each endpoint.
func endpointTable(rows []endpointRow) string {
	var text strings.Builder
	text.WriteString("| endpoint | who may call it | constant |\n| --- | --- | --- |\n")
	for _, r := range rows {
		fmt.Fprintf(&text, "| `%s`%s | %s | `%s` |\n", r.endpoint, r.since, r.who, r.constant)
	}
	return text.String()
}

// endpointsByCaller has a line for those that the same people may call.
func endpointsByCaller(rows []endpointRow) string {
	var callers []string
	endpoints := map[string][]string{}
	for _, r := range rows {
		if endpoints[r.who] == nil {
			callers = append(callers, r.who)
		}
		endpoints[r.who] = append(endpoints[r.who], "`"+r.endpoint+"`"+r.since)
	}
	var text strings.Builder
	text.WriteString("| who may call it | endpoints |\n| --- | --- |\n")
	for _, who := range callers {
		fmt.Fprintf(&text, "| %s | %s |\n", who, strings.Join(endpoints[who], ", "))
	}
	return text.String()
}

// served is an endpoint with the version to ask it of: the default one or, if that has it not, the first that has.
type served struct {
	endpoint Endpoint
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
func startVersion(t *testing.T, version string, opts ...Option) *Fake {
	t.Helper()
	f, err := Start(append(opts, WithVersion(version))...)
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
func endpointConstants(t *testing.T) map[Endpoint]string {
	t.Helper()
	constants := map[Endpoint]string{}
	file, err := parser.ParseFile(gotoken.NewFileSet(), "endpoints.go", nil, 0)
	require.NoError(t, err)
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
			if literal, ok := spec.Values[0].(*ast.BasicLit); ok {
				value, err := strconv.Unquote(literal.Value)
				require.NoError(t, err)
				constants[Endpoint(value)] = spec.Names[0].Name
			}
		}
		return true
	})
	return constants
}

// prober finds who may call an endpoint of a SmallCompany by calling it as one after the other.
type prober struct {
	gl *Fake
	// lenient takes a 4xx that is about the request and not about who sent it for an answer.
	lenient bool
}

func newProber(t *testing.T, version string) *prober {
	t.Helper()
	world := SmallCompany().WithJob("acme/shop", "deploy", func(j *Job) {
		j.Status, j.RunnerID, j.Trace = JobSuccess, 100001, "done"
		j.Artifacts = []Artifact{{Filename: "artifacts.zip", Content: []byte("zip")}}
	})
	world = world.WithJob("acme/shop", "by hand", func(j *Job) { j.Status = JobManual })
	return &prober{gl: startVersion(t, version, WithScenario(world))}
}

// who is everybody who may, in words. Where no call succeeds, as where a file must be sent, being refused for something else
// has to do.
func (p *prober) who(e Endpoint) string {
	for _, p.lenient = range []bool{false, true} {
		if who := p.callers(e); who != "" {
			return who
		}
	}
	return ""
}

// callers are everybody, the kinds of tokens, or else the lowest role for each type of runner.
func (p *prober) callers(e Endpoint) string {
	if !p.lenient && p.accepted(e, InstanceRunner, url.Values{}, http.Header{}) {
		return "anybody, with a token or without"
	}
	if kinds := p.tokens(e); len(kinds) > 0 {
		return strings.Join(kinds, " or ")
	}
	var roles []string
	runners := map[string][]string{} // the types for which a role will do
	for _, kind := range []RunnerType{InstanceRunner, GroupRunner, ProjectRunner} {
		role := p.lowestRole(e, kind)
		if role == "" {
			continue
		}
		if runners[role] == nil {
			roles = append(roles, role)
		}
		name, _, _ := strings.Cut(string(kind), "_")
		runners[role] = append(runners[role], name)
	}
	if len(roles) > 1 {
		for i, role := range roles {
			roles[i] = fmt.Sprintf("%s (%s runner)", role, strings.Join(runners[role], ", "))
		}
	}
	return strings.Join(roles, ", ")
}

func (p *prober) tokens(e Endpoint) (kinds []string) {
	runner, _ := p.gl.Runner(100001)
	job, _ := p.gl.Job(2000005)
	for _, k := range []struct{ name, token string }{
		{"a registration token", p.gl.Settings().RegistrationToken}, {"a runner's authentication token", runner.Token}, {"a running job's token", job.Token},
	} {
		header := http.Header{"Job-Token": {k.token}, "Runner-Token": {k.token}}
		if p.accepted(e, InstanceRunner, url.Values{"token": {k.token}}, header) {
			kinds = append(kinds, k.name)
		}
	}
	return kinds
}

func (p *prober) lowestRole(e Endpoint, kind RunnerType) string {
	for _, actor := range []struct{ username, role string }{
		{"sam", "any user"}, {"gus", "Guest"}, {"pia", "Planner"}, {"ria", "Reporter"}, {"dan", "Developer"}, {"mia", "Maintainer"},
		{"oli", "Owner"}, {"ada", "administrator"},
	} {
		if p.accepted(e, kind, url.Values{}, http.Header{"Private-Token": {p.gl.Token(actor.username)}}) {
			return actor.role
		}
	}
	return ""
}

// accepted makes a call and reports whether it succeeded, or whether at least it was neither 401, 403 nor 404. What it
// changed is undone.
func (p *prober) accepted(e Endpoint, kind RunnerType, query url.Values, header http.Header) bool {
	ids := p.ids(e, kind)
	for name, value := range map[string]string{
		"runner_id": strconv.Itoa(ids["runner_id"]), "runner_type": string(kind), "system_id": "s_100001a", "description": "x", "admin_mode": "false",
		"state": "success",
	} {
		query.Set(name, value)
	}
	switch kind {
	case GroupRunner:
		query.Set("group_id", "1001")
	case ProjectRunner:
		query.Set("project_id", "10001")
	}
	method, path := e.cut()
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if name, isParam := strings.CutPrefix(part, ":"); isParam {
			parts[i] = strconv.Itoa(ids[name])
		}
	}
	req := httptest.NewRequest(method, apiPrefix+strings.Join(parts, "/")+"?"+query.Encode(), nil)
	req.Header = header
	rec := httptest.NewRecorder()
	p.gl.ServeHTTP(rec, req)
	if rec.Code < 400 {
		p.gl.Reset()
		return true
	}
	return p.lenient && rec.Code != http.StatusUnauthorized && rec.Code != http.StatusForbidden && rec.Code != http.StatusNotFound
}

// ids are the parameters of the path: a runner to which nothing but the caller's role stands in the way.
func (p *prober) ids(e Endpoint, kind RunnerType) map[string]int {
	runner := map[RunnerType]int{InstanceRunner: 100001, GroupRunner: 100011, ProjectRunner: 100021}[kind]
	switch {
	case kind == ProjectRunner && e == AssignProjectRunner:
		runner = 100024 // not in the project yet
	case kind == ProjectRunner && e == UnassignProjectRunner:
		runner = 100022 // in another one as well
	}
	_, path := e.cut()
	id := runner
	switch family, _, _ := strings.Cut(path[1:], "/"); family {
	case "projects":
		id = 10001
	case "groups":
		id = 1001
	case "jobs":
		id = 2000005
	}
	if e == DownloadArtifacts {
		id = p.job(JobSuccess)
	}
	status := map[Endpoint]JobStatus{CancelJob: JobRunning, PlayJob: JobManual}[e]
	if status == "" {
		status = JobSuccess
	}
	return map[string]int{"id": id, "runner_id": runner, "job_id": p.job(status)}
}

// job is the last job of acme/shop in a state: of JobSuccess, the one with artifacts.
func (p *prober) job(status JobStatus) (id int) {
	for _, j := range p.gl.Jobs() {
		if j.Project == "acme/shop" && j.Status == status {
			id = j.ID
		}
	}
	return id
}
