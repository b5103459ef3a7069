package rest

// What the parameter statistics adds to projects and groups (lib/api/entities/project_statistics.rb,
// lib/api/entities/group.rb). What jobs left behind takes room here, and what is in repositories.

import (
	"github.com/fakegitlab/fakegitlab/internal/policy"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// storageEntity is how many bytes are used.
type storageEntity struct {
	Storage           int64 `json:"storage_size"`
	Repository        int64 `json:"repository_size"`
	Wiki              int64 `json:"wiki_size"`
	LFSObjects        int64 `json:"lfs_objects_size"`
	JobArtifacts      int64 `json:"job_artifacts_size"`
	PipelineArtifacts int64 `json:"pipeline_artifacts_size"`
	Packages          int64 `json:"packages_size"`
	Snippets          int64 `json:"snippets_size"`
	Uploads           int64 `json:"uploads_size"`
}

type projectStatisticsEntity struct {
	CommitCount int `json:"commit_count"`
	storageEntity
	ContainerRegistry int64 `json:"container_registry_size"`
}

// artifactsSize is what a project's jobs left behind: artifacts, and the logs of those that are over.
func artifactsSize(p *world.Project) (size int64) {
	for _, j := range p.Jobs {
		for _, f := range j.Files {
			size += f.Content.Size
		}
		if j.Status.Completed() {
			size += j.Log.Size
		}
	}
	return size
}

// projectStatistics are the statistics of a project for those who ask for them and may; nil for others.
func (q request) projectStatistics(p *world.Project) *projectStatisticsEntity {
	if !q.asksFor("statistics") || !q.OnProject(p, policy.ReadStatistics).Allowed {
		return nil
	}
	size := artifactsSize(p)
	inGit, commits := repositorySize(p)
	return &projectStatisticsEntity{CommitCount: commits,
		storageEntity: storageEntity{Storage: size + inGit, Repository: inGit, JobArtifacts: size}}
}

// groupStatistics are those of a group with all that is in it, for those who read everything.
func (q request) groupStatistics(g *world.Group) *storageEntity {
	if !q.asksFor("statistics") || !policy.ReadAllResources(q.Actor).Allowed {
		return nil
	}
	var size, inGit int64
	g.Below(func(g *world.Group) bool {
		for _, p := range g.Projects {
			of, _ := repositorySize(p)
			size, inGit = size+artifactsSize(p), inGit+of
		}
		return true
	})
	return &storageEntity{Storage: size + inGit, Repository: inGit, JobArtifacts: size}
}

// repositorySize is how many bytes the objects of a project's repository have, and how many commits its default branch.
func repositorySize(p *world.Project) (bytes int64, commits int) {
	n, _ := p.Repository.Size()
	if head := p.Repository.CommitAt("HEAD"); head != nil {
		commits = len(p.Repository.Ancestors(head.ID))
	}
	return int64(n), commits
}
