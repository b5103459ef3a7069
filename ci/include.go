package ci

import (
	"errors"
	"fmt"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

const (
	// maxIncludes is how many files one configuration may include in all.
	maxIncludes = 150
	// maxTotalSize is what all files of a configuration may weigh (ci_max_total_yaml_size_bytes).
	maxTotalSize = 150 * 2 << 20
)

// Texts of lib/gitlab/ci/config/external. What stands in brackets is ours: GitLab would have gone and looked.
const (
	errTextLocalMissing = "Local file `%s` does not exist!"
	errTextLocalEmpty   = "Local file `%s` is empty!"
	errTextNotYAML      = "Included file `%s` does not have YAML extension!"
	errTextNotText      = "Included file `%s` needs to be a string"
	errTextTooManyFiles = "Maximum of %d nested includes are allowed!"
	errTextBlankFile    = "Included file `%s` does not have valid YAML syntax!"
	errTextOtherProject = "Project `%s` not found or access denied! Make sure any includes in the pipeline " +
		"configuration are correctly defined."
	errTextOtherRef      = "Project `%s` reference `%s` does not exist!"
	errTextOtherMissing  = "Project `%s` file `%s` does not exist!"
	errTextOtherEmpty    = "Project `%s` file `%s` is empty!"
	errTextRemote        = "Remote file `%s` could not be fetched because of a socket error! " + errTextNotFollowed
	errTextRemoteAddress = "Remote file `%s` does not have a valid address!"
	errTextTemplate      = "Included file `%s` is empty or does not exist! (fakegitlab has no templates)"
	errTextTemplateName  = "Template file `%s` is not a valid location!"
	errTextArtifactFile  = "Including configs from artifacts is only allowed when triggering child pipelines"
	errTextComponent     = "Component '%s' - content not found " + errTextNotFollowed
	errTextNotFollowed   = "(fakegitlab includes files of its projects only)"
	errTextTotalSize     = "Total size of combined CI/CD configuration is too big"
)

// document reads one file, which stands at a place: its header takes the inputs given, and its values have them in the
// place of its blocks.
func (in *includer) document(source string, given *ciyaml.Map, at place) (*ciyaml.Map, error) {
	header, config, err := ciyaml.Documents(source)
	switch {
	case err != nil:
		return nil, err
	case header == nil && given.Len() > 0:
		return nil, errors.New(errTextNoSpec)
	case header == nil:
		return config, nil
	}
	taken := in.headed(header, given, at)
	if n := len(taken.errors); n > 0 {
		return nil, errors.New(strings.Join(taken.errors[:min(n, maxInputErrors)], ", "))
	}
	tree, err := ciyaml.Replace(config, newInterpolator(taken.values, in.o.Variables).interpolate)
	if err == nil && ciyaml.TooBig(tree) { // as inputs that go on to further files, doubled by each, soon are
		return nil, ciyaml.ErrTooBig
	}
	return tree, err
}

// Project is another project than the one whose configuration is read, at one of its commits.
type Project struct {
	Path, SHA string
	// Files are those of the commit; nil if the project has no such ref.
	Files Files
}

// remembered has a function that finds projects be asked once for each, however many includes or rules name it.
func remembered(find func(path, ref string) *Project) func(path, ref string) *Project {
	if find == nil {
		return nil
	}
	type name struct{ path, ref string }
	found := map[name]*Project{}
	return func(path, ref string) *Project {
		key := name{strings.ToLower(path), ref}
		p, known := found[key]
		if known {
			return p
		}
		if p = find(path, ref); p != nil && p.Files != nil {
			p = &Project{Path: p.Path, SHA: p.SHA, Files: &listedFiles{Files: p.Files}}
		}
		found[key] = p
		return p
	}
}

// place is where a file stands that includes others: include:local looks for them there.
type place struct {
	Place
	files Files
}

// includer puts the files that a configuration includes below it.
type includer struct {
	o    Options
	met  []Include
	size int // of all files
	// matched are the paths that a wildcard means, beside those met before the list of includes that it stands in.
	matched map[string][]string
}

// own is the place of the configuration itself.
func (in *includer) own() place { return place{files: in.o.Files} }

// included is a file that is to be included.
type included struct {
	Include
	kind   string // one of the includeKinds
	named  any    // what it is named by
	inputs *ciyaml.Map
	files  Files // where it is
	err    error // what is wrong with it, which GitLab says once it has looked at all files beside it
	tree   *ciyaml.Map
}

// expand is a configuration over the files that it includes: later files win over earlier ones, and it over all. One
// that includes none stays as it is, with the keyword.
func (in *includer) expand(tree *ciyaml.Map, at place) (*ciyaml.Map, error) {
	list := []any{}
	if given := tree.Get("include"); given != nil {
		list = one(given)
	}
	files, err := in.meet(list, at, includeKinds, "include")
	if err != nil || len(files) == 0 {
		return tree, err
	}
	for _, f := range files {
		if err := in.read(f, true); err != nil {
			return nil, err
		}
	}
	merged := &ciyaml.Map{}
	for _, f := range files {
		if f.err != nil {
			return nil, f.err
		}
		if merged = merged.Merge(f.tree); ciyaml.TooBig(merged) {
			return nil, ciyaml.ErrTooBig
		}
	}
	return merged.Merge(tree).Without("include"), nil
}

// meet notes the files that a list of includes names, which may be of some kinds. What these include in their turn is
// met after all of them. word is what GitLab calls such an include.
func (in *includer) meet(list []any, at place, kinds []string, word string) (files []*included, err error) {
	if list, err = in.wanted(list, at); err != nil {
		return nil, err
	}
	in.matched = map[string][]string{}
	for _, each := range list {
		// One more than there may be is enough to refuse them; the rest is looked at for what else is wrong.
		for _, location := range in.spread(each.(*ciyaml.Map), at, maxIncludes+1-len(in.met)-len(files)) {
			f, err := in.match(location, kinds, word)
			if err != nil {
				return nil, err
			}
			f.In, f.Of, f.files = at.Place, at.Place, at.files
			files = append(files, f)
		}
	}
	for _, f := range files {
		if len(in.met) >= maxIncludes {
			return nil, fmt.Errorf(errTextTooManyFiles, maxIncludes)
		}
		in.met = append(in.met, f.Include)
		f.err = in.misnamed(f)
	}
	for i, f := range files {
		if f.err == nil {
			f.err = in.find(f)
			in.met[len(in.met)-len(files)+i] = f.Include
		}
	}
	return files, nil
}

// masked is a text as GitLab shows it in an error: without the values of masked variables.
func (in *includer) masked(text string) string { return in.o.Variables.mask(text) }

// misnamed is what is wrong with the name of a file, before it is looked for.
func (in *includer) misnamed(f *included) error {
	name := in.masked(ciyaml.Text(f.named))
	switch {
	case !isText(f.named):
		return fmt.Errorf(errTextNotText, name)
	case f.kind == kindComponent:
		return nil
	case !isYAML(ciyaml.Text(f.named)):
		return fmt.Errorf(errTextNotYAML, name)
	case f.kind == kindRemote && !isAddress(ciyaml.Text(f.named)):
		return fmt.Errorf(errTextRemoteAddress, name)
	case f.kind == kindTemplate && !strings.HasSuffix(name, ".gitlab-ci.yml"):
		return fmt.Errorf(errTextTemplateName, name)
	}
	return nil
}

// find looks where a file is: in the place that includes it, or in another project.
func (in *includer) find(f *included) error {
	name := in.masked(ciyaml.Text(f.named))
	switch f.kind {
	case kindRemote:
		return fmt.Errorf(errTextRemote, name)
	case kindTemplate:
		return fmt.Errorf(errTextTemplate, name)
	case kindArtifact:
		return errors.New(errTextArtifactFile)
	case kindComponent:
		return fmt.Errorf(errTextComponent, name)
	case kindProject:
		var other *Project
		if in.o.Project != nil {
			other = in.o.Project(f.Project, f.Ref)
		}
		if other == nil {
			return fmt.Errorf(errTextOtherProject, in.masked(f.Project))
		}
		f.Of, f.files = Place{other.Path, other.SHA}, other.Files
		if other.Files == nil {
			return fmt.Errorf(errTextOtherRef, in.masked(f.Project), in.masked(f.Ref))
		}
	}
	return nil
}

// read reads a file and, if that is wanted, what it includes. What is wrong with the file itself is noted in it; what
// is wrong with those below it ends everything at once.
func (in *includer) read(f *included, nested bool) error {
	if f.err != nil {
		return nil
	}
	content, ok := "", false
	if f.files != nil {
		content, ok = f.files.Read(f.Location)
	}
	name := in.masked(f.Location)
	missing, empty := fmt.Sprintf(errTextLocalMissing, name), fmt.Sprintf(errTextLocalEmpty, name)
	if f.kind == kindProject {
		project := in.masked(f.Project)
		missing, empty = fmt.Sprintf(errTextOtherMissing, project, name), fmt.Sprintf(errTextOtherEmpty, project, name)
	}
	switch {
	case !ok:
		f.err = errors.New(missing)
		return nil
	case strings.TrimSpace(content) == "":
		f.err = errors.New(empty)
		return nil
	}
	at := place{f.Of, f.files}
	f.tree, f.err = in.document(content, f.inputs, at)
	if f.err == nil && nested {
		var err error
		if f.tree, err = in.expand(f.tree, at); err != nil {
			return err
		}
	}
	if f.tree, f.err = asIncluded(name, f.tree, f.err); f.err != nil {
		return nil
	}
	if in.size += len(content); in.size > maxTotalSize {
		return errors.New(errTextTotalSize)
	}
	return nil
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
