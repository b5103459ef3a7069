package rest_test

import (
	"fmt"
	"strings"

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
