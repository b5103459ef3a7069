package ci

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

// The elements of include: what they name, and whether their rules let them in (lib/gitlab/ci/config/external/mapper).

// The kinds of files.
const (
	kindLocal, kindProject, kindRemote        = "local", "project", "remote"
	kindTemplate, kindArtifact, kindComponent = "template", "artifact", "component"
)

// includeKinds are the kinds of files, in GitLab's order.
var includeKinds = []string{kindLocal, kindProject, kindRemote, kindTemplate, kindArtifact, kindComponent}

const (
	errTextBadInclude = "Each include must be a hash or a string"
	errTextNoSubkey   = "`%s` does not have a valid subkey for %s. Valid subkeys are: `%s`"
	errTextTwoSubkeys = "Each include must use only one of: `%s`"
	headRef           = "HEAD" // where a project is looked at unless its include names a ref
)

// wanted are the elements of a list of includes, all as maps, whose rules let their files in.
func (in *includer) wanted(list []any, at place) ([]any, error) {
	var maps []any
	for _, each := range list {
		switch v := each.(type) {
		case nil:
		case string:
			kind, location := kindLocal, Expand(v, in.o.Variables)
			if isAddress(location) {
				kind = kindRemote
			}
			maps = append(maps, (&ciyaml.Map{}).With(kind, location))
		case *ciyaml.Map:
			maps = append(maps, v)
		default:
			return nil, errors.New(errTextBadInclude)
		}
	}
	wanted := maps[:0]
	for _, each := range maps {
		let, err := in.letIn(each.(*ciyaml.Map), at)
		if err != nil {
			return nil, err
		}
		if let {
			wanted = append(wanted, each)
		}
	}
	return wanted, nil
}

// isAddress says whether a text is what GitLab takes for an address (lib/gitlab/url_sanitizer.rb).
func isAddress(text string) bool {
	scheme, _, ok := strings.Cut(strings.TrimSpace(text), ":")
	return ok && slices.Contains([]string{"http", "https", "ssh", "git"}, scheme)
}

// spread are the files that an element names, of so many at most, with the variables in their names replaced: each of
// those of a project, and those that a wildcard means.
func (in *includer) spread(include *ciyaml.Map, at place, room int) (locations []*ciyaml.Map) {
	room = max(room, 0)
	local, isText := include.Get(kindLocal).(string)
	switch {
	case isTruthy(include.Get(kindProject)):
		if files := include.Get("file"); files != nil {
			for _, file := range one(files) {
				locations = append(locations, include.With("file", file))
			}
		}
	case isText && strings.Contains(local, "*"):
		paths := in.paths(strings.TrimLeft(local, "/"), at)
		for _, path := range paths[:min(len(paths), room)] {
			locations = append(locations, include.With(kindLocal, path))
		}
	default:
		locations = []*ciyaml.Map{include}
	}
	locations = locations[:min(len(locations), room)]
	for i, each := range locations {
		for _, e := range each.Entries() {
			switch v := e.Value.(type) {
			case string:
				locations[i] = locations[i].With(e.Key, Expand(v, in.o.Variables))
			case []any:
				expanded := slices.Clone(v)
				for k, element := range v {
					if text, isText := element.(string); isText {
						expanded[k] = Expand(text, in.o.Variables)
					}
				}
				locations[i] = locations[i].With(e.Key, expanded)
			}
		}
	}
	return locations
}

func isTruthy(value any) bool { return value != nil && value != false }

// paths are the files that a wildcard means at a place, without those met before.
func (in *includer) paths(wildcard string, at place) []string {
	matched, known := in.matched[wildcard]
	if known || at.files == nil {
		return matched
	}
	matched = slices.DeleteFunc(Matching(at.files.Paths(), wildcard), func(path string) bool {
		return slices.ContainsFunc(in.met, func(met Include) bool {
			return met.Location == path && met.Project == "" && met.In == at.Place
		})
	})
	in.matched[wildcard] = matched
	return matched
}

// match says of which kind, of those that there may be, the file is that an element names.
func (in *includer) match(include *ciyaml.Map, kinds []string, word string) (*included, error) {
	project := one(include.Get(kindProject))
	var found []string
	for _, kind := range kinds {
		value := include.Get(kind)
		if kind == kindProject {
			value = slices.Concat(project, []any{nil})[0]
		}
		if !ciyaml.Blank(value) && (kind != kindProject || !ciyaml.Blank(include.Get("file"))) {
			found = append(found, kind)
		}
	}
	valid := strings.Join(kinds, "`, `")
	switch {
	case len(found) == 0:
		return nil, fmt.Errorf(errTextNoSubkey, in.masked(string(ciyaml.JSON(include))), word, valid)
	case len(found) > 1:
		return nil, fmt.Errorf(errTextTwoSubkeys, valid)
	}
	f := &included{kind: found[0], named: include.Get(found[0])}
	f.inputs, _ = include.Get("inputs").(*ciyaml.Map)
	if f.kind == kindProject {
		f.named = include.Get("file")
		f.Project, f.Ref = strings.ToLower(ciyaml.Text(project[0])), headRef
		if ref := include.Get("ref"); isTruthy(ref) {
			f.Ref = ciyaml.Text(ref)
		}
	}
	f.Location = ciyaml.Text(f.named)
	if f.kind == kindLocal || f.kind == kindProject {
		f.Location = strings.TrimLeft(f.Location, "/")
		if isText(f.named) {
			f.named = f.Location
		}
	}
	return f, nil
}

// letIn says whether the rules of an include, if any, let the file in.
func (in *includer) letIn(include *ciyaml.Map, at place) (bool, error) {
	given := include.Get("rules")
	if given == nil {
		return true, nil
	}
	rules, err := includeRules(given)
	if err != nil {
		return false, err
	}
	b := newBuilder(nil, Context{Files: at.files, Changes: in.o.Changes, ChangesFrom: in.o.ChangesFrom,
		Project: in.o.Project, Variables: in.o.Variables})
	seen := scopeOf(b.room, &layer{list: in.o.Variables})
	for _, rule := range rules {
		holds, err := b.holds(rule, seen)
		if err != nil {
			return false, fmt.Errorf("include:%w", err)
		}
		if holds {
			return rule.When != whenNever, nil
		}
	}
	return false, nil
}

// includeRules reads the rules of an include, which have fewer keywords than those of a job.
func includeRules(given any) ([]Rule, error) {
	r := &reader{}
	e := r.at("include:rules")
	if ciyaml.Blank(given) {
		e.addf("config", errTextBlank)
	}
	if !isList(given) {
		e.addf("config", errTextArray)
	}
	var rules []Rule
	list, _ := flattened(one(given), math.MaxInt)
	for _, each := range list {
		below := r.at("include:rule") // of which GitLab leaves out the list, as that has no key
		m, ok := each.(*ciyaml.Map)
		if !ok {
			below.addf("config", errTextHash)
			break
		}
		if below.keys(m, "if", "changes", "exists", "when"); !below.fine() {
			break
		}
		if glob, ok := m.Get("exists").(string); ok { // which GitLab takes here alone
			m = m.With("exists", []any{glob})
		}
		rules = append(rules, r.rule(below, m, true))
	}
	if len(r.errors) > 0 {
		return nil, errors.New(r.errors[0])
	}
	return rules, nil
}
