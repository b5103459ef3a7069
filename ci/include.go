package ci

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

// maxIncludes is how many files one configuration may include in all.
const maxIncludes = 150

// includeKinds are the sources of a file, in GitLab's order. All but local lie outside of what is read here.
var includeKinds = []string{"local", "project", "remote", "template", "artifact", "component"}

// Texts of lib/gitlab/ci/config/external. What stands in brackets is ours: GitLab would have gone and looked.
const (
	errTextLocalMissing  = "Local file `%s` does not exist!"
	errTextLocalEmpty    = "Local file `%s` is empty!"
	errTextNotYAML       = "Included file `%s` does not have YAML extension!"
	errTextNotText       = "Included file `%s` needs to be a string"
	errTextNoSubkey      = "`%s` does not have a valid subkey for include. Valid subkeys are: `%s`"
	errTextTwoSubkeys    = "Each include must use only one of: `%s`"
	errTextTooManyFiles  = "Maximum of %d nested includes are allowed!"
	errTextBlankFile     = "Included file `%s` does not have valid YAML syntax!"
	errTextBadInclude    = "Each include must be a hash or a string"
	errTextOtherProject  = "Project `%s` not found or access denied! " + errTextLocalOnly
	errTextRemote        = "Remote file `%s` could not be fetched because of a socket error! " + errTextLocalOnly
	errTextTemplate      = "Included file `%s` is empty or does not exist! (fakegitlab has no templates)"
	errTextArtifactFile  = "Job `%s` not found in parent pipeline or does not have artifacts! " + errTextLocalOnly
	errTextComponent     = "Component '%s' - content not found " + errTextLocalOnly
	errTextLocalOnly     = "(fakegitlab includes local files only)"
	errTextIncludeInputs = "include inputs " + errTextHash
	errTextTotalSize     = "Total size of combined CI/CD configuration is too big"
)

// document reads one file: its header takes the inputs given, and its values have them in the place of its blocks.
func (in *includer) document(source string, given *ciyaml.Map) (*ciyaml.Map, error) {
	header, config, err := ciyaml.Documents(source)
	switch {
	case err != nil:
		return nil, err
	case header == nil && given.Len() > 0:
		return nil, errors.New(errTextNoSpec)
	case header == nil:
		return config, nil
	}
	taken := in.headed(header, given)
	if n := len(taken.errors); n > 0 {
		return nil, errors.New(strings.Join(taken.errors[:min(n, maxInputErrors)], ", "))
	}
	tree, err := ciyaml.Replace(config, newInterpolator(taken.values, in.o.Variables).interpolate)
	if err == nil && ciyaml.TooBig(tree) { // as inputs that go on to further files, doubled by each, soon are
		return nil, ciyaml.ErrTooBig
	}
	return tree, err
}

// includer puts the files that a configuration includes below it.
type includer struct {
	o    Options
	met  []Include
	size int // of all files
	// matched are the paths that a wildcard means, beside those met before the list of includes that it stands in.
	matched map[string][]string
}

// included is a file that is to be included, with the inputs given to it.
type included struct {
	location string
	inputs   *ciyaml.Map
}

// expand is the configuration over the files that it includes: later files win over earlier ones, and it over all.
func (in *includer) expand(tree *ciyaml.Map) (*ciyaml.Map, error) {
	given := tree.Get("include")
	if given == nil {
		return tree, nil
	}
	list, ok := given.([]any)
	if !ok {
		list = []any{given}
	}
	files, err := in.meet(list)
	if err != nil {
		return nil, err
	}
	merged := &ciyaml.Map{}
	for _, each := range files {
		file, err := in.file(each)
		if err != nil {
			return nil, err
		}
		if merged = merged.Merge(file); ciyaml.TooBig(merged) {
			return nil, ciyaml.ErrTooBig
		}
	}
	return merged.Merge(tree.Without("include")), nil
}

// meet notes the files that a list of includes names. What these include in their turn is met after all of them.
func (in *includer) meet(list []any) (files []included, err error) {
	in.matched = map[string][]string{}
	for _, each := range list {
		// One more than there may be is enough to refuse them; the rest is looked at for what else is wrong.
		located, err := in.locate(each, maxIncludes+1-len(in.met)-len(files))
		if err != nil {
			return nil, err
		}
		files = append(files, located...)
	}
	for _, each := range files {
		if len(in.met) >= maxIncludes {
			return nil, fmt.Errorf(errTextTooManyFiles, maxIncludes)
		}
		in.met = append(in.met, Include{Location: each.location})
	}
	return files, nil
}

// locate says which local files, of so many at most, an element of include names.
func (in *includer) locate(given any, room int) ([]included, error) {
	var local any
	var inputs *ciyaml.Map
	switch v := given.(type) {
	case string:
		if strings.HasPrefix(v, "http://") || strings.HasPrefix(v, "https://") {
			return nil, fmt.Errorf(errTextRemote, v)
		}
		local = v
	case *ciyaml.Map:
		wanted, err := in.wanted(v)
		if err != nil || !wanted {
			return nil, err
		}
		if local, err = localOf(v); err != nil {
			return nil, err
		}
		inputs, _ = v.Get("inputs").(*ciyaml.Map)
	default:
		return nil, errors.New(errTextBadInclude)
	}
	text, ok := local.(string)
	if !ok {
		return nil, fmt.Errorf(errTextNotText, ciyaml.Text(local))
	}
	location := strings.TrimLeft(Expand(text, in.o.Variables), "/")
	if room <= 0 {
		return nil, nil
	}
	paths := in.paths(location)
	found := make([]included, min(len(paths), room))
	for i := range found {
		found[i] = included{paths[i], inputs}
	}
	return found, nil
}

// paths are the files at a location, which may be a wildcard: one that names files met before does not mean these.
func (in *includer) paths(location string) []string {
	if !strings.Contains(location, "*") {
		return []string{location}
	}
	matched, known := in.matched[location]
	if known || in.o.Files == nil {
		return matched
	}
	matched = slices.DeleteFunc(Matching(in.o.Files.Paths(), location), func(path string) bool {
		return slices.Contains(in.met, Include{Location: path})
	})
	in.matched[location] = matched
	return matched
}

// localOf is the local file that an include names; naming anything else is refused.
func localOf(include *ciyaml.Map) (any, error) {
	var kinds []string
	for _, kind := range includeKinds {
		if value := include.Get(kind); value != nil && value != "" {
			kinds = append(kinds, kind)
		}
	}
	valid := strings.Join(includeKinds, "`, `")
	switch {
	case len(kinds) == 0:
		return nil, fmt.Errorf(errTextNoSubkey, ciyaml.JSON(include), valid)
	case len(kinds) > 1:
		return nil, fmt.Errorf(errTextTwoSubkeys, valid)
	case include.Get("inputs") != nil && !isMap(include.Get("inputs")):
		return nil, errors.New(errTextIncludeInputs)
	}
	value := ciyaml.Text(include.Get(kinds[0]))
	switch kinds[0] {
	case "project":
		return nil, fmt.Errorf(errTextOtherProject, value)
	case "remote":
		return nil, fmt.Errorf(errTextRemote, value)
	case "template":
		return nil, fmt.Errorf(errTextTemplate, value)
	case "artifact":
		return nil, fmt.Errorf(errTextArtifactFile, ciyaml.Text(include.Get("job")))
	case "component":
		return nil, fmt.Errorf(errTextComponent, value)
	}
	return include.Get("local"), nil
}

// wanted says whether the rules of an include, if any, let the file in.
func (in *includer) wanted(include *ciyaml.Map) (bool, error) {
	given := include.Get("rules")
	if given == nil {
		return true, nil
	}
	rules, err := includeRules(given)
	if err != nil {
		return false, err
	}
	b := newBuilder(nil, Context{Files: in.o.Files, Changes: in.o.Changes, ChangesFrom: in.o.ChangesFrom})
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

// maxTotalSize is what all files of a configuration may weigh (ci_max_total_yaml_size_bytes).
const maxTotalSize = 150 * 2 << 20

// file reads one local file with all that it includes.
func (in *includer) file(each included) (*ciyaml.Map, error) {
	tree, err := in.alone(each)
	if err != nil {
		return nil, err
	}
	return in.expand(tree)
}

// alone reads one local file without what it includes.
func (in *includer) alone(each included) (*ciyaml.Map, error) {
	location := each.location
	if !isYAML(location) {
		return nil, fmt.Errorf(errTextNotYAML, location)
	}
	var content string
	var ok bool
	if in.o.Files != nil {
		content, ok = in.o.Files.Read(location)
	}
	switch {
	case !ok:
		return nil, fmt.Errorf(errTextLocalMissing, location)
	case strings.TrimSpace(content) == "":
		return nil, fmt.Errorf(errTextLocalEmpty, location)
	}
	if in.size += len(content); in.size > maxTotalSize {
		return nil, errors.New(errTextTotalSize)
	}
	tree, err := in.document(content, each.inputs)
	return asIncluded(location, tree, err)
}

// asIncluded is what GitLab makes of one file that has been read, or not: its errors name the file.
func asIncluded(location string, tree *ciyaml.Map, err error) (*ciyaml.Map, error) {
	switch {
	case err != nil:
		return nil, fmt.Errorf("`%s`: %w", location, err)
	case tree.Len() == 0:
		return nil, fmt.Errorf(errTextBlankFile, location)
	}
	return tree, nil
}
