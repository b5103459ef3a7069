package ci

import (
	"errors"
	"fmt"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/ciexpr"
	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

// maxIncludes is how many files one configuration may include in all.
const maxIncludes = 150

// includeKinds are the sources of a file, in GitLab's order. All but local lie outside of what is read here.
var includeKinds = []string{"local", "project", "remote", "template", "artifact", "component"}

// Texts of lib/gitlab/ci/config/external. What stands in brackets is ours: GitLab would have gone and looked.
const (
	errTextLocalMissing   = "Local file `%s` does not exist!"
	errTextLocalEmpty     = "Local file `%s` is empty!"
	errTextNotYAML        = "Included file `%s` does not have YAML extension!"
	errTextNotText        = "Included file `%s` needs to be a string"
	errTextNoSubkey       = "`%s` does not have a valid subkey for include. Valid subkeys are: `%s`"
	errTextTwoSubkeys     = "Each include must use only one of: `%s`"
	errTextTooManyFiles   = "Maximum of %d nested includes are allowed!"
	errTextBlankFile      = "Included file `%s` does not have valid YAML syntax!"
	errTextBadInclude     = "Include must be a String or a Hash"
	errTextOtherProject   = "Project `%s` not found or access denied! " + errTextLocalOnly
	errTextRemote         = "Remote file `%s` could not be fetched because of a socket error! " + errTextLocalOnly
	errTextTemplate       = "Included file `%s` is empty or does not exist! (fakegitlab has no templates)"
	errTextArtifactFile   = "Job `%s` not found in parent pipeline or does not have artifacts! " + errTextLocalOnly
	errTextComponent      = "Component '%s' - content not found " + errTextLocalOnly
	errTextLocalOnly      = "(fakegitlab includes local files only)"
	errTextInputs         = "spec:inputs and include:inputs are not followed by fakegitlab"
	errTextIncludeRule    = "include:rules:rule if invalid expression syntax"
	errTextIncludeChanges = "include:rules:changes is not followed by fakegitlab"
)

// loadDocument reads the YAML of one file.
func loadDocument(source string) (*ciyaml.Map, error) {
	tree, header, err := ciyaml.Load(source)
	if err != nil {
		return nil, err
	}
	if spec, ok := header.Get("spec").(*ciyaml.Map); ok && spec.Has("inputs") {
		return nil, errors.New(errTextInputs)
	}
	return tree, nil
}

// includer puts the files that a configuration includes below it.
type includer struct {
	o   Options
	met []Include
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
	merged := &ciyaml.Map{}
	for _, each := range list {
		locations, err := in.locate(each)
		if err != nil {
			return nil, err
		}
		for _, location := range locations {
			file, err := in.file(location)
			if err != nil {
				return nil, err
			}
			merged = merged.Merge(file)
		}
		if ciyaml.TooBig(merged) {
			return nil, errors.New("The parsed YAML is too big")
		}
	}
	return merged.Merge(tree.Without("include")), nil
}

// locate says which local files an element of include names.
func (in *includer) locate(given any) ([]string, error) {
	var local any
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
	default:
		return nil, errors.New(errTextBadInclude)
	}
	text, ok := local.(string)
	if !ok {
		return nil, fmt.Errorf(errTextNotText, ciyaml.Text(local))
	}
	location := strings.TrimLeft(Expand(text, in.o.Variables), "/")
	if !strings.Contains(location, "*") {
		return []string{location}, nil
	}
	var found []string
	if in.o.Files != nil {
		shape := wildcard(location)
		for _, path := range in.o.Files.Paths() {
			if shape.MatchString(path) {
				found = append(found, path)
			}
		}
	}
	return found, nil
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
	case include.Has("inputs"):
		return nil, errors.New(errTextInputs)
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
	rules, ok := include.Get("rules").([]any)
	if !ok {
		return true, nil
	}
	for _, each := range rules {
		rule, _ := each.(*ciyaml.Map)
		if rule.Has("changes") {
			return false, errors.New(errTextIncludeChanges)
		}
		holds := true
		if condition := rule.Get("if"); condition != nil {
			expression, err := ciexpr.Parse(ciyaml.Text(condition))
			if err != nil {
				return false, errors.New(errTextIncludeRule)
			}
			holds = expression.True(in.o.Variables.lookup)
		}
		if globs, ok := textList(rule.Get("exists")); ok && holds {
			holds = anyExists(in.o.Files, globs, in.o.Variables)
		}
		if holds {
			return rule.Get("when") != "never", nil
		}
	}
	return false, nil
}

// file reads one local file with all that it includes.
func (in *includer) file(location string) (*ciyaml.Map, error) {
	if !isYAML(location) {
		return nil, fmt.Errorf(errTextNotYAML, location)
	}
	if len(in.met) >= maxIncludes {
		return nil, fmt.Errorf(errTextTooManyFiles, maxIncludes)
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
	in.met = append(in.met, Include{Location: location})
	tree, err := loadDocument(content)
	if err != nil {
		return nil, fmt.Errorf("`%s`: %w", location, err)
	}
	if tree.Len() == 0 {
		return nil, fmt.Errorf(errTextBlankFile, location)
	}
	return in.expand(tree)
}
