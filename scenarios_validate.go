package fakegitlab

import (
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// Validate reports, all in one *ScenarioError, what keeps the scenario from being seeded into a new fake: references to
// users, groups, projects, runners and runner managers that do not exist, each with the nearest that does; usernames,
// paths, IDs, system ids and tokens given twice; words and roles that GitLab does not have; what is missing; what
// GitLab would not take, as a maximum timeout of five minutes.
func (s Scenario) Validate() error {
	e := &ScenarioError{}
	for _, r := range s.rejections() {
		e.Problems = append(e.Problems, ScenarioProblem{Path: r.path(), Message: r.Text})
	}
	if len(e.Problems) > 0 {
		return e
	}
	return nil
}

// rejections are what a new fake would refuse of the scenario.
func (s Scenario) rejections() []rejection {
	version, err := gitlabversion.Parse(gitlabversion.Default)
	if err != nil {
		panic(err) // it is a constant
	}
	return seedAll(world.New(version, defaultStartTime), s)
}
