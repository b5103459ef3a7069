package ci

import (
	"slices"

	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

var pullPolicies = []string{"always", "never", "if-not-present"}

// container reads an image or a service.
func (r *reader) container(e entry, value any, more ...string) {
	m, ok := value.(*ciyaml.Map)
	if text, isText := value.(string); isText {
		m = (&ciyaml.Map{}).With("name", text)
	} else if !ok {
		e.addf("config", errTextHashOrText)
	}
	if m.Has("ports") {
		e.addf("config", errTextDisallowed, "ports")
	}
	e.needed(m, "name")
	e.field(m, "entrypoint", errTextTexts, isTexts)
	e.executorOpts(m)
	e.keys(m, slices.Concat([]string{"docker", "kubernetes", "name", "entrypoint", "ports", "pull_policy"}, more)...)
	if policy := m.Get("pull_policy"); policy != nil && e.fine() {
		e.below("pull_policy").pullPolicy(policy)
	}
}

func (e entry) pullPolicy(value any) {
	list, isList := value.([]any)
	switch {
	case isList:
		if !isTexts(value) {
			e.addf("config", errTextTextOrTexts)
		}
		e.known("config", value, pullPolicies...)
		if len(list) == 0 {
			e.addf("config", errTextBlank)
		}
	case !isText(value):
		e.addf("config", errTextTextOrTexts)
	case !among(pullPolicies...)(value):
		e.addf("config", errTextNotInList)
	}
}

// executorOpts holds docker and kubernetes against GitLab's JSON schema of them, schemas/imageable/executor_opts.json.
func (e entry) executorOpts(m *ciyaml.Map) {
	if docker := m.Get("docker"); docker != nil {
		e.object("executor opts", "/docker", docker, nil, property{"platform", kindText, 64}, property{"user", kindText, 255})
	}
	if kubernetes := m.Get("kubernetes"); kubernetes != nil {
		e.object("executor opts", "/kubernetes", kubernetes, nil, property{"user", kindTextOrInteger, 255})
	}
}

func (r *reader) services(e entry, value any) {
	list, ok := value.([]any)
	if !ok {
		e.addf("config", errTextArray)
		return
	}
	for _, each := range list {
		s := e.below("service")
		m, _ := each.(*ciyaml.Map)
		r.container(s, each, "command", "alias", "variables")
		s.field(m, "command", errTextTexts, isTexts) // the newest take a text, too
		s.field(m, "alias", errTextText, isText)
		if !s.fine() {
			continue
		}
		r.variables(s.below("variables"), m.Get("variables"))
	}
}
