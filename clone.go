package fakegitlab

import (
	"maps"
	"slices"
)

// The clone functions below copy everything that a value refers to, so that neither side sees what the other changes.
// A nil slice or map stays nil and an empty one stays empty, because Settings.ValidRegistrars tells them apart.

func cloneScenario(s Scenario) Scenario {
	s.Settings = cloneSettings(s.Settings)
	s.Users = slices.Clone(s.Users)
	s.AccessTokens = cloneEach(s.AccessTokens, cloneAccessToken)
	s.Groups = cloneEach(s.Groups, cloneGroup)
	s.Projects = cloneEach(s.Projects, cloneProject)
	s.Memberships = slices.Clone(s.Memberships)
	s.Runners = cloneEach(s.Runners, cloneRunner)
	s.Jobs = cloneEach(s.Jobs, cloneJob)
	return s
}

func cloneSettings(s Settings) Settings {
	s.ValidRegistrars = slices.Clone(s.ValidRegistrars)
	return s
}

func cloneUser(u User) User { return u }

func cloneAccessToken(t AccessToken) AccessToken {
	t.Scopes = slices.Clone(t.Scopes)
	return t
}

func cloneGroup(g Group) Group {
	g.Members = maps.Clone(g.Members)
	return g
}

func cloneProject(p Project) Project {
	p.Members = maps.Clone(p.Members)
	return p
}

func cloneRunner(r Runner) Runner {
	r.Projects = slices.Clone(r.Projects)
	r.RunUntagged = clonePointer(r.RunUntagged, shallow)
	r.Tags = slices.Clone(r.Tags)
	r.Managers = slices.Clone(r.Managers)
	return r
}

func cloneJob(j Job) Job {
	j.Tags = slices.Clone(j.Tags)
	j.Coverage = clonePointer(j.Coverage, shallow)
	j.Spec = j.Spec.clone()
	j.Artifacts = cloneEach(j.Artifacts, cloneArtifact)
	return j
}

func cloneArtifact(a Artifact) Artifact {
	a.Content = slices.Clone(a.Content)
	return a
}

func cloneEach[S ~[]T, T any](items S, clone func(T) T) S {
	items = slices.Clone(items)
	for i := range items {
		items[i] = clone(items[i])
	}
	return items
}

// clonePointer copies what a pointer leads to; clone may be shallow.
func clonePointer[T any](p *T, clone func(T) T) *T {
	if p == nil {
		return nil
	}
	value := clone(*p)
	return &value
}

func shallow[T any](v T) T { return v }
