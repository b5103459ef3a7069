// Package pipeline shows whole pipelines in a Go test: somebody pushes a project with a .gitlab-ci.yml by git, and
// runners clone the commit and run its jobs, stage by stage and by their needs, until GitLab says success. The fake is
// the GitLab, in the test's own process and with the test's own clock.
//
//	go test ./examples/pipeline                                          # with the runner of examples/minirunner
//	go test ./examples/pipeline -run TestRealRunner -v -gitlab-runner /path/to/gitlab-runner
//	go test ./examples/pipeline -run TestManyPipelines -v -pipelines 200 # how long a job takes, with 50 runners
//	go test ./examples/pipeline -run TestLargePipelines -v -jobs 5000    # and how that grows with a pipeline
//
// docs/real-runner.md tells how to get a gitlab-runner.
package pipeline
