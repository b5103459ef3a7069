package ci

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/ciyaml"
)

// spec:include, by which a header has inputs that stand in other files (lib/gitlab/ci/config/external/header).

const (
	errTextHeaderKeys      = "Header include file `%s` contains unknown keys: [:%s]"
	errTextDuplicateInputs = "Duplicate input keys found: %s. Input keys must be unique across all included files and " +
		"inline specifications."
)

// headerKinds are the kinds of files that spec:include may name, in GitLab's order.
var headerKinds = []string{kindLocal, kindRemote, kindProject}

// headed is what the inputs that a header declares, by itself and by the files that it includes, are with the values
// given.
func (in *includer) headed(header, given *ciyaml.Map, at place) inputs {
	if wrong := checkHeader(header); len(wrong) > 0 {
		return inputs{errors: wrong}
	}
	spec, _ := header.Get("spec").(*ciyaml.Map)
	declared, _ := spec.Get("inputs").(*ciyaml.Map)
	if spec.Get("include") == nil {
		return takeInputs(declared, given)
	}
	declared, err := in.declared(spec.Get("include"), declared, at)
	if err != nil {
		taken := takeInputs(nil, given) // GitLab goes on with no inputs
		taken.errors = slices.Insert(taken.errors, 0, err.Error())
		return taken
	}
	return takeInputs(declared, given)
}

// declared are the inputs of the files that a header includes, and then its own.
func (in *includer) declared(includes any, own *ciyaml.Map, at place) (*ciyaml.Map, error) {
	files, err := in.meet(one(includes), at, headerKinds, "header include")
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if err := in.read(f, false); err != nil {
			return nil, err
		}
	}
	var parts []*ciyaml.Map
	for _, f := range files {
		if f.err != nil {
			return nil, f.err
		}
		if unknown := f.tree.Without("inputs").Keys(); len(unknown) > 0 {
			return nil, fmt.Errorf(errTextHeaderKeys, in.masked(f.Location), strings.Join(unknown, ", :"))
		}
		part, _ := f.tree.Get("inputs").(*ciyaml.Map)
		parts = append(parts, part)
	}
	all, twice := &ciyaml.Map{}, []string{}
	for _, part := range append(parts, own) {
		for _, e := range part.Entries() {
			if all.Has(e.Key) && !slices.Contains(twice, e.Key) {
				twice = append(twice, e.Key)
			}
			all.Set(e.Key, e.Value)
		}
	}
	if len(twice) > 0 {
		return nil, fmt.Errorf(errTextDuplicateInputs, strings.Join(twice, ", "))
	}
	return all, nil
}
