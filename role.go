package fakegitlab

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// String returns the role's word: "maintainer"; "no access" for the zero value; "Role(25)" for what is no role.
func (r Role) String() string {
	i := slices.IndexFunc(world.RoleNames(), func(n world.RoleName) bool { return Role(n.Role) == r })
	if i < 0 {
		return fmt.Sprintf("Role(%d)", int(r))
	}
	return world.RoleNames()[i].Name
}

func (r Role) valid() bool {
	return slices.ContainsFunc(world.RoleNames(), func(n world.RoleName) bool { return Role(n.Role) == r })
}

// MarshalText returns the role's word. It fails for a number that is no role.
func (r Role) MarshalText() ([]byte, error) {
	if !r.valid() {
		return nil, r.unknown()
	}
	return []byte(r.String()), nil
}

// UnmarshalText reads a role's word, in capitals or not, or its number.
func (r *Role) UnmarshalText(text []byte) error {
	for _, n := range world.RoleNames() {
		if strings.EqualFold(n.Name, string(text)) || strconv.Itoa(int(n.Role)) == string(text) {
			*r = Role(n.Role)
			return nil
		}
	}
	var known []string
	for _, n := range world.RoleNames()[1:] {
		known = append(known, n.Name)
	}
	return fmt.Errorf("no role %q; %s", text, datajson.Suggest(string(text), known))
}

// UnmarshalJSON reads a role as a word or as GitLab's number, "maintainer" or 40; null changes nothing.
func (r *Role) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	var word string
	if json.Unmarshal(text, &word) == nil {
		return r.UnmarshalText([]byte(word))
	}
	var number int
	if err := json.Unmarshal(text, &number); err != nil {
		return errors.New("want a role's word or number; " + world.RolesKnown())
	}
	if !Role(number).valid() {
		return Role(number).unknown()
	}
	*r = Role(number)
	return nil
}

func (r Role) unknown() error { return world.UnknownRole(world.Role(r)) }
