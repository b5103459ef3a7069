package docs_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

// rightsTable says once more who may call what, written from GitLab's page on permissions and roles and from what the
// pages of the APIs say of each endpoint. A row has:
//
//   - where: in the project, in the group, or on the instance; with the kinds of runners it is for, if it is about one;
//     or by which token of no person
//   - the lowest role there: seen is whoever sees it; user is anybody who signs in, anyone needs no token at all
//   - what somebody without credentials is told
//   - words: auditor, for what auditors may as well; jobs, for what the token of a job opens, as its Developer; people,
//     where bots may not; internal, where external users may not; any, for what every token opens; creates, the scope
//     create_runner; refuse=, what those are told whose role is too low, if it is not a 403; readers=, what Reporters are
//     told of them, and auditors; into, where the target is
//     not seen by those who are not in the group, and invites, where it is another group of mia's and oli's; a name,
//     of the one whose own the thing is; members, where administrators have no more than their roles; of=, whose bots alone it is for, with those of the other told that it is not
//   - from= and until=, the first version that the row is for, and the first that it is not
//   - the names of the endpoints
const rightsTable = `
instance     user       401          : GetVersion GetMetadata
instance     user       401 any      : GetOwnAccessToken RevokeOwnAccessToken
instance     user       401          : GetCurrentUser RotateOwnAccessToken ListAccessTokens GetAccessToken
instance     user       401 of=project : RotateOwnProjectToken
instance     user       401 of=group : RotateOwnGroupToken
instance     user       401          : RotateAccessToken RevokeAccessToken CreateOwnAccessToken
instance     admin      401          : GetApplicationSettings UpdateApplicationSettings
instance     admin      401          : ListInstanceVariables GetInstanceVariable CreateInstanceVariable
instance     admin      401          : UpdateInstanceVariable DeleteInstanceVariable
instance     admin      401          : ListAllDeployTokens ResetInstanceRegistrationToken
instance     admin      401          : ListAllDeployKeys CreateInstanceDeployKey
instance     admin      401          : CreateUserProject CreateUser UpdateUser DeleteUser
instance     admin      401          : ActivateUser DeactivateUser BlockUser UnblockUser BanUser UnbanUser
instance     admin      401          : ApproveUser RejectUser
instance     admin      401          : ListUserMemberships CreateAccessToken ListImpersonationTokens
instance     admin      401          : CreateImpersonationToken
instance     admin      401          : GetImpersonationToken RevokeImpersonationToken CountUserAssociations
instance     admin      401          : ListRunnerControllers GetRunnerController CreateRunnerController
instance     admin      401          : UpdateRunnerController
instance     admin      401          : DeleteRunnerController ListRunnerControllerTokens
instance     admin      401          : GetRunnerControllerToken
instance     admin      401          : CreateRunnerControllerToken RotateRunnerControllerToken
instance     admin      401          : RevokeRunnerControllerToken
instance     admin      401          : ListRunnerControllerScopes AddRunnerControllerInstanceScope
instance     admin      401          : RemoveRunnerControllerInstanceScope
instance     admin      401          : AddRunnerControllerRunnerScope RemoveRunnerControllerRunnerScope
instance     anyone     0            : ListProjects ListGroups ListUsers GetUserStatus ListUserProjects
instance     user       403          : GetUser
instance     user       401 internal : CreateProject CreateGroup
instance     user       401          : ListRunners ListNamespaces NamespaceExists
instance     admin      401 until=18.0 : ListAllRunners
instance     admin      401 auditor from=18.0 : ListAllRunners

instance     user       401          : instance: GetRunner ListRunnerManagers ListRunnerProjects
instance     admin      401          : instance: UpdateRunner DeleteRunner ResetRunnerToken
instance     admin      401 auditor  : instance: ListRunnerJobs
instance     admin      401 creates  : instance: CreateUserRunner
runner       maintainer 401 auditor  : group: GetRunner ListRunnerManagers ListRunnerProjects
runner       maintainer 401 auditor  : project: GetRunner ListRunnerManagers ListRunnerProjects ListRunnerJobs
group-runner owner      401 auditor until=18.4 : group: ListRunnerJobs
group-runner maintainer 401 auditor from=18.4 : group: ListRunnerJobs
group-runner owner      401          : group: UpdateRunner DeleteRunner ResetRunnerToken
runner       maintainer 401          : project: UpdateRunner DeleteRunner ResetRunnerToken
group-runner owner      401 creates  : group: CreateUserRunner
runner       maintainer 401 creates  : project: CreateUserRunner
project      maintainer 401 auditor  : ListProjectRunners
project      both       401          : project: AssignProjectRunner
project      maintainer 401 until=17.9 : project: UnassignProjectRunner
project      nobody     401 from=17.9 : project: UnassignProjectRunner
project      maintainer 401          : ResetProjectRegistrationToken
group        owner      401 auditor until=17.0 : ListGroupRunners
group        maintainer 401 auditor from=17.0 : ListGroupRunners
group        owner      401          : ResetGroupRegistrationToken

registration -          403          : RegisterRunner
runner-token -          403          : DeleteRunnerByToken DeleteRunnerManager VerifyRunner ResetOwnRunnerToken
runner-token -          403          : RequestJob
job-token    -          403          : UpdateJob AppendTrace UploadArtifacts
own-job      -          401          : GetOwnJob ListAllowedAgents
project      seen       401 jobs refuse=403 until=18.0 : DownloadArtifacts
own-job      -          401 refuse=403 from=18.0 : DownloadArtifacts

project      seen       401          : GetJobTrace
project      seen       401 until=18.3 : ListProjectJobs GetJob
project      seen       401 jobs from=18.3 : ListProjectJobs GetJob
project      seen       404 jobs     : DownloadJobArtifacts DownloadRefArtifacts DownloadJobArtifactFile
project      seen       404 jobs     : DownloadRefArtifactFile
project      seen       404 jobs from=18.8 : ListArtifactFiles
project      developer  401          : CancelJob RetryJob PlayJob KeepJobArtifacts
project      maintainer 401 dan      : EraseJob
project      maintainer 401          : DeleteJobArtifacts DeleteProjectArtifacts
project      reporter   404 auditor  : LintProject
project      developer  404          : LintConfig

project      seen       404          : GetLatestPipeline
project      seen       404 until=18.3 : ListPipelineJobs ListProjectPipelines GetPipeline ListPipelineBridges
project      seen       404 jobs from=18.3 : ListPipelineJobs ListProjectPipelines GetPipeline ListPipelineBridges
project      seen       404 jobs from=19.2 : ListPipelineTriggerJobs
project      maintainer 404 dan      : ListPipelineVariables
project      seen       404          : GetPipelineTestReport GetPipelineTestReportSummary
project      developer  401          : CreateProjectPipeline RetryPipeline CancelPipeline
project      developer  401 jobs     : UpdatePipelineMetadata
project      owner      401          : DeletePipeline

project      seen       401          : ListPipelineSchedules GetPipelineSchedule ListSchedulePipelines
project      developer  401          : CreatePipelineSchedule PlayPipelineSchedule
project      maintainer 401          : OwnPipelineSchedule DeletePipelineSchedule
project      admin      401 dan      : UpdatePipelineSchedule CreateScheduleVariable UpdateScheduleVariable
project      maintainer 401          : GetScheduleVariable DeleteScheduleVariable
project      maintainer 401          : ListPipelineTriggers GetPipelineTrigger CreatePipelineTrigger
project      maintainer 401          : DeletePipelineTrigger
project      nobody     401 mia      : UpdatePipelineTrigger
project      reporter   401 auditor  : ListCommitStatuses
project      developer  401          : SetCommitStatus
project      developer  401          : ListResourceGroups GetResourceGroup ListResourceGroupUpcomingJobs
project      developer  401          : UpdateResourceGroup
project      developer  401 from=18.6 : GetResourceGroupCurrentJob

project      reporter   401 auditor until=16.2 : ListEnvironments GetEnvironment ListDeployments GetDeployment
project      reporter   401 auditor jobs from=16.2 : ListEnvironments GetEnvironment ListDeployments GetDeployment
project      developer  401 until=16.2 : CreateEnvironment UpdateEnvironment DeleteEnvironment
project      developer  401 jobs from=16.2 : CreateEnvironment UpdateEnvironment DeleteEnvironment
project      developer  401 readers=401 until=16.2 : DeleteReviewApps
project      developer  401 jobs readers=401 from=16.2 : DeleteReviewApps
project      developer  401 until=16.2 : StopEnvironment CreateDeployment UpdateDeployment
project      developer  401 jobs from=16.2 : StopEnvironment CreateDeployment UpdateDeployment
project      maintainer 401 until=16.2 : StopStaleEnvironments DeleteDeployment
project      maintainer 401 jobs from=16.2 : StopStaleEnvironments DeleteDeployment

project      reporter   404 auditor until=18.3 : ListBranches ListTags GetCommit GetRawRepositoryFile
project      reporter   404 auditor jobs from=18.3 : ListBranches ListTags GetCommit GetRawRepositoryFile
project      reporter   404 auditor until=18.3 : ListCommitMergeRequests
project      reporter   404 auditor jobs from=18.3 : ListCommitMergeRequests
project      reporter   404 auditor  : GetBranch GetTag ListCommits
project      reporter   404 auditor  : GetCommitSignature GetTagSignature GetFileBlame
project      developer  404          : CherryPickCommit RevertCommit
project      maintainer 404          : ProtectOneBranch UnprotectOneBranch
project      reporter   404 auditor  : GetCommitDiff ListCommitRefs
project      reporter   404 auditor  : GetCommitSequence ListTree GetBlob GetRawBlob GetRepositoryArchive
project      reporter   404 auditor  : CompareRefs
project      reporter   404 auditor  : ListContributors GetMergeBase GetRepositoryFile
project      developer  404          : CreateBranch DeleteBranch DeleteMergedBranches CreateTag DeleteTag
project      developer  404          : CreateCommit
project      developer  404          : CreateRepositoryFile UpdateRepositoryFile DeleteRepositoryFile
project      maintainer 404 until=17.0 : ListProtectedBranches GetProtectedBranch
project      reporter   404 auditor from=17.0 : ListProtectedBranches GetProtectedBranch
project      maintainer 404          : ProtectBranch UpdateProtectedBranch UnprotectBranch
project      maintainer 404          : ListProtectedTags GetProtectedTag ProtectTag UnprotectTag
fetch        reporter   401 auditor  : GitInfoRefs GitUploadPack
push         developer  401          : GitReceivePack

project      seen       404          : GetProject ListProjectUsers
project      maintainer 401          : UpdateProject
project      owner      401          : DeleteProject RestoreProject ArchiveProject UnarchiveProject
project      owner      401 into     : TransferProject
group        seen       404          : GetGroup ListGroupProjects ListSubgroups ListDescendantGroups
group        guest      401 auditor refuse=404 : GetNamespace
group        owner      401          : UpdateGroup DeleteGroup RestoreGroup TransferGroup
instance     admin      401          : TransferProjectToGroup
project      seen       401          : ListProjectMembers ListAllProjectMembers GetProjectMember
project      seen       401          : GetAnyProjectMember
project      maintainer 401          : AddProjectMember UpdateProjectMember RemoveProjectMember UnshareProject
project      maintainer 401 invites  : ShareProject
group        guest      401 auditor  : ListGroupMembers ListAllGroupMembers GetGroupMember GetAnyGroupMember
group        owner      401          : AddGroupMember UpdateGroupMember RemoveGroupMember
group        owner      401 refuse=404 : ShareGroup
group        seen       401          : UnshareGroup
project      maintainer 401          : ListProjectVariables GetProjectVariable CreateProjectVariable
project      maintainer 401          : UpdateProjectVariable DeleteProjectVariable
group        owner      401          : ListGroupVariables GetGroupVariable CreateGroupVariable
group        owner      401          : UpdateGroupVariable DeleteGroupVariable
project      maintainer 401 refuse=401 : ListProjectAccessTokens GetProjectAccessToken RotateProjectAccessToken
project      maintainer 401 refuse=400 : RevokeProjectAccessToken
project      maintainer 401 refuse=400 people : CreateProjectAccessToken
group        owner      401 refuse=401 : ListGroupAccessTokens GetGroupAccessToken RotateGroupAccessToken
group        owner      401 refuse=400 : RevokeGroupAccessToken
group        owner      401 refuse=400 people : CreateGroupAccessToken
project      maintainer 401          : GetJobTokenScope UpdateJobTokenScope ListJobTokenProjects
project      maintainer 401          : AllowJobTokenProject DisallowJobTokenProject ListJobTokenGroups
project      maintainer 401          : AllowJobTokenGroup DisallowJobTokenGroup
project      maintainer 404          : ListProjectDeployTokens GetProjectDeployToken CreateProjectDeployToken
project      maintainer 404          : DeleteProjectDeployToken
project      maintainer 401          : ListProjectDeployKeys GetProjectDeployKey CreateProjectDeployKey
project      maintainer 401          : UpdateProjectDeployKey EnableProjectDeployKey DeleteProjectDeployKey
project      maintainer 0 refuse=403 members : ListUserDeployKeys
group        maintainer 404          : ListGroupDeployTokens GetGroupDeployToken
group        owner      404          : CreateGroupDeployToken DeleteGroupDeployToken
project      maintainer 401          : ListProjectWebhooks GetProjectWebhook AddProjectWebhook
project      maintainer 401          : UpdateProjectWebhook DeleteProjectWebhook
project      maintainer 401          : TestProjectWebhook SetProjectWebhookHeader UnsetProjectWebhookHeader
project      maintainer 401          : SetProjectWebhookURLVariable UnsetProjectWebhookURLVariable
group        owner      401          : ListGroupWebhooks GetGroupWebhook AddGroupWebhook UpdateGroupWebhook
group        owner      401          : DeleteGroupWebhook
group        owner      401          : TestGroupWebhook SetGroupWebhookHeader UnsetGroupWebhookHeader
group        owner      401          : SetGroupWebhookURLVariable UnsetGroupWebhookURLVariable
trigger      -          404          : TriggerPipeline TriggerPipelineOfRef
graphql      -          0            : GraphQL
anything     -          0            : OAuthToken
runner-head  -          403          : RouterDiscovery
`

// right is a row of the table.
type right struct {
	where, least string
	anonymous    int
	words        []string
}

type oracle map[string][]right // by the name of the endpoint's constant, with ":group" behind it for a kind of runner

func (r right) has(word string) bool { return slices.Contains(r.words, word) }

var levels = map[string]fakegitlab.Role{"guest": fakegitlab.Guest, "reporter": fakegitlab.Reporter,
	"developer": fakegitlab.Developer, "maintainer": fakegitlab.Maintainer, "owner": fakegitlab.Owner}

// answer is how somebody is turned away, 0 if not.
func (r right) answer(e fakegitlab.Endpoint, a actor) int {
	switch r.where {
	case "anything":
		return 0
	case "graphql":
		return r.answerGraphQL(a)
	case "registration", "runner-token", "runner-head", "job-token", "trigger":
		return r.answerToken(a)
	case "fetch", "push":
		return r.answerGit(a)
	}
	switch {
	case a.wrong != 0:
		return a.wrong
	case a.ofJob && r.where == "own-job":
		return 0
	case a.ofJob && r.has("jobs"):
		a = actor{person: true, scopes: []string{"api"}, shop: fakegitlab.Developer, acme: fakegitlab.Developer}
	case !a.person:
		return r.anonymous
	}
	if !r.opened(a.scopes, strings.HasPrefix(string(e), "GET ")) {
		return http.StatusForbidden
	}
	if r.where == "own-job" {
		return r.refusal(http.StatusNotFound)
	}
	return r.answerPerson(a)
}

// refusal is what those whose role is too low are told.
func (r right) refusal(usually int) int {
	for _, word := range r.words {
		if status, ok := strings.CutPrefix(word, "refuse="); ok {
			n, _ := strconv.Atoi(status)
			return n
		}
	}
	return usually
}

// answerGraphQL is for a query that everybody may make: it is refused for wrong credentials alone.
func (r right) answerGraphQL(a actor) int {
	switch {
	case a.name == "a deactivated owner":
		return http.StatusForbidden
	case a.wrong != 0, a.ofJob:
		return http.StatusUnauthorized
	case a.person && !r.opened(a.scopes, true):
		return http.StatusUnauthorized
	}
	return 0
}

// opened is whether a token's scopes reach.
func (r right) opened(scopes []string, reading bool) bool {
	return slices.Contains(scopes, "api") || reading && slices.Contains(scopes, "read_api") || r.has("any") ||
		r.has("creates") && slices.Contains(scopes, "create_runner")
}

func (r right) answerPerson(a actor) int {
	sees, role := true, max(a.shop, a.acme)
	switch r.where {
	case "project":
		sees, role = a.shop > 0, a.shop
	case "group":
		sees, role = a.shop > 0 || a.acme > 0, a.acme // who is in a project sees the groups above it
	case "group-runner":
		role = a.acme
	}
	switch {
	case r.least == "both":
		role = min(a.shop, a.acme)
	case r.has("people") && strings.HasSuffix(a.name, "'s bot"):
		role = 0
	}
	switch {
	case r.has("of=project") && a.name == "the group's bot", r.has("of=group") && a.name == "the project's bot":
		return http.StatusUnauthorized
	case !sees && !a.auditor && !a.admin && r.where == "project" && r.has("refuse=403"):
		return http.StatusForbidden
	case !sees && !a.auditor && !a.admin:
		return http.StatusNotFound
	}
	may := r.has(a.name)
	switch r.least {
	case "nobody":
	case "anyone", "seen":
		may = true
	case "user":
		may = !r.has("internal") || !a.external
	case "admin":
		may = may || a.admin || r.has("auditor") && a.auditor
	case "both":
		may = a.admin || role >= fakegitlab.Maintainer
	default:
		may = may || a.admin && !r.has("members") || r.has("auditor") && a.auditor || role >= levels[r.least]
	}
	switch {
	case may && r.has("into") && !a.admin && a.acme < fakegitlab.Developer:
		return http.StatusNotFound // the group that the project would go to
	case may && r.has("invites") && !a.admin && a.name != "mia" && a.name != "oli":
		return http.StatusNotFound // only members of a group invite it
	case may:
		return 0
	}
	if r.has("readers=401") && (role >= fakegitlab.Reporter || a.auditor) {
		return http.StatusUnauthorized
	}
	return r.refusal(http.StatusForbidden)
}

// answerToken is for what is no person's: the tokens are sent as the endpoint wants them.
func (r right) answerToken(a actor) int {
	switch {
	case r.where == "runner-token" || r.where == "runner-head":
		if a.name == "a runner's token" {
			return 0
		}
	case r.where == "job-token" || r.where == "trigger":
		if a.ofJob {
			return 0
		}
	}
	return r.anonymous
}

// answerGit is for git, to which a token is a password.
func (r right) answerGit(a actor) int {
	switch {
	case a.deploys && r.where == "fetch":
		return 0
	case a.deploys:
		return http.StatusForbidden
	case a.name == "a blocked owner":
		return http.StatusUnauthorized // who is blocked does not sign in at all
	case a.wrong != 0:
		return a.wrong
	case a.ofJob && r.where == "fetch":
		return 0
	case a.ofJob:
		return http.StatusForbidden
	case !a.person:
		return r.anonymous
	}
	opens := []string{"api", "read_api", "read_repository", "write_repository"}
	if r.where == "push" {
		opens = []string{"api", "write_repository"}
	}
	if !slices.ContainsFunc(a.scopes, func(s string) bool { return slices.Contains(opens, s) }) {
		return http.StatusForbidden
	}
	r.where = "project"
	return r.answerPerson(a)
}

// readOracle reads the table.
func readOracle(t *testing.T) oracle {
	t.Helper()
	constants := endpointConstants(t)
	names := map[string]fakegitlab.Endpoint{}
	for e, name := range constants {
		names[name] = e
	}
	o := oracle{}
	for line := range strings.Lines(rightsTable) {
		head, list, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		kind := ""
		if before, after, ok := strings.Cut(list, ":"); ok {
			kind, list = strings.TrimSpace(before), after
		}
		fields := strings.Fields(head)
		require.GreaterOrEqual(t, len(fields), 3, line)
		anonymous, err := strconv.Atoi(fields[2])
		require.NoError(t, err, line)
		for name := range strings.FieldsSeq(list) {
			require.Contains(t, names, name, line)
			key := o.key(names[name], kind)
			o[key] = append(o[key], right{fields[0], fields[1], anonymous, fields[3:]})
		}
	}
	return o
}

func (o oracle) key(e fakegitlab.Endpoint, kind string) string { return string(e) + "|" + kind }

// kinds are the types of runners that an endpoint is asked about: one of them if it is not about runners.
func (o oracle) kinds(e fakegitlab.Endpoint) (kinds []fakegitlab.RunnerType) {
	for _, kind := range []fakegitlab.RunnerType{fakegitlab.InstanceRunner, fakegitlab.GroupRunner,
		fakegitlab.ProjectRunner} {
		if _, known := o[o.key(e, kindWord(kind))]; known {
			kinds = append(kinds, kind)
		}
	}
	if len(kinds) == 0 {
		kinds = append(kinds, fakegitlab.InstanceRunner)
	}
	return kinds
}

func kindWord(kind fakegitlab.RunnerType) string {
	word, _, _ := strings.Cut(string(kind), "_")
	return word
}

// rule is the row for an endpoint in a version.
func (o oracle) rule(t *testing.T, e fakegitlab.Endpoint, kind fakegitlab.RunnerType, version string) right {
	t.Helper()
	rows := o[o.key(e, kindWord(kind))]
	if rows == nil {
		rows = o[o.key(e, "")]
	}
	var fit []right
	for _, r := range rows {
		if r.isFor(t, version) {
			fit = append(fit, r)
		}
	}
	require.Len(t, fit, 1, "rows of the oracle for %s (%s) in %s", e, kind, version)
	return fit[0]
}

// isFor is whether a version is among those of the row.
func (r right) isFor(t *testing.T, version string) bool {
	t.Helper()
	v := number(t, version)
	for _, word := range r.words {
		if from, ok := strings.CutPrefix(word, "from="); ok && v < number(t, from) {
			return false
		}
		if until, ok := strings.CutPrefix(word, "until="); ok && v >= number(t, until) {
			return false
		}
	}
	return true
}

// number orders versions.
func number(t *testing.T, version string) int {
	t.Helper()
	major, minor, _ := strings.Cut(version, ".")
	x, err := strconv.Atoi(major)
	require.NoError(t, err, version)
	y, err := strconv.Atoi(minor)
	require.NoError(t, err, version)
	return 100*x + y
}
