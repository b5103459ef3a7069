package rest_test

import (
	"fmt"
	"strings"

	fg "github.com/fakegitlab/fakegitlab"
	"github.com/fakegitlab/fakegitlab/internal/gitlabversion"
	"github.com/fakegitlab/fakegitlab/internal/testkit"
)

// namespaceProofs prove what differs in groups and projects that are moved or deleted.
func namespaceProofs() map[gitlabversion.Difference]proof {
	return map[gitlabversion.Difference]proof{
		gitlabversion.MovedProjectsRedirect: {func(v inVersion) any {
			v.as("root", "PUT", "/projects/10001", testkit.WithJSON(`{"path":"store"}`))
			return []int{v.as("mia", "GET", "/projects/acme%2Fshop").Status, // where the client is sent to
				v.as("mia", "PUT", "/projects/acme%2Fshop", testkit.WithJSON(`{"description":"x"}`)).Status}
		}, []int{404, 404}, []int{200, 405}, nil},
		gitlabversion.GroupDescriptionLimit: {func(v inVersion) any {
			return v.as("root", "PUT", "/groups/acme", testkit.WithJSON(
				`{"description":"`+strings.Repeat("x", 256)+`"}`)).Status
		}, 400, 200, nil},
		gitlabversion.VariablesRoleAndRestriction: {func(v inVersion) any {
			v.as("root", "PUT", "/projects/10001", testkit.WithJSON(`{"restrict_user_defined_variables":true}`))
			return v.field("root", "/projects/10001", "ci_pipeline_variables_minimum_override_role")
		}, "developer", "maintainer", nil},
		gitlabversion.PlainNamespacePaths: {func(v inVersion) any {
			return []int{v.as("root", "POST", "/groups", testkit.WithJSON(`{"name":"a","path":"a--b"}`)).Status,
				v.as("root", "POST", "/users?email=e@x.example&name=e&username=_e&reset_password=1").Status}
		}, []int{201, 201}, []int{400, 400}, nil},
		gitlabversion.RegistryPathText: {func(v inVersion) any {
			text := v.as("root", "PUT", "/projects/10001", testkit.WithJSON(`{"path":"a--b"}`)).Body
			return strings.Contains(text, "non-accented")
		}, false, true, nil},
		gitlabversion.ActiveFilter: {func(v inVersion) any {
			v.gl.UpdateProject("acme/shop", func(p *fg.Project) { p.Archived = true })
			v.as("root", "DELETE", "/groups/team%2Fsub")
			return []any{v.as("root", "GET", "/projects?active=false").Each(v.T, "id"),
				len(v.as("root", "GET", "/groups?active=true").Each(v.T, "id"))}
		}, []any{[]any{10002.0, 10001.0}, 3}, []any{[]any{10001.0}, 2}, nil},
		gitlabversion.ActiveFilterOfGroups: {func(v inVersion) any {
			v.gl.UpdateProject("acme/shop", func(p *fg.Project) { p.Archived = true })
			return len(v.as("root", "GET", "/groups/acme/projects?active=true").Each(v.T, "id"))
		}, 2, 1, nil},
		gitlabversion.DeployKeyOfLevels: {func(v inVersion) any {
			body := testkit.WithJSON(`{"name":"v*"}`)
			return strings.Count(v.as("mia", "POST", "/projects/10001/protected_branches", body).Body+
				v.as("mia", "POST", "/projects/10001/protected_tags", body).Body, `"deploy_key_id":null`)
		}, 0, 2, nil},
		gitlabversion.InstanceDeployKeys: {func(v inVersion) any {
			return v.as("root", "POST", "/deploy_keys", testkit.WithJSON(`{"title":"a","key":"`+robotKey+`"}`)).Status
		}, 404, 201, nil},
		gitlabversion.KeysOfProtectedBranches: {func(v inVersion) any {
			return v.as("root", "POST", "/projects/10001/protected_branches",
				testkit.WithJSON(`{"name":"a","allowed_to_push":[{"deploy_key_id":404}]}`)).Status
		}, 201, 422, nil},
		gitlabversion.VirtualRegistryScopes: {func(v inVersion) any {
			return v.as("root", "POST", "/projects/10001/deploy_tokens",
				testkit.WithJSON(`{"name":"a","scopes":["read_virtual_registry"]}`)).Status
		}, 400, 201, nil},
		gitlabversion.DeletionMarks: {func(v inVersion) any {
			return []int{v.as("root", "DELETE", "/projects/10001").Status, v.as("root", "GET", "/projects/10001").Status}
		}, []int{202, 404}, []int{202, 200}, nil},
		gitlabversion.DeletionRenames: {func(v inVersion) any {
			v.as("root", "DELETE", "/projects/10001")
			_, renamed := v.gl.Project(fmt.Sprint("acme/shop-deletion_scheduled-", 10001))
			return renamed
		}, false, true, nil},
	}
}
