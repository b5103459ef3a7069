package ci

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/ciexpr"
)

// Context is what a pipeline is made for.
type Context struct {
	// Ref is the name of the branch or, with Tag, of the tag.
	Ref string
	Tag bool
	// Source is CI_PIPELINE_SOURCE: "push" (when empty), "web", "schedule", "merge_request_event", "api" ...
	Source string
	// ProjectPath is the full path, for only: branches@group/project.
	ProjectPath string
	// Predefined are variables that lose against those of the YAML, beside CI, GITLAB_CI, CI_PIPELINE_SOURCE and
	// CI_COMMIT_REF_NAME, _REF_SLUG, _BRANCH and _TAG, which are always there.
	Predefined JobVariables
	// Variables win against those of the YAML: of the instance, the group, the project and, last, of the pipeline.
	Variables JobVariables
	// Files are where rules:exists looks; nil is none.
	Files Files
	// Changes are the files that differ; nil if there is nothing to compare with, in which case rules:changes holds.
	Changes []string
	// ChangesFrom are the files that differ from a ref, for rules:changes:compare_to; not ok is GitLab's error that it is
	// not a valid ref. With nil a rule with compare_to goes by Changes, too.
	ChangesFrom func(ref string) (changed []string, ok bool)
}

// Pipeline is what GitLab would make of a configuration. If Errors is not empty it would make none.
type Pipeline struct {
	Name string
	// Variables are those of the root, as workflow:rules left them.
	Variables  JobVariables
	AutoCancel AutoCancel
	// Jobs are in the order of their stages; their fields are what their rules made of them.
	Jobs             []Job
	Errors, Warnings []string
	// Filtered: Errors say that by its rules the pipeline would not run, and not that the configuration is wrong.
	Filtered bool
}

// Texts of lib/gitlab/ci/pipeline.
const (
	errTextFiltered = "Pipeline filtered out by workflow rules."
	errTextNoJobs   = "Pipeline will not run for the selected trigger. " +
		"The rules configuration prevented any jobs from being added to the pipeline."
	errTextNeedGone = "'%s' job needs '%s' job, but '%s' does not exist in the pipeline. This might be because of the " +
		"only, except, or rules keywords. To need a job that sometimes does not exist in the pipeline, use needs:optional."
	errTextNeedsLimit = "%s: one job can only need %d others, but you have listed %d. " +
		"See needs keyword documentation for more details"
	maxNeeds = 50

	errTextRule = "Failed to parse rule for %s: %s"
)

var errCompareTo = errors.New("rules:changes:compare_to is not a valid ref")

// Pipeline makes the pipeline of the configuration for x: workflow, rules, only, except and needs are followed, and the
// jobs have the variables that they would run with. The configuration is not changed.
func (c *Config) Pipeline(x Context) *Pipeline {
	p := &Pipeline{Warnings: slices.Clone(c.Warnings), Errors: slices.Clone(c.Errors)}
	if !c.Valid() {
		return p
	}
	if x.Files != nil {
		x.Files = &listedFiles{Files: x.Files}
	}
	b := builder{config: c, x: x, predefined: x.Predefined.over(x.predefined())}
	if !b.workflow(p) {
		p.Errors, p.Filtered = []string{errTextFiltered}, true
		return p
	}
	for _, job := range c.inStages() {
		made, ok, err := b.job(job, p.Variables)
		if err != nil {
			p.Errors = append(p.Errors, err.Error())
		} else if ok {
			p.Jobs = append(p.Jobs, made)
		}
	}
	p.checkNeeds()
	if len(p.Errors) == 0 && !p.runs() {
		p.Errors, p.Filtered = []string{errTextNoJobs}, true
	}
	if len(p.Errors) > 0 {
		p.Jobs = nil
	}
	return p
}

// inStages are the jobs in the order of their stages.
func (c *Config) inStages() []Job {
	at := make(map[string]int, len(c.Stages))
	for i := len(c.Stages) - 1; i >= 0; i-- {
		at[c.Stages[i]] = i
	}
	jobs := slices.Clone(c.Jobs)
	slices.SortStableFunc(jobs, func(a, b Job) int { return at[a.Stage] - at[b.Stage] })
	return jobs
}

// runs says whether any stage between the edges has a job.
func (p *Pipeline) runs() bool {
	return slices.ContainsFunc(p.Jobs, func(j Job) bool { return j.Stage != stagePre && j.Stage != stagePost })
}

// checkNeeds wants needed jobs to be in the pipeline, and drops the optional needs that are not.
func (p *Pipeline) checkNeeds() {
	there := make(map[string]bool, len(p.Jobs))
	for _, j := range p.Jobs {
		there[j.Name] = true
	}
	for i, j := range p.Jobs {
		if n := len(j.Spec.Needs); n > maxNeeds {
			p.Errors = append(p.Errors, fmt.Sprintf(errTextNeedsLimit, j.Name, maxNeeds, n))
			continue
		}
		for _, n := range j.Spec.Needs {
			if !there[n.Job] && !n.Optional {
				p.Errors = append(p.Errors, fmt.Sprintf(errTextNeedGone, j.Name, n.Job, n.Job))
			}
		}
		p.Jobs[i].Spec.Needs = slices.DeleteFunc(j.Spec.Needs, func(n Need) bool { return !there[n.Job] })
	}
}

// predefined are the variables that follow from the context.
func (x Context) predefined() JobVariables {
	variables := JobVariables{{Key: "CI", Value: "true"}, {Key: "GITLAB_CI", Value: "true"},
		{Key: "CI_PIPELINE_SOURCE", Value: x.source()}, {Key: "CI_COMMIT_REF_NAME", Value: x.Ref},
		{Key: "CI_COMMIT_REF_SLUG", Value: Slug(x.Ref)}}
	switch {
	case x.Tag:
		variables = append(variables, JobVariable{Key: "CI_COMMIT_TAG", Value: x.Ref})
	case x.source() != mergeRequestEvent: // whose pipelines are of no branch
		variables = append(variables, JobVariable{Key: "CI_COMMIT_BRANCH", Value: x.Ref})
	}
	return variables
}

// mergeRequestEvent is the source of pipelines of merge requests.
const mergeRequestEvent = "merge_request_event"

func (x Context) source() string {
	if x.Source == "" {
		return "push"
	}
	return x.Source
}

// Slug is a text as GitLab writes it in CI_COMMIT_REF_SLUG: small letters, digits and dashes, at most 63 of them.
func Slug(text string) string {
	slug := []byte(strings.ToLower(text))
	for i, c := range slug {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			slug[i] = '-'
		}
	}
	return strings.Trim(string(slug[:min(len(slug), 63)]), "-")
}

// builder makes a pipeline's jobs.
type builder struct {
	config     *Config
	x          Context
	predefined JobVariables
}

// workflow decides whether there is a pipeline, and with which variables.
func (b builder) workflow(p *Pipeline) bool {
	p.Variables = slices.Clone(b.config.Variables)
	p.AutoCancel = b.config.Workflow.AutoCancel
	seen := b.scope(nil, p.Variables)
	if rules := b.config.Workflow.Rules; rules != nil {
		rule, err := b.first(rules, seen) // GitLab passes over the error, and there is no pipeline
		if err != nil || rule == nil || rule.When == whenNever {
			return false
		}
		p.Variables = rule.Variables.over(p.Variables)
		if rule.AutoCancel != (AutoCancel{}) {
			p.AutoCancel = rule.AutoCancel
		}
	}
	p.Name = strings.TrimSpace(Expand(b.config.Workflow.Name, b.scope(nil, p.Variables)))
	return true
}

// scope are the variables that a condition sees, the strongest last.
func (b builder) scope(more, yaml JobVariables) JobVariables {
	return slices.Concat(more, b.predefined, yaml, b.x.Variables)
}

// job is the job as its rules make it, and whether it is in the pipeline.
func (b builder) job(j Job, root JobVariables) (Job, bool, error) {
	j.Spec = j.Spec.Clone()
	j.Spec.Variables = j.variables(root)
	own := JobVariables{{Key: "CI_JOB_NAME", Value: j.Name}, {Key: "CI_JOB_NAME_SLUG", Value: Slug(j.Name)},
		{Key: "CI_JOB_STAGE", Value: j.Stage}}
	seen := b.scope(own, j.Spec.Variables)
	if j.Rules != nil {
		rule, err := b.first(j.Rules, seen)
		if err != nil {
			return j, false, fmt.Errorf(errTextRule, j.Name, err)
		}
		if rule == nil {
			return j, false, nil
		}
		if j.follow(*rule); j.When == whenNever {
			return j, false, nil
		}
	} else if j.Only != nil && !b.allowed(*j.Only, seen) || j.Except != nil && b.excluded(*j.Except, seen) {
		return j, false, nil
	}
	if err := j.Spec.Variables.cycle(); err != nil {
		return j, false, fmt.Errorf("%s: %w", j.Name, err)
	}
	final := b.scope(own, j.Spec.Variables).expanded()
	j.Tags = slices.Clone(j.Tags)
	for i, tag := range j.Tags {
		j.Tags[i] = Expand(tag, final)
	}
	j.ResourceGroup = Expand(j.ResourceGroup, final)
	return j, true, nil
}

// follow makes the job what the rule that holds says.
func (j *Job) follow(rule Rule) {
	if rule.When != "" {
		j.When, j.StartIn = rule.When, rule.StartIn
	}
	if rule.AllowFailure != nil {
		j.Spec.AllowFailure = AllowFailure{Always: *rule.AllowFailure}
	}
	if rule.Interruptible != nil {
		value := *rule.Interruptible
		j.Spec.Interruptible = &value
	}
	if rule.Needs != nil {
		j.Spec.Needs = slices.Clone(rule.Needs)
	}
	j.Spec.Variables = rule.Variables.over(j.Spec.Variables)
}

// first is the first rule that holds; nil if none does.
func (b builder) first(rules []Rule, seen JobVariables) (*Rule, error) {
	for i := range rules {
		if holds, err := b.holds(rules[i], seen); holds || err != nil {
			return &rules[i], err
		}
	}
	return nil, nil
}

// holds says whether all conditions of a rule hold.
func (b builder) holds(rule Rule, seen JobVariables) (bool, error) {
	if rule.If != "" && !isTrueFor(rule.If, seen) {
		return false, nil
	}
	if rule.Changes != nil {
		if changed, err := b.changedFrom(*rule.Changes, seen); err != nil || !changed {
			return false, err
		}
	}
	return rule.Exists == nil || anyExists(b.x.Files, rule.Exists, seen), nil
}

func isTrueFor(expression string, seen JobVariables) bool {
	e, err := ciexpr.Parse(expression)
	return err == nil && e.True(seen.lookup)
}

// changedFrom says whether a file that rules:changes means differs from the ref that it names, or nobody knows.
func (b builder) changedFrom(c Changes, seen JobVariables) (bool, error) {
	if c.CompareTo == "" || b.x.ChangesFrom == nil {
		return b.changed(c.Paths, seen), nil
	}
	values := seen.strongest().expanded()
	changes, ok := b.x.ChangesFrom(expand(c.CompareTo, values.lookup, true))
	if !ok {
		return false, errCompareTo
	}
	return changes == nil || expandedGlobs(c.Paths, values.lookup).changed(changes), nil
}

// changed says whether a file that a glob means differs, or nobody knows.
func (b builder) changed(paths []string, seen JobVariables) bool {
	if b.x.Changes == nil {
		return true
	}
	return expandedGlobs(paths, seen.strongest().expanded().lookup).changed(b.x.Changes)
}

// anyExists says whether there is a file that a glob means.
func anyExists(files Files, paths []string, seen JobVariables) bool {
	return files != nil && expandedGlobs(paths, seen.strongest().expanded().lookup).exist(files.Paths())
}

// listedFiles are Files that are asked for their paths once.
type listedFiles struct {
	Files
	paths []string
}

// Paths are those of the files.
func (f *listedFiles) Paths() []string {
	if f.paths == nil {
		f.paths = f.Files.Paths()
	}
	return f.paths
}

// strongest keeps the last of the variables of one name.
func (v JobVariables) strongest() JobVariables { return v.over(nil) }

// allowed says whether only lets the job in: all that it names must hold.
func (b builder) allowed(only Policy, seen JobVariables) bool {
	return b.refs(only.Refs) && only.Kubernetes == "" &&
		(only.Variables == nil || anyTrue(only.Variables, seen)) &&
		(only.Changes == nil || b.changed(only.Changes, seen))
}

// excluded says whether except keeps the job out: anything that it names is enough.
func (b builder) excluded(except Policy, seen JobVariables) bool {
	return b.refs(except.Refs) || anyTrue(except.Variables, seen) ||
		except.Changes != nil && b.changed(except.Changes, seen)
}

func anyTrue(conditions []string, seen JobVariables) bool {
	return slices.ContainsFunc(conditions, func(c string) bool { return isTrueFor(c, seen) })
}

// refs says whether one of the patterns means the ref, or the kind or source of the pipeline.
func (b builder) refs(patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		pattern, path, limited := strings.Cut(pattern, "@")
		return (!limited || path == b.x.ProjectPath) && b.ref(pattern)
	})
}

func (b builder) ref(pattern string) bool {
	source := b.x.source()
	mergeRequest := source == mergeRequestEvent
	switch pattern {
	case "tags":
		return b.x.Tag
	case "branches":
		return !b.x.Tag && !mergeRequest
	case "merge_requests":
		return mergeRequest
	case "external_pull_requests":
		return source == "external_pull_request_event"
	case "pushes":
		return source == "push"
	case source, source + "s":
		return true
	}
	if re, ok, err := ciexpr.Regexp(pattern); ok {
		return err == nil && !mergeRequest && re.MatchString(b.x.Ref)
	}
	return pattern == b.x.Ref && !mergeRequest
}
