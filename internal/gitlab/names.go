package gitlab

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/nearest"
)

// Names is what endpoints are judged by that a test names: the version, and what is served in it, endpoints of the
// test's own handlers included.
type Names struct {
	Version gitlabversion.Version
	Served  []string
}

// Problem is "" for an endpoint that is served, for "" and for a served path with any method: "* /runners". For every
// other name it says what is wrong with it and what was probably meant.
func (n Names) Problem(endpoint string) string {
	if endpoint == "" {
		return ""
	}
	if problem := FormProblem(endpoint); problem != "" {
		return problem
	}
	method, path := nearest.CutEndpoint(endpoint)
	if !strings.HasPrefix(path, "/") && !strings.Contains(path, "://") {
		problem := fmt.Sprintf("%q is no endpoint: write method, blank and path, as in %q", endpoint, "GET /runners/:id")
		if constant := ConstantText(endpoint); constant != "" {
			return problem + constant
		}
		if meant, near := nearest.Of(endpoint, n.Served); near {
			problem += "; did you mean " + meant + "?"
		}
		return problem
	}
	if slices.Contains(n.Served, endpoint) {
		return ""
	}
	if named := PathAlone(path); named != path {
		return fmt.Sprintf("an endpoint is named by method and path alone, as in GitLab's documentation: \"%s %s\"", method,
			named)
	}
	if problem := cmp.Or(BracesProblem(method, path, n.Served), n.Later(endpoint)); problem != "" {
		return problem
	}
	if method == "*" {
		return WildcardProblem(path, n.Served)
	}
	if below, whole := front.BelowAPI(path); whole {
		problem := fmt.Sprintf("an endpoint is named without %s: %s %s", front.APIPrefix, method, below)
		if !slices.Contains(n.Served, method+" "+below) {
			problem += Meant(method, below, n.Served)
		}
		return problem
	}
	return "nothing serves " + endpoint + cmp.Or(Meant(method, path, n.Served), Outside(method, path))
}

// Later says of an endpoint that is not served, but is by a later version, from when on GitLab has it; "" for every
// other.
func (n Names) Later(endpoint string) string {
	later := Lacks(n.Version, endpoint)
	if later == "" || slices.ContainsFunc(n.Served, func(served string) bool { // perhaps by Handle
		_, path := nearest.CutEndpoint(served)
		return served == endpoint || "* "+path == endpoint
	}) {
		return ""
	}
	return later + ": see WithVersion"
}

// Covers reports whether a name stands for an endpoint: "" for every one, "* /path" for those of that path with any
// method.
func Covers(name, endpoint string) bool {
	if path, ok := strings.CutPrefix(name, "* "); ok {
		_, served := nearest.CutEndpoint(endpoint)
		return served == path
	}
	return name == "" || name == endpoint
}

// ParamProblem is "" for a parameter that the endpoint reads in some version, or one of the endpoints if it stands for
// several. What the test serves with Handle reads what it likes. A parameter that a call was sent with can be looked
// for, too: clients send what GitLab ignores.
func (n Names) ParamProblem(endpoint, name string, sent func() bool) string {
	if name == "" {
		return ""
	}
	top, _, _ := strings.Cut(name, ".")
	var known, own []string
	for _, served := range n.Served {
		if !Covers(endpoint, served) {
			continue
		}
		takes := Takes(served)
		if takes == nil || slices.Contains(takes, top) || slices.Contains(takes, name) {
			return ""
		}
		known, own = append(known, takes...), append(own, Parameters(served)...)
	}
	if sent() {
		return ""
	}
	problem := fmt.Sprintf("%s has no parameter %q", cmp.Or(endpoint, "any endpoint"), top)
	if meant, ok := nearest.Of(top, known); ok {
		return problem + fmt.Sprintf("; did you mean %q?", meant)
	}
	if slices.Sort(own); endpoint != "" && len(own) > 0 {
		problem += "; it has " + strings.Join(slices.Compact(own), ", ")
	}
	return problem
}

// NoRunnerProblem is why a runner never calls an endpoint, "" if it may.
func NoRunnerProblem(endpoint string, id int) string {
	if id == 0 || !ForUsers(endpoint) {
		return ""
	}
	problem := fmt.Sprintf("%s takes a user's token, and By is for users", endpoint)
	for _, name := range []string{"runner_id", "id"} {
		if strings.Contains(endpoint, "runners/:"+name) {
			problem += fmt.Sprintf("; for the runner in the path: Param(%q, %d)", name, id)
		}
	}
	return problem
}

// Kinship is how close a call is to an endpoint, given what the call was recorded as: 2 if it is a call of it; 1 if it
// has the same path, or looks like a misspelt call of it; else 0.
func Kinship(endpoint, recorded, method, path string) int {
	if Covers(endpoint, recorded) {
		return 2
	}
	_, wanted := nearest.CutEndpoint(endpoint)
	path, _ = BelowAPI(path)
	if recorded != "" {
		_, path = nearest.CutEndpoint(recorded)
	}
	if path == wanted {
		return 1
	}
	if _, near := nearest.Endpoint(method, path, []string{endpoint}); near && recorded == "" {
		return 1
	}
	return 0
}
