package rest

// What a request says of a runner that is made or changed, by a person or by a registration token.

import (
	"net/http"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// accessLevels are the values of the parameter access_level.
var accessLevels = world.WordsOf(world.RefAccessLevels...)

// readAttributes lays the attributes that a request gives over those that a runner has. given says which parameters
// count as given.
func (q request) readAttributes(a world.Attributes, given func(string) bool) (world.Attributes, *front.Response) {
	for name, field := range map[string]**string{"description": &a.Description, "maintenance_note": &a.MaintenanceNote} {
		if given(name) {
			*field = nil
			if s, ok := q.Params.String(name); ok {
				*field = &s
			}
		}
	}
	if active, ok := q.Params.Bool("active"); ok {
		a.Paused = !active
	}
	if given("paused") { // null is not paused, as in Ruby
		a.Paused = isTrue(q.Params, "paused")
	}
	for name, field := range map[string]*bool{"run_untagged": &a.RunUntagged, "locked": &a.Locked} {
		if b, ok := q.Params.Bool(name); ok {
			*field = b
		}
	}
	if given("tag_list") {
		tags, _ := q.Params.List("tag_list")
		a.Tags = world.ParseTags(tags)
	}
	if given("access_level") {
		level, _ := q.Params.String("access_level") // null is none, which the model refuses
		a.AccessLevel = world.AccessLevel(level)
	}
	if given("maximum_timeout") {
		a.MaximumTimeout = nil
		if n, ok := q.Params.Int("maximum_timeout"); ok {
			if n > world.MaxDatabaseInteger {
				return a, front.RefuseError(http.StatusBadRequest, msgTimeoutInvalid).
					Because("the number does not fit GitLab's database").AsRefusal()
			}
			a.MaximumTimeout = &n
		}
	}
	return a, nil
}

// present is whether a parameter counts as given: what POST endpoints take as that (lib/api/helpers.rb,
// attributes_for_keys).
func (q request) present(name string) bool { return isPresent(q.Record.Params[name]) }
