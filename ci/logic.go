package ci

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

// Texts of lib/gitlab/ci/yaml_processor.rb. They keep the case of names.
const (
	errTextStage         = "%s job: chosen stage %s does not exist; available stages are %s"
	errTextUndefined     = "%s job: undefined %s: %s"
	errTextLaterStage    = "%s job: %s %s is not defined in current or prior stages"
	errTextNeedTooLong   = "%s job: need `%s` name is too long (maximum is %d characters)"
	errTextDuplicate     = "%s has the following needs duplicated: %s."
	errTextOnStop        = "%s job: on_stop job %s %s"
	errTextSelf          = "The pipeline has circular dependencies: self-dependency: %s"
	errTextCircular      = "The pipeline has circular dependencies: topological sort failed: %s"
	errTextPublishTwice  = "%s job: use either %[1]s:publish or %[1]s:pages:publish"
	errTextNoSuchJob     = "is not defined"
	errTextNoEnvironment = "does not have environment defined"
	errTextOtherName     = "have different environment name" // GitLab's words
	errTextNoStopAction  = "needs to have action stop defined"
)

// logic checks how jobs hang together.
type logic struct {
	stages []string
	at     map[string]int // where each stage is
	jobs   map[string]*draft
}

// checkLogic checks the jobs one after the other; the first thing that is wrong ends it.
func checkLogic(drafts []*draft, stages []string) error {
	l := logic{stages, map[string]int{}, byName(drafts)}
	for i := len(stages) - 1; i >= 0; i-- {
		l.at[stages[i]] = i
	}
	for _, d := range drafts {
		var err error
		switch {
		case d.job.Part <= 1:
			err = l.job(d)
		case d.ownNeeds: // in all else a part is as the first
			err = l.needs(d, d.job.Spec.Needs)
		}
		if err != nil {
			return err
		}
	}
	return checkCircles(drafts, l.jobs)
}

func (l logic) job(d *draft) error {
	name := d.job.Name
	if _, ok := l.at[d.job.Stage]; !ok {
		return fmt.Errorf(errTextStage, name, d.job.Stage, strings.Join(l.stages, ", "))
	}
	for _, dependency := range d.job.Spec.Dependencies {
		if err := l.earlier(d, dependency, "dependency", false); err != nil {
			return err
		}
	}
	if err := l.needs(d, d.job.Spec.Needs); err != nil {
		return err
	}
	for _, rule := range d.job.Rules {
		if err := l.needs(d, rule.Needs); err != nil {
			return err
		}
	}
	for _, generator := range d.generates {
		if err := l.earlier(d, generator, "dependency", false); err != nil {
			return err
		}
	}
	if err := l.onStop(d); err != nil {
		return err
	}
	if pages, _ := d.keywords.Get("pages").(*ciyaml.Map); pages.Has("publish") && d.keywords.Get("publish") != nil {
		return fmt.Errorf(errTextPublishTwice, name)
	}
	return nil
}

// earlier wants a job to be there and in no later stage.
func (l logic) earlier(d *draft, name, kind string, optional bool) error {
	other := l.jobs[name]
	if other == nil {
		if optional {
			return nil
		}
		return fmt.Errorf(errTextUndefined, d.job.Name, kind, name)
	}
	if at, ok := l.at[other.job.Stage]; !ok || at > l.at[d.job.Stage] {
		return fmt.Errorf(errTextLaterStage, d.job.Name, kind, name)
	}
	return nil
}

func (l logic) needs(d *draft, needs []Need) error {
	seen := make(map[string]bool, len(needs))
	var twice []string
	for _, n := range needs {
		if l.jobs[n.Job] != nil && utf8.RuneCountInString(n.Job) > maxName {
			return fmt.Errorf(errTextNeedTooLong, d.job.Name, n.Job, maxName)
		}
		if err := l.earlier(d, n.Job, "need", n.Optional); err != nil {
			return err
		}
		if seen[n.Job] && !slices.Contains(twice, n.Job) {
			twice = append(twice, n.Job)
		}
		seen[n.Job] = true
	}
	if twice != nil {
		return fmt.Errorf(errTextDuplicate, d.job.Name, strings.Join(twice, ", "))
	}
	return nil
}

// onStop wants the job that stops an environment to be one that does.
func (l logic) onStop(d *draft) error {
	own := environmentOf(d)
	if own["on_stop"] == "" {
		return nil
	}
	var what string
	other := l.jobs[own["on_stop"]]
	switch {
	case other == nil:
		what = errTextNoSuchJob
	case environmentOf(other) == nil:
		what = errTextNoEnvironment
	case environmentOf(other)["name"] != own["name"]:
		what = errTextOtherName
	case environmentOf(other)["action"] != "stop":
		what = errTextNoStopAction
	default:
		return nil
	}
	return fmt.Errorf(errTextOnStop, d.job.Name, own["on_stop"], what)
}

// checkCircles refuses needs that go round.
func checkCircles(drafts []*draft, jobs map[string]*draft) error {
	names := make([]string, len(drafts))
	next := make(map[string][]string, len(drafts))
	for i, d := range drafts {
		names[i] = d.job.Name
		for _, n := range d.job.Spec.Needs {
			if n.Job == d.job.Name {
				return fmt.Errorf(errTextSelf, n.Job)
			}
			if jobs[n.Job] != nil {
				next[d.job.Name] = append(next[d.job.Name], n.Job)
			}
		}
	}
	for _, component := range connected(names, func(name string) []string { return next[name] }) {
		if len(component) > 1 {
			return fmt.Errorf(errTextCircular, quotedList(component))
		}
	}
	return nil
}

// environmentOf is what the check of on_stop asks about a job's environment; nil if it has none.
func environmentOf(d *draft) map[string]string {
	switch value := d.keywords.Get("environment").(type) {
	case string:
		return map[string]string{"name": value}
	case *ciyaml.Map:
		return map[string]string{"name": ciyaml.Text(value.Get("name")), "action": ciyaml.Text(value.Get("action")),
			"on_stop": ciyaml.Text(value.Get("on_stop"))}
	}
	return nil
}
