package world

import (
	"fmt"
	"maps"
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
		return b.Project != nil && RoleInProject(u, b.Project) > 0 || RoleInGroup(u, b.Group) > 0
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

// askedActions are those of the other permissions that something here asks for. GitLab may have more of them.
var askedActions = map[string][]string{
	"Association":               {"Read"},
	"Branch":                    {"Create", "Delete", "Protect", "Read"},
	"CI Config":                 {"Read", "Validate"},
	"CI/CD Setting":             {"Update"},
	"Code":                      {"Read"},
	"Commit":                    {"Cherry Pick", "Create", "Read", "Revert"},
	"Commit Merge Request":      {"Read"},
	"Commit Signature":          {"Read"},
	"Commit Status":             {"Create", "Read"},
	"Deploy Key":                {"Create", "Delete", "Enable", "Read", "Update"},
	"Deploy Token":              {"Create", "Delete", "Read"},
	"Deployment":                {"Create", "Delete", "Read", "Update"},
	"Environment":               {"Create", "Delete", "Read", "Stop", "Update"},
	"Group":                     {"Create", "Delete", "Read", "Share", "Transfer", "Update"},
	"Job Token Scope":           {"Read", "Update"},
	"Job Token Scope Allowlist": {"Create", "Delete"},
	"Member":                    {"Create", "Delete", "Read", "Update"},
	"Namespace":                 {"Read"},
	"Pipeline":                  {"Create", "Delete", "Read", "Update"},
	"Pipeline Schedule":         {"Create", "Delete", "Read", "Update"},
	"Protected Branch":          {"Read", "Update"},
	"Protected Tag":             {"Read"},
	"Repository":                {"Create", "Delete", "Read", "Update"},
	"Repository Tag":            {"Create", "Delete", "Read"},
	"Repository Tag Signature":  {"Read"},
	"Resource Access Token":     {"Create", "Delete", "Read", "Rotate"},
	"Resource Group":            {"Read", "Update"},
	"Runner Controller":         {"Create", "Delete", "Read", "Update"},
	"Runner Controller Token":   {"Create", "Read", "Revoke", "Rotate"},
	"Status":                    {"Read"},
	"Tag":                       {"Protect"},
	"Trigger":                   {"Create", "Delete", "Read", "Update"},
	"Variable":                  {"Create", "Delete", "Read", "Update"},
	"Webhook":                   {"Create", "Delete", "Read", "Test", "Update"},
	"Webhook Custom Header":     {"Delete", "Update"},
	"Webhook URL Variable":      {"Delete", "Update"},
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

// checkPermission checks the form of a permission. Of what is a matter of this GitLab the action must be known; of what
// else there may be in GitLab, a slip of the pen in a name that is known here is one.
func checkPermission(permission string) error {
	resource, action, _ := strings.Cut(permission, ": ")
	if resource == "" || action == "" {
		return fmt.Errorf("%q is no permission; one is written as %q", permission, "Runner: Read")
	}
	actions, asked := permissionActions[resource], askedActions[resource]
	if slices.Contains(actions, action) || slices.Contains(asked, action) {
		return nil
	}
	meant := func(of, name string) error {
		return fmt.Errorf("unknown permission %q; did you mean %q?", permission, of+": "+name)
	}
	if actions == nil && asked == nil {
		known := slices.Concat(slices.Collect(maps.Keys(permissionActions)), slices.Collect(maps.Keys(askedActions)))
		slices.Sort(known)
		if near, ok := nearest.Slip(resource, known); ok {
			return meant(near, action)
		}
		return nil
	}
	if near, ok := nearest.Of(action, slices.Concat(actions, asked)); ok {
		return meant(resource, near)
	}
	if actions == nil {
		return nil
	}
	return fmt.Errorf("unknown permission %q; of %s there is %s", permission, resource, strings.Join(actions, ", "))
}
