package docs_test

import (
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/conformance"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
)

// proof is one in docs/confidence.md: its kind and what it names.
var proof = regexp.MustCompile("`(\\w+):([^`]+)`")

// docs/confidence.md has a proof for everything, and everything it names exists.
func TestConfidence(t *testing.T) {
	cases, tests := conformanceIDs(t), testNames(t)
	rows, known := confidenceRows(t), filesKnown(t)
	for _, row := range rows {
		proofs := proof.FindAllStringSubmatch(row[1], -1)
		assert.NotEmpty(t, proofs, "no proof of %s", row[0])
		for _, p := range proofs {
			kind, name := p[1], p[2]
			switch kind {
			case "case":
				is := func(id string) bool { ok, _ := path.Match(name, id); return ok }
				assert.True(t, slices.ContainsFunc(cases, is), "%s: there is no case %s", row[0], name)
			case "test":
				is := func(n namedTest) bool { return n.name == name }
				assert.True(t, slices.ContainsFunc(tests, is), "%s: there is no %s", row[0], name)
			case "source":
				isSource := strings.HasSuffix(name, ".rb") || strings.HasSuffix(name, ".go")
				read := isSource && strings.Contains(known, name)
				assert.True(t, read, "%s: nothing else in the project was read out of %s", row[0], name)
			case "docs":
				assert.Contains(t, docsPages(), name, row[0])
			case "client":
				assert.Contains(t, []string{"gitlab-runner", "client-go"}, name, row[0])
			default:
				t.Errorf("%s: %s is no kind of proof", row[0], kind)
			}
		}
	}
	all := servedEndpoints(t)
	for _, s := range all {
		listed := slices.ContainsFunc(rows, func(row [3]string) bool { return row[0] == "`"+string(s.endpoint)+"`" })
		assert.True(t, listed, "no row for %s", s.endpoint)
	}
	for _, row := range rows {
		if name := strings.Trim(row[0], "`"); name != row[0] {
			is := func(s served) bool { return string(s.endpoint) == name }
			assert.True(t, slices.ContainsFunc(all, is), "%s is no endpoint", name)
		}
	}
}

// Every type of objects and every mutation that GraphQL serves has a row.
func TestConfidenceInGraphQL(t *testing.T) {
	versions := gitlabversion.All()
	gl := fakegitlab.New(t, fakegitlab.WithVersion(versions[len(versions)-1].String()))
	var answer struct {
		Data struct {
			Schema struct {
				Types        []struct{ Name, Kind string }
				MutationType struct{ Fields []struct{ Name string } }
			} `json:"__schema"`
		}
	}
	text := askGraphQL(t, gl, "root", `{ __schema { types { name kind } mutationType { fields { name } } } }`)
	require.NoError(t, json.Unmarshal([]byte(text), &answer))
	names := []string{}
	for _, served := range answer.Data.Schema.Types {
		part := strings.HasPrefix(served.Name, "__") || served.Name == "Mutation" || strings.HasSuffix(served.Name, "Payload") ||
			strings.HasSuffix(served.Name, "Connection") || strings.HasSuffix(served.Name, "Edge")
		if served.Kind == "OBJECT" && !part {
			names = append(names, served.Name)
		}
	}
	for _, mutation := range answer.Data.Schema.MutationType.Fields {
		names = append(names, mutation.Name)
	}
	require.Greater(t, len(names), 20, text)
	rows := confidenceRows(t)
	for _, name := range names {
		named := func(row [3]string) bool { return slices.Contains(strings.Split(row[0], ", "), name) }
		assert.True(t, slices.ContainsFunc(rows, named), "no row for %s", name)
	}
}

// docsPages are the pages of GitLab's REST API documentation that were read.
func docsPages() []string {
	return []string{"branches", "commits", "repositories", "repository_files", "tags", "deploy_tokens", "deploy_keys", "project_job_token_scopes", "group_access_tokens", "group_level_variables", "groups",
		"instance_level_ci_variables", "job_artifacts", "jobs", "metadata", "personal_access_tokens",
		"project_access_tokens", "project_level_variables", "projects", "protected_branches", "protected_tags", "rest",
		"rest/authentication", "runners", "settings", "users", "version"}
}

// filesKnown is all that names files of GitLab's besides the page: the conformance cases, the code and its tests. A
// proof that stands in the page alone is a slip of the pen, or a file that nobody has read.
func filesKnown(t *testing.T) string {
	t.Helper()
	var text strings.Builder
	for _, pattern := range []string{"testdata/conformance/*", "*.go", "ci/*.go", "internal/*/*.go", "examples/*/*.go"} {
		for _, file := range glob(t, pattern) {
			text.WriteString(readPage(t, file))
		}
	}
	return text.String()
}

// confidenceRows are the rows of the page's tables of endpoints and rules: what, proof, what is not real.
func confidenceRows(t *testing.T) (rows [][3]string) {
	t.Helper()
	_, tables, found := strings.Cut(readPage(t, "docs/confidence.md"), "\n## Endpoints\n")
	require.True(t, found)
	for line := range strings.Lines(tables) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 3 || strings.HasPrefix(cells[0], " ---") || cells[1] == " proof " {
			continue
		}
		rows = append(rows, [3]string{strings.TrimSpace(cells[0]), cells[1], cells[2]})
	}
	return rows
}

func conformanceIDs(t *testing.T) (ids []string) {
	t.Helper()
	for _, name := range glob(t, conformance.DefaultCases) {
		var file struct{ Cases []struct{ ID string } }
		require.NoError(t, json.Unmarshal([]byte(readPage(t, name)), &file))
		for _, c := range file.Cases {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

var testName = regexp.MustCompile(`(?m)^func (Test\w+)\(`)

// namedTest is a test and the folder where it stands: "." for the root.
type namedTest struct{ folder, name string }

// testNames are those of all tests of both modules.
func testNames(t *testing.T) (names []namedTest) {
	t.Helper()
	for _, pattern := range []string{"*_test.go", "ci/*_test.go", "docs/*_test.go", "internal/*/*_test.go",
		"examples/*/*_test.go"} {
		for _, file := range glob(t, pattern) {
			for _, m := range testName.FindAllStringSubmatch(readPage(t, file), -1) {
				names = append(names, namedTest{path.Dir(file), m[1]})
			}
		}
	}
	return names
}
