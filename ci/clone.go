package ci

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/clone"
)

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
	o.Docker = clone.Pointer(o.Docker, clone.Shallow)
	o.Kubernetes = clone.Pointer(o.Kubernetes, clone.Shallow)
	return o
}

func (a JobArtifacts) clone() JobArtifacts {
	a.Paths = slices.Clone(a.Paths)
	a.Exclude = slices.Clone(a.Exclude)
	a.Untracked = clone.Pointer(a.Untracked, clone.Shallow)
	a.Public = clone.Pointer(a.Public, clone.Shallow)
	a.Reports = maps.Clone(a.Reports)
	for kind, report := range a.Reports {
		report.Paths = slices.Clone(report.Paths)
		a.Reports[kind] = report
	}
	return a
}

func (c Cache) clone() Cache {
	c.Key.Files, c.Key.FilesCommits = slices.Clone(c.Key.Files), slices.Clone(c.Key.FilesCommits)
	c.Paths = slices.Clone(c.Paths)
	c.Untracked = clone.Pointer(c.Untracked, clone.Shallow)
	c.FallbackKeys = slices.Clone(c.FallbackKeys)
	return c
}

func (n Need) clone() Need {
	n.Artifacts = clone.Pointer(n.Artifacts, clone.Shallow)
	return n
}

func (r Release) clone() Release {
	r.Milestones = slices.Clone(r.Milestones)
	r.Assets.Links = slices.Clone(r.Assets.Links)
	return r
}

func (in JobInput) clone() JobInput {
	in.Value = slices.Clone(in.Value)
	in.Options = clone.Each(in.Options, func(option json.RawMessage) json.RawMessage { return slices.Clone(option) })
	return in
}
