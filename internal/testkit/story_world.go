package testkit

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"time"

	"github.com/fakegitlab/fakegitlab"
)

// storyWorld is the SmallCompany with something of all that stories ask for: a history with a merge, files of all
// kinds left by jobs, variables, protected refs, shares, tokens, webhooks, schedules, users of every state.
func storyWorld() fakegitlab.Scenario {
	s := fakegitlab.SmallCompany()
	s.Users = append(s.Users, storyUsers()...)
	s.Groups = append(s.Groups, fakegitlab.Group{ID: 1003, Path: "guild", Name: "Guild",
		Visibility:  fakegitlab.Public,
		Description: "of all trades", SharedRunnersDisabled: true, SharedRunnersOverridable: true,
		Members: fakegitlab.Members{"sam": fakegitlab.Owner, "eve": fakegitlab.Developer}, CreatedAt: s.Now},
		fakegitlab.Group{ID: 1004, Path: "guild/inner", Visibility: fakegitlab.Internal, CreatedAt: s.Now})
	s.Settings.RegistrationToken, s.Groups[0].RegistrationToken = "instance-registration-token",
		"GR1348941acme-registration"
	for i := range s.Projects {
		if s.Projects[i].Path == "acme/shop" {
			s.Projects[i].RegistrationToken = "GR1348941shop-registration"
			storyShop(&s.Projects[i], s.Now)
		}
	}
	s.Projects = append(s.Projects, fakegitlab.Project{ID: 10005, Path: "acme/backend/docs", CreatedAt: s.Now,
		Files: map[string]string{"README.md": "# Docs\n"}})
	s.Projects = append(s.Projects, fakegitlab.Project{ID: 10003, Path: "guild/open", Visibility: fakegitlab.Public,
		Members: fakegitlab.Members{"ext": fakegitlab.Reporter}, GroupRunnersDisabled: true,
		CreatedAt: s.Now.Add(-48 * time.Hour),
		Files:     map[string]string{"README.md": "# Open\n"}},
		fakegitlab.Project{ID: 10004, Path: "guild/inner/old", Visibility: fakegitlab.Internal, Archived: true,
			CreatedAt: s.Now.Add(-72 * time.Hour)})
	s.Memberships = append(s.Memberships, fakegitlab.Membership{Path: "acme/backend", User: "sam",
		Role:      fakegitlab.Reporter,
		ExpiresAt: s.Now.Add(5 * 24 * time.Hour).Truncate(24 * time.Hour)})
	s.Memberships = append(s.Memberships, fakegitlab.Membership{Path: "acme/backend/api", User: "ext",
		Role: fakegitlab.Maintainer})
	s.Shares = append(s.Shares, fakegitlab.Share{Path: "acme/shop", Group: "guild", Role: fakegitlab.Developer,
		ExpiresAt: s.Now.Add(9 * 24 * time.Hour).Truncate(24 * time.Hour)},
		fakegitlab.Share{Path: "acme/backend", Group: "guild", Role: fakegitlab.Guest})
	s.Runners = append(s.Runners, fakegitlab.Runner{ID: 100031, Projects: []string{"acme/shop"},
		Description: "of stories",
		Token:       StoryRunnerToken, Tags: []string{"story"}, CreatedBy: "mia", Registration: fakegitlab.ByUser,
		CreatedAt: s.Now.Add(-time.Hour)})
	storySettings(&s)
	storyTokens(&s)
	storyPipelines(&s)
	return s
}

// StoryRunnerToken is what a runner of the storyWorld calls with.
const StoryRunnerToken = "glrt-story-runner-token0"

func storyUsers() []fakegitlab.User {
	limit, may := 3, false
	return []fakegitlab.User{
		{ID: 10, Username: "aud", Auditor: true}, {ID: 11, Username: "ext", External: true, Name: "Ext Ernal"},
		{ID: 12, Username: "bob", State: fakegitlab.UserBlocked}, {ID: 13, Username: "deb",
			State: fakegitlab.UserDeactivated},
		{ID: 14, Username: "eve", Email: "eve@corp.example", ProjectsLimit: &limit, CanCreateGroup: &may,
			PrivateProfile: true,
			Identities:     map[string]string{"saml": "eve-uid"}, CreatedBy: "ada",
			Attributes: map[string]string{"bio": "climbs",
				"location": "Bern", "organization": "Corp"}},
		{ID: 15, Username: "una", Unconfirmed: true}, {ID: 20, Username: "zoe"}, {ID: 16, Username: "pat",
			State: fakegitlab.UserBlockedPendingApproval},
	}
}

func storyShop(p *fakegitlab.Project, now time.Time) {
	by := func(who string, hoursAgo int) string {
		return fmt.Sprintf("%s <%s@example.com> %s", who, who,
			now.Add(-time.Duration(hoursAgo)*time.Hour).Format(time.RFC3339))
	}
	p.Description, p.Visibility, p.CreatedBy = "sells things", fakegitlab.Private, "mia"
	p.Repository = &fakegitlab.Repository{
		Refs: map[string]string{"refs/heads/main": "merge", "refs/heads/side": "two", "refs/heads/old": "one",
			"refs/heads/free": "free", "refs/tags/v1.0": "tag", "refs/tags/light": "one"},
		Commits: []fakegitlab.RepositoryCommit{
			{SHA: "one", Author: by("mia", 90), Message: "Begin\n", Files: map[string]string{"README.md": "# Shop\n",
				"lib/a.go": "package lib\n", ".gitlab-ci.yml": "build: {script: make}\n"}},
			{SHA: "two", Parents: []string{"one"}, Author: by("dan", 80), Message: "Add b\n\nWith care.\n",
				Files: map[string]string{"lib/b.go": "package lib\n// b\n"}},
			{SHA: "three", Parents: []string{"one"}, Author: by("mia", 70), Committer: by("oli", 69),
				Message: "Mend a\n",
				Files:   map[string]string{"lib/a.go": "package lib\n// a\n", "run.sh": "#!/bin/sh\n"},
				Modes:   map[string]string{"run.sh": "100755"}},
			{SHA: "merge", Parents: []string{"three", "two"}, Author: by("mia", 60), Message: "Merge side\n",
				Files: map[string]string{"lib/b.go": "package lib\n// b\n"}},
			{SHA: "free", Parents: []string{"merge"}, Author: by("dan", 50), Message: "Drop b\n",
				Deleted: []string{"lib/b.go"}},
		},
		Tags: []fakegitlab.RepositoryTag{{SHA: "tag", Name: "v1.0", Target: "three", Tagger: by("oli", 60),
			Message: "First release\n"}},
	}
}

func storySettings(s *fakegitlab.Scenario) {
	about := "which shop"
	s.Variables = []fakegitlab.Variable{{Path: "acme/shop", Key: "PLAIN", Value: "one", Description: &about},
		{Path: "acme/shop", Key: "PLAIN", Value: "two", EnvironmentScope: "review/*"},
		{Path: "acme/shop", Key: "CERT", Value: "--cert--", File: true, Protected: true, Raw: true},
		{Path: "acme", Key: "SECRET", Value: "masked-value-0", Masked: true}, {Key: "EVERYWHERE", Value: "x"}}
	s.ProtectedRefs = []fakegitlab.ProtectedRef{{ID: 31, Project: "acme/shop", Name: "main"},
		{ID: 32, Project: "acme/shop", Name: "stable-*", Push: fakegitlab.NoOne, Merge: fakegitlab.DevelopersUp,
			ForcePush: true},
		{ID: 33, Project: "acme/shop", Name: "v*", Tag: true}}
	s.Webhooks = []fakegitlab.Webhook{{ID: 41, Project: "acme/shop", URL: "https://ci.example/hook/{which}",
		Token: "t", Name: "CI",
		JobEvents: true, PipelineEvents: true, BranchFilter: "main", BranchFilterStrategy: "wildcard",
		URLVariables: map[string]string{"which": "shop"}, Headers: map[string]string{"X-Team": "blue"},
		CreatedAt: s.Now},
		{ID: 42, Group: "acme", URL: "https://ci.example/group", PushEvents: true, TagPushEvents: true,
			TLSUnverified: true,
			OtherEvents:   []string{"issues_events"}, Disabled: true, Failures: 4, CreatedAt: s.Now}}
	s.PipelineSchedules = []fakegitlab.PipelineSchedule{{ID: 51, Project: "acme/shop", Owner: "dan",
		Ref: "main", Cron: "0 1 * * *",
		Description: "nightly", Variables: map[string]string{"A": "x"},
		FileVariables: map[string]string{"F": "y"}, CreatedAt: s.Now},
		{ID: 52, Project: "acme/shop", Owner: "mia", Ref: "side", Cron: "30 4 * * 1",
			CronTimezone: "Europe/Berlin", Inactive: true,
			Description: "weekly", CreatedAt: s.Now}}
	s.PipelineTriggers = []fakegitlab.PipelineTrigger{{ID: 61, Project: "acme/shop", Owner: "mia",
		Token:       "glptt-mias-trigger-token",
		Description: "deploys", LastUsed: s.Now.Add(-time.Hour), CreatedAt: s.Now.Add(-48 * time.Hour)},
		{ID: 62, Project: "acme/shop", Owner: "oli", Token: "glptt-olis-trigger-token", Description: "old",
			CreatedAt: s.Now.Add(-50 * time.Hour)}}
}

func storyTokens(s *fakegitlab.Scenario) {
	day := 24 * time.Hour
	today := s.Now.Truncate(day)
	s.AccessTokens = append(s.AccessTokens,
		fakegitlab.AccessToken{ID: 71, User: "dan", Name: "beta", Token: "glpat-dans-beta-token-00",
			Scopes:    []string{"api"},
			ExpiresAt: today.Add(30 * day), CreatedAt: s.Now.Add(-4 * day)},
		fakegitlab.AccessToken{ID: 72, User: "dan", Name: "alpha", Token: "glpat-dans-alpha-token-0",
			Description: "reads",
			Scopes:      []string{"read_api", "read_user"}, ExpiresAt: today.Add(10 * day),
			CreatedAt: s.Now.Add(-6 * day)},
		fakegitlab.AccessToken{ID: 73, User: "dan", Name: "gone", Token: "glpat-dans-gone-token-00", Revoked: true,
			CreatedAt: s.Now.Add(-5 * day)},
		fakegitlab.AccessToken{ID: 74, User: "dan", Name: "late", Token: "glpat-dans-late-token-00",
			ExpiresAt: today.Add(-2 * day),
			CreatedAt: s.Now.Add(-20 * day)},
		fakegitlab.AccessToken{ID: 75, User: "dan", Name: "as-dan", Token: "glpat-as-dan-as-dan-0000",
			Impersonation: true,
			ExpiresAt:     today.Add(3 * day), CreatedAt: s.Now.Add(-3 * day)},
		fakegitlab.AccessToken{ID: 76, Project: "acme/shop", Name: "shop-bot", Token: "glpat-shop-bot-shop-bot0",
			Role: fakegitlab.Developer, ExpiresAt: today.Add(40 * day), CreatedAt: s.Now.Add(-2 * day)},
		fakegitlab.AccessToken{ID: 77, Group: "acme", Name: "acme-bot", Token: "glpat-acme-bot-acme-bot0",
			Role:      fakegitlab.Owner,
			ExpiresAt: today.Add(50 * day), CreatedAt: s.Now.Add(-2 * day)})
	s.DeployTokens = []fakegitlab.DeployToken{{ID: 81, Path: "acme/shop", Token: "gldt-shops-deploy-token0",
		Name:     "deploys",
		Username: "git", Scopes: []string{"read_repository", "read_registry"}, ExpiresAt: s.Now.Add(20 * day)},
		{ID: 82, Path: "acme", Token: "gldt-acmes-deploy-token0", Revoked: true},
		{ID: 83, Path: "acme/shop", Token: "gldt-shops-older-token00", ExpiresAt: s.Now.Add(-day)}}
}

func storyPipelines(s *fakegitlab.Scenario) {
	const junit = `<testsuites><testsuite name="s"><testcase name="quick" classname="A" time="0.5"/>` +
		`<testcase name="slow" classname="A" file="a.go" time="2.5"/>` +
		`<testcase name="bad" classname="B" time="1"><failure>no</failure></testcase>` +
		`<testcase name="worse" classname="B" time="3"><failure>never</failure></testcase>` +
		`<testcase name="left"><skipped/></testcase><testcase name="even" classname="A" time="2.5"/>` +
		`<testcase name="quick" classname="A" time="0.75"/><testcase name="early" time="0.25"/>` +
		`<testcase name="broke" time="0.25"><error>oh</error></testcase></testsuite></testsuites>`
	const day = 24 * time.Hour
	at := func(hours int) time.Time { return s.Now.Add(-time.Duration(hours) * time.Hour) }
	seconds := 90 * time.Second
	s.Pipelines = append(s.Pipelines,
		fakegitlab.Pipeline{ID: 4000004, Project: "acme/shop", Ref: "side", Source: "web", User: "mia", Name: "Named",
			Status: fakegitlab.JobFailed, CreatedAt: at(40), StartedAt: at(39), FinishedAt: at(38), UpdatedAt: at(3),
			Duration: &seconds, Variables: map[string]string{"WITH": "value"}},
		fakegitlab.Pipeline{ID: 4000005, Project: "acme/shop", Ref: "v1.0", RefIsTag: true, Source: "api",
			User:   "oli",
			Status: fakegitlab.JobSuccess, CreatedAt: at(30), UpdatedAt: at(29)},
		fakegitlab.Pipeline{ID: 4000006, Project: "acme/shop", Ref: "broken", Source: "push", User: "dan",
			Status: fakegitlab.JobFailed, YAMLErrors: "jobs config should contain at least one visible job",
			CreatedAt: at(20)})
	s.Pipelines = append(s.Pipelines, fakegitlab.Pipeline{ID: 4000007, Project: "acme/shop", Ref: "side",
		Source: "parent_pipeline", User: "mia", Status: fakegitlab.JobSuccess, CreatedAt: at(10)})
	coverage, text, url := 87.5, "as it is", "https://elsewhere.example/1"
	s.Jobs = append(s.Jobs,
		fakegitlab.Job{ID: 2000013, Project: "acme/shop", PipelineID: 4000004, Name: "unit 1/2", Stage: "test",
			StageIndex: 1, Ref: "side",
			Status: fakegitlab.JobSuccess, User: "mia", RunnerID: 100021, Trace: "line one\nline two\n",
			CreatedAt: at(40), QueuedAt: at(40),
			StartedAt: at(39), FinishedAt: at(38), Coverage: &coverage,
			Artifacts: []fakegitlab.Artifact{{Filename: "a.zip",
				Content: []byte("not quite a zip"), ExpiresAt: s.Now.Add(3 * day)}, {Filename: "junit.xml.gz",
				Type:    "junit",
				Content: packed(junit)}}},
		fakegitlab.Job{ID: 2000014, Project: "acme/shop", PipelineID: 4000004, Name: "spec 1/2", Stage: "test",
			StageIndex: 1, Ref: "side",
			Status: fakegitlab.JobFailed, FailureReason: "script_failure", User: "mia", AllowFailure: true,
			Tags:      []string{"shop"},
			CreatedAt: at(40), StartedAt: at(39), FinishedAt: at(38),
			Artifacts: []fakegitlab.Artifact{{Filename: "junit.xml.gz",
				Type: "junit", Content: packed("<testsuites><testsuite")}}},
		fakegitlab.Job{ID: 2000016, Project: "acme/shop", PipelineID: 4000004, Name: "spec 2/2", Stage: "test",
			StageIndex: 1,
			Ref:        "side", Status: fakegitlab.JobSuccess, User: "mia", CreatedAt: at(40), StartedAt: at(39),
			FinishedAt: at(38),
			Artifacts:  []fakegitlab.Artifact{{Filename: "junit.xml.gz", Type: "junit", Content: packed(junit)}}},
		fakegitlab.Job{ID: 2000015, Project: "acme/shop", PipelineID: 4000005, Name: "release", Stage: "deploy",
			StageIndex: 2, Ref: "v1.0",
			RefIsTag: true, Status: fakegitlab.JobSuccess, User: "oli", Erased: true, CreatedAt: at(30),
			StartedAt:  at(30),
			FinishedAt: at(29)})
	s.CommitStatuses = append(s.CommitStatuses,
		fakegitlab.CommitStatus{ID: 91, PipelineID: 4000004, Name: "lint", Status: fakegitlab.JobSuccess,
			User: "dan", TargetURL: &url,
			Description: &text, Coverage: &coverage, CreatedAt: at(38), StartedAt: at(38), FinishedAt: at(37)},
		fakegitlab.CommitStatus{ID: 92, PipelineID: 4000005, Name: "scan", Status: fakegitlab.JobRunning,
			User: "mia", CreatedAt: at(29)})
}

// packed is what runners send reports as.
func packed(report string) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, _ = z.Write([]byte(report)) // into memory
	_ = z.Close()
	return out.Bytes()
}
