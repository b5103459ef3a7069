package ci

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

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
	// Caller are variables that tell who set the pipeline going. They win against those of the YAML, and includes do not
	// see them.
	Caller JobVariables
	// Variables win against those of the YAML and of the caller: of the instance, the group, the project and, last, of
	// the pipeline.
	Variables JobVariables
	// OnEnvironment are the variables that jobs with an environment of that name have in place of Variables; nil is that
	// they have the same.
	OnEnvironment func(environment string) JobVariables
	// Files are where rules:exists looks; nil is none.
	Files Files
	// Changes are the files that differ; nil if there is nothing to compare with, in which case rules:changes holds.
	Changes []string
	// ChangesFrom are the files that differ from a ref, for rules:changes:compare_to; not ok is GitLab's error that it is
	// not a valid ref. With nil a rule with compare_to goes by Changes, too.
	ChangesFrom func(ref string) (changed []string, ok bool)
	// Project finds other projects, for rules:exists:project, and means what it does in [Options].
	Project func(path, ref string) *Project
	// NoJobGroupName is that jobs have no CI_JOB_GROUP_NAME, as before GitLab 17.10.
	NoJobGroupName bool
	// RulesTextsReview is that errors about rules that let nothing run ask to review them, as from GitLab 17.4 on.
	RulesTextsReview bool
}

// filteredText is what is said where rules of workflow let no pipeline run, noJobsText where those of the jobs let none
// in (app/models/concerns/ci/has_completion_reason.rb, without the tags of its links).
func (x Context) filteredText() string {
	if x.RulesTextsReview {
		return errTextFiltered
	}
	return errTextFilteredBefore
}

func (x Context) noJobsText() string {
	if x.RulesTextsReview {
		return errTextNoJobs
	}
	return errTextNoJobsBefore
}

// Options are those to read the configuration with for the same pipeline: conditions of includes see what rules of
// workflow see, but for the variables of the YAML and of the caller (lib/gitlab/ci/variables/builder.rb,
// config_variables).
func (x Context) Options() Options {
	return Options{Files: x.Files, Variables: slices.Concat(x.Predefined.over(x.predefined()), x.Variables),
		Changes: x.Changes, ChangesFrom: x.ChangesFrom, Project: x.Project}
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
	// Filtered: Errors say that by its rules the pipeline would not run, or that its name is too long, and not that the
	// configuration is wrong.
	Filtered bool
}

// Texts of lib/gitlab/ci/pipeline.
const (
	errTextFiltered       = "The pipeline did not run. Review the workflow:rules configuration for the pipeline."
	errTextFilteredBefore = "Pipeline filtered out by workflow rules."
	errTextNoJobs         = "The resulting pipeline would have been empty. " +
		"Review the rules configuration for the relevant jobs."
	errTextNoJobsBefore = "Pipeline will not run for the selected trigger. " +
		"The rules configuration prevented any jobs from being added to the pipeline."
	errTextNeedGone = "'%s' job needs '%s' job, but '%s' does not exist in the pipeline. This might be because of the " +
		"only, except, or rules keywords. To need a job that sometimes does not exist in the pipeline, use needs:optional."
	errTextNeedsLimit = "%s: one job can only need %d others, but you have listed %d. " +
		"See needs keyword documentation for more details"
	maxNeeds = 50

	errTextName     = "Failed to build pipeline metadata! Name is too long (maximum is %d characters)"
	maxPipelineName = 255

	errTextRule          = "Failed to parse rule for %s: %s"
	errTextExistsProject = "rules:exists:project `%s` not found or access denied"
	errTextExistsRef     = "rules:exists:ref `%s` is not a valid ref in project `%s`"
)

// maxVariables is how many variables the jobs of a configuration, or of a pipeline, may have in all, beside those that
// many share. GitLab has no such limit; but 10,000 jobs with the 10,000 of the root would take 6 GB.
const maxVariables = 1_000_000

var (
	errCompareTo = errors.New("rules:changes:compare_to is not a valid ref")
	errVariables = fmt.Errorf("more than %d variables of jobs are not followed by fakegitlab", maxVariables)
)

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
	x.Project = remembered(x.Project)
	b := newBuilder(c, x)
	if !b.workflow(p) {
		p.Errors, p.Filtered = []string{x.filteredText()}, true
		return p
	}
	seeds, err := b.seeds(p)
	if err != nil {
		p.Errors = []string{err.Error()}
		return p
	}
	p.Errors = append(p.Errors, p.checkSeeds(seeds)...)
	if len(p.Errors) == 0 && !p.runs() {
		p.Errors, p.Filtered = []string{x.noJobsText()}, true
	}
	if err := b.nameError; len(p.Errors) == 0 && err != nil {
		p.Errors, p.Filtered = []string{err.Error()}, true
	}
	if len(p.Errors) > 0 {
		p.Jobs = nil
	}
	return p
}

// inStages are the places of the jobs in c.Jobs, in the order of their stages. Places are sorted since jobs are large.
func (c *Config) inStages() []int {
	at := make(map[string]int, len(c.Stages))
	for i := len(c.Stages) - 1; i >= 0; i-- {
		at[c.Stages[i]] = i
	}
	places := make([]int, len(c.Jobs))
	for i := range places {
		places[i] = i
	}
	slices.SortStableFunc(places, func(a, b int) int { return at[c.Jobs[a].Stage] - at[c.Jobs[b].Stage] })
	return places
}

// runs says whether any stage between the edges has a job.
func (p *Pipeline) runs() bool {
	return slices.ContainsFunc(p.Jobs, func(j Job) bool { return j.Stage != stagePre && j.Stage != stagePost })
}

// mergeRequestEvent is the source of pipelines of merge requests.
const mergeRequestEvent = "merge_request_event"

func (x Context) source() string {
	if x.Source == "" {
		return "push"
	}
	return x.Source
}

// builder makes a pipeline's jobs.
type builder struct {
	config            *Config
	x                 Context
	predefined, given *layer
	caller            *layer
	root              *layer // the variables of the root, as workflow:rules left them
	rootCycle         *error // of the variables that most jobs see, once they were looked at
	nameError         error  // what is wrong with the name that the pipeline has
	onEnvironment     map[string]*layer
	references        map[string][]string // in the values that were looked at
	variablesLeft     int
	room              *int
}

func newBuilder(c *Config, x Context) *builder {
	room := ciexpr.MostExpanded
	return &builder{config: c, x: x, predefined: &layer{list: x.Predefined.over(x.predefined())},
		caller: &layer{list: x.Caller}, given: &layer{list: x.Variables},
		onEnvironment: map[string]*layer{}, references: map[string][]string{},
		room: &room, variablesLeft: maxVariables}
}

// workflow decides whether there is a pipeline, and with which variables.
func (b *builder) workflow(p *Pipeline) bool {
	p.Variables = slices.Clone(b.config.Variables)
	p.AutoCancel = b.config.Workflow.AutoCancel
	if rules := b.config.Workflow.Rules; rules != nil {
		seen := scopeOf(b.room, b.predefined, &layer{list: p.Variables}, b.caller, b.given)
		rule, err := b.first(rules, seen) // GitLab passes over the error, and there is no pipeline
		if err != nil || rule == nil || rule.When == whenNever {
			return false
		}
		p.Variables = rule.Variables.before(p.Variables)
		p.AutoCancel = AutoCancel{cmp.Or(rule.AutoCancel.OnNewCommit, p.AutoCancel.OnNewCommit),
			cmp.Or(rule.AutoCancel.OnJobFailure, p.AutoCancel.OnJobFailure)}
	}
	b.root = &layer{list: slices.Clip(p.Variables)}
	seen := scopeOf(b.room, b.predefined, b.root, b.caller, b.given)
	p.Name = strings.TrimSpace(ciexpr.Replaced(b.config.Workflow.Name, ciexpr.InText, seen.expanded, false, b.room))
	if utf8.RuneCountInString(p.Name) > maxPipelineName {
		b.nameError = fmt.Errorf(errTextName, maxPipelineName)
	}
	return true
}

// givenOn are the variables given to jobs with an environment.
func (b *builder) givenOn(environment string) *layer {
	if b.x.OnEnvironment == nil {
		return b.given
	}
	if b.onEnvironment[environment] == nil {
		b.onEnvironment[environment] = &layer{list: b.x.OnEnvironment(environment)}
	}
	return b.onEnvironment[environment]
}

// variables are the job's own over those of the root that it inherits. Without any of its own they are one list for all
// jobs.
func (b *builder) variables(j Job) (*layer, error) {
	if !j.inherits.limited {
		return b.lay(j.own, b.root)
	}
	if err := b.take(len(b.root.list)); err != nil {
		return nil, err
	}
	return b.lay(j.own, &layer{list: j.inherits.of(b.root.list)})
}

// lay lays variables on others.
func (b *builder) lay(more JobVariables, below *layer) (*layer, error) {
	if len(more) == 0 {
		return below, nil
	}
	if err := b.take(len(more) + len(below.list)); err != nil {
		return nil, err
	}
	return &layer{list: more.before(below.list)}, nil
}

func (b *builder) take(variables int) error {
	if b.variablesLeft -= variables; b.variablesLeft < 0 {
		return errVariables
	}
	return nil
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
	if len(rule.Needs) > 0 { // an empty list leaves the job's, whatever the documentation says
		j.Spec.Needs = slices.Clone(rule.Needs)
	}
}

// first is the first rule that holds; nil if none does.
func (b *builder) first(rules []Rule, seen *scope) (*Rule, error) {
	for i := range rules {
		if holds, err := b.holds(rules[i], seen); holds || err != nil {
			return &rules[i], err
		}
	}
	return nil, nil
}

// holds says whether all conditions of a rule hold.
func (b *builder) holds(rule Rule, seen *scope) (bool, error) {
	if rule.If != "" && !isTrueFor(rule.If, seen) {
		return false, nil
	}
	if rule.Changes != nil {
		if changed, err := b.changedFrom(*rule.Changes, seen); err != nil || !changed {
			return false, err
		}
	}
	if rule.Exists != nil {
		return b.exists(*rule.Exists, seen)
	}
	return true, nil
}

func isTrueFor(expression string, seen *scope) bool {
	e, err := ciexpr.Parse(expression)
	return err == nil && e.True(seen.lookup)
}

// changedFrom says whether a file that rules:changes means differs from the ref that it names, or nobody knows.
func (b *builder) changedFrom(c Changes, seen *scope) (bool, error) {
	if c.CompareTo == "" || b.x.ChangesFrom == nil {
		return b.changed(c, b.x.Changes, seen)
	}
	changes, ok := b.x.ChangesFrom(ciexpr.Replaced(c.CompareTo, ciexpr.InText, seen.expanded, true, b.room))
	if !ok {
		return false, errCompareTo
	}
	return b.changed(c, changes, seen)
}

// changed says whether one of the changes is meant, which are nil if nobody knows them.
func (b *builder) changed(c Changes, changes []string, seen *scope) (bool, error) {
	switch {
	case changes == nil:
		return true, nil
	case c.Regexp != "":
		return b.matches("changes", c.Regexp, changes, seen)
	}
	return expandedGlobs(c.Paths, seen.expanded, b.room).changed(changes), nil
}

// exists says whether there is a file that rules:exists means.
func (b *builder) exists(x Exists, seen *scope) (bool, error) {
	files := b.x.Files
	if x.Project != "" && (len(x.Paths) > 0 || x.Regexp != "") {
		var err error
		if files, err = b.filesOf(x, seen); err != nil {
			return false, err
		}
	}
	switch {
	case files == nil:
		return false, nil
	case x.Regexp != "":
		return b.matches("exists", x.Regexp, files.Paths(), seen)
	}
	return expandedGlobs(x.Paths, seen.expanded, b.room).exist(files.Paths()), nil
}

// filesOf are the files of the project that rules:exists names; nil if it has none.
func (b *builder) filesOf(x Exists, seen *scope) (Files, error) {
	expanded := func(text string) string { return ciexpr.Replaced(text, ciexpr.InText, seen.expanded, true, b.room) }
	path, ref := expanded(x.Project), expanded(x.Ref)
	var other *Project
	if b.x.Project != nil {
		other = b.x.Project(path, cmp.Or(ref, headRef))
	}
	switch {
	case other == nil:
		return nil, fmt.Errorf(errTextExistsProject, b.x.Variables.mask(path))
	case other.Files == nil && ref != "":
		return nil, fmt.Errorf(errTextExistsRef, b.x.Variables.mask(ref), b.x.Variables.mask(other.Path))
	}
	return other.Files, nil
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

// allowed says whether only lets the job in: all that it names must hold.
func (b *builder) allowed(only Policy, seen *scope) bool {
	return b.refs(only.Refs) && only.Kubernetes == "" &&
		(only.Variables == nil || anyTrue(only.Variables, seen)) &&
		(only.Changes == nil || b.touched(only.Changes))
}

// excluded says whether except keeps the job out: anything that it names is enough.
func (b *builder) excluded(except Policy, seen *scope) bool {
	return b.refs(except.Refs) || anyTrue(except.Variables, seen) ||
		except.Changes != nil && b.touched(except.Changes)
}

// touched says whether a file that a glob of only or except means differs, or nobody knows. Variables are none there,
// and no number of comparisons is too many.
func (b *builder) touched(paths []string) bool {
	return b.x.Changes == nil || slices.ContainsFunc(paths, func(glob string) bool {
		return slices.ContainsFunc(b.x.Changes, globMatcher(glob))
	})
}

func anyTrue(conditions []string, seen *scope) bool {
	return slices.ContainsFunc(conditions, func(c string) bool { return isTrueFor(c, seen) })
}
