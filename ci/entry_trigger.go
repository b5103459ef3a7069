package ci

import (
	"encoding/json"
	"math"

	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

const (
	errTextStrategy    = "should be depend or mirror"
	errTextNoTrigger   = "should contain either a trigger or a needs:pipeline"
	errTextManyBridges = "should contain at most one bridge need"
	errTextNoArtifact  = "must specify the job where to fetch the artifact from"
	errTextNoFile      = "must specify the file where to fetch the config from"
	errTextIncludes    = "is too long (maximum is %d)"
	errTextListOrText  = "should be an array or a string"
	// maxChildIncludes is how many files a child pipeline may be made of.
	maxChildIncludes = 3
)

// checkTriggerJob is what holds for a job without a script, whose trigger has not been looked at.
func (r *reader) checkTriggerJob(e entry, m *ciyaml.Map) {
	e.keys(m, triggerKeywords...)
	e.oneOf(m, "when", triggerWhen...)
	e.field(m, "allow_failure", errTextBoolean, isBoolean)
}

// triggerJob reads what only a job with a trigger has. It is shown and never run. own is where the job's own errors
// end.
func (r *reader) triggerJob(e entry, d *draft, m *ciyaml.Map, own int) {
	trigger := m.Get("trigger")
	if trigger != nil {
		r.trigger(e.below("trigger"), d, trigger)
	}
	needs := e.below("needs")
	r.needs(needs, d, m.Get("needs"), "job", "bridge")
	switch {
	case trigger == nil && (d.bridges == 0 || !needs.fine()):
		e.laterf(own, "config", errTextNoTrigger)
	case d.bridges > 1 && needs.fine():
		e.laterf(own, "config", errTextManyBridges)
	}
	if value := m.Get("parallel"); isNumber(value) {
		e.below("parallel").number("config", value, 1, maxParallel)
		e.below("parallel").addf("config", errTextNumbered)
	} else {
		d.parallel = r.parallel(e.below("parallel"), value)
	}
	d.job.Trigger = json.RawMessage(ciyaml.JSON(trigger))
}

func (r *reader) trigger(e entry, d *draft, value any) {
	m, isHash := value.(*ciyaml.Map)
	switch {
	case isHash && m.Has("include"):
		e.keys(m, "strategy", "include", "forward", "inputs")
	case isHash:
		if m.Len() == 0 {
			e.addf("config", errTextBlank)
		}
		e.keys(m, "project", "branch", "strategy", "forward", "inputs")
	case !isText(value):
		e.kindf("has to be either a string or a hash")
		return
	case ciyaml.Blank(value):
		e.addf("config", errTextBlank)
	}
	if !isHash {
		return
	}
	e.field(m, "inputs", errTextHash, isMap)
	if !m.Has("include") {
		e.needed(m, "project")
		e.field(m, "branch", errTextText, isText)
	}
	e.word(m, "strategy", errTextStrategy, "depend", "mirror")
	if !e.fine() {
		return
	}
	if files := m.Get("include"); files != nil {
		r.includes(e.below("include"), d, files, maxChildIncludes)
	}
	if forward := m.Get("forward"); forward != nil {
		e.below("forward").forward(forward)
	}
}

// forward reads what a trigger hands on.
func (e entry) forward(value any) {
	m, _ := value.(*ciyaml.Map)
	e.keys(m, "yaml_variables", "pipeline_variables")
	e.field(m, "yaml_variables", errTextBoolean, isBoolean)
	e.field(m, "pipeline_variables", errTextBoolean, isBoolean)
}

// includes reads an include that is not followed, of so many files at most: that of a child pipeline, whose files may
// come from the artifacts of a job, or one whose rules let no file in.
func (r *reader) includes(e entry, d *draft, value any, most int) {
	if !isText(value) && !isList(value) {
		e.addf("config", errTextListOrText)
	}
	if list, _ := value.([]any); len(list) > most {
		e.addf("config", errTextIncludes, most)
	}
	if !e.fine() {
		return
	}
	list, _ := flattened(one(value), math.MaxInt)
	for _, each := range list {
		r.include(e.below("include"), d, each)
	}
}

func (r *reader) include(e entry, d *draft, value any) {
	m, ok := value.(*ciyaml.Map)
	if !ok && !isText(value) {
		e.addf("config", errTextHashOrText)
	}
	if m.Get("project") != nil && ciyaml.Blank(m.Get("file")) {
		e.addf("config", errTextNoFile)
	}
	e.keys(m, "local", "file", "remote", "project", "ref", "integrity", "cache", "template", "artifact", "inputs", "job",
		"rules", "component")
	if m.Get("artifact") != nil && ciyaml.Blank(m.Get("job")) {
		e.addf("config", errTextNoArtifact)
	}
	if job := m.Get("job"); job != nil {
		d.generates = append(d.generates, ciyaml.Text(job))
	}
}
