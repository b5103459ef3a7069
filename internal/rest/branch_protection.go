package rest

// Who may do what with the default branch of a new project, as groups and the settings are told
// (lib/api/helpers/groups_helpers.rb, lib/api/settings.rb).

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/front"
	"github.com/fakegitlab/fakegitlab/internal/world"
)

// branchDefaults is default_branch_protection_defaults as it was given, and so it is kept and shown.
type branchDefaults struct {
	AllowedToPush           *[]accessLevelEntity `json:"allowed_to_push,omitempty"`
	AllowForcePush          *bool                `json:"allow_force_push,omitempty"`
	AllowedToMerge          *[]accessLevelEntity `json:"allowed_to_merge,omitempty"`
	DeveloperCanInitialPush *bool                `json:"developer_can_initial_push,omitempty"`
}

// branchLevels are the access levels that may be given there.
var branchLevels = []string{"0", "30", "40", "60"}

// giveBranchProtection reads default_branch_protection_defaults. Where the level alone is given, it stands for others
// than those that were given before.
func (q request) giveBranchProtection(attributes map[string]string) *front.Response {
	sent := q.Record.Params[world.AttrBranchDefaults]
	if sent == nil {
		if _, given := attributes[world.AttrBranchProtection]; given {
			attributes[world.AttrBranchDefaults] = world.Unset
		}
		return nil
	}
	var wrong []string
	complain := func(text string, at ...any) { wrong = append(wrong, world.AttrBranchDefaults+fmt.Sprintf(text, at...)) }
	hash, isHash := sent.(map[string]any)
	if !isHash {
		complain(" " + isUnusable)
	}
	levels := func(name string) *[]accessLevelEntity {
		value, given := hash[name]
		if !given {
			return nil
		}
		list, isList := value.([]any)
		if !isList {
			complain("[%s] "+isUnusable, name)
		}
		read := make([]accessLevelEntity, 0, len(list))
		for i, element := range list {
			entry, _ := element.(map[string]any)
			level, there := entry["access_level"]
			switch text := textOf(level); {
			case !there:
				complain("[%s][%d][access_level] "+isMissing, name, i)
			case !slices.Contains(branchLevels, text):
				complain("[%s][%d][access_level] "+isNoValue, name, i)
			default:
				n, _ := strconv.Atoi(text)
				read = append(read, accessLevelEntity{n})
			}
		}
		return &read
	}
	flag := func(name string) *bool {
		value, given := hash[name]
		if !given {
			return nil
		}
		on, err := strconv.ParseBool(textOf(value))
		if err != nil {
			complain("[%s] "+isUnusable, name)
		}
		return &on
	}
	text, _ := json.Marshal(branchDefaults{levels("allowed_to_push"), flag("allow_force_push"), // cannot fail
		levels("allowed_to_merge"), flag("developer_can_initial_push")})
	if len(wrong) > 0 {
		return front.RefuseError(http.StatusBadRequest, strings.Join(wrong, ", ")).
			Because("it is a hash of lists of access levels, and of truth values").AsRefusal()
	}
	attributes[world.AttrBranchDefaults] = string(text)
	return nil
}

// shownBranchProtection is default_branch_protection_defaults: as given, or what the level stands for.
func shownBranchProtection(given string, usual branchProtectionEntity) any {
	if given != world.Unset {
		return json.RawMessage(given)
	}
	return usual
}
