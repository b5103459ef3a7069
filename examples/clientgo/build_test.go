package clientgo

import (
	"testing"

	"github.com/fakegitlab/fakegitlab"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	gitlab "gitlab.com/gitlab-org/api/client-go/v2"
)

// stack is what a program such as Terraform keeps of what it has made.
type stack struct {
	group, subgroup *gitlab.Group
	project, second *gitlab.Project
	member          *gitlab.GroupMember
	runner          *gitlab.UserRunner
	token           *gitlab.ProjectAccessToken
	variable        *gitlab.ProjectVariable
	branch          *gitlab.ProtectedBranch
	hook            *gitlab.ProjectHook
}

// apply makes a group with a subgroup, a project in it, a member and a runner, each as it is wanted, and what a
// pipeline of the project needs.
func apply(t *testing.T, c *gitlab.Client, member int64) (made stack) {
	t.Helper()
	var err error
	made.group, _, err = c.Groups.CreateGroup(&gitlab.CreateGroupOptions{Name: gitlab.Ptr("Acme"), Path: gitlab.Ptr("acme"),
		Visibility: gitlab.Ptr(gitlab.InternalVisibility), ProjectCreationLevel: gitlab.Ptr(gitlab.MaintainerProjectCreation),
		Description: gitlab.Ptr("all of it"), LFSEnabled: gitlab.Ptr(false)})
	require.NoError(t, err)
	made.group, _, err = c.Groups.UpdateGroup(made.group.ID, &gitlab.UpdateGroupOptions{
		SharedRunnersSetting: gitlab.Ptr(gitlab.DisabledAndOverridableSharedRunnersSettingValue)})
	require.NoError(t, err)
	made.subgroup, _, err = c.Groups.CreateGroup(&gitlab.CreateGroupOptions{Name: gitlab.Ptr("Backend"),
		Path: gitlab.Ptr("backend"), ParentID: &made.group.ID})
	require.NoError(t, err)
	made.project, _, err = c.Projects.CreateProject(&gitlab.CreateProjectOptions{Name: gitlab.Ptr("Till"),
		NamespaceID: &made.subgroup.ID, MergeMethod: gitlab.Ptr(gitlab.FastForwardMerge), BuildTimeout: gitlab.Ptr(int64(7200)),
		BuildsAccessLevel: gitlab.Ptr(gitlab.PrivateAccessControl), Topics: &[]string{"go", "shop"},
		DefaultBranch: gitlab.Ptr("trunk"), CIConfigPath: gitlab.Ptr("ci/main.yml")})
	require.NoError(t, err)
	_, _, err = c.Projects.EditProject(made.project.ID, &gitlab.EditProjectOptions{
		KeepLatestArtifact: gitlab.Ptr(false), CIDefaultGitDepth: gitlab.Ptr(int64(5))})
	require.NoError(t, err)
	made.member, _, err = c.GroupMembers.AddGroupMember(made.group.ID, &gitlab.AddGroupMemberOptions{UserID: &member,
		AccessLevel: gitlab.Ptr(gitlab.MaintainerPermissions), ExpiresAt: gitlab.Ptr("2030-01-01")})
	require.NoError(t, err)
	made.runner, _, err = c.Users.CreateUserRunner(&gitlab.CreateUserRunnerOptions{RunnerType: gitlab.Ptr("project_type"),
		ProjectID: &made.project.ID})
	require.NoError(t, err)
	applyToProject(t, c, &made)
	return made
}

// applyToProject makes a second project that the runner is assigned to, and an access token, a CI/CD variable, a
// protected branch and a webhook of the first.
func applyToProject(t *testing.T, c *gitlab.Client, made *stack) {
	t.Helper()
	var err error
	made.second, _, err = c.Projects.CreateProject(&gitlab.CreateProjectOptions{Name: gitlab.Ptr("Shelf"),
		NamespaceID: &made.subgroup.ID})
	require.NoError(t, err)
	_, _, err = c.Runners.EnableProjectRunner(made.second.ID, &gitlab.EnableProjectRunnerOptions{RunnerID: made.runner.ID})
	require.NoError(t, err)
	project := made.project.ID
	made.token, _, err = c.ProjectAccessTokens.CreateProjectAccessToken(project, &gitlab.CreateProjectAccessTokenOptions{
		Name: gitlab.Ptr("deployer"), Scopes: &[]string{"read_api"}, AccessLevel: gitlab.Ptr(gitlab.DeveloperPermissions)})
	require.NoError(t, err)
	made.variable, _, err = c.ProjectVariables.CreateVariable(project, &gitlab.CreateProjectVariableOptions{
		Key: gitlab.Ptr("REGION"), Value: gitlab.Ptr("eu-west-1"), Protected: gitlab.Ptr(true)})
	require.NoError(t, err)
	made.branch, _, err = c.ProtectedBranches.ProtectRepositoryBranches(project,
		&gitlab.ProtectRepositoryBranchesOptions{Name: gitlab.Ptr("release/*")})
	require.NoError(t, err)
	made.hook, _, err = c.Projects.AddProjectHook(project, &gitlab.AddProjectHookOptions{
		URL: gitlab.Ptr("https://hooks.example.com/in"), JobEvents: gitlab.Ptr(true)})
	require.NoError(t, err)
}

// plan reads everything and holds it against what was made, in the parts that a plan compares.
func plan(t *testing.T, c *gitlab.Client, made stack) {
	t.Helper()
	group, _, err := c.Groups.GetGroup(made.group.ID, nil)
	require.NoError(t, err)
	subgroup, _, err := c.Groups.GetGroup(made.subgroup.ID, nil)
	require.NoError(t, err)
	project, _, err := c.Projects.GetProject(made.project.ID, nil)
	require.NoError(t, err)
	member, _, err := c.GroupMembers.GetGroupMember(made.group.ID, made.member.ID)
	require.NoError(t, err)
	settings := func(g *gitlab.Group) []any {
		return []any{g.Name, g.FullPath, g.Description, g.Visibility, g.ProjectCreationLevel, g.LFSEnabled,
			g.SharedRunnersSetting, g.ParentID}
	}
	of := func(p *gitlab.Project) []any {
		return []any{p.Name, p.PathWithNamespace, p.Visibility, p.MergeMethod, p.BuildTimeout, p.BuildsAccessLevel, p.Topics,
			p.DefaultBranch, p.CIConfigPath, p.SharedRunnersEnabled}
	}
	assert.Equal(t, settings(made.group), settings(group))
	assert.Equal(t, settings(made.subgroup), settings(subgroup))
	assert.Equal(t, of(made.project), of(project))
	assert.Equal(t, made.member, member)
	planProject(t, c, made)
}

// planProject does so for what the project has.
func planProject(t *testing.T, c *gitlab.Client, made stack) {
	t.Helper()
	project := made.project.ID
	token, _, err := c.ProjectAccessTokens.GetProjectAccessToken(project, made.token.ID)
	require.NoError(t, err)
	variable, _, err := c.ProjectVariables.GetVariable(project, made.variable.Key, nil)
	require.NoError(t, err)
	branch, _, err := c.ProtectedBranches.GetProtectedBranch(project, made.branch.Name)
	require.NoError(t, err)
	hook, _, err := c.Projects.GetProjectHook(project, made.hook.ID)
	require.NoError(t, err)
	runner, _, err := c.Runners.GetRunnerDetails(made.runner.ID)
	require.NoError(t, err)
	assert.Empty(t, token.Token, "a secret is shown once")
	token.Token = made.token.Token
	assert.Equal(t, made.token, token)
	assert.Equal(t, made.variable, variable)
	assert.Equal(t, made.branch, branch)
	assert.Equal(t, made.hook, hook)
	assert.Len(t, runner.Projects, 2)
}

// The steps of a Terraform-like program: what was applied is found again, and destroying it leaves nothing.
func TestApplyPlanDestroy(t *testing.T) {
	gl := fakegitlab.New(t)
	mia := gl.AddUser(fakegitlab.User{Username: "mia"})
	before := gl.Snapshot()
	c, err := gitlab.NewClient(gl.AdminToken(), gitlab.WithBaseURL(gl.URL()))
	require.NoError(t, err)
	before.AccessTokens = gl.Snapshot().AccessTokens // the administrator's, which is made at its first use

	made := apply(t, c, int64(mia.ID))
	plan(t, c, made)
	assert.False(t, made.project.SharedRunnersEnabled, "a new project in a group that has them disabled")

	destroyOfProject(t, c, made)
	_, err = c.GroupMembers.RemoveGroupMember(made.group.ID, made.member.ID, nil)
	require.NoError(t, err)
	for _, p := range []*gitlab.Project{made.second, made.project} {
		_, err = c.Projects.DeleteProject(p.ID, nil)
		require.NoError(t, err)
	}
	for _, g := range []*gitlab.Group{made.subgroup, made.group} {
		_, err = c.Groups.DeleteGroup(g.ID, nil)
		require.NoError(t, err)
	}
	gl.AssertSnapshot(t, before)
	gl.AssertNothingIgnored(t)
}

// destroyOfProject deletes what applyToProject has made but the second project, and the runner.
func destroyOfProject(t *testing.T, c *gitlab.Client, made stack) {
	t.Helper()
	project := made.project.ID
	for _, step := range []func() (*gitlab.Response, error){
		func() (*gitlab.Response, error) { return c.Projects.DeleteProjectHook(project, made.hook.ID) },
		func() (*gitlab.Response, error) {
			return c.ProtectedBranches.UnprotectRepositoryBranches(project, made.branch.Name)
		},
		func() (*gitlab.Response, error) {
			return c.ProjectVariables.RemoveVariable(project, made.variable.Key, nil)
		},
		func() (*gitlab.Response, error) {
			return c.ProjectAccessTokens.RevokeProjectAccessToken(project, made.token.ID)
		},
		func() (*gitlab.Response, error) {
			return c.Runners.DisableProjectRunner(made.second.ID, made.runner.ID)
		},
		func() (*gitlab.Response, error) { return c.Runners.RemoveRunner(made.runner.ID) },
	} {
		_, err := step()
		require.NoError(t, err)
	}
}
