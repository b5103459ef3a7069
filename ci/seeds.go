package ci

import (
	"fmt"
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/ciexpr"
)

// seed is a job that may become one of the pipeline (lib/gitlab/ci/pipeline/seed/build.rb).
type seed struct {
	stage, name  string
	needs        []Need // as it is written, before rules
	included     bool
	made         *Job  // until it is in the pipeline
	rules, cycle error // what is wrong with its rules, with the variables that they see
}

// seeds are the seeds of all jobs in the order of their stages.
func (b *builder) seeds(p *Pipeline) ([]seed, error) {
	all := b.config.Jobs
	seeds := make([]seed, 0, len(all))
	p.Jobs = slices.Grow(p.Jobs, len(all))
	for _, at := range b.config.inStages() {
		s, err := b.job(all[at])
		if err != nil {
			return nil, err
		}
		if s.included {
			p.Jobs, s.made = append(p.Jobs, *s.made), nil
		}
		seeds = append(seeds, s)
	}
	return seeds, nil
}

// checkSeeds is what is wrong with the jobs, in their order. Of a stage that no job is in, nothing is said
// (lib/gitlab/ci/pipeline/seed/pipeline.rb, errors). Needs that are not there are taken from the jobs.
func (p *Pipeline) checkSeeds(seeds []seed) (texts []string) {
	there, stages := make(map[string]bool, len(p.Jobs)), map[string]bool{}
	for _, j := range p.Jobs {
		there[j.Name], stages[j.Stage] = true, true
	}
	for _, s := range seeds {
		switch {
		case !stages[s.stage]:
		case s.rules != nil:
			texts = append(texts, fmt.Sprintf(errTextRule, s.name, s.rules))
		case s.included:
			texts = append(texts, s.needsErrors(there)...)
			if s.cycle != nil {
				texts = append(texts, fmt.Sprintf("%s: %s", s.name, s.cycle))
			}
		}
	}
	for i, j := range p.Jobs {
		p.Jobs[i].Spec.Needs = slices.DeleteFunc(j.Spec.Needs, func(n Need) bool { return !there[n.Job] })
	}
	return texts
}

// needsErrors wants the jobs that are needed as it is written, before rules, to be in the pipeline
// (lib/gitlab/ci/pipeline/seed/build.rb, needs_errors).
func (s seed) needsErrors(there map[string]bool) (texts []string) {
	if n := len(s.needs); n > maxNeeds {
		return []string{fmt.Sprintf(errTextNeedsLimit, s.name, maxNeeds, n)}
	}
	for _, n := range s.needs {
		if !there[n.Job] && !n.Optional {
			texts = append(texts, fmt.Sprintf(errTextNeedGone, s.name, n.Job, n.Job))
		}
	}
	return texts
}

// job is the job as its rules make it, and whether it is in the pipeline. The error is that there are too many
// variables.
func (b *builder) job(j Job) (seed, error) {
	s := seed{stage: j.Stage, name: j.Name, needs: j.Spec.Needs}
	variables, err := b.variables(j)
	if err != nil {
		return s, err
	}
	j.Spec.Variables = nil // which are not to be copied
	j.Spec = j.Spec.Clone()
	own, given := &layer{list: b.x.predefinedOf(j)}, b.given
	if env := j.Spec.Environment; env.Name != "" {
		seen := scopeOf(b.room, own, b.predefined, variables, b.caller, b.given)
		name := ciexpr.Replaced(env.Name, ciexpr.InText, seen.expanded, false, b.room)
		own, given = &layer{list: append(own.list, env.predefined(name)...)}, b.givenOn(name)
	}
	seen := scopeOf(b.room, own, b.predefined, variables, b.caller, given)
	var more JobVariables
	switch {
	case j.Rules != nil:
		rule, err := b.first(j.Rules, seen)
		if err != nil {
			s.rules = err
			return s, nil
		}
		if rule == nil {
			return s, nil
		}
		if j.follow(*rule); j.When == whenNever {
			return s, nil
		}
		more = rule.Variables
	case j.Only != nil && !b.allowed(*j.Only, seen) || j.Except != nil && b.excluded(*j.Except, seen):
		return s, nil
	}
	if s.cycle, err = b.cycle(own, variables, given); err != nil { // those of rules are not looked at
		return s, err
	}
	if variables, err = b.lay(more, variables); err != nil {
		return s, err
	}
	j.Spec.Variables = variables.list
	j.Tags = slices.Clone(j.Tags)
	for i, tag := range j.Tags { // in which what is unknown stays, and neither values nor rules are looked into
		j.Tags[i] = ciexpr.Replaced(tag, ciexpr.InText, seen.lookup, true, b.room)
	}
	seen = scopeOf(b.room, own, b.predefined, variables, b.caller, given)
	j.ResourceGroup = ciexpr.Replaced(j.ResourceGroup, ciexpr.InText, seen.expanded, false, b.room)
	if !isResourceKey(j.ResourceGroup) {
		j.ResourceGroup = ""
	}
	s.made, s.included = &j, true
	return s, nil
}

// cycle is what is wrong with the variables that a job sees: those that tell of it, its own and the root's, and those
// that it is given. Where they are not those of the jobs before, they count as variables of jobs, of which there may be
// too many: err.
func (b *builder) cycle(own, variables, given *layer) (wrong, err error) {
	shared := variables == b.root && given == b.given && own.referring(b.references) == nil
	if shared && b.rootCycle != nil {
		return *b.rootCycle, nil
	}
	var all []referring
	for _, l := range []*layer{own, b.predefined, variables, b.caller, given} {
		all = append(all, l.referring(b.references)...)
	}
	if !shared {
		err = b.take(len(all))
	}
	if err == nil {
		wrong = circles(all)
	}
	if shared {
		b.rootCycle = &wrong
	}
	return wrong, err
}
