package ci

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/ciexpr"
	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

// How much the jobs of a configuration may be in all. GitLab has no such limits by itself; but a few kilobytes of YAML
// stand for gigabytes, where parallel jobs multiply what they need.
const (
	maxJobs = 20_000
	// maxPartNeeds is for lists longer than GitLab lets any job in a pipeline have, times the parts of their jobs.
	maxPartNeeds = 1_000_000
	// maxSpecs is for the keywords that go into specs, in bytes of JSON, times the parts.
	maxSpecs = 32 << 20

	errTextManyJobs  = "more than %d jobs are not followed by fakegitlab"
	errTextManyNames = "%s job: more than %d dependencies of jobs in all are not followed by fakegitlab"
	errTextOfMatrix  = "%s job: more than %d bytes of matrices in needs are not followed by fakegitlab"
	errTextSpecs     = "jobs:%s: more than %d bytes of keywords of jobs are not followed by fakegitlab"
)

// expansion is what is known while parallel jobs become their parts.
type expansion struct {
	parts           map[string][]string // the names of the parts of each parallel job
	needs, variable int                 // how many more there may be
	room            int                 // how many more bytes of matrices there may be in needs
	unknown         []string            // what is wrong with references to variables of matrices
	unknownOf       map[reference]bool  // those that it is about
}

// reference is one of a job to a variable of a matrix.
type reference struct{ job, variable string }

// expandParallel puts the parts of parallel jobs in their place, and lets needs and dependencies of such a job mean its
// parts, as Gitlab::Ci::Config::Normalizer does. The parts of a job share what they need.
func expandParallel(drafts []*draft) ([]*draft, error) {
	total := 0
	for _, d := range drafts {
		if total += max(d.total(), 1); total > maxJobs {
			return nil, fmt.Errorf(errTextManyJobs, maxJobs)
		}
	}
	x := &expansion{parts: map[string][]string{}, needs: maxPartNeeds, variable: maxVariables,
		room: ciexpr.MostExpanded, unknownOf: map[reference]bool{}}
	for _, d := range drafts {
		if d.total() > 0 {
			x.parts[d.job.Name] = d.partNames()
		}
	}
	all := make([]*draft, 0, total)
	for _, d := range drafts {
		if err := x.resolve(d); err != nil {
			return nil, err
		}
		made, err := x.made(d)
		if err != nil {
			return nil, err
		}
		all = append(all, made...)
	}
	if x.unknown != nil {
		return nil, errors.New(strings.Join(x.unknown, ", "))
	}
	return all, nil
}

const errTextMatrixUnknown = "%s job: '%s' does not exist in matrix configuration"

// inMatrix are references in needs to the variables of the part that has them
// (lib/gitlab/ci/config/interpolation/matrix_interpolator.rb).
var inMatrix = regexp.MustCompile(`\$\[\[\s*matrix\.([a-zA-Z0-9_-]+)\s*\]\]`)

// refersToMatrix says whether a need of the job names a variable of a matrix.
func (d *draft) refersToMatrix() bool {
	return slices.ContainsFunc(d.needs, func(n need) bool {
		return inMatrix.MatchString(n.Job) || slices.ContainsFunc(n.matrix, func(c combination) bool {
			return slices.ContainsFunc(c, func(v JobVariable) bool { return inMatrix.MatchString(v.Value) })
		})
	})
}

// ofMatrix are the needs of one part of a job, with the values of its matrix in the place of references to them. own
// are the part's variables. changed is false if there is no reference, and if one is to a variable that is not among
// them: then the part's needs stay as they are written.
func (x *expansion) ofMatrix(d *draft, own combination) (needs []need, changed bool) {
	known := true
	fill := func(text string) string {
		return inMatrix.ReplaceAllStringFunc(text, func(found string) string {
			changed = true
			name := inMatrix.FindStringSubmatch(found)[1]
			value, ok := JobVariables(own).lookup(name)
			if !ok {
				known = false
				x.lacks(reference{d.job.Name, name})
			}
			if x.room -= len(value); x.room < 0 {
				return ""
			}
			return value
		})
	}
	needs = slices.Clone(d.needs)
	for i, n := range needs {
		needs[i].Job, needs[i].matrix = fill(n.Job), slices.Clone(n.matrix)
		for k, each := range n.matrix {
			filled := slices.Clone(each)
			for v := range filled {
				filled[v].Value = fill(filled[v].Value)
			}
			needs[i].matrix[k] = filled
		}
	}
	return needs, changed && known
}

// lacks notes, once, a reference to a variable that is not there.
func (x *expansion) lacks(r reference) {
	if !x.unknownOf[r] {
		x.unknownOf[r] = true
		x.unknown = append(x.unknown, fmt.Sprintf(errTextMatrixUnknown, r.job, r.variable))
	}
}

// resolve lets the job need parts.
func (x *expansion) resolve(d *draft) (err error) {
	jobs := max(d.total(), 1)
	if d.job.Spec.Needs, err = x.meant(d, jobs, d.job.Spec.Needs, d.needs); err != nil {
		return err
	}
	for i, rule := range d.job.Rules {
		if d.job.Rules[i].Needs, err = x.meant(d, jobs, rule.Needs, plainNeeds(rule.Needs)); err != nil {
			return err
		}
	}
	d.job.Spec.Dependencies, err = x.meantNames(d, d.keywords.Get("dependencies"))
	return err
}

// total is how many parts a job has; 0 for one that is not parallel.
func (d *draft) total() int { return max(d.parallel.number, len(d.parallel.matrix)) }

func (d *draft) partNames() []string {
	names := make([]string, d.total())
	for i := range names {
		if d.parallel.matrix != nil {
			names[i] = d.parallel.matrix[i].name(d.job.Name)
		} else {
			names[i] = fmt.Sprintf("%s %d/%d", d.job.Name, i+1, len(names))
		}
	}
	return names
}

// made are the jobs that a job stands for.
func (x *expansion) made(d *draft) ([]*draft, error) {
	names, refers := x.parts[d.job.Name], d.refersToMatrix()
	if len(names) == 0 {
		if refers && len(x.parts) > 0 { // without any parts GitLab does not look
			x.ofMatrix(d, nil)
		}
		return []*draft{d}, nil
	}
	made := make([]*draft, len(names))
	for i, name := range names {
		part := *d
		part.job.Part, part.job.Parts = i+1, len(names)
		part.job.Name = name
		if d.parallel.matrix != nil {
			if x.variable -= len(d.parallel.matrix[i]) + len(d.job.own); x.variable < 0 {
				return nil, errVariables
			}
			part.job.own = JobVariables(d.parallel.matrix[i]).over(d.job.own)
		}
		if refers {
			if err := x.partNeeds(d, &part); err != nil {
				return nil, err
			}
		}
		made[i] = &part
	}
	return made, nil
}

// partNeeds lets a part need what its own values say.
func (x *expansion) partNeeds(d, part *draft) (err error) {
	var own combination
	if i := part.job.Part - 1; part.parallel.matrix != nil {
		own = part.parallel.matrix[i]
	}
	needs, changed := x.ofMatrix(d, own)
	if x.room < 0 {
		return fmt.Errorf(errTextOfMatrix, d.job.Name, ciexpr.MostExpanded)
	}
	if changed {
		part.ownNeeds = true
		part.job.Spec.Needs, err = x.meant(part, 1, part.job.Spec.Needs, needs)
	}
	return err
}

func plainNeeds(list []Need) []need {
	plain := make([]need, len(list))
	for i, n := range list {
		plain[i] = need{Need: n}
	}
	return plain
}

// meant are needs by the names of parts, for so many jobs; nil stays nil, for a job without the keyword.
func (x *expansion) meant(d *draft, jobs int, given []Need, needs []need) ([]Need, error) {
	if given == nil {
		return nil, nil
	}
	total := 0
	for _, n := range needs {
		total += n.count(x.parts)
	}
	if !x.take(jobs, total) {
		name := slices.Concat(x.parts[d.job.Name], []string{d.job.Name})[0]
		return nil, fmt.Errorf(errTextNeedsLimit, name, maxNeeds, total)
	}
	meant := make([]Need, 0, total)
	for _, n := range needs {
		for _, name := range n.names(x.parts) {
			ofPart := n.Need
			ofPart.Job = name
			meant = append(meant, ofPart)
		}
	}
	return meant, nil
}

// count is how many jobs a need means.
func (n need) count(parts map[string][]string) int {
	of := len(parts[n.Job])
	if of > 0 && n.matrix != nil {
		return len(n.matrix)
	}
	return max(of, 1)
}

// names are the jobs that a need means. Whether there are such parts is for the logic to say.
func (n need) names(parts map[string][]string) []string {
	of := parts[n.Job]
	switch {
	case len(of) == 0:
		return []string{n.Job}
	case n.matrix == nil:
		return of
	}
	names := make([]string, len(n.matrix))
	for i, each := range n.matrix {
		names[i] = each.name(n.Job)
	}
	return names
}

// take counts a list for so many jobs, if it is a long one.
func (x *expansion) take(jobs, length int) bool {
	if length > maxNeeds {
		x.needs -= length * jobs
	}
	return x.needs >= 0
}

// jobCalled is a need of a job with all its parts.
func jobCalled(name string) need { return need{Need: Need{Job: name}} }

// meantNames are the names of jobs, with those of parts in the place of a parallel job's; nil stays nil.
func (x *expansion) meantNames(d *draft, value any) ([]string, error) {
	given, ok := textList(value)
	if !ok {
		return nil, nil
	}
	total := 0
	for _, name := range given {
		total += jobCalled(name).count(x.parts)
	}
	if !x.take(max(d.total(), 1), total) {
		return nil, fmt.Errorf(errTextManyNames, d.job.Name, maxPartNeeds)
	}
	meant := make([]string, 0, total)
	for _, name := range given {
		meant = append(meant, jobCalled(name).names(x.parts)...)
	}
	return meant, nil
}

// specKeywords are the keywords that go into a job's spec as they are written.
var specKeywords = []string{"before_script", "script", "after_script", "image", "services", "artifacts", "cache",
	"hooks", "release", "timeout", "retry", "interruptible", "coverage", "environment", "run", "inputs"}

// finishJobs makes the jobs of their drafts.
func finishJobs(drafts []*draft, root JobVariables) ([]Job, error) {
	jobs := make([]Job, len(drafts))
	f := finisher{root: root, variables: maxVariables, specs: maxSpecs}
	for i, d := range drafts {
		var err error
		if jobs[i], err = f.job(d); err != nil {
			return nil, err
		}
	}
	return jobs, nil
}

// finisher makes jobs. Parts of one job share the spec that its keywords are.
type finisher struct {
	root             JobVariables
	keywords         *ciyaml.Map // that were read last
	spec             JobSpec
	size             int
	variables, specs int // how many more there may be, and bytes of them
}

func (f *finisher) job(d *draft) (j Job, err error) {
	j = d.job
	if d.keywords != f.keywords {
		f.keywords = d.keywords
		if f.spec, f.size, err = readSpec(d.keywords); err != nil {
			return j, fmt.Errorf("jobs:%s is not followed by fakegitlab: %w", j.Name, err)
		}
	}
	if f.specs -= f.size; f.specs < 0 {
		return j, fmt.Errorf(errTextSpecs, j.Name, maxSpecs)
	}
	j.Spec = f.spec
	j.Spec.Needs, j.Spec.Dependencies = d.job.Spec.Needs, d.job.Spec.Dependencies
	j.Spec.AllowFailure = allowFailure(d)
	j.Spec.Variables = f.root
	if len(j.own) > 0 || j.inherits.limited {
		if f.variables -= len(j.own) + len(f.root); f.variables < 0 {
			return j, errVariables
		}
		j.Spec.Variables = j.own.before(j.inherits.of(f.root))
	}
	return j, nil
}

// readSpec reads the keywords of a job, which were checked by now, and says how long they are.
func readSpec(keywords *ciyaml.Map) (spec JobSpec, size int, err error) {
	picked := map[string]json.RawMessage{}
	for _, key := range specKeywords {
		if value := keywords.Get(key); value != nil {
			picked[key] = ciyaml.JSON(specValue(key, value))
		}
	}
	data, err := json.Marshal(picked)
	if err != nil {
		return spec, 0, err
	}
	err = unmarshalKeywords(data, &spec, nil)
	return spec, len(data), err
}

// specValue is the value of a keyword in a form that a spec has.
func specValue(key string, value any) any {
	m, ok := value.(*ciyaml.Map)
	switch {
	case key == "environment" && ok:
		return m.Without("kubernetes")
	case key == "release" && ok && isText(m.Get("milestones")):
		return (&ciyaml.Map{}).Merge(m).With("milestones", one(m.Get("milestones")))
	case key == "retry" && ok && isText(m.Get("max")):
		n, _ := strconv.ParseInt(strings.TrimSpace(ciyaml.Text(m.Get("max"))), 10, 64)
		return m.With("max", n)
	case key == "cache":
		list, _ := flattened(one(value), math.MaxInt)
		return list
	}
	return value
}

// allowFailure is the keyword or, without it, that a manual job may fail.
func allowFailure(d *draft) AllowFailure {
	switch value := d.keywords.Get("allow_failure").(type) {
	case bool:
		return AllowFailure{Always: value}
	case *ciyaml.Map:
		codes := []int{}
		for _, each := range one(value.Get("exit_codes")) {
			if n, ok := each.(int64); ok {
				codes = append(codes, int(n))
			}
		}
		return AllowFailure{ExitCodes: codes}
	}
	return AllowFailure{Always: d.job.When == whenManual}
}

// of are the variables of the root that a job has.
func (i inheritance) of(root JobVariables) JobVariables {
	if !i.limited {
		return root
	}
	named := make(map[string]bool, len(i.names))
	for _, name := range i.names {
		named[name] = true
	}
	return slices.DeleteFunc(slices.Clone(root), func(v JobVariable) bool { return !named[v.Key] })
}

// byName indexes jobs.
func byName(drafts []*draft) map[string]*draft {
	return maps.Collect(func(yield func(string, *draft) bool) {
		for _, d := range drafts {
			if !yield(d.job.Name, d) {
				return
			}
		}
	})
}
