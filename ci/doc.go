// Package ci has the words of .gitlab-ci.yml (https://docs.gitlab.com/ee/ci/yaml/) as Go values: what a job is to do,
// without the job itself. A [JobSpec] is a job's keywords, the other types are what those keywords hold.
//
// The values read and write JSON in every form that .gitlab-ci.yml allows for a keyword: an image is a name or a map, a
// script is one command or a list, a timeout is "1h 30m" or seconds.
//
//	var spec ci.JobSpec
//	err := json.Unmarshal([]byte(`{
//		"image": "golang:1.25",
//		"script": ["go build ./...", "go test ./..."],
//		"timeout": "1h 30m",
//		"artifacts": {"reports": {"junit": "report.xml"}},
//		"retry": 2
//	}`), &spec)
//
// A keyword that does not exist, or a value that GitLab would not take, is an error that says where it is and, where it
// can, what was probably meant; every mistake is reported at once. [JobSpec.Validate] holds the same rules against a
// value made in Go.
//
// [Read] reads a whole .gitlab-ci.yml as GitLab does, with GitLab's errors and warnings, and [Config.Pipeline] makes of
// it the jobs that a pipeline of a given ref would have:
//
//	config := ci.Read(text, ci.Options{Files: ci.FileMap{"more.yml": more}})
//	pipeline := config.Pipeline(ci.Context{Ref: "main"})
//
//	config.go              Read: its order, and the types of what it makes
//	include*.go, files.go  include: what is named, files of the project and of others, refusals; files
//	header.go              spec:include
//	inputs.go              spec:inputs: what they are declared as, and the values given
//	input_rules.go         spec:inputs:rules
//	interpolate.go         $[[ inputs.name | function ]] in the values of a file
//	globs.go, regexps.go   rules:changes and rules:exists
//	entry*.go              the keywords, one after the other, with what GitLab says of wrong ones
//	schema.go              values that GitLab holds against a JSON schema
//	parallel.go, logic.go  the parts of parallel jobs; how jobs hang together
//	pipeline.go            rules, only, except and needs for one ref
//	variables.go           variables over variables, and in texts
//	predefined.go          those that GitLab makes
//
// The package knows nothing of the fake. It asks for one other module, a reader of YAML. Package fakegitlab has its own
// JobSpec, of the same fields, and aliases for the other types: values of either convert to the other,
//
//	gl.AddJob(fakegitlab.Job{Project: "acme/shop", Spec: fakegitlab.JobSpec(spec)})
package ci
