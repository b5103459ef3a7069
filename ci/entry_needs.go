package ci

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

const (
	errTextNeeds      = "can only be a hash or an array"
	errTextEmptyNeeds = "can not be an empty hash"
	errTextNeedKind   = "has an unsupported type"
	errTextNeedKinds  = "uses invalid types: %s"
	errTextNumbered   = "cannot use \"parallel: <number>\"."
	errTextManyCross  = "must be less than or equal to %d"
	maxCrossPipelines = 5
)

// needs reads needs into d; kinds are those that may stand there.
func (r *reader) needs(e entry, d *draft, value any, kinds ...string) {
	if value == nil {
		return
	}
	m, isHash := value.(*ciyaml.Map)
	list, isList := value.([]any)
	switch {
	case !isHash && !isList:
		e.addf("config", errTextNeeds)
	case isHash && m.Len() == 0:
		e.addf("config", errTextEmptyNeeds)
	case isHash:
		list = []any{m}
	}
	if slices.ContainsFunc(list, func(each any) bool {
		need, _ := each.(*ciyaml.Map)
		return isNumber(need.Get("parallel"))
	}) {
		e.addf("config", errTextNumbered)
	}
	if !e.fine() {
		return
	}
	if flat, ok := flattened(list, maxNesting); ok {
		list = flat
	}
	own := len(r.errors)
	d.job.Spec.Needs = []Need{}
	var wrong []string
	crossing := 0
	for _, each := range list {
		kind := r.need(e.below("need"), d, each)
		if m, _ := each.(*ciyaml.Map); kind == "cross_dependency" && m.Has("pipeline") {
			crossing++
		}
		if kind != "" && !slices.Contains(kinds, kind) && !slices.Contains(wrong, kind) {
			wrong = append(wrong, kind)
		}
	}
	if crossing > maxCrossPipelines {
		e.laterf(own, "config", errTextManyCross, maxCrossPipelines)
	}
	if wrong != nil {
		e.laterf(own, "config", errTextNeedKinds, strings.Join(wrong, ", "))
	}
}

// need reads one need, and returns its kind as GitLab names it.
func (r *reader) need(e entry, d *draft, value any) (kind string) {
	if name, ok := value.(string); ok {
		if ciyaml.Blank(name) {
			e.addf("config", errTextBlank)
		}
		d.needs = append(d.needs, need{Need: Need{Job: name}})
		return "job"
	}
	m, ok := value.(*ciyaml.Map)
	switch {
	case ok && m.Has("job") && !m.Has("project") && !m.Has("ref") && !m.Has("pipeline"):
		kind = "job"
		e.keys(m, "job", "artifacts", "optional", "parallel")
	case ok && m.Has("job") && m.Has("pipeline") && !m.Has("project"):
		kind = "cross_dependency"
		e.keys(m, "pipeline", "job", "artifacts")
	case ok && m.Has("job") && m.Has("project"):
		kind = "cross_dependency"
		e.keys(m, "project", "ref", "job", "artifacts")
		e.required(m, "ref")
	case ok && m.Has("pipeline"):
		kind = "bridge"
		e.keys(m, "pipeline")
	default:
		e.kindf(errTextNeedKind)
		return ""
	}
	for _, key := range []string{"project", "ref", "pipeline", "job"} {
		if m.Has(key) {
			e.needed(m, key)
		}
	}
	e.field(m, "artifacts", errTextBoolean, isBoolean)
	e.field(m, "optional", errTextBoolean, isBoolean)
	if kind == "bridge" {
		d.bridges++
	}
	if kind != "job" {
		d.job.CrossPipelineNeeds = append(d.job.CrossPipelineNeeds, json.RawMessage(ciyaml.JSON(m)))
		return kind
	}
	n := need{Need: Need{Job: ciyaml.Text(m.Get("job")), Artifacts: boolean(m.Get("artifacts")),
		Optional: m.Get("optional") == true}}
	if e.fine() {
		n.matrix = r.parallel(e.below("parallel"), m.Get("parallel")).matrix
	}
	d.needs = append(d.needs, n)
	return kind
}

const (
	maxParallel         = 200
	errTextParallel     = "should be an integer or a hash"
	errTextTooManyJobs  = "generates too many jobs (maximum is %d)"
	errTextMatrix       = "should be an array of hashes"
	errTextFewVariables = "requires at least 1 items" // GitLab's words
	errTextMatrixValue  = "should be a hash of key value pairs, value can be an array"
)

// parallel is the keyword: a number of parts, or what each part's variables are.
type parallel struct {
	number int
	matrix []combination
}

// combination is the variables of one part of a matrix.
type combination JobVariables

func (c combination) name(job string) string {
	values := make([]string, len(c))
	for i, v := range c {
		values[i] = v.Value
	}
	return job + ": [" + strings.Join(values, ", ") + "]"
}

func (r *reader) parallel(e entry, value any) (p parallel) {
	switch v := value.(type) {
	case nil:
	case int64, float64:
		e.number("config", v, 1, maxParallel)
		if n, ok := v.(int64); ok && e.fine() {
			p.number = int(n)
		}
	case *ciyaml.Map:
		e.keys(v, "matrix")
		e.required(v, "matrix")
		if e.fine() && v.Get("matrix") != nil {
			p.matrix = r.matrix(e.below("matrix"), v.Get("matrix"))
		}
	default:
		e.kindf(errTextParallel)
	}
	return p
}

// matrix reads a list of maps of variables, each with one value or several, as all their combinations.
func (r *reader) matrix(e entry, value any) []combination {
	list, ok := value.([]any)
	if !ok || slices.ContainsFunc(list, func(each any) bool { return !isMap(each) }) {
		e.addf("config", errTextMatrix)
		return nil
	}
	own, total := len(r.errors), 0
	all := []combination{}
	for _, each := range list {
		m := each.(*ciyaml.Map)
		if m.Len() == 0 {
			e.below("variables").addf("config", errTextFewVariables)
		}
		count := 1
		for _, variable := range m.Entries() {
			values := one(variable.Value)
			if slices.ContainsFunc(values, func(v any) bool { return !isAlphanumeric(v) }) || len(values) == 0 {
				e.below("variables").addf("config", errTextMatrixValue)
				return nil
			}
			count = min(count*len(values), 2*maxParallel)
		}
		if total += count; total > maxParallel {
			continue
		}
		if r.combined += count * m.Len(); r.combined > maxVariables {
			r.errors = append(r.errors, errVariables.Error())
			return nil
		}
		all = append(all, product(m, count)...)
	}
	if total > maxParallel {
		e.laterf(own, "config", errTextTooManyJobs, maxParallel)
		return nil
	}
	return all
}

// product is every combination of the values of a map's variables, the last one changing fastest, of which there are
// count.
func product(m *ciyaml.Map, count int) []combination {
	all := make([]combination, count)
	for i := range all {
		all[i] = make(combination, m.Len())
	}
	repeated := count // how many combinations in a row have the same value of a variable
	for at, variable := range m.Entries() {
		values := one(variable.Value)
		repeated /= len(values)
		for v, value := range values {
			next := JobVariable{Key: variable.Key, Value: ciyaml.Text(value)}
			for from := v * repeated; from < count; from += repeated * len(values) {
				for i := range repeated {
					all[from+i][at] = next
				}
			}
		}
	}
	return all
}
