package docs_test

import (
	"archive/zip"
	"bytes"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/fakegitlab/fakegitlab"
)

// probedWorld is a SmallCompany with one of all that an endpoint may be asked about.
func probedWorld(t *testing.T) fakegitlab.Scenario {
	t.Helper()
	world := fakegitlab.SmallCompany().WithJob("acme/shop", "package", func(j *fakegitlab.Job) {
		j.Status, j.RunnerID, j.Trace = fakegitlab.JobSuccess, 100001, "done"
		j.Ref, j.User = archivedRef, "dan"
		j.Artifacts = []fakegitlab.Artifact{{Filename: "artifacts.zip", Content: archiveOf(t, archivedFile)}}
	})
	world = world.WithJob("acme/shop", "by hand", func(j *fakegitlab.Job) { j.Status = fakegitlab.JobManual })
	invited := fakegitlab.Members{"mia": fakegitlab.Guest, "oli": fakegitlab.Guest}
	world = world.WithUser("tia", func(u *fakegitlab.User) { u.ID = memberID }).
		WithMember("acme", "tia", fakegitlab.Guest).WithMember("acme/shop", "tia", fakegitlab.Guest).
		WithGroup("partners", func(g *fakegitlab.Group) { g.ID, g.Members = partnersID, invited }).
		WithGroup("friends", func(g *fakegitlab.Group) { g.ID = friendsID })
	world = world.WithShare("acme", "friends", fakegitlab.Guest).WithShare("acme/shop", "friends", fakegitlab.Guest)
	world = world.WithAccessToken("", "glpat-of-the-project", func(t *fakegitlab.AccessToken) {
		t.ID, t.Project, t.Role = probedTokens["projects"], "acme/shop", fakegitlab.Guest
	}).WithAccessToken("", "glpat-of-the-group", func(t *fakegitlab.AccessToken) {
		t.ID, t.Group, t.Role = probedTokens["groups"], "acme", fakegitlab.Guest
	})
	for kind, path := range map[string]string{"projects": "acme/shop", "groups": "acme"} {
		world.DeployTokens = append(world.DeployTokens, fakegitlab.DeployToken{ID: 5_000_000 + probedTokens[kind], Path: path})
	}
	world.DeployKeys = []fakegitlab.DeployKey{{ID: openKeyID, Public: true},
		{ID: shopKeyID, ProjectsWithReadonlyAccess: []string{"acme/shop"}}}
	world = world.WithProtectedBranch("acme/shop", probedKey).WithProtectedTag("acme/shop", probedKey)
	for _, path := range []string{"", "acme", "acme/shop"} {
		world = world.WithVariable(path, probedKey, "x")
	}
	for username, state := range probedUsers {
		world = world.WithUser(username, func(u *fakegitlab.User) { u.State, u.Password = state, probedPassword })
	}
	world = world.WithAccessToken("probed", probedToken, func(t *fakegitlab.AccessToken) { t.Impersonation = true })
	world = withSchedules(withEnvironments(withRepository(withWebhooks(withAllowlist(world))))).WithPipeline("acme/shop", func(p *fakegitlab.Pipeline) {
		p.ID, p.Status = headPipelineID, fakegitlab.JobSuccess
	})
	world.RunnerControllers = []fakegitlab.RunnerController{{ID: controllerID,
		Tokens: []fakegitlab.RunnerControllerToken{{ID: controllerTokenID}}}}
	return world
}

// Whom and what the calls about members and shares name: a direct member of the group and of the project, somebody who
// is none yet, a group that may be invited, and one that is.
const (
	memberID, strangerID  = 10, 9
	partnersID, friendsID = 1003, 1004
	probedKey             = "PROBED" // of a CI/CD variable of each kind, and what is protected
)

// A deploy key that every project may get and acme/shop does not have, one that it has, and one that nobody has.
const (
	openKeyID, shopKeyID = 5_500_001, 5_500_002
	newKey               = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGyqL3UNPotPfsiH0RtGpSQ7cvMInor3cVV7wHgEjr1l"
)

// What everybody sees: a project and a group that may be put on the allowlist of acme/shop, and such that are on it.
const openID, listedID = 10_011, 10_012

// withAllowlist gives acme/shop an allowlist for jobs' tokens, and what may be on it.
func withAllowlist(world fakegitlab.Scenario) fakegitlab.Scenario {
	for path, id := range map[string]int{"commons": openID, "listed": listedID} {
		world = world.WithGroup(path, func(g *fakegitlab.Group) { g.ID, g.Visibility = id, fakegitlab.Public }).
			WithProject(path+"/tools", func(p *fakegitlab.Project) { p.ID, p.Visibility = id, fakegitlab.Public })
	}
	return world.WithProject("acme/shop", func(p *fakegitlab.Project) {
		p.JobTokenAllowlist = []string{"listed", "listed/tools"}
	})
}

// probedFile is a file that is in the repository of acme/shop, probedBlob what it contains.
const (
	probedFile = "README.md"
	probedBlob = "c1b0730e0133447badcfd47fd144e254807b06e1"
)

// withRepository gives acme/shop a file, and a branch and a tag that may go, and a resource group.
func withRepository(world fakegitlab.Scenario) fakegitlab.Scenario {
	for i := range world.Projects {
		if p := &world.Projects[i]; p.Path == "acme/shop" {
			p.ResourceGroups = map[string]string{probedKey: "oldest_first"}
			p.Repository = &fakegitlab.Repository{
				Refs: map[string]string{"refs/heads/main": "first", "refs/heads/" + probedKey + "-gone": "first",
					"refs/heads/" + probedKey + "-picked": "second", "refs/tags/" + probedKey + "-gone": "first"},
				Commits: []fakegitlab.RepositoryCommit{{SHA: "first", Author: "Ann <ann@example.com> 2024-06-01T12:00:00Z",
					Message: "First", Files: map[string]string{probedFile: "x", ".gitlab-ci.yml": "test: {script: x}"}},
					{SHA: "second", Parents: []string{"first"}, Author: "Ann <ann@example.com> 2024-06-01T12:00:00Z",
						Message: "Second", Files: map[string]string{"picked": "x"}}}}
		}
	}
	return world
}

// probedTokens are the access tokens of a project and a group.
var probedTokens = map[string]int{"projects": 6000101, "groups": 6000102}

// wanted are the parameters that an endpoint needs beside those of all.
func wanted(e fakegitlab.Endpoint) map[string]string {
	switch e {
	case fakegitlab.CreateGroup, fakegitlab.CreateProject, fakegitlab.CreateUserProject:
		return map[string]string{"name": "fresh", "path": "fresh"}
	case fakegitlab.AddGroupMember, fakegitlab.AddProjectMember:
		return map[string]string{"user_id": strconv.Itoa(strangerID), "access_level": "10"}
	case fakegitlab.UpdateGroupMember, fakegitlab.UpdateProjectMember:
		return map[string]string{"access_level": "10"}
	case fakegitlab.ShareGroup, fakegitlab.ShareProject:
		return map[string]string{"group_id": strconv.Itoa(partnersID), "group_access": "10"}
	case fakegitlab.TransferProject:
		return map[string]string{"namespace": "acme/backend"}
	case fakegitlab.ListProjectAccessTokens, fakegitlab.ListGroupAccessTokens:
		return map[string]string{"state": "active"}
	case fakegitlab.CreateProjectAccessToken, fakegitlab.CreateGroupAccessToken:
		return map[string]string{"name": "new", "scopes[]": "api", "access_level": "10"}
	case fakegitlab.CreateProjectDeployToken, fakegitlab.CreateGroupDeployToken:
		return map[string]string{"name": "new", "scopes": "read_repository"}
	case fakegitlab.CreateInstanceDeployKey, fakegitlab.CreateProjectDeployKey:
		return map[string]string{"title": "new", "key": newKey}
	case fakegitlab.UpdateProjectDeployKey:
		return map[string]string{"can_push": "true"}
	case fakegitlab.UpdateJobTokenScope:
		return map[string]string{"enabled": "true"}
	case fakegitlab.AllowJobTokenProject:
		return map[string]string{"target_project_id": strconv.Itoa(openID)}
	case fakegitlab.AllowJobTokenGroup:
		return map[string]string{"target_group_id": strconv.Itoa(openID)}
	case fakegitlab.CreateBranch:
		return map[string]string{"branch": "new", "ref": "main"}
	case fakegitlab.CreateTag:
		return map[string]string{"tag_name": "new", "ref": "main"}
	case fakegitlab.CreateCommit:
		return map[string]string{"branch": "main", "commit_message": "m", "actions[][action]": "create",
			"actions[][file_path]": "new"}
	case fakegitlab.CompareRefs:
		return map[string]string{"from": "main", "to": "main"}
	case fakegitlab.GetMergeBase:
		return map[string]string{"refs": "main,main"}
	case fakegitlab.CherryPickCommit, fakegitlab.RevertCommit:
		return map[string]string{"branch": "main"}
	case fakegitlab.GetRepositoryFile, fakegitlab.GetRawRepositoryFile, fakegitlab.GetFileBlame:
		return map[string]string{"ref": "main"}
	case fakegitlab.CreateRepositoryFile, fakegitlab.UpdateRepositoryFile, fakegitlab.DeleteRepositoryFile:
		return map[string]string{"branch": "main", "commit_message": "m", "content": "y"}
	case fakegitlab.CreateEnvironment:
		return map[string]string{"name": "new"}
	case fakegitlab.CreateDeployment:
		return map[string]string{"environment": "new", "sha": "main", "ref": "main", "tag": "false", "status": "success"}
	case fakegitlab.UpdateDeployment:
		return map[string]string{"status": "success"}
	case fakegitlab.DeleteReviewApps:
		return map[string]string{"before": "2024-06-30T12:00:00Z"}
	case fakegitlab.StopStaleEnvironments:
		return map[string]string{"before": "2024-06-20T12:00:00Z"}
	case fakegitlab.CreatePipelineSchedule:
		return map[string]string{"ref": "main", "cron": "0 1 * * *"}
	case fakegitlab.CreateProjectPipeline, fakegitlab.TriggerPipeline:
		return map[string]string{"ref": "main"}
	case fakegitlab.CreateScheduleVariable:
		return map[string]string{"key": "NEW", "value": "x"}
	case fakegitlab.ProtectBranch, fakegitlab.ProtectTag, fakegitlab.UpdatePipelineMetadata:
		return map[string]string{"name": "new"}
	case fakegitlab.CreateProjectVariable, fakegitlab.CreateGroupVariable, fakegitlab.CreateInstanceVariable:
		return map[string]string{"key": "NEW", "value": "x"}
	}
	return nil
}

// probedUsers are whom something is asked of or done to, in the states that it wants; none of them calls.
var probedUsers = map[string]fakegitlab.UserState{"probed": fakegitlab.UserActive,
	"deactivated": fakegitlab.UserDeactivated, "pending": fakegitlab.UserBlockedPendingApproval,
	"banned": fakegitlab.UserBanned}

// probedPassword is theirs, probedToken an impersonation token of one of them.
const (
	probedPassword = "Wq7-tundra-Lk29"
	probedToken    = "glpat-probed-probed-probed"
)

// sentToUsers is what the endpoints of users and tokens get, which read some names as others do not.
func sentToUsers() url.Values {
	query := url.Values{}
	for name, value := range map[string]string{"email": "new@corp.example", "name": "New", "username": "probed",
		"password": probedPassword, "scopes": "k8s_proxy", "expires_at": "2024-07-02", "grant_type": "password"} {
		query.Set(name, value)
	}
	return query
}

// A runner controller and its token.
const controllerID, controllerTokenID = 9_000_001, 9_500_001

// The webhooks of the project and of the group that is asked about, with a variable and a header of one name.
const (
	projectHookID, groupHookID = 8_000_001, 8_000_002
	hookKey                    = "place"
)

func withWebhooks(s fakegitlab.Scenario) fakegitlab.Scenario {
	entries := func(id int, group string) func(*fakegitlab.Webhook) {
		return func(h *fakegitlab.Webhook) {
			h.ID, h.Group = id, group
			h.URLVariables, h.Headers = map[string]string{hookKey: "x"}, map[string]string{hookKey: "x"}
		}
	}
	return s.WithWebhook("acme/shop", "https://hooks.example.com/", entries(projectHookID, "")).
		WithWebhook("", "https://hooks.example.com/", entries(groupHookID, "acme"))
}

// The schedules and the trigger of the project that is asked about: who owns a schedule may change it, who does not may
// take it over.
const (
	ownScheduleID, rootScheduleID = 7_000_001, 7_000_002
	pipelineTriggerID             = 7_500_001
	pipelineTriggerToken          = "glptt-probed-probed-probed"
)

func withSchedules(s fakegitlab.Scenario) fakegitlab.Scenario {
	for id, owner := range map[int]string{ownScheduleID: "dan", rootScheduleID: "root"} {
		s.PipelineSchedules = append(s.PipelineSchedules, fakegitlab.PipelineSchedule{ID: id, Project: "acme/shop",
			Owner: owner, Ref: "main", Description: "nightly", Cron: "0 1 * * *",
			Variables: map[string]string{probedKey: "x"}})
	}
	s.PipelineTriggers = append(s.PipelineTriggers, fakegitlab.PipelineTrigger{ID: pipelineTriggerID,
		Project: "acme/shop", Owner: "mia", Token: pipelineTriggerToken})
	return s
}

// The environments of the project that is asked about, one of them stopped, and the deployments of the former: the
// running one may be ended, that which failed be deleted.
const (
	environmentID, stoppedEnvironmentID  = 16_000_001, 16_000_002
	runningDeploymentID, oldDeploymentID = 17_000_001, 17_000_002
)

func withEnvironments(s fakegitlab.Scenario) fakegitlab.Scenario {
	long := time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)
	of := func(id int, state fakegitlab.EnvironmentState) func(*fakegitlab.ProjectEnvironment) {
		return func(e *fakegitlab.ProjectEnvironment) { e.ID, e.State, e.CreatedAt = id, state, long }
	}
	s = s.WithEnvironment("acme/shop", "production", of(environmentID, "")).
		WithEnvironment("acme/shop", "review/old", of(stoppedEnvironmentID, fakegitlab.EnvironmentStopped))
	for id, status := range map[int]fakegitlab.DeploymentStatus{runningDeploymentID: fakegitlab.DeploymentRunning,
		oldDeploymentID: fakegitlab.DeploymentFailed} {
		s.Deployments = append(s.Deployments, fakegitlab.Deployment{ID: id, Project: "acme/shop", Environment: "production",
			Status: status})
	}
	return s
}

// environment and deployment are those that an endpoint is asked about.
func environment(e fakegitlab.Endpoint) int {
	if e == fakegitlab.DeleteEnvironment {
		return stoppedEnvironmentID
	}
	return environmentID
}

func deployment(e fakegitlab.Endpoint) int {
	if e == fakegitlab.DeleteDeployment {
		return oldDeploymentID
	}
	return runningDeploymentID
}

// schedule is the schedule that an endpoint is asked about.
func schedule(e fakegitlab.Endpoint) int {
	switch e {
	case fakegitlab.OwnPipelineSchedule, fakegitlab.DeletePipelineSchedule, fakegitlab.GetScheduleVariable,
		fakegitlab.DeleteScheduleVariable:
		return rootScheduleID
	}
	return ownScheduleID
}

// pipelineID is a pipeline of the project that is asked about, headPipelineID that of the commit its branch is at.
const pipelineID, headPipelineID = 4000001, 3900001

// archivedFile is what the archive of the job package has, archivedRef the branch that the job ran for.
const (
	archivedFile = "report.txt"
	archivedRef  = "packaged"
)

// archiveOf is a zip archive with one file.
func archiveOf(t *testing.T, name string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	_, err := w.Create(name)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

// inQuery is a query with what any endpoint asks for.
func inQuery(e fakegitlab.Endpoint, kind fakegitlab.RunnerType, runner int, query url.Values) url.Values {
	_, path := cut(e)
	family := strings.Split(path, "/")[1]
	switch {
	case e == fakegitlab.CreateUserRunner:
	case e == fakegitlab.CreateUser, e == fakegitlab.UpdateUser:
		query = sentToUsers()
		query.Set("username", "newcomer")
		return query
	case slices.Contains([]string{"oauth", "users", "user", "personal_access_tokens"}, family):
		return sentToUsers()
	}
	for name, value := range map[string]string{
		"runner_id": strconv.Itoa(runner), "runner_type": string(kind), "system_id": "s_100001a",
		"description": "x", "admin_mode": "false", "state": "success", "job": "package",
		"url": "https://hooks.example.com/in", "value": "x", "content": "a: {script: x}",
	} {
		query.Set(name, value)
	}
	switch kind {
	case fakegitlab.GroupRunner:
		query.Set("group_id", "1001")
	case fakegitlab.ProjectRunner:
		query.Set("project_id", "10001")
	}
	for name, value := range wanted(e) {
		query.Set(name, value)
	}
	if family == "runner_controllers" {
		query.Set("state", "enabled")
	}
	return query
}

// inPath is what one of the parts of an endpoint's path is in a call.
func inPath(e fakegitlab.Endpoint, parts []string, i int, ids map[string]int) string {
	name, isParam := strings.CutPrefix(parts[i], ":")
	switch {
	case name == "*artifact_path":
		return archivedFile
	case !isParam: // a word of the path
		return name
	case name == "ref_name":
		return archivedRef
	case name == "branch", name == "tag_name":
		return probedKey + "-gone"
	case name == "sha" && parts[i-1] == "blobs":
		return probedBlob
	case name == "sha" && e == fakegitlab.CherryPickCommit:
		return probedKey + "-picked"
	case name == "ref", name == "sha":
		return "main"
	case name == "file_path" && e == fakegitlab.CreateRepositoryFile:
		return "new"
	case name == "file_path":
		return probedFile
	case name == "trigger":
		return "job_events"
	case name == "key" && parts[3] == "hooks":
		return hookKey
	case name == "token_id" && parts[3] == "deploy_tokens":
		return strconv.Itoa(5_000_000 + probedTokens[parts[1]])
	case name == "token_id" && parts[1] != "runner_controllers":
		return strconv.Itoa(probedTokens[parts[1]])
	case name == "key", name == "name":
		return probedKey
	}
	return strconv.Itoa(ids[name])
}
