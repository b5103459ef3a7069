package gitlab

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/graphql"
	"github.com/fakegitlab/fakegitlab/internal/nearest"
)

// What was probably meant by an endpoint that is none, or by a request that nothing serves, for a person. Served are
// the endpoints that there are, those of the test's own handlers included.

// FormProblem is what is wrong with the form of an endpoint, whatever is served: a star in place of a path, a method
// that is not in capitals; "" for any other.
func FormProblem(endpoint string) string {
	method, path := nearest.CutEndpoint(endpoint)
	switch upper := strings.ToUpper(method); {
	case endpoint == "*" || endpoint == "* *" || endpoint == "* /*":
		return fmt.Sprintf("%q is no endpoint: every call is \"\"", endpoint)
	case (path == "*" || path == "/*") && upper == method:
		return fmt.Sprintf("%q is no endpoint: every call of a method is \"\" with "+
			"Where(func(c fakegitlab.Call) bool { return c.Method == %q })", endpoint, method)
	case upper != method && strings.HasPrefix(path, "/"):
		return fmt.Sprintf("a method is in capitals: %q", upper+" "+path)
	}
	return ""
}

// WildcardProblem is what is wrong with an endpoint of any method, "* /runners"; "" if one of that path is served.
func WildcardProblem(path string, served []string) string {
	paths := make([]string, len(served))
	for i, s := range served {
		_, pattern := nearest.CutEndpoint(s)
		paths[i] = "* " + pattern
	}
	if slices.Contains(paths, "* "+path) {
		return ""
	}
	if problem := BracesProblem("*", path, paths); problem != "" {
		return problem
	}
	return "nothing serves * " + path + Meant("*", path, paths)
}

// Unserved says of a request that no endpoint serves what was probably meant, or how to have it served.
func Unserved(method, path string, served []string) string {
	message := "nothing serves " + method + " " + path
	if strings.Contains(path+"/", "/-/fake/") {
		return message + "; the control API is off: WithControl"
	}
	below, inAPI := BelowAPI(path)
	if besideREST := meantGraphQL(method, below); besideREST != "" {
		return message + besideREST
	}
	if !inAPI && reaches(method, path, served) {
		return message + "; did you mean " + method + " " + front.APIPrefix + path + "?"
	}
	meant := Meant(method, below, served)
	switch {
	case meant != "":
		return message + meant
	case inAPI:
		return message + Outside(method, below)
	default:
		return message + "; GitLab's API begins at " + front.APIPrefix
	}
}

// meantGraphQL continues the sentence "nothing serves METHOD /path" for those who look for GraphQL elsewhere; "" for
// others.
func meantGraphQL(method, path string) string {
	last := path[strings.LastIndexByte(path, '/')+1:]
	if path == graphql.Path || !strings.EqualFold(last, "graphql") || graphql.Pages.Serves(method, graphql.Path) == "" {
		return ""
	}
	return "; did you mean " + graphql.Endpoint + "? GraphQL is beside the REST API, not below it"
}

// Meant continues the sentence "nothing serves METHOD /path", with a path below /api/v4, by what was probably
// meant. It is "" when no served endpoint resembles it.
func Meant(method, path string, served []string) string {
	if besideREST := meantGraphQL(method, path); besideREST != "" {
		return besideREST
	}
	path = bracesToColons(path)
	if same := nearest.Methods(path, served); len(same) > 0 {
		for _, endpoint := range same {
			if pattern, ok := strings.CutPrefix(endpoint, method+" "); ok {
				return "; did you mean " + endpoint + "?" + parametersHint(path, pattern)
			}
		}
		return ", but there is " + strings.Join(same, ", ")
	}
	encoded, isPath := nearest.Encoded(method, path, served)
	meant, isNear := nearest.Endpoint(method, path, served)
	asPath := "a full path in the URL must be encoded: " + method + " " + encoded
	switch {
	case isPath && isNear: // "/groups/acme/runers" may be a group, too
		return "; did you mean " + meant + "? If not, " + asPath
	case isPath:
		return "; " + asPath
	case isNear:
		return "; did you mean " + meant + "?"
	}
	return ""
}

// Outside continues the same sentence when no served endpoint resembles what was asked for.
func Outside(method, path string) string {
	return fmt.Sprintf("; if GitLab does, it is outside this fake: serve it with Handle(%q, ...)",
		method+" "+nearest.Pattern(bracesToColons(path)))
}

// BracesProblem is what is wrong with an endpoint whose parameters are written as in other languages' routers, {id} or
// <id>; "" if it is not that.
func BracesProblem(method, path string, served []string) string {
	meant := method + " " + bracesToColons(path)
	if written := method + " " + path; meant != written && slices.Contains(served, meant) {
		return fmt.Sprintf("nothing serves %s; a parameter is written as in GitLab's documentation: %q", written, meant)
	}
	return ""
}

// OperationNameProblem is what is wrong with a text where the name of an operation of GraphQL, or of a field, is
// expected; "" for what may be one.
func OperationNameProblem(text string) string {
	fields := operationName.FindAllString(text, -1)
	switch {
	case text == "":
		return "there is no name"
	case len(fields) == 1 && fields[0] == text:
		return ""
	}
	problem := "it takes one name, of an operation or of a field at the root"
	for _, field := range fields {
		if slices.Contains(graphql.RootFields(), field) {
			return fmt.Sprintf("%s, such as %q", problem, field)
		}
	}
	return problem
}

var operationName = regexp.MustCompile(`[_A-Za-z][_0-9A-Za-z]*`)

// PathAlone is the path of a URL below the API, or of a path with a query.
func PathAlone(path string) string {
	path, _, _ = strings.Cut(path, "?")
	if _, rest, isURL := strings.Cut(path, "://"); isURL {
		_, rest, _ = strings.Cut(rest, "/")
		path, _ = BelowAPI("/" + rest)
	}
	return path
}

// bracesToColons is a path whose parameters are written as in other languages' routers, {id} or <id>, with them as
// GitLab's documentation writes them.
func bracesToColons(path string) string { return bracedParameter.ReplaceAllString(path, "/:$1$2") }

var bracedParameter = regexp.MustCompile(`/(?:\{(\w+)\}|<(?:int:)?(\w+)>)`)

// BelowAPI is the part of a path below the API's prefix, wherever that is in it: below the instance's own relative URL,
// or where a client has put it twice. It is the whole path if there is none.
func BelowAPI(path string) (below string, inAPI bool) {
	at := max(0, strings.LastIndex(path, front.APIPrefix+"/"))
	if below, inAPI = front.BelowAPI(path[at:]); below == "" {
		return path, false
	}
	return below, inAPI
}

// parametersHint helps those who wrote values into the path of an endpoint, as in "GET /runners/7": it names the Param
// for each.
func parametersHint(path, pattern string) string {
	values, names := strings.Split(path, "/"), strings.Split(pattern, "/")
	var hints []string
	for i := range min(len(values), len(names)) {
		if name, ok := strings.CutPrefix(names[i], ":"); ok && !strings.HasPrefix(values[i], ":") {
			hints = append(hints, fmt.Sprintf("Param(%q, %q)", name, values[i]))
		}
	}
	if len(hints) == 0 {
		return ""
	}
	return " (with " + strings.Join(hints, ", ") + ")"
}

// reaches is whether a path leads to an endpoint of that method.
func reaches(method, path string, served []string) bool {
	return slices.ContainsFunc(nearest.Methods(path, served), func(name string) bool {
		return strings.HasPrefix(name, method+" ")
	})
}
