package fakegitlab

import (
	"maps"
	"slices"
)

// clone returns a copy that shares no memory with s.
func (s JobSpec) clone() JobSpec {
	s.BeforeScript = slices.Clone(s.BeforeScript)
	s.Script = slices.Clone(s.Script)
	s.AfterScript = slices.Clone(s.AfterScript)
	s.Image = clonePointer(s.Image, Image.clone)
	s.Services = cloneEach(s.Services, Service.clone)
	s.Variables = slices.Clone(s.Variables)
	s.Artifacts = clonePointer(s.Artifacts, JobArtifacts.clone)
	s.Cache = cloneEach(s.Cache, Cache.clone)
	s.Dependencies = slices.Clone(s.Dependencies)
	s.Needs = cloneEach(s.Needs, Need.clone)
	s.Hooks.PreGetSourcesScript = slices.Clone(s.Hooks.PreGetSourcesScript)
	s.Release = clonePointer(s.Release, Release.clone)
	s.AllowFailure.ExitCodes = slices.Clone(s.AllowFailure.ExitCodes)
	s.Retry.When = slices.Clone(s.Retry.When)
	s.Retry.ExitCodes = slices.Clone(s.Retry.ExitCodes)
	s.Interruptible = clonePointer(s.Interruptible, shallow)
	s.Run = slices.Clone(s.Run)
	s.Inputs = cloneEach(s.Inputs, JobInput.clone)
	s.Raw = maps.Clone(s.Raw)
	for key, value := range s.Raw {
		s.Raw[key] = slices.Clone(value)
	}
	return s
}

func (i Image) clone() Image {
	i.Entrypoint = slices.Clone(i.Entrypoint)
	i.Ports = slices.Clone(i.Ports)
	i.PullPolicy = slices.Clone(i.PullPolicy)
	i.ExecutorOpts = i.ExecutorOpts.clone()
	return i
}

func (s Service) clone() Service {
	s.Entrypoint = slices.Clone(s.Entrypoint)
	s.Command = slices.Clone(s.Command)
	s.Ports = slices.Clone(s.Ports)
	s.Variables = slices.Clone(s.Variables)
	s.PullPolicy = slices.Clone(s.PullPolicy)
	s.ExecutorOpts = s.ExecutorOpts.clone()
	return s
}

func (o ExecutorOpts) clone() ExecutorOpts {
	o.Docker = clonePointer(o.Docker, shallow)
	o.Kubernetes = clonePointer(o.Kubernetes, shallow)
	return o
}

func (a JobArtifacts) clone() JobArtifacts {
	a.Paths = slices.Clone(a.Paths)
	a.Exclude = slices.Clone(a.Exclude)
	a.Untracked = clonePointer(a.Untracked, shallow)
	a.Public = clonePointer(a.Public, shallow)
	a.Reports = maps.Clone(a.Reports)
	for kind, report := range a.Reports {
		report.Paths = slices.Clone(report.Paths)
		a.Reports[kind] = report
	}
	return a
}

func (c Cache) clone() Cache {
	c.Key.Files = slices.Clone(c.Key.Files)
	c.Paths = slices.Clone(c.Paths)
	c.Untracked = clonePointer(c.Untracked, shallow)
	c.FallbackKeys = slices.Clone(c.FallbackKeys)
	return c
}

func (n Need) clone() Need {
	n.Artifacts = clonePointer(n.Artifacts, shallow)
	return n
}

func (r Release) clone() Release {
	r.Milestones = slices.Clone(r.Milestones)
	r.Assets.Links = slices.Clone(r.Assets.Links)
	return r
}

func (in JobInput) clone() JobInput {
	in.Value = slices.Clone(in.Value)
	return in
}
