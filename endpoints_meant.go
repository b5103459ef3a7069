package fakegitlab

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/nearest"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// namedConstants are the constants of handlers.go by their names, for those who write the name in quotes.
var namedConstants = []namedConstant{
	{"ListRunners", ListRunners},
	{"ListAllRunners", ListAllRunners},
	{"GetRunner", GetRunner},
	{"UpdateRunner", UpdateRunner},
	{"DeleteRunner", DeleteRunner},
	{"ListRunnerJobs", ListRunnerJobs},
	{"ListRunnerManagers", ListRunnerManagers},
	{"ListRunnerProjects", ListRunnerProjects},
	{"ListProjectRunners", ListProjectRunners},
	{"AssignProjectRunner", AssignProjectRunner},
	{"UnassignProjectRunner", UnassignProjectRunner},
	{"ListGroupRunners", ListGroupRunners},
	{"ResetInstanceRegistrationToken", ResetInstanceRegistrationToken},
	{"ResetProjectRegistrationToken", ResetProjectRegistrationToken},
	{"ResetGroupRegistrationToken", ResetGroupRegistrationToken},
	{"ResetRunnerToken", ResetRunnerToken},
	{"CreateUserRunner", CreateUserRunner},
	{"RegisterRunner", RegisterRunner},
	{"DeleteRunnerByToken", DeleteRunnerByToken},
	{"VerifyRunner", VerifyRunner},
	{"ResetOwnRunnerToken", ResetOwnRunnerToken},
	{"DeleteRunnerManager", DeleteRunnerManager},
	{"RequestJob", RequestJob},
	{"UpdateJob", UpdateJob},
	{"AppendTrace", AppendTrace},
	{"UploadArtifacts", UploadArtifacts},
	{"DownloadArtifacts", DownloadArtifacts},
	{"RouterDiscovery", RouterDiscovery},
	{"ListProjectJobs", ListProjectJobs},
	{"GetJob", GetJob},
	{"GetJobTrace", GetJobTrace},
	{"DownloadJobArtifacts", DownloadJobArtifacts},
	{"CancelJob", CancelJob},
	{"RetryJob", RetryJob},
	{"EraseJob", EraseJob},
	{"PlayJob", PlayJob},
	{"GetOwnJob", GetOwnJob},
	{"ListAllowedAgents", ListAllowedAgents},
	{"DownloadRefArtifacts", DownloadRefArtifacts},
	{"DownloadJobArtifactFile", DownloadJobArtifactFile},
	{"DownloadRefArtifactFile", DownloadRefArtifactFile},
	{"KeepJobArtifacts", KeepJobArtifacts},
	{"DeleteJobArtifacts", DeleteJobArtifacts},
	{"DeleteProjectArtifacts", DeleteProjectArtifacts},
	{"GetVersion", GetVersion},
	{"GetMetadata", GetMetadata},
	{"GetCurrentUser", GetCurrentUser},
	{"GetOwnAccessToken", GetOwnAccessToken},
	{"RevokeOwnAccessToken", RevokeOwnAccessToken},
	{"GetApplicationSettings", GetApplicationSettings},
	{"UpdateApplicationSettings", UpdateApplicationSettings},
	{"ListProjects", ListProjects},
	{"GetProject", GetProject},
	{"ListGroups", ListGroups},
	{"GetGroup", GetGroup},
	{"ListGroupProjects", ListGroupProjects},
	{"ListSubgroups", ListSubgroups},
}

type namedConstant struct {
	name string
	Endpoint
}

// constantText continues the sentence "... is no endpoint" for what is a constant's name, or nearly; "" if it is none.
func constantText(name string) string {
	name = strings.TrimPrefix(name, "fakegitlab.")
	meant, near := nearest.Of(name, world.NamesOf(namedConstants, func(c namedConstant) string { return c.name }))
	if !near {
		return ""
	}
	at := slices.IndexFunc(namedConstants, func(c namedConstant) bool { return c.name == meant })
	return fmt.Sprintf("; did you mean the constant %s, %q?", meant, string(namedConstants[at].Endpoint))
}

func wildcardProblem(path string, served []Endpoint) string {
	paths := make([]Endpoint, len(served))
	for i, s := range served {
		_, pattern := s.cut()
		paths[i] = Endpoint("* " + pattern)
	}
	if slices.Contains(paths, Endpoint("* "+path)) {
		return ""
	}
	colons := bracesToColons(path)
	if meant := Endpoint("* " + colons); slices.Contains(paths, meant) {
		return bracesText("* "+path, meant)
	}
	return "nothing serves * " + path + meantText("*", colons, paths)
}

// unservedMessage says of a request that no endpoint serves what was probably meant, or how to have it served.
func unservedMessage(method, path string, served []Endpoint) string {
	message := "nothing serves " + method + " " + path
	below, inAPI := belowAPI(path)
	if !inAPI && reaches(method, path, served) {
		return message + "; did you mean " + method + " " + front.APIPrefix + path + "?"
	}
	meant := meantText(method, below, served)
	switch {
	case meant != "":
		return message + meant
	case inAPI:
		return message + outsideText(method, below)
	default:
		return message + "; GitLab's API begins at " + front.APIPrefix
	}
}

// meantText continues the sentence "nothing serves METHOD /path", with a path below /api/v4, by what was probably
// meant. It is "" when no served endpoint resembles it.
func meantText(method, path string, served []Endpoint) string {
	names := world.WordsOf(served...)
	if same := nearest.Methods(path, names); len(same) > 0 {
		for _, endpoint := range same {
			if pattern, ok := strings.CutPrefix(endpoint, method+" "); ok {
				return "; did you mean " + endpoint + "?" + parametersHint(path, pattern)
			}
		}
		return ", but there is " + strings.Join(same, ", ")
	}
	if encoded, ok := nearest.Encoded(method, path, names); ok {
		return "; a full path in the URL must be encoded: " + method + " " + encoded
	}
	if meant, ok := nearest.Endpoint(method, path, names); ok {
		return "; did you mean " + meant + "?"
	}
	return ""
}

// outsideText continues the same sentence when no served endpoint resembles what was asked for.
func outsideText(method, path string) string {
	return fmt.Sprintf("; if GitLab does, it is outside this fake: serve it with Handle(%q, ...)",
		method+" "+nearest.Pattern(path))
}

// pathAlone is the path of a URL below the API, or of a path with a query.
func pathAlone(path string) string {
	path, _, _ = strings.Cut(path, "?")
	if _, rest, isURL := strings.Cut(path, "://"); isURL {
		_, rest, _ = strings.Cut(rest, "/")
		path, _ = belowAPI("/" + rest)
	}
	return path
}

// bracesToColons is a path whose parameters are written as in other languages' routers, {id} or <id>, with them as
// GitLab's documentation writes them.
func bracesToColons(path string) string { return bracedParameter.ReplaceAllString(path, "/:$1$2") }

func bracesText(written string, meant Endpoint) string {
	return fmt.Sprintf("nothing serves %s; a parameter is written as in GitLab's documentation: %q", written,
		string(meant))
}

var bracedParameter = regexp.MustCompile(`/(?:\{(\w+)\}|<(?:int:)?(\w+)>)`)

// belowAPI is the part of a path below the API's prefix, wherever that is in it: below the instance's own relative URL,
// or where a client has put it twice. It is the whole path if there is none.
func belowAPI(path string) (below string, inAPI bool) {
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

func reaches(method, path string, served []Endpoint) bool {
	return slices.ContainsFunc(nearest.Methods(path, world.WordsOf(served...)), func(name string) bool {
		return strings.HasPrefix(name, method+" ")
	})
}
