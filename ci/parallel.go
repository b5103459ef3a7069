package ci

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

// expandParallel puts the parts of parallel jobs in their place, and lets needs and dependencies of such a job mean its
// parts, as Gitlab::Ci::Config::Normalizer does.
func expandParallel(drafts []*draft) []*draft {
	parts := map[string][]*draft{}
	var all []*draft
	for _, d := range drafts {
		made := d.parts()
		if d.parallel.number > 0 || d.parallel.matrix != nil {
			parts[d.job.Name] = made
		}
		all = append(all, made...)
	}
	for _, d := range all {
		d.job.Spec.Needs = meantNeeds(d.job.Spec.Needs, d.needs, parts)
		for i, rule := range d.job.Rules {
			if rule.Needs != nil {
				d.job.Rules[i].Needs = meantNeeds(rule.Needs, plainNeeds(rule.Needs), parts)
			}
		}
		d.job.Spec.Dependencies = meantNames(d.keywords.Get("dependencies"), parts)
	}
	return all
}

// parts are the jobs that a job stands for.
func (d *draft) parts() []*draft {
	total := max(d.parallel.number, len(d.parallel.matrix))
	if total == 0 {
		return []*draft{d}
	}
	made := make([]*draft, total)
	for i := range made {
		part := *d
		part.job.Rules = slices.Clone(d.job.Rules)
		part.job.Part, part.job.Parts = i+1, total
		part.job.Name = fmt.Sprintf("%s %d/%d", d.job.Name, i+1, total)
		if d.parallel.matrix != nil {
			part.job.Name = d.parallel.matrix[i].name(d.job.Name)
			part.job.own = JobVariables(d.parallel.matrix[i]).over(d.job.own)
		}
		made[i] = &part
	}
	return made
}

func plainNeeds(list []Need) []need {
	plain := make([]need, len(list))
	for i, n := range list {
		plain[i] = need{Need: n}
	}
	return plain
}

// meantNeeds are needs by the names of parts; nil stays nil, for a job without the keyword.
func meantNeeds(given []Need, needs []need, parts map[string][]*draft) []Need {
	if given == nil {
		return nil
	}
	meant := []Need{}
	for _, n := range needs {
		of := parts[n.Job]
		if of == nil {
			meant = append(meant, n.Need)
			continue
		}
		names := make([]string, len(of))
		for i, part := range of {
			names[i] = part.job.Name
		}
		if n.matrix != nil { // whether there are such parts is for the logic to say
			names = names[:0]
			for _, each := range n.matrix {
				names = append(names, each.name(n.Job))
			}
		}
		for _, name := range names {
			ofPart := n.Need
			ofPart.Job = name
			meant = append(meant, ofPart)
		}
	}
	return meant
}

func meantNames(value any, parts map[string][]*draft) []string {
	given, ok := textList(value)
	if !ok {
		return nil
	}
	meant := []string{}
	for _, name := range given {
		of := parts[name]
		if of == nil {
			meant = append(meant, name)
		}
		for _, part := range of {
			meant = append(meant, part.job.Name)
		}
	}
	return meant
}

// specKeywords are the keywords that go into a job's spec as they are written.
var specKeywords = []string{"before_script", "script", "after_script", "image", "services", "artifacts", "cache",
	"hooks", "release", "timeout", "retry", "interruptible", "coverage", "environment", "run", "inputs"}

// finishJobs makes the jobs of their drafts.
func finishJobs(drafts []*draft, root JobVariables) ([]Job, error) {
	jobs := make([]Job, len(drafts))
	for i, d := range drafts {
		j := d.job
		needs, dependencies := j.Spec.Needs, j.Spec.Dependencies
		if err := readSpec(&j.Spec, d.keywords); err != nil {
			return nil, fmt.Errorf("jobs:%s is not followed by fakegitlab: %w", j.Name, err)
		}
		j.Spec.Needs, j.Spec.Dependencies = needs, dependencies
		j.Spec.AllowFailure = allowFailure(d)
		j.Spec.Variables = j.variables(root)
		jobs[i] = j
	}
	return jobs, nil
}

// readSpec reads the keywords of a job, which were checked by now.
func readSpec(spec *JobSpec, keywords *ciyaml.Map) error {
	picked := map[string]json.RawMessage{}
	for _, key := range specKeywords {
		if value := keywords.Get(key); value != nil {
			picked[key] = ciyaml.JSON(specValue(key, value))
		}
	}
	data, err := json.Marshal(picked)
	if err != nil {
		return err
	}
	var read JobSpec
	err = unmarshalKeywords(data, &read, nil)
	*spec = read
	return err
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
		var caches []any
		for _, each := range one(value) {
			cache, _ := each.(*ciyaml.Map)
			if name, ok := cache.Get("key").(*ciyaml.Map); ok && name.Has("files_commits") {
				cache = cache.With("key", name.Without("files_commits"))
			}
			caches = append(caches, cache)
		}
		return caches
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

// variables are the job's own over those of the root that it inherits.
func (j Job) variables(root JobVariables) JobVariables {
	return j.own.over(j.inherits.of(root))
}

func (i inheritance) of(root JobVariables) JobVariables {
	if !i.limited {
		return root
	}
	return slices.DeleteFunc(slices.Clone(root), func(v JobVariable) bool { return !slices.Contains(i.names, v.Key) })
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
