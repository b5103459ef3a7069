package policy

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// least is what an ability asks for: a role, and whether auditors have it without any, as they may read.
type least struct {
	role    Role
	reading bool
	may     func(a Actor, held Role) Decision
}

// asProject and asGroup are abilities that ask for nothing but where the actor stands.
func asProject(may func(Actor, ProjectStanding) Decision) func(Actor, Role) Decision {
	return func(a Actor, held Role) Decision { return may(a, ProjectStanding{Where: "acme/shop", Held: held}) }
}

func asGroup(may func(Actor, GroupStanding) Decision) func(Actor, Role) Decision {
	return func(a Actor, held Role) Decision {
		return may(a, GroupStanding{Where: "acme", Held: held, Subgroups: Owner, Projects: Developer})
	}
}

func asJob(may func(Actor, JobStanding) Decision, change func(*JobStanding)) func(Actor, Role) Decision {
	return func(a Actor, held Role) Decision {
		s := JobStanding{Project: ProjectStanding{Where: "acme/shop", Held: held}}
		change(&s)
		return may(a, s)
	}
}

func guarded(s *JobStanding) { s.Protected, s.For = true, Maintainer }
func plainly(*JobStanding)   {}
func ofOwn(s *JobStanding)   { s.Own = true }

var leasts = map[string]least{
	"AuthorizedProject":          {Guest, true, asProject(AuthorizedProject)},
	"AdminProject":               {Maintainer, false, asProject(AdminProject)},
	"RenameProject":              {Maintainer, false, asProject(RenameProject)},
	"ChangeVisibilityLevel":      {Owner, false, asProject(ChangeVisibilityLevel)},
	"ArchiveProject":             {Owner, false, asProject(ArchiveProject)},
	"RemoveProject":              {Owner, false, asProject(RemoveProject)},
	"ChangeNamespace":            {Owner, false, asProject(ChangeNamespace)},
	"AdminIssue":                 {Reporter, false, asProject(AdminIssue)},
	"ReadStatistics":             {Reporter, true, asProject(ReadStatistics)},
	"MaintainerAccess":           {Maintainer, false, asProject(MaintainerAccess)},
	"OwnerAccess":                {Owner, false, asProject(OwnerAccess)},
	"ChangeVariablesRole":        {Maintainer, false, asProject(variablesRole(false))},
	"ChangeVariablesRole, owner": {Owner, false, asProject(variablesRole(true))},
	"AdminCICDVariables":         {Maintainer, false, asProject(AdminCICDVariables)},
	"ManageResourceAccessTokens": {Maintainer, false, asProject(ManageResourceAccessTokens)},
	"ManageDeployTokens":         {Maintainer, false, asProject(ManageDeployTokens)},
	"ReadProjectRunners":         {Maintainer, true, asProject(ReadProjectRunners)},
	"AdminProjectRunners":        {Maintainer, false, asProject(AdminProjectRunners)},
	"AdminWebHook":               {Maintainer, false, asProject(AdminWebHook)},
	"UseResourceGroups":          {Developer, false, asProject(UseResourceGroups)},
	"ReadEnvironment":            {Reporter, true, asProject(ReadEnvironment)},
	"ChangeEnvironments":         {Developer, false, asProject(ChangeEnvironments)},
	"StopEnvironments":           {Maintainer, false, asProject(StopEnvironments)},
	"DestroyDeployment":          {Maintainer, false, asProject(DestroyDeployment)},
	"StopEnvironment":            {Developer, false, asProject(ofEnvironment(StopEnvironment, nil))},
	"StopEnvironment, guarded": {Maintainer, false, asProject(ofEnvironment(StopEnvironment,
		&JobStanding{Protected: true, For: Maintainer}))},
	"DestroyEnvironment": {Developer, false, asProject(ofEnvironment(DestroyEnvironment, nil))},
	"UpdateDeployment":   {Developer, false, asProject(updateDeployment(nil))},
	"UpdateDeployment, guarded": {Maintainer, false,
		asProject(updateDeployment(&JobStanding{Protected: true, For: Maintainer}))},
	"ReadManualVariables": {Developer, false, asJob(ReadManualVariables,
		func(s *JobStanding) { s.Project.Visibility = Public })},
	"AdminProjectMember":         {Maintainer, false, asProject(AdminProjectMember)},
	"ManageOwners":               {Owner, false, asProject(ManageOwners)},
	"ReadCode":                   {Reporter, true, asProject(ReadCode)},
	"ReadCommitStatus":           {Reporter, true, asProject(ReadCommitStatus)},
	"ReadRunnerBuild":            {Reporter, true, asProject(ReadRunnerBuild)},
	"PushCode":                   {Developer, false, asProject(PushCode)},
	"AdminTag":                   {Developer, false, asProject(AdminTag)},
	"UpdateBuilds":               {Developer, false, asProject(UpdateBuilds)},
	"CancelBuilds":               {Developer, false, asProject(CancelBuilds)},
	"CreatePipeline":             {Developer, false, asProject(CreatePipeline)},
	"CreatePipelineSchedule":     {Developer, false, asProject(CreatePipelineSchedule)},
	"CreateCommitStatus":         {Developer, false, asProject(CreateCommitStatus)},
	"AdminBuild":                 {Maintainer, false, asProject(AdminBuild)},
	"DestroyPipeline":            {Owner, false, asProject(DestroyPipeline)},
	"DestroyArtifacts":           {Maintainer, false, asProject(DestroyArtifacts)},
	"CancelBuild":                {Developer, false, asJob(CancelBuild, plainly)},
	"CancelBuild, protected":     {Maintainer, false, asJob(CancelBuild, guarded)},
	"CancelBuildByForce":         {Maintainer, false, asJob(CancelBuildByForce, plainly)},
	"CancelPipeline, protected":  {Maintainer, false, asJob(CancelPipeline, guarded)},
	"UpdatePipeline, protected":  {Maintainer, false, asJob(UpdatePipeline, guarded)},
	"ReadPipelineVariables":      {Maintainer, false, asJob(ReadPipelineVariables, plainly)},
	"ReadPipelineVariables, own": {Developer, false, asJob(ReadPipelineVariables, ofOwn)},
	"EraseBuild":                 {Maintainer, false, asJob(EraseBuild, plainly)},
	"EraseBuild, own":            {Developer, false, asJob(EraseBuild, ofOwn)},
	"ReadBuild, of members":      {Reporter, true, asProject(membersBuilds)},
	"DeleteTag":                  {Developer, false, asProject(deleting(false))},
	"DeleteTag, protected":       {Maintainer, false, asProject(deleting(true))},
	"SetPipelineVariables":       {Maintainer, false, asProject(variablesFor(Maintainer))},
	"CreateProjectRunner":        {Maintainer, false, asProject(given(CreateProjectRunner))},
	"UpdateRegistrationToken":    {Maintainer, false, asProject(given(UpdateProjectRegistrationToken))},
	"ReadProtectedBranches":      {Maintainer, false, asProject(protection(Rules{}))},
	"ReadProtectedBranches, new": {Reporter, true, asProject(protection(Rules{CodeReadersSeeProtection: true}))},
	"AdminGroup":                 {Owner, false, asGroup(AdminGroup)},
	"RemoveGroup":                {Owner, false, asGroup(RemoveGroup)},
	"CreateSubgroup":             {Owner, false, asGroup(CreateSubgroup)},
	"CreateProjectsInGroup":      {Developer, false, asGroup(CreateProjectsInGroup)},
	"TransferProjectsToGroup":    {Maintainer, false, asGroup(TransferProjectsToGroup)},
	"AdminGroupCICDVariables":    {Owner, false, asGroup(AdminGroupCICDVariables)},
	"ManageGroupAccessTokens":    {Owner, false, asGroup(ManageGroupAccessTokens)},
	"ReadGroupDeployToken":       {Maintainer, false, asGroup(ReadGroupDeployToken)},
	"ChangeGroupDeployTokens":    {Owner, false, asGroup(ChangeGroupDeployTokens)},
	"AdminGroupWebHook":          {Owner, false, asGroup(AdminGroupWebHook)},
	"AdminGroupMember":           {Owner, false, asGroup(AdminGroupMember)},
	"ReadGroupViaMembership":     {Guest, true, asGroup(ReadGroupViaMembership)},
	"CreateGroupRunner":          {Owner, false, asGroup(given(CreateGroupRunner))},
	"UpdateGroupToken":           {Owner, false, asGroup(given(UpdateGroupRegistrationToken))},
	"AssignAccessLevel": {Maintainer, false, func(a Actor, held Role) Decision {
		return AssignAccessLevel(a, held, Maintainer, "acme")
	}},
}

// ofEnvironment is an ability over an environment that is stopped, or that a job stops.
func ofEnvironment(may func(Actor, EnvironmentStanding) Decision, job *JobStanding) func(Actor, ProjectStanding) Decision {
	return func(a Actor, s ProjectStanding) Decision {
		return may(a, EnvironmentStanding{Project: s, Stopped: job == nil, StopJob: standingIn(job, s)})
	}
}

func updateDeployment(job *JobStanding) func(Actor, ProjectStanding) Decision {
	return func(a Actor, s ProjectStanding) Decision { return UpdateDeployment(a, s, standingIn(job, s)) }
}

func standingIn(job *JobStanding, s ProjectStanding) *JobStanding {
	if job == nil {
		return nil
	}
	in := *job
	in.Project = s
	return &in
}

func membersBuilds(a Actor, s ProjectStanding) Decision {
	s.MembersJobs, s.Visibility = true, Public
	return ReadBuild(a, s)
}

func deleting(protected bool) func(Actor, ProjectStanding) Decision {
	return func(a Actor, s ProjectStanding) Decision { return DeleteTag(a, s, protected) }
}

func variablesFor(role Role) func(Actor, ProjectStanding) Decision {
	return func(a Actor, s ProjectStanding) Decision { return SetPipelineVariables(a, s, role) }
}

func variablesRole(ownersAlone bool) func(Actor, ProjectStanding) Decision {
	return func(a Actor, s ProjectStanding) Decision {
		return ChangeRestrictUserDefinedVariables(a, s, ownersAlone)
	}
}

func protection(r Rules) func(Actor, ProjectStanding) Decision {
	return func(a Actor, s ProjectStanding) Decision { return ReadProtectedBranches(a, s, r) }
}

// given is an ability where the setting that it asks for is on.
func given[S any](may func(Actor, S, bool) Decision) func(Actor, S) Decision {
	return func(a Actor, s S) Decision { return may(a, s, true) }
}

// TestLeastRoles holds who has each ability that a role gives: from that role on, administrators always, and auditors
// without a role where it is one to read.
func TestLeastRoles(t *testing.T) {
	for name, c := range leasts {
		for _, held := range []Role{None, Guest, Planner, Reporter, Developer, Maintainer, Owner} {
			d := c.may(mia, held)
			assert.Equal(t, held >= c.role, d.Allowed, "%s as %s: %s", name, held, d.Reason)
			assert.Equal(t, d.Allowed, d.Reason == "", "%s as %s: every refusal has a reason, and nothing else", name, held)
			d = c.may(eva, held)
			assert.Equal(t, held >= c.role || c.reading, d.Allowed, "%s of an auditor as %s: %s", name, held, d.Reason)
		}
		assert.True(t, c.may(root, None).Allowed, "%s of an administrator", name)
	}
}

// TestOfAdministratorsAlone holds what no auditor may, and nobody else.
func TestOfAdministratorsAlone(t *testing.T) {
	for name, may := range map[string]func(Actor) Decision{
		"AdminAllResources": AdminAllResources, "ReadCustomAttribute": ReadCustomAttribute,
		"UpdateApplicationSettings": UpdateApplicationSettings, "AdminInstanceVariables": AdminInstanceVariables,
		"ReadAllDeployTokens": ReadAllDeployTokens, "AdminDeployKeys": AdminDeployKeys, "CreateInstanceRunners": CreateInstanceRunners, "Sudo": Sudo,
		"UseUserNamespace":                func(a Actor) Decision { return UseUserNamespace(a, false) },
		"UpdateInstanceRegistrationToken": func(a Actor) Decision { return UpdateInstanceRegistrationToken(a, true) },
		"ReadAdminCICD":                   func(a Actor) Decision { return ReadAdminCICD(a, Rules{}) },
		"RevokeToken":                     func(a Actor) Decision { return RevokeToken(a, false, false) },
		"ReadRunnerSensitiveData": func(a Actor) Decision {
			return ReadRunnerSensitiveData(a, RunnerStanding{Type: Instance}, Rules{})
		},
	} {
		assert.True(t, may(root).Allowed, name)
		assert.Equal(t, Decision{Reason: "mia is no administrator"}, may(mia), name)
		assert.Equal(t, Decision{Reason: "eva is no administrator"}, may(eva), name)
	}
	assert.True(t, UseUserNamespace(mia, true).Allowed)
}

// TestWhatTakesAnAbilityAway holds what bars those who have the role.
func TestWhatTakesAnAbilityAway(t *testing.T) {
	s := func(change func(*ProjectStanding)) ProjectStanding {
		s := ProjectStanding{Where: "acme/shop", Held: Owner}
		change(&s)
		return s
	}
	archived := s(func(s *ProjectStanding) { s.Archived = true })
	noJobs := s(func(s *ProjectStanding) { s.Builds = ForNobody })
	noCode := s(func(s *ProjectStanding) { s.Code = ForNobody })
	check(t, "acme/shop is archived", AdminBuild(mia, archived), "AdminBuild")
	check(t, "acme/shop is archived", CreateCommitStatus(mia, archived), "CreateCommitStatus")
	check(t, "acme/shop is archived", PushCode(mia, archived), "PushCode")
	guardedThere := JobStanding{Project: archived, Protected: true}
	check(t, "acme/shop is archived", CancelBuild(mia, guardedThere), "CancelBuild of a protected ref")
	check(t, "acme/shop is archived", DeleteTag(mia, archived, true), "DeleteTag of a protected one")
	check(t, "", ReadPipelineVariables(mia, JobStanding{Project: s(func(*ProjectStanding) {}), Own: true, Protected: true, For: Noone}),
		"who may not change it, yet administers the project")
	check(t, "jobs of acme/shop are switched off", AdminBuild(mia, noJobs), "AdminBuild")
	check(t, "files of acme/shop are switched off", PushCode(mia, noCode), "PushCode")
	manager := func(s *ProjectStanding) { s.Held, s.SecurityManager = SecurityManager, true }
	check(t, "", CancelBuilds(mia, s(manager)), "a security manager cancels")
	check(t, "acme/shop is archived", CancelBuilds(mia, s(func(s *ProjectStanding) { manager(s); s.Archived = true })), "")
	check(t, "jobs of acme/shop are switched off",
		CancelBuilds(mia, s(func(s *ProjectStanding) { manager(s); s.Builds = ForNobody })), "")
	check(t, "mia is a bot, and bots make no access tokens", CreateResourceAccessTokens(mia, allowed, true), "a bot")
	check(t, "", CreateResourceAccessTokens(mia, allowed, false), "nobody's bot")
	refused := Decision{Reason: "no"}
	assert.Equal(t, refused, CreateResourceAccessTokens(mia, refused, true), "a bot that manages none")
	assert.Equal(t, refused, CreateResourceAccessTokens(mia, refused, false))
}

// TestReasonsOfRoles holds the reasons that only lists give, and what is added of roles that came later.
func TestReasonsOfRoles(t *testing.T) {
	check(t, "mia is Reporter in acme/shop; needs Maintainer", LacksProjectRunners(mia, Reporter, "acme/shop"), "")
	check(t, "mia is Guest in group acme; needs Owner", LacksGroupRunners(mia, Guest, "acme"), "")
	later := Actor{Name: "mia", LaterRoles: map[Role]string{Planner: "Planner came with 17.7"}}
	check(t, "mia is Planner in acme; needs Maintainer; Planner came with 17.7",
		atLeast(later, Planner, "acme", Maintainer, true), "")
}

func TestHasAccessLevel(t *testing.T) {
	for least, want := range map[int]bool{29: true, 30: true, 31: false} {
		assert.Equal(t, want, HasAccessLevel(Developer, least), least)
	}
}

// TestAdministratorsUnassignOwners holds that newer versions let administrators try what the record then refuses.
func TestAdministratorsUnassignOwners(t *testing.T) {
	s := RunnerStanding{Type: Project, ID: 5, Projects: 1}
	assert.True(t, UnassignRunner(root, s, LeftProject{Path: "acme/shop", Owns: true},
		Rules{UnassignDecidedFirst: true, OwnerProjectKeepsRunner: true}).Allowed)
}

// TestWhoIsNotSignedIn holds what a caller without credentials has.
func TestWhoIsNotSignedIn(t *testing.T) {
	check(t, "an anonymous caller may make no groups, being an external user", CreateGroup(Anonymous()), "")
	check(t, "an anonymous caller may have no more projects in the own namespace, being an external user",
		CreateProjects(Anonymous()), "")
}

func TestUnderJobToken(t *testing.T) {
	s := ProjectStanding{Where: "acme/shop", Held: Owner, SecurityManager: true, Visibility: Public}
	assert.Equal(t, s, UnderJobToken(s, JobToken{Allowed: true}))
	assert.Equal(t, ProjectStanding{Where: "acme/shop", Visibility: Public, KeptOut: true},
		UnderJobToken(s, JobToken{}))
}
