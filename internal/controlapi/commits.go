package controlapi

import (
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// Commit is a commit that is to be made, as JSON.
type Commit struct {
	Branch  string            `json:"branch,omitzero"` // the default branch when empty
	Files   map[string]string `json:"files,omitzero"`  // what paths contain from then on
	Delete  []string          `json:"delete,omitzero"` // paths at which there is nothing any more
	Message string            `json:"message,omitzero"`
}

// CommitMade is what has come of it.
type CommitMade struct {
	ID        string `json:"id"`        // its SHA
	Pipelines []int  `json:"pipelines"` // those that it has set going
}

// Make makes the commit in a project's repository.
func (c Commit) Make(st *world.State, p *world.Project) (CommitMade, error) {
	made := CommitMade{Pipelines: []int{}}
	known := len(p.Pipelines()) // by id, which a new one has the highest of
	sha, err := st.CommitFiles(p.Path, c.Branch, c.Files, c.Delete, c.Message)
	if err != nil {
		return made, err
	}
	made.ID = sha
	for _, pipeline := range p.Pipelines()[known:] {
		made.Pipelines = append(made.Pipelines, pipeline.ID)
	}
	return made, nil
}
