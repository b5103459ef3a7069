package fakegitlab

import (
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/clone"
)

// The clone functions below copy everything that a value refers to, so that neither side sees what the other changes.
// A nil slice or map stays nil and an empty one stays empty, because Settings.ValidRegistrars tells them apart.

func cloneScenario(s Scenario) Scenario {
	s.Settings = cloneSettings(s.Settings)
	s.Users = clone.Each(s.Users, cloneUser)
	s.AccessTokens = clone.Each(s.AccessTokens, cloneAccessToken)
	s.Groups = clone.Each(s.Groups, cloneGroup)
	s.Projects = clone.Each(s.Projects, cloneProject)
	s.Memberships = slices.Clone(s.Memberships)
	s.Shares = slices.Clone(s.Shares)
	s.Runners = clone.Each(s.Runners, cloneRunner)
	s.Jobs = clone.Each(s.Jobs, cloneJob)
	s.Webhooks = clone.Each(s.Webhooks, cloneWebhook)
	s.RunnerControllers = clone.Each(s.RunnerControllers, cloneRunnerController)
	return s
}

func cloneSettings(s Settings) Settings {
	s.ValidRegistrars = slices.Clone(s.ValidRegistrars)
	s.KeepLatestArtifacts = clone.Pointer(s.KeepLatestArtifacts, clone.Shallow)
	return s
}

func cloneUser(u User) User {
	u.Attributes, u.Identities = maps.Clone(u.Attributes), maps.Clone(u.Identities)
	u.ProjectsLimit = clone.Pointer(u.ProjectsLimit, clone.Shallow)
	u.CanCreateGroup = clone.Pointer(u.CanCreateGroup, clone.Shallow)
	return u
}

// cloneCall is for the functions of a test that see a request while it is served: what they change is theirs.
func cloneCall(c Call) Call {
	c.Query, c.Header = url.Values(http.Header(c.Query).Clone()), c.Header.Clone()
	c.Body, c.Params, c.IgnoredParams = slices.Clone(c.Body), clone.Object(c.Params), slices.Clone(c.IgnoredParams)
	c.ResponseHeader, c.ResponseBody = c.ResponseHeader.Clone(), slices.Clone(c.ResponseBody)
	return c
}

func cloneAccessToken(t AccessToken) AccessToken {
	t.Scopes = slices.Clone(t.Scopes)
	t.Grants = clone.Each(t.Grants, cloneGrant)
	return t
}

func cloneGrant(g TokenGrant) TokenGrant {
	g.Projects, g.Groups, g.Permissions = slices.Clone(g.Projects), slices.Clone(g.Groups), slices.Clone(g.Permissions)
	return g
}

func cloneGroup(g Group) Group {
	g.Members, g.Attributes = maps.Clone(g.Members), maps.Clone(g.Attributes)
	return g
}

func cloneProject(p Project) Project {
	p.Members, p.Attributes = maps.Clone(p.Members), maps.Clone(p.Attributes)
	p.OldPaths = slices.Clone(p.OldPaths)
	p.KeepLatestArtifact = clone.Pointer(p.KeepLatestArtifact, clone.Shallow)
	return p
}

func cloneRunner(r Runner) Runner {
	r.Projects = slices.Clone(r.Projects)
	r.RunUntagged = clone.Pointer(r.RunUntagged, clone.Shallow)
	r.Tags = slices.Clone(r.Tags)
	r.Managers = slices.Clone(r.Managers)
	return r
}

func cloneJob(j Job) Job {
	j.Tags = slices.Clone(j.Tags)
	j.Coverage = clone.Pointer(j.Coverage, clone.Shallow)
	j.Spec = j.Spec.clone()
	j.Artifacts = clone.Each(j.Artifacts, cloneArtifact)
	return j
}

func cloneArtifact(a Artifact) Artifact {
	a.Content = slices.Clone(a.Content)
	return a
}

func cloneWebhook(h Webhook) Webhook {
	h.OtherEvents = slices.Clone(h.OtherEvents)
	h.URLVariables, h.Headers = maps.Clone(h.URLVariables), maps.Clone(h.Headers)
	return h
}

func cloneRunnerController(c RunnerController) RunnerController {
	c.Runners, c.Tokens = slices.Clone(c.Runners), slices.Clone(c.Tokens)
	return c
}
