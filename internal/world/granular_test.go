package world

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCheckGrants(t *testing.T) {
	grant := func(permissions ...string) AccessToken {
		return AccessToken{Scopes: []string{ScopeGranular}, Grants: []Grant{{Access: AccessUser, Permissions: permissions}}}
	}
	for want, token := range map[string]AccessToken{
		"": grant("Runner: Read", "Work Item: Subscribe", "User: Read"),
		"a fine-grained token is a personal one, and has no scope but granular":                {Scopes: []string{"api", "granular"}},
		`": Read" is no permission; one is written as "Runner: Read"`:                          grant(": Read"),
		`"Runner: " is no permission; one is written as "Runner: Read"`:                        grant("Runner: "),
		"grants are for tokens with the scope granular":                                        {Scopes: []string{"api"}, Grants: []Grant{{}}},
		`"read_runner" is no permission; one is written as "Runner: Read"`:                     grant("read_runner"),
		`unknown permission "Runner: Raed"; did you mean "Runner: Read"?`:                      grant("Runner: Raed"),
		`unknown permission "Job: Conquer"; of Job there is Delete, Read, Run, Update`:         grant("Job: Conquer"),
		`unknown permission "Pipline Schedule: Read"; did you mean "Pipeline Schedule: Read"?`: grant("Pipline Schedule: Read"),
		`unknown permission "Deploy Key: Craete"; did you mean "Deploy Key: Create"?`:          grant("Deploy Key: Craete"),
		`unknown permission "deploy key: Read"; did you mean "Deploy Key: Read"?`:              grant("deploy key: Read"),
		`unknown access of a grant "usr"; did you mean "user"?`: {Scopes: []string{ScopeGranular},
			Grants: []Grant{{Access: "usr"}}},
		"a grant names projects or groups if its access is selected_memberships, and only then": {
			Scopes: []string{ScopeGranular}, Grants: []Grant{{}}},
	} {
		if err := token.checkGrants().err(); want == "" {
			assert.NoError(t, err)
		} else {
			assert.EqualError(t, err, want)
		}
	}
	given := []Grant{{Projects: []*Project{{}}}}
	token := AccessToken{Scopes: []string{ScopeGranular}, Grants: given}
	assert.NoError(t, token.checkGrants().err())
	assert.Equal(t, SelectedMemberships, token.Grants[0].Access)
	assert.Empty(t, given[0].Access, "it is the caller's")
}

// What GitLab has and nothing here asks for is no slip of the pen
// (config/authz/permission_groups/assignable_permissions), and what something here asks for is known.
func TestPermissionsThatThereAre(t *testing.T) {
	for _, resource := range []string{"Avatar", "Badge", "Dependency", "Vulnerability", "Secret", "Audit Event", "Issue",
		"Merge Request", "Work Item", "Package", "Release", "Wiki", "Snippet", "Label", "Milestone", "Epic", "Artifact",
		"Security Setting", "Notification Setting", "SSH Key", "Plan Limit"} {
		assert.NoError(t, checkPermission(resource+": Read"))
	}
	said := regexp.MustCompile(`"[A-Z][A-Za-z/ ]+: [A-Z][A-Za-z ]+"`)
	for _, file := range []string{"../rest/granular.go", "../graphql/granular.go"} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		found := said.FindAllString(string(text), -1)
		assert.NotEmpty(t, found)
		for _, quoted := range found {
			resource, action, _ := strings.Cut(strings.Trim(quoted, `"`), ": ")
			assert.Contains(t, slices.Concat(permissionActions[resource], askedActions[resource]), action, quoted)
		}
	}
}

// Which boundaries a grant reaches (app/models/authz/granular_scope.rb).
func TestGrantReaches(t *testing.T) {
	mia, top := &User{}, &Group{Roles: map[*User]Role{}}
	below := &Group{Parent: top, Roles: map[*User]Role{mia: Guest}}
	in, own := &Project{Group: below}, &Project{Owner: mia}
	for _, c := range []struct {
		about string
		grant Grant
		at    Boundary
		want  bool
	}{
		{"the user", Grant{Access: AccessUser}, Boundary{Access: AccessUser}, true},
		{"the user is no instance", Grant{Access: AccessUser}, Boundary{Access: AccessInstance}, false},
		{"the user is no project", Grant{Access: AccessUser}, Boundary{Project: own}, false},
		{"a project is no instance", Grant{Access: SelectedMemberships, Projects: []*Project{in}},
			Boundary{Access: AccessInstance}, false},
		{"the project", Grant{Access: SelectedMemberships, Projects: []*Project{in}}, Boundary{Project: in}, true},
		{"another project", Grant{Access: SelectedMemberships, Projects: []*Project{own}}, Boundary{Project: in}, false},
		{"below a group", Grant{Access: SelectedMemberships, Groups: []*Group{top}}, Boundary{Project: in}, true},
		{"a group below", Grant{Access: SelectedMemberships, Groups: []*Group{top}}, Boundary{Group: below}, true},
		{"a group above", Grant{Access: SelectedMemberships, Groups: []*Group{below}}, Boundary{Group: top}, false},
		{"memberships", Grant{Access: AllMemberships}, Boundary{Project: in}, true},
		{"no membership", Grant{Access: AllMemberships}, Boundary{Project: &Project{Group: top}}, false},
		{"memberships of groups", Grant{Access: AllMemberships}, Boundary{Group: below}, true},
		{"no member above", Grant{Access: AllMemberships}, Boundary{Group: top}, false},
		{"memberships are not the user", Grant{Access: AllMemberships}, Boundary{Access: AccessUser}, false},
		{"a project of one's own", Grant{Access: PersonalProjects}, Boundary{Project: own}, true},
		{"one of a group", Grant{Access: PersonalProjects}, Boundary{Project: in}, false},
	} {
		assert.Equal(t, c.want, c.grant.reaches(mia, c.at), c.about)
	}
}
