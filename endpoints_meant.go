package fakegitlab

import (
	"fmt"
	"slices"
	"strings"

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
	{"LintProject", LintProject},
	{"LintConfig", LintConfig},
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
	{"GraphQL", GraphQL},
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
