package fakegitlab

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
)

// roleName pairs a role with its word.
type roleName struct {
	role Role
	name string
}

func roleNames() []roleName {
	return []roleName{
		{0, "no access"}, {Guest, "guest"}, {Planner, "planner"}, {Reporter, "reporter"},
		{Developer, "developer"}, {Maintainer, "maintainer"}, {Owner, "owner"},
	}
}

// String returns the role's word: "maintainer"; "no access" for the zero value; "Role(25)" for what is no role.
func (r Role) String() string {
	i := slices.IndexFunc(roleNames(), func(n roleName) bool { return n.role == r })
	if i < 0 {
		return fmt.Sprintf("Role(%d)", int(r))
	}
	return roleNames()[i].name
}

func (r Role) valid() bool {
	return slices.ContainsFunc(roleNames(), func(n roleName) bool { return n.role == r })
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
	for _, n := range roleNames() {
		if strings.EqualFold(n.name, string(text)) || strconv.Itoa(int(n.role)) == string(text) {
			*r = n.role
			return nil
		}
	}
	var known []string
	for _, n := range roleNames()[1:] {
		known = append(known, n.name)
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
		return errors.New("want a role's word or number; " + rolesKnown())
	}
	if !Role(number).valid() {
		return Role(number).unknown()
	}
	*r = Role(number)
	return nil
}

func (r Role) unknown() error {
	return fmt.Errorf("no role has the number %d; %s", int(r), rolesKnown())
}

func rolesKnown() string {
	var known []string
	for _, n := range roleNames()[1:] {
		known = append(known, fmt.Sprintf("%s (%d)", n.name, int(n.role)))
	}
	return "known are " + strings.Join(known, ", ")
}
