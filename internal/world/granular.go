package world

import (
	"fmt"
	"slices"
	"strings"

	"github.com/fakegitlab/fakegitlab/internal/datajson"
	"github.com/fakegitlab/fakegitlab/internal/nearest"
)

// ScopeGranular is the one scope of a fine-grained access token, whose Grants say what it may do.
const ScopeGranular = "granular"

// Boundary is what a fine-grained token is asked about: a project, a group, or that user or the instance.
type Boundary struct {
	Access  Access // AccessUser or AccessInstance, without a project and a group
	Project *Project
	Group   *Group
}

// IsGranular reports whether it is a fine-grained token.
func (t *AccessToken) IsGranular() bool { return slices.Contains(t.Scopes, ScopeGranular) }

// PermissionsAt are the permissions that a fine-grained token has at a boundary.
func (t *AccessToken) PermissionsAt(b Boundary) (permissions []string) {
	for _, g := range t.Grants {
		if g.reaches(t.User, b) {
			permissions = append(permissions, g.Permissions...)
		}
	}
	return permissions
}

// reaches reports whether a grant is for a boundary. One for a group is for all that is in it.
func (g Grant) reaches(u *User, b Boundary) bool {
	group := b.Group
	if b.Project != nil {
		group = b.Project.Group
	}
	switch g.Access {
	case AccessUser, AccessInstance:
		return g.Access == b.Access
	case AllMemberships:
		return b.Project != nil && RoleInProject(u, b.Project) > 0 || b.Group != nil && RoleInGroup(u, b.Group) > 0
	case PersonalProjects:
		return b.Project != nil && b.Project.Owner == u
	}
	if b.Project != nil && slices.Contains(g.Projects, b.Project) {
		return true
	}
	for above := range group.Lineage {
		if slices.Contains(g.Groups, above) {
			return true
		}
	}
	return false
}

// permissionActions are the actions of those permissions that something here asks for
// (config/authz/permission_groups/assignable_permissions).
var permissionActions = map[string][]string{
	"Application Setting":       {"Read", "Update"},
	"Impersonation Token":       {"Create", "Read", "Revoke"},
	"Job":                       {"Delete", "Read", "Run", "Update"},
	"Job Artifact":              {"Delete", "Read", "Update"},
	"Metadata":                  {"Read"},
	"Personal Access Token":     {"Create", "Read", "Revoke", "Rotate"},
	"Project":                   {"Archive", "Create", "Delete", "Fork", "Read", "Share", "Transfer", "Update"},
	"Runner":                    {"Assign", "Create", "Delete", "Read", "Update"},
	"Runner Registration Token": {"Reset"},
	"User": {"Activate", "Approve", "Ban", "Block", "Create", "Deactivate", "Delete", "Disable Two Factor", "Follow",
		"Read", "Reject", "Unban", "Unblock", "Unfollow", "Update"},
}

// checkGrants checks what a token is to be allowed, and fills in the access of grants that name none.
func (t *AccessToken) checkGrants() (ps Problems) {
	if t.IsGranular() && (len(t.Scopes) > 1 || t.Project != nil || t.Group != nil) {
		ps.Addf("scopes", "a fine-grained token is a personal one, and has no scope but %s", ScopeGranular)
	}
	if !t.IsGranular() && len(t.Grants) > 0 {
		ps.Addf("grants", "grants are for tokens with the scope %s", ScopeGranular)
		return ps
	}
	t.Grants = slices.Clone(t.Grants)
	for i := range t.Grants {
		g, at := &t.Grants[i], datajson.Index("grants", i)
		err := oneOf("access of a grant", &g.Access, SelectedMemberships, Accesses)
		ps.Add(at+".access", err)
		if named := len(g.Projects)+len(g.Groups) > 0; err == nil && named != (g.Access == SelectedMemberships) {
			ps.Addf(at, "a grant names projects or groups if its access is %s, and only then", SelectedMemberships)
		}
		for n, p := range g.Permissions {
			ps.Add(datajson.Index(at+".permissions", n), checkPermission(p))
		}
	}
	return ps
}

// checkPermission checks the form of a permission. Of what is a matter of this GitLab the action must be known.
func checkPermission(permission string) error {
	resource, action, ok := strings.Cut(permission, ": ")
	if !ok || resource == "" || action == "" {
		return fmt.Errorf("%q is no permission; one is written as %q", permission, "Runner: Read")
	}
	actions := permissionActions[resource]
	if actions == nil || slices.Contains(actions, action) {
		return nil
	}
	if near, ok := nearest.Of(action, actions); ok {
		return fmt.Errorf("unknown permission %q; did you mean %q?", permission, resource+": "+near)
	}
	return fmt.Errorf("unknown permission %q; of %s there is %s", permission, resource, strings.Join(actions, ", "))
}
