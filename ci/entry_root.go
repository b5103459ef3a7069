package ci

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

// reserved are the keywords of the root that no job may have for a name; default and workflow are keywords as well,
// unless they look like a job.
var reserved = []string{"include", "before_script", "image", "services", "after_script", "variables", "stages", "cache"}

// sharedDefaults are the keywords that may stand in the root in place of default.
var sharedDefaults = []string{"before_script", "after_script", "cache", "image", "services"}

// defaultKeywords are those of default.
var defaultKeywords = []string{"before_script", "after_script", "hooks", "cache", "image", "services", "interruptible",
	"timeout", "retry", "tags", "artifacts", "id_tokens", "identity"}

const (
	errTextTwice       = "%s is defined in top-level and `default:` entry"
	errTextNoJob       = "should contain at least one visible job"
	errTextNoScript    = "config should implement the script:, run:, or trigger: keyword"
	errTextStages      = "should be an array of strings or a nested array of strings up to 10 levels deep"
	errTextNameTooLong = "is too long (maximum is %d characters)"

	errTextOnNewCommit  = "must be one of: conservative, interruptible, none"
	errTextOnJobFailure = "must be one of: none, all"
)

var (
	plainWords = regexp.MustCompile(`(?i)^[a-z\s]+$`)
	blanks     = regexp.MustCompile(`\s`)
)

// edge stages, and those of a configuration that lists none.
const stagePre, stagePost = ".pre", ".post"

var usualStages = []string{"build", "test", "deploy"}

// maxName is how many characters names of jobs and workflows have at most.
const maxName = 255

// isJob says whether a value at the root is a job that is run.
func isJob(name string, value any) bool {
	m, ok := value.(*ciyaml.Map)
	return ok && !strings.HasPrefix(name, ".") &&
		slices.ContainsFunc([]string{"script", "run", "trigger", "needs"}, m.Has)
}

// root reads the whole configuration into c, and its jobs into r.jobs.
func (r *reader) root(c *Config, tree *ciyaml.Map) {
	jobs := &ciyaml.Map{}
	var numbered []string // names that are no texts
	for _, e := range tree.Entries() {
		keyword := e.Key == "default" || e.Key == "workflow"
		if slices.Contains(reserved, e.Key) || keyword && !isJob(e.Key, e.Value) {
			continue
		}
		jobs.Set(e.Key, e.Value)
		if !e.Named {
			numbered = append(numbered, e.Key)
		}
	}
	r.readDefaults(tree)
	if value := tree.Get("include"); value != nil { // of which nothing was included
		r.includes(r.at("include"), &draft{}, value, math.MaxInt)
	}
	for _, key := range []string{"before_script", "image", "services", "after_script"} {
		r.shared(r.at(key), key, tree.Get(key))
	}
	c.Variables = r.variables(r.at("variables"), tree.Get("variables"), rootVariableKeys...)
	c.Stages = r.stages(r.at("stages"), tree.Get("stages"))
	r.shared(r.at("cache"), "cache", tree.Get("cache"))
	if workflow := tree.Get("workflow"); workflow != nil && !jobs.Has("workflow") {
		c.Workflow = r.workflow(r.at("workflow"), workflow)
	}
	r.allJobs(jobs, numbered)
}

// readDefaults reads default, with what the root has in its place.
func (r *reader) readDefaults(tree *ciyaml.Map) {
	e := r.at("default")
	given := tree.Get("default")
	m, ok := given.(*ciyaml.Map)
	r.defaults = m.Without()
	switch {
	case isJob("default", given):
		r.defaults = &ciyaml.Map{}
	case given != nil && !ok:
		e.addf("config", errTextHash)
	case ok:
		e.keys(m, defaultKeywords...)
		if e.fine() {
			for _, key := range defaultKeywords {
				r.shared(e.below(key), key, m.Get(key))
			}
		}
	}
	for _, key := range sharedDefaults {
		value := tree.Get(key)
		if value == nil {
			continue
		}
		if r.defaults.Get(key) != nil && r.raised == "" {
			r.raised = fmt.Sprintf(errTextTwice, key)
		}
		r.defaults.Set(key, value)
	}
}

// stages reads the list of stages and puts the edge stages around it.
func (r *reader) stages(e entry, value any) []string {
	listed := usualStages
	if value != nil {
		var ok bool
		flat, _ := flattened(value, maxNesting)
		if listed, ok = textList(flat); !ok || flat == nil {
			e.addf("config", errTextStages)
		}
	}
	listed = slices.DeleteFunc(slices.Clone(listed), func(s string) bool { return s == stagePre || s == stagePost })
	return slices.Concat([]string{stagePre}, listed, []string{stagePost})
}

func (r *reader) workflow(e entry, value any) Workflow {
	m, ok := value.(*ciyaml.Map)
	if !ok {
		e.addf("config", errTextHash)
		return Workflow{}
	}
	e.keys(m, "rules", "name", "auto_cancel")
	if name := m.Get("name"); name != nil && length(name) > maxName {
		e.addf("name", errTextNameTooLong, maxName)
	}
	r.hasWorkflowRules = m.Has("rules")
	if !e.fine() {
		return Workflow{}
	}
	w := Workflow{Name: strings.TrimSpace(ciyaml.Text(m.Get("name")))}
	if rules := m.Get("rules"); rules != nil {
		w.Rules = r.rules(e.below("rules"), rules, true)
	}
	w.AutoCancel = r.autoCancel(e.below("auto_cancel"), m.Get("auto_cancel"))
	return w
}

func (r *reader) autoCancel(e entry, value any) AutoCancel {
	if value == nil {
		return AutoCancel{}
	}
	m, ok := value.(*ciyaml.Map)
	if !ok {
		e.addf("config", errTextHash)
		return AutoCancel{}
	}
	e.keys(m, "on_new_commit", "on_job_failure")
	e.word(m, "on_new_commit", errTextOnNewCommit, "conservative", "interruptible", "none")
	e.word(m, "on_job_failure", errTextOnJobFailure, "none", "all")
	return AutoCancel{ciyaml.Text(m.Get("on_new_commit")), ciyaml.Text(m.Get("on_job_failure"))}
}

// allJobs reads what is left of the root.
func (r *reader) allJobs(jobs *ciyaml.Map, numbered []string) {
	e := r.at("jobs")
	visible := false
	for _, each := range jobs.Entries() {
		switch {
		case isJob(each.Key, each.Value):
			visible = true
		case !strings.HasPrefix(each.Key, "."):
			name := each.Key
			if plainWords.MatchString(name) { // which GitLab writes as one word
				name = blanks.ReplaceAllString(name, "_")
			}
			e.addf(name, errTextNoScript)
		}
	}
	if !visible {
		e.addf("config", errTextNoJob)
	}
	if !e.fine() {
		return
	}
	for _, each := range jobs.Entries() {
		place := each.Key
		if strings.TrimSpace(place) == "" {
			place = "job" // GitLab's word for an entry without a key
		}
		if isJob(each.Key, each.Value) {
			r.job(e.below(place), each.Key, !slices.Contains(numbered, each.Key), each.Value.(*ciyaml.Map))
		} else if ciyaml.Blank(each.Value) {
			e.below(place).addf("config", errTextBlank)
		}
	}
}
