package ci

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

// Config is a .gitlab-ci.yml that was read. If Errors is not empty, GitLab would make no pipeline of it, and Jobs is
// empty.
type Config struct {
	// Stages are in order, with .pre first and .post last.
	Stages []string
	// Variables are those of the root.
	Variables JobVariables
	Workflow  Workflow
	// Jobs are in the order of the file, without hidden ones; a parallel job is there as its parts.
	Jobs []Job
	// Errors and Warnings are in GitLab's words and order.
	Errors, Warnings []string
	// Merged is the YAML with all files included, extends and !reference resolved, as Ruby writes it. It is empty if
	// reading failed before that.
	Merged string
	// Includes are the files that were included, in the order in which they were met; nil if reading failed before.
	Includes []Include
}

// Valid says whether GitLab would take the configuration.
func (c *Config) Valid() bool { return len(c.Errors) == 0 }

// Workflow is the keyword workflow.
type Workflow struct {
	Name string
	// Rules decide whether there is a pipeline; nil is always.
	Rules      []Rule
	AutoCancel AutoCancel
}

// AutoCancel is workflow:auto_cancel. Empty fields are GitLab's defaults.
type AutoCancel struct {
	OnNewCommit  string // "conservative", "interruptible" or "none"
	OnJobFailure string // "none" or "all"
}

// Include is a file that a configuration included.
type Include struct {
	Location string // its path, without a leading slash
	// Project and Ref are those that include:project names: the path in small letters, and "HEAD" where no ref is named.
	// They are empty for include:local.
	Project, Ref string
	// In is where the file stands that includes it, and Of where it is itself.
	In, Of Place
}

// Place is a project at one of its commits; the zero value is the one whose configuration is read.
type Place struct{ Project, SHA string }

// Job is a job as a configuration describes it or, in a [Pipeline], as its rules made it.
type Job struct {
	Name  string
	Stage string
	Tags  []string
	// When is "on_success", "on_failure", "always", "manual" or "delayed".
	When string
	// StartIn is how long a delayed job waits.
	StartIn time.Duration
	// Spec is what the runner is to do, and what becomes of the job then. Its variables are those of the root that the
	// job inherits and its own; its needs are by the names of the jobs' parts.
	Spec JobSpec
	// CrossPipelineNeeds are needs of jobs of other pipelines or projects, as JSON. They are shown and not followed.
	CrossPipelineNeeds []json.RawMessage
	// Rules decide whether the job is in a pipeline; nil is that it has none, and Only and Except decide.
	Rules        []Rule
	Only, Except *Policy
	// ResourceGroup is the group of jobs of which one runs at a time.
	ResourceGroup string
	// Trigger is the keyword trigger as JSON; nil for a job with a script.
	Trigger json.RawMessage
	// Part and Parts say which part of a parallel job it is, from 1; 0 for others.
	Part, Parts int

	own      JobVariables // its own variables, without those of the root
	inherits inheritance
}

// Rule is one of rules. All its conditions must hold; one that is empty always does.
type Rule struct {
	If      string
	Changes *Changes
	Exists  *Exists
	// When is empty for that of the job; "never" is only allowed here.
	When          string
	StartIn       time.Duration
	AllowFailure  *bool // nil is that of the job
	Interruptible *bool // nil is that of the job
	Variables     JobVariables
	// Needs take the place of the job's unless there are none.
	Needs      []Need
	AutoCancel AutoCancel
}

// Changes is rules:changes: some file differs that one of the paths means, which may be globs, or that fits Regexp.
type Changes struct {
	Paths     []string
	Regexp    string // in place of Paths
	CompareTo string // a ref, for ChangesFrom of the [Context]
}

// Exists is rules:exists: some file is there that one of the paths means, which may be globs.
type Exists struct {
	Paths []string
	// Project and Ref are where to look; empty is the commit of the pipeline, or the HEAD of the project.
	Project, Ref string
	Regexp       string // in place of Paths
}

// Policy is only or except: names or /patterns/ of refs, expressions, globs of files.
type Policy struct {
	Refs       []string `json:"refs,omitempty"`
	Kubernetes string   `json:"kubernetes,omitempty"`
	Variables  []string `json:"variables,omitempty"`
	Changes    []string `json:"changes,omitempty"`
}

// inheritance is which variables of the root a job has: all, or those named.
type inheritance struct {
	limited bool
	names   []string
}

// Options are what reading depends on beside the text. The zero value has no files.
type Options struct {
	// Files are where include:local, and rules:exists of an include, look. nil is none.
	Files Files
	// Variables may stand in the locations of includes and in their rules.
	Variables JobVariables
	// Inputs are values for spec:inputs of the file itself, by their names: texts, numbers, booleans and lists of these,
	// as they are in JSON. A number that is no whole one, or too long for its type, is best a json.Number: 1.0 is another
	// text than 1.
	Inputs map[string]any
	// Project finds the project that include:project or rules:exists:project names, in letters of any case, at a ref: nil
	// if there is none, or whoever reads may not see its code. Without the function there are no other projects.
	Project func(path, ref string) *Project
	// Path is where the file is in the repository; errors of its YAML and of its inputs begin with it then, as they do
	// in pipelines, which read it as GitLab reads a file that is included. Empty: the text is by itself, as in a lint.
	Path string
	// Changes and ChangesFrom are for rules:changes of an include, and mean what they do in a [Context].
	Changes     []string
	ChangesFrom func(ref string) (changed []string, ok bool)
}

// Texts of lib/gitlab/ci/yaml_processor.rb.
const errTextNoContent = "Please provide content of .gitlab-ci.yml"

// Read reads the text of a .gitlab-ci.yml as GitLab does. What is wrong with it is in the result's Errors.
//
// include:local is followed through Options.Files, include:project through Options.Project; remote files, templates and
// components are refused by an error that says so.
func Read(source string, o Options) *Config {
	c := &Config{}
	if problem := o.unreadable(source); problem != "" {
		c.Errors = []string{problem}
		return c
	}
	tree, err := c.load(source, o)
	if err != nil {
		c.Errors = []string{err.Error()}
		return c
	}
	c.Merged = ciyaml.Dump(tree)
	r := &reader{}
	r.root(c, tree)
	if r.raised != "" {
		r.errors, r.warnings = []string{r.raised}, nil
	}
	c.Warnings = r.warnings
	if c.Errors = r.errors; len(c.Errors) > 0 {
		return c.refused()
	}
	jobs, err := expandParallel(r.jobs)
	if err == nil {
		err = checkLogic(jobs, c.Stages)
	}
	if err == nil {
		c.Jobs, err = finishJobs(jobs, slices.Clip(c.Variables))
	}
	if err != nil {
		c.Errors = []string{err.Error()}
		return c.refused()
	}
	return c
}

// unreadable is what keeps the text from being read at all; empty if nothing does.
func (o Options) unreadable(source string) string {
	blank := strings.TrimSpace(source) == ""
	switch {
	case o.Path != "" && !isYAML(o.Path):
		return fmt.Sprintf(errTextNotYAML, o.Path)
	case o.Path != "" && blank:
		return fmt.Sprintf(errTextLocalEmpty, o.Path)
	case blank:
		return errTextNoContent
	}
	return ""
}

// inputs are the given inputs as values of YAML, in the order of their names.
func (o Options) inputs() (*ciyaml.Map, error) {
	if len(o.Inputs) == 0 {
		return nil, nil
	}
	text, err := json.Marshal(o.Inputs)
	if err != nil {
		return nil, err
	}
	values, err := ciyaml.FromJSON(string(text))
	given, _ := values.(*ciyaml.Map)
	return given, err
}

// refused is the configuration without what GitLab does not show of one with errors.
func (c *Config) refused() *Config {
	c.Jobs, c.Variables, c.Workflow = nil, nil, Workflow{}
	return c
}

// load reads the text and resolves includes, extends and references, in this order, as Gitlab::Ci::Config does.
func (c *Config) load(source string, o Options) (*ciyaml.Map, error) {
	given, err := o.inputs()
	if err != nil {
		return nil, err
	}
	o.Project = remembered(o.Project)
	in := &includer{o: o}
	tree, err := in.document(source, given, in.own())
	if o.Path != "" {
		tree, err = asIncluded(o.Path, tree, err)
	}
	if err != nil {
		return nil, err
	}
	if tree, err = in.expand(tree, in.own()); err != nil {
		return nil, err
	}
	if tree, err = ciyaml.Extend(tree); err != nil {
		return nil, err
	}
	if tree, err = ciyaml.Resolve(tree); err != nil {
		return nil, err
	}
	c.Includes = append([]Include{}, in.met...)
	return tree, nil
}
