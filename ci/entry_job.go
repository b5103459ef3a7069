package ci

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

// commonKeywords are those of every job, with a script or a trigger.
var commonKeywords = []string{"extends", "stage", "only", "except", "rules", "variables", "inherit", "allow_failure",
	"when", "needs", "resource_group"}

var (
	scriptKeywords = slices.Concat(commonKeywords, []string{"tags", "script", "image", "services", "start_in",
		"artifacts", "cache", "dependencies", "before_script", "after_script", "hooks", "environment", "coverage", "retry",
		"parallel", "interruptible", "timeout", "release", "id_tokens", "publish", "pages", "manual_confirmation", "run",
		"secrets", "identity", "dast_configuration", "inputs"})
	triggerKeywords = slices.Concat(commonKeywords, []string{"trigger", "parallel", "interruptible",
		"manual_confirmation", "environment"})
	// scriptEntries are what only a job with a script has of the keywords that shared reads, in the order of GitLab's
	// errors.
	scriptEntries = []string{"before_script", "script", "after_script", "hooks", "cache", "image", "services", "timeout",
		"retry", "tags", "artifacts"}
	// inherited are the keywords that a job takes from default.
	inherited = []string{"before_script", "after_script", "hooks", "cache", "image", "services", "interruptible",
		"timeout", "retry", "tags", "artifacts"}
)

var (
	scriptWhen  = []string{"on_success", "on_failure", "always", "manual", "delayed"}
	triggerWhen = []string{"on_success", "on_failure", "always", "manual"}
)

const (
	whenManual, whenDelayed, whenNever, whenOnSuccess = "manual", "delayed", "never", "on_success"

	// startInLimit is how long a delayed job may wait.
	startInLimit = 7 * 24 * time.Hour
)

const (
	errTextNotSymbol   = "should be a symbol"
	errTextNotWithRule = "key may not be used with `rules`: %s"
	errTextMustBeBlank = "must be blank"
	errTextHashOrBool  = "should be a hash or a boolean value"
	errTextPartOfNeeds = "the %s should be part of needs"
	errTextNotHere     = "corresponding to dependencies must be from the same pipeline"
	errTextNotPages    = "can only be used within a `pages` job"
	warningRulesWhen   = "may allow multiple pipelines to run for a single action due to `rules:when` clause with no " +
		"`workflow:rules` - read more: https://docs.gitlab.com/ee/ci/troubleshooting.html#pipeline-warnings"
)

// job reads one job, with a script or a trigger.
func (r *reader) job(e entry, name string, named bool, m *ciyaml.Map) {
	isTrigger := !m.Has("script") && !m.Has("run")
	r.checkJob(e, name, named, m)
	if isTrigger {
		r.checkTriggerJob(e, m)
	} else {
		r.checkScriptJob(e, name, m)
	}
	if !e.fine() {
		if isTrigger { // GitLab asks for the trigger that it has not looked at
			e.addf("config", errTextNoTrigger)
		}
		return
	}
	own := len(r.errors)
	d := &draft{job: Job{Name: name}, keywords: m}
	r.processable(e, d, m)
	if isTrigger {
		r.triggerJob(e, d, m, own)
	} else {
		r.scriptJob(e, d, m, own)
	}
	r.jobs = append(r.jobs, d)
}

// checkJob is what holds for every job.
func (r *reader) checkJob(e entry, name string, named bool, m *ciyaml.Map) {
	if strings.TrimSpace(name) == "" {
		e.addf("name", errTextBlank)
	}
	if !named {
		e.addf("name", errTextNotSymbol)
	}
	if len([]rune(name)) > maxName {
		e.addf("name", errTextNameTooLong, maxName)
	}
	e.together(m, "script", "trigger")
	e.together(m, "run", "trigger")
	if m.Get("rules") != nil {
		var both []string
		for _, key := range []string{"only", "except", "start_in"} {
			if m.Get(key) != nil {
				both = append(both, key)
			}
		}
		if both != nil {
			e.addf("config", errTextNotWithRule, strings.Join(both, ", "))
		}
	}
	e.field(m, "extends", errTextTextOrTexts, isTextOrTexts)
	e.field(m, "rules", errTextNestedHashes, isNestedMaps)
	e.field(m, "resource_group", errTextText, isText)
}

func isNestedMaps(value any) bool {
	flat, ok := flattened(value, maxNesting)
	return ok && !slices.ContainsFunc(flat, func(each any) bool { return !isMap(each) })
}

func (r *reader) checkScriptJob(e entry, name string, m *ciyaml.Map) {
	e.keys(m, scriptKeywords...)
	for _, key := range []string{"script", "before_script", "after_script"} {
		e.together(m, key, "run")
	}
	if ciyaml.Blank(m.Get("script")) && !m.Has("run") {
		e.addf("script", errTextBlank)
	}
	e.oneOf(m, "when", scriptWhen...)
	e.field(m, "dependencies", errTextTexts, isTexts)
	e.field(m, "allow_failure", errTextHashOrBool, isMapOrBoolean)
	e.field(m, "manual_confirmation", errTextText, isText)
	delayed := m.Get("when") == whenDelayed
	if delayed {
		e.duration("start in", m.Get("start_in"), startInLimit)
	}
	if (m.Has("rules") || !delayed) && !ciyaml.Blank(m.Get("start_in")) {
		e.addf("start in", errTextMustBeBlank)
	}
	if !ciyaml.Blank(m.Get("publish")) && !isPages(name, m) {
		e.addf("publish", errTextNotPages)
	}
}

func isMapOrBoolean(value any) bool { return isMap(value) || isBoolean(value) }

// processable reads what every job has.
func (r *reader) processable(e entry, d *draft, m *ciyaml.Map) {
	j := &d.job
	j.Stage = "test"
	if stage := m.Get("stage"); stage != nil {
		if !isText(stage) {
			e.below("stage").addf("config", errTextText)
		}
		j.Stage = ciyaml.Text(stage)
	}
	j.Only = r.policy(e.below("only"), m.Get("only"))
	j.Except = r.policy(e.below("except"), m.Get("except"))
	hasRules := m.Has("rules")
	if hasRules && m.Get("rules") != nil {
		j.Rules = r.rules(e.below("rules"), m.Get("rules"), false)
	}
	switch {
	case j.Only != nil && j.Only.Refs == nil:
		j.Only.Refs = slices.Clone(onlyByDefault)
	case j.Only == nil && !hasRules && !r.hasWorkflowRules:
		j.Only = &Policy{Refs: slices.Clone(onlyByDefault)}
	}
	j.own = r.variables(e.below("variables"), m.Get("variables"), jobVariableKeys...)
	inheritsDefault := r.inherit(e.below("inherit"), d, m.Get("inherit"))
	r.environment(e.below("environment"), m.Get("environment"))
	r.shared(e.below("interruptible"), "interruptible", m.Get("interruptible"))
	j.ResourceGroup = ciyaml.Text(m.Get("resource_group"))
	j.When = whenOnSuccess
	if when := m.Get("when"); when != nil {
		j.When = ciyaml.Text(when)
	}
	if j.When == whenDelayed {
		j.StartIn = seconds(m.Get("start_in"))
	}
	d.keywords = m.Without()
	for _, key := range inherited {
		if value := r.defaults.Get(key); d.keywords.Get(key) == nil && value != nil && inheritsDefault(key) {
			d.keywords.Set(key, value)
		}
	}
	r.warn(j)
}

// warn is GitLab's warning about a last rule that has nothing but when.
func (r *reader) warn(j *Job) {
	if r.hasWorkflowRules || len(j.Rules) == 0 {
		return
	}
	last := j.Rules[len(j.Rules)-1]
	if last.When == "" || last.When == whenNever || !last.bare() {
		return
	}
	r.warnings = append(r.warnings, fmt.Sprintf("jobs:%s %s", j.Name, warningRulesWhen))
}

// bare says whether a rule has nothing but, perhaps, when.
func (rule Rule) bare() bool {
	return rule.If == "" && rule.Changes == nil && rule.Exists == nil && rule.StartIn == 0 && rule.AllowFailure == nil &&
		rule.Interruptible == nil && rule.Variables == nil && rule.Needs == nil && rule.AutoCancel == AutoCancel{}
}

// inherit reads the keyword, and returns which keywords of default the job has.
func (r *reader) inherit(e entry, d *draft, value any) func(key string) bool {
	everything := func(string) bool { return true }
	if value == nil {
		return everything
	}
	m, ok := value.(*ciyaml.Map)
	if !ok {
		e.addf("config", errTextHash)
		return everything
	}
	if e.keys(m, "default", "variables"); !e.fine() {
		return everything
	}
	if names, all, ok := e.below("variables").allOrSome(m.Get("variables")); ok {
		d.job.inherits = inheritance{!all, names}
	}
	below := e.below("default")
	names, all, _ := below.allOrSome(m.Get("default"))
	below.known("config", m.Get("default"), defaultKeywords...)
	return func(key string) bool { return all || slices.Contains(names, key) }
}

// allOrSome reads a boolean or a list of names.
func (e entry) allOrSome(value any) (names []string, all, ok bool) {
	if value == nil {
		return nil, true, true
	}
	if all, isBool := value.(bool); isBool {
		return nil, all, true
	}
	if names, ok = textList(value); isList(value) && !ok {
		e.addf("config", errTextTexts)
	} else if !ok {
		e.kindf("should be a bool or array of strings")
	}
	return names, false, ok
}

// scriptJob reads what only a job with a script has. own is where the job's own errors end.
func (r *reader) scriptJob(e entry, d *draft, m *ciyaml.Map, own int) {
	for _, key := range scriptEntries {
		r.shared(e.below(key), key, m.Get(key))
	}
	r.needs(e.below("needs"), d, m.Get("needs"), "job", "cross_dependency")
	if value := m.Get("coverage"); value != nil && !isPattern(value) {
		e.below("coverage").addf("config", errTextRe2)
	}
	r.release(e.below("release"), m.Get("release"))
	d.parallel = r.parallel(e.below("parallel"), m.Get("parallel"))
	r.exitCodes(e.below("allow_failure"), m.Get("allow_failure"))
	r.shared(e.below("id_tokens"), "id_tokens", m.Get("id_tokens"))
	r.pages(e, m)
	r.jobInputs(e, own, m.Get("inputs"))
	d.job.Tags = texts(d.keywords.Get("tags"))
	dependencies, needed := texts(m.Get("dependencies")), d.needNames()
	if len(dependencies) > 0 && len(needed) == 0 && len(d.job.CrossPipelineNeeds) > 0 {
		e.laterf(own, "needs", errTextNotHere)
	} else if len(dependencies) > 0 && len(needed) > 0 {
		missing := slices.DeleteFunc(dependencies, func(s string) bool { return slices.Contains(needed, s) })
		if len(missing) > 0 {
			e.laterf(own, "dependencies", errTextPartOfNeeds, strings.Join(missing, ", "))
		}
	}
}

func (d *draft) needNames() []string {
	names := make([]string, len(d.needs))
	for i, n := range d.needs {
		names[i] = n.Job
	}
	return names
}

// exitCodes reads allow_failure as a map.
func (r *reader) exitCodes(e entry, value any) {
	m, ok := value.(*ciyaml.Map)
	if !ok {
		return
	}
	e.keys(m, "exit_codes")
	e.field(m, "exit_codes", errTextIntegers, isIntegers)
}
